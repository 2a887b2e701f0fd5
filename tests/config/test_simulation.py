"""The simulated city: the same seed gives the same records, and the book stays in balance."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from tanpuhui.config.simulation import acts, city, personas, weather
from tanpuhui.domain.ledger import selectors as ledger
from tanpuhui.domain.methodology import services as methodology
from tanpuhui.domain.parties import staffing
from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.domain.supervision import selectors as supervision
from tanpuhui.kernel import actors, cityrules

if TYPE_CHECKING:
    from tanpuhui.packs import Pack

LAST = date(2026, 3, 9)
DAYS = 30


def drawn(pack: "Pack", seed: int, people: int = 400) -> pl.DataFrame:

    days = weather.days_of(LAST, DAYS, np.random.default_rng(seed))
    rng = np.random.default_rng(seed)
    return acts.draw(pack, acts.population(pack, people, rng), days, rng)


def test_the_same_seed_gives_the_same_city(pack: "Pack") -> None:
    assert drawn(pack, 7).equals(drawn(pack, 7))
    assert not drawn(pack, 7).equals(drawn(pack, 8))


def test_named_people_do_what_their_names_say(pack: "Pack") -> None:
    rng = np.random.default_rng(3)
    people = personas.lend(acts.population(pack, 50, rng), pack, personas.PERSONAS)
    days = weather.days_of(LAST, DAYS, rng)
    done = acts.draw(pack, people, days, rng).select("person", "scenario").unique()
    pairs = set(done.iter_rows())
    for place, one in enumerate(personas.PERSONAS):
        daily = [name for name in one.does if not acts.habit(name).monthly]
        assert {(place, name) for name in daily} <= pairs, one.nickname


def test_a_city_without_a_personas_scenario_passes_it_over(example_pack: "Pack") -> None:
    people = acts.population(example_pack, 8, np.random.default_rng(1))
    lent = personas.lend(people, example_pack, personas.PERSONAS)
    assert lent.size == people.size
    assert (lent.eagerness[: len(personas.PERSONAS)] >= personas.EAGER).all()


def test_every_scenario_happens_within_its_declared_fields(pack: "Pack") -> None:
    sent_acts = drawn(pack, 7)
    assert set(sent_acts["scenario"]) == set(pack.scenarios)
    for scenario_id in pack.scenarios:
        mine = sent_acts.filter(scenario=scenario_id)
        declared = pack.inputs_for(scenario_id, LAST)
        sent = {
            name[2:]
            for name in mine.columns
            if name[:2] == "q_" and mine[name].null_count() < mine.height
        }
        assert sent <= set(declared), scenario_id
        for name in sent:
            values = mine[f"q_{name}"].drop_nulls()
            if declared[name].choices:
                assert set(values) <= set(declared[name].choices)
            else:
                real = values.fill_nan(None).drop_nulls()
                assert real.min() >= declared[name].minimum
                assert real.max() <= declared[name].maximum


def test_a_city_that_the_simulator_does_not_know_lives_too(example_pack: "Pack") -> None:
    assert set(drawn(example_pack, 7)["scenario"]) == set(example_pack.scenarios)


def test_weekends_and_peaks_look_like_a_city(pack: "Pack") -> None:
    metro = (
        drawn(pack, 7)
        .filter(scenario="travel/metro")
        .with_columns(
            at=pl.from_epoch("started", time_unit="us")
            .dt.replace_time_zone("UTC")
            .dt.convert_time_zone(pack.time_zone)
        )
    )
    weekday = metro.filter(pl.col("at").dt.weekday() <= 5)
    assert weekday.height / 5 > (metro.height - weekday.height) / 2
    by_hour = dict(weekday.group_by(pl.col("at").dt.hour()).len().iter_rows())
    assert by_hour[8] > 3 * by_hour.get(14, 0)
    assert set(by_hour) & {1, 2, 3} == set()


@pytest.mark.django_db
def test_a_small_city_ends_in_balanced_books(fixed_clock: object) -> None:

    assert fixed_clock.instant == datetime(2026, 3, 10, 4, tzinfo=UTC)
    methodology.pack_load(actor=actors.system(), pack=cityrules.pack())
    assert not city.exists()
    outcome = city.run(city.Plan(people=60, days=4, seed=7), lambda *_: None)
    tally = outcome.tally
    assert tally.records == sum(tally.reasons.values())
    assert tally.counted > 0.8 * tally.records
    assert {"subject.unknown", "consent.missing"} <= set(tally.reasons) | {"repeated"}
    proof = ledger.proof()
    assert proof.is_clean
    assert proof.accounts == 60
    assert city.exists()


@pytest.mark.django_db
def test_an_operators_day_has_something_of_everything(fixed_clock: object) -> None:
    methodology.pack_load(actor=actors.system(), pack=cityrules.pack())
    city.run(city.Plan(people=200, days=3, seed=7), lambda *_: None)
    rules = {one.rule for one in supervision.findings(state="open", limit=100)}
    assert {"same_inputs", "refusals"} <= rules
    kinds = {one.kind for one in supervision.tickets(state="open")}
    assert kinds == {"help", "complaint", "appeal"}
    assert supervision.change_counts(viewer="nobody")["submitted"] >= 2
    assert staffing.application_count() == 2
    assert [one.error for one in scenarios.imports(states=("failed",))] != []
