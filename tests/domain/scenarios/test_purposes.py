"""What a person agrees to besides the records themselves: points, and issuance."""

from datetime import date
from pathlib import Path

import pytest
from tests.conftest import FixedClock
from tests.factories.cities import changed_pack, living_in
from tests.factories.database import rows, tables_holding, value
from tests.factories.town import SYSTEM, Town, codes, people_open, points_agree, record, town_open

from tanpuhui.domain.ledger import selectors as book
from tanpuhui.domain.ledger import services as ledger
from tanpuhui.domain.methodology import services as methodology
from tanpuhui.domain.parties import selectors as party_reads
from tanpuhui.domain.parties import services as parties
from tanpuhui.domain.parties.data import PLATFORM
from tanpuhui.domain.scenarios import selectors, services
from tanpuhui.kernel import actors
from tanpuhui.kernel.cityrules import pack

DAY = date(2026, 3, 10)


def at(hour: int, item: str = "", **given: object) -> dict[str, object]:
    return record(item or f"h{hour}", occurred_at=f"2026-03-10T{hour:02d}:00:00+08:00", **given)


def withdraw(person: int, purpose: str) -> None:
    parties.consent_withdraw(
        actor=actors.person(person),
        provider_id=PLATFORM,
        person_id=person,
        scenario_nos=[PLATFORM],
        purpose=purpose,
    )


def proven() -> None:
    assert book.proof().is_clean
    assert selectors.evidence_proof().is_clean


def test_without_the_word_for_points_reductions_stand_and_points_do_not(town: Town) -> None:
    town.send(at(7))
    assert town.balance() == (220_000, 4)
    withdraw(town.people[0], "points")
    result = town.send(at(8), at(8, "other", subject="u1"))
    assert codes(result) == ["counted", "counted"]
    assert result.receipts["points"].to_list() == [0, 4], "only who took the word back"
    assert town.balance() == (440_000, 4), "points that were given stay"
    points_agree([town.people[0]])
    assert town.send(at(9)).points == 4
    assert codes(town.send(at(8))) == ["counted"], "the same answer as the first time"
    assert town.balance() == (660_000, 8), "what came in between is not made up for"
    proven()


def test_a_scenario_of_points_alone_says_why_it_counts_nothing(town: Town) -> None:
    withdraw(town.people[0], "points")
    result = town.send(at(7, scenario="travel/walking", steps=7000.0))
    assert codes(result) == ["consent.no_points"]
    assert "积分" in result.receipts["message"][0]
    assert value("select count(*) from scenarios_act where reason_no = 81") == 1
    points_agree([town.people[0]])
    again = town.send(at(8, scenario="travel/walking", steps=7000.0))
    assert codes(again) == ["counted"], "it took no room under the cap of one a day"
    proven()


def test_the_word_reaches_every_provider_and_later_links(
    db: None, example_city: object, fixed_clock: FixedClock
) -> None:
    town = town_open(providers=2)
    withdraw(town.people[0], "points")
    parties.links_bind_many(
        actor=SYSTEM, provider_id=town.provider, subjects=["card-2"], person_ids=[town.people[0]]
    )
    sent = [
        town.send(at(7)),
        town.send(at(8), provider=town.providers[1]),
        town.send(at(9, subject="card-2")),
    ]
    assert [(one.reduction_mg, one.points) for one in sent] == [(220_000, 0)] * 3


def test_who_was_never_asked_gets_no_points_until_they_sign_up(town: Town) -> None:
    (person,) = people_open(1)
    parties.links_bind_many(
        actor=SYSTEM, provider_id=town.provider, subjects=["new"], person_ids=[person]
    )
    parties.consents_grant_many(
        actor=SYSTEM,
        provider_id=town.provider,
        person_ids=[person],
        scenario_nos=[pack().scenarios["travel/metro"].no],
        text_version="quantify-general/1",
    )
    assert town.send(at(7, subject="new")).points == 0
    parties.person_sign_up(
        actor=actors.visitor(),
        person_id=person,
        texts={"notice": "notice/1", "points": "points/1"},
    )
    assert town.send(at(8, subject="new")).points == 4


def test_agreeing_to_points_is_no_consent_to_records(
    db: None, example_city: object, fixed_clock: FixedClock
) -> None:
    town = town_open()
    for name in pack().scenarios:
        parties.consent_withdraw(
            actor=actors.person(town.people[0]),
            provider_id=town.provider,
            person_id=town.people[0],
            scenario_nos=[pack().scenarios[name].no],
        )
    result = town.send(at(7, "secret-1"), at(8, "secret-2", scenario="travel/tram"))
    assert codes(result) == ["consent.missing"] * 2
    assert tables_holding("secret-") == []


def test_a_correction_takes_no_points_for_want_of_a_word(town: Town) -> None:
    town.send(at(7))
    withdraw(town.people[0], "points")
    town.send(at(8))
    result = town.correct(at(7, distance=9.0), at(8, distance=9.0))
    assert result.receipts["points"].to_list() == [7, 0]
    assert town.balance() == (720_000, 7)
    proven()


def test_a_cut_act_gets_no_points_either(town: Town, tmp_path: Path) -> None:
    cap = {
        "scenarios/travel/metro.yaml": {
            "{per: day, of: acts, limit: 20,": "{per: day, of: mass_g, limit: 300,"
        }
    }
    with living_in(changed_pack(tmp_path / "p", cap)):
        methodology.pack_load(actor=SYSTEM, pack=pack())
        withdraw(town.people[0], "points")
        result = town.send(at(7), at(8))
        assert result.receipts["reduction_mg"].to_list() == [220_000, 80_000]
        assert result.points == 0


def test_a_recomputation_leaves_points_where_they_were(town: Town, tmp_path: Path) -> None:
    town.send(at(7, distance=10.0), at(7, "b", subject="u1", distance=10.0))
    withdraw(town.people[0], "points")
    town.send(at(8, distance=10.0))
    dirtier = {"factors/electricity.yaml": {"2020-01-01: {value: 0.6,": "2020-01-01: {value: 0.9,"}}
    with living_in(changed_pack(tmp_path / "p", dirtier)):
        methodology.pack_load(actor=SYSTEM, pack=pack())
        services.recompute(actor=SYSTEM, first=DAY, last=DAY, dry_run=False, reason="因子更正")
        assert rows(
            "select item_no, reduction_mg, points from scenarios_act where revision = 1 order by 1"
        ) == [("b", 75_000, 1), ("h7", 75_000, 1), ("h8", 75_000, 0)]
        proven()


def test_issuance_asks_for_the_word_of_the_moment(town: Town) -> None:
    """The book holds reductions either way; who agrees now is what pooling reads."""
    asked = town.people
    assert party_reads.agreed(asked, "issue") == frozenset()
    parties.consents_grant_many(
        actor=SYSTEM,
        provider_id=PLATFORM,
        person_ids=asked[:2],
        scenario_nos=[PLATFORM],
        text_version="issue/1",
        purpose="issue",
    )
    town.send(at(7), at(7, "b", subject="u1"), at(7, "c", subject="u2"))
    assert party_reads.agreed(asked, "issue") == frozenset(asked[:2])
    withdraw(asked[0], "issue")
    result = town.send(at(8), at(8, "d", subject="u1"))
    assert result.receipts["points"].to_list() == [4, 4]
    assert party_reads.agreed(asked, "issue") == {asked[1]}
    assert [town.balance(n)[0] for n in range(3)] == [440_000, 440_000, 220_000]


@pytest.mark.parametrize("purpose", ["points", "issue"])
def test_a_closed_account_agrees_to_nothing(town: Town, purpose: str) -> None:
    person = town.people[0]
    parties.consents_grant_many(
        actor=SYSTEM,
        provider_id=PLATFORM,
        person_ids=[person],
        scenario_nos=[PLATFORM],
        text_version=f"{purpose}/1",
        purpose=purpose,
    )
    assert party_reads.agreed([person], purpose) == {person}
    parties.person_close(actor=actors.person(person), person_id=person)
    assert party_reads.agreed([person], purpose) == frozenset()


def test_points_given_before_may_still_be_spent(town: Town) -> None:
    town.send(at(7))
    person = town.people[0]
    withdraw(person, "points")
    ledger.points_spend(
        actor=actors.person(person), account_id=person, points=4, key="s", source="t"
    )
    assert town.balance() == (220_000, 0)
