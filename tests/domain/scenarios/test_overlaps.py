"""One act, one claim: by time for a person, by key for everybody."""

from datetime import date
from typing import Any

import psycopg
import pytest
from tests.conftest import FixedClock
from tests.factories.database import rows, value
from tests.factories.parallel import at_once
from tests.factories.town import Town, codes, grams, record, town_open

from tanpuhui.domain.ledger import selectors as book
from tanpuhui.domain.scenarios.services import ingestion
from tanpuhui.kernel.cityrules import pack


def trip(item: str, start: str, end: str | None = None, **given: Any) -> dict[str, Any]:
    """A ride from hh:mm[:ss] to hh:mm[:ss] of this morning."""

    def seconds(text: str) -> int:
        hours, minutes, *rest = (int(part) for part in text.split(":"))
        return hours * 3600 + minutes * 60 + (rest[0] if rest else 0)

    length = seconds(end) - seconds(start) if end else None
    start = start if start.count(":") == 2 else f"{start}:00"
    return record(
        item, occurred_at=f"2026-03-10T{start}+08:00", duration=length, distance=1.0, **given
    )


def bike(item: str, start: str, end: str, **given: Any) -> dict[str, Any]:
    return trip(item, start, end, scenario="travel/shared_bike", **given)


def charge(item: str, key: str | None, **given: Any) -> dict[str, Any]:
    return record(item, scenario="travel/ev_charging", energy=10.0, asset_key=key, **given)


# -- by time


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        ("07:00", "08:00", "counted"),
        ("07:00", "08:00:01", "overlap.time"),
        ("08:00", "08:30", "overlap.time"),
        ("08:10", "08:20", "overlap.time"),
        ("07:00", "09:00", "overlap.time"),
        ("08:29:59", "09:00", "overlap.time"),
        ("08:30", "09:00", "counted"),
        ("08:00", None, "overlap.time"),
        ("08:29:59", None, "overlap.time"),
        ("08:30", None, "counted"),
        ("07:59:59", None, "counted"),
    ],
)
@pytest.mark.parametrize("together", [True, False])
def test_borders_of_two_trips(
    town: Town, start: str, end: str | None, code: str, together: bool
) -> None:
    first, second = trip("a1", "08:00", "08:30"), trip("a2", start, end)
    if together:
        found = dict(zip(["a1", "a2"], codes(town.send(first, second)), strict=True))
        assert sorted(found.values()) == sorted(["counted", code])
    else:
        assert codes(town.send(first)) == ["counted"]
        assert codes(town.send(second)) == [code]
    assert value("select count(*) from scenarios_act where reason_no = 0") == (
        2 if code == "counted" else 1
    )
    assert book.proof().is_clean


def test_two_taps_of_one_instant_are_one_trip(town: Town) -> None:
    assert codes(town.send(trip("a1", "08:00"), trip("a2", "08:00"))) == ["counted", "overlap.time"]


def test_the_book_wins_and_the_loser_is_told_who(town: Town) -> None:
    town.send(bike("b1", "08:00", "08:30"))
    result = town.send(trip("m1", "07:50", "08:01"))
    assert codes(result) == ["overlap.time"]
    assert "共享单车" in result.receipts["message"][0]
    assert "03-10 08:00" in result.receipts["message"][0]
    assert grams(result) == [0]


def test_between_scenarios_and_providers(
    db: None, example_city: object, fixed_clock: FixedClock
) -> None:
    town = town_open(providers=2)
    town.send(trip("m1", "08:00", "08:30"))
    other = {"provider": town.providers[1]}
    assert codes(town.send(bike("b1", "08:10", "08:40"), **other)) == ["overlap.time"]
    assert codes(town.send(bike("b2", "08:10", "08:40", subject="u1"), **other)) == ["counted"]
    walk = record(
        "w", scenario="travel/walking", steps=9000, occurred_at="2026-03-10T08:10:00+08:00"
    )
    assert codes(town.send(walk, **other)) == ["counted"], "walking is no trip of this rule"


def test_a_loser_beats_nobody(town: Town) -> None:
    town.send(trip("a0", "08:00", "08:30"))
    assert codes(town.send(trip("a1", "08:20", "09:00"))) == ["overlap.time"]
    assert codes(town.send(trip("a2", "08:50", "09:10"))) == ["counted"], "a1 never counted"


def test_a_loser_of_the_same_batch_beats_nobody_either(town: Town) -> None:
    town.send(trip("a0", "08:00", "08:30"))
    result = town.send(trip("a1", "08:20", "09:00"), trip("a2", "08:50", "09:10"))
    assert codes(result) == ["overlap.time", "counted"]


def test_a_long_trip_over_many_short_ones(town: Town) -> None:
    result = town.send(
        trip("s1", "08:10", "08:20"),
        trip("s2", "09:10", "09:20"),
        trip("long", "08:00", "10:00"),
        trip("s3", "10:00", "10:10"),
        trip("s4", "07:50", "08:00"),
    )
    assert codes(result) == ["overlap.time", "overlap.time", "counted", "counted", "counted"]


def test_a_trip_over_midnight_meets_both_days(town: Town) -> None:
    night = record("n", occurred_at="2026-03-08T23:50:00+08:00", duration=1800)
    town.send(night)
    assert value("select occurred_on::text from scenarios_act") == "2026-03-08"
    result = town.send(
        record("m", occurred_at="2026-03-09T00:10:00+08:00", duration=600),
        record("e", occurred_at="2026-03-09T00:20:00+08:00", duration=600),
    )
    assert codes(result) == ["overlap.time", "counted"]


def test_a_withdrawn_trip_stands_in_nobodys_way(town: Town) -> None:
    town.send(trip("a1", "08:00", "08:30"))
    town.withdraw("a1")
    assert codes(town.send(trip("a2", "08:10", "08:20"))) == ["counted"]


def test_a_corrected_trip_stands_where_it_is_now(town: Town) -> None:
    town.send(trip("a1", "08:00", "08:30"))
    assert codes(town.correct(trip("a1", "09:00", "09:30"))) == ["counted"]
    assert codes(town.send(trip("a2", "08:10", "08:20"), trip("a3", "09:10", "09:20"))) == [
        "counted",
        "overlap.time",
    ]


def test_a_correction_does_not_meet_itself_but_meets_others(town: Town) -> None:
    town.send(trip("a1", "08:00", "08:30"), trip("a2", "09:00", "09:30"))
    assert codes(town.correct(trip("a1", "08:10", "08:40"))) == ["counted"]
    assert codes(town.correct(trip("a1", "08:10", "09:10"))) == ["overlap.time"]
    assert town.balance()[0] == 40_000
    assert (
        codes(town.correct(trip("a1", "09:10", "09:40"), trip("a2", "08:10", "08:40")))
        == ["counted"] * 2
    )
    assert town.balance()[0] == 80_000
    assert book.proof().is_clean


def test_two_providers_of_one_trip_at_once(
    committed: None, example_city: object, fixed_clock: FixedClock
) -> None:
    town = town_open(providers=6)
    answers = at_once(
        6, lambda n: codes(town.send(trip("t", "08:00", "08:30"), provider=town.providers[n]))
    )
    assert sorted(answers) == [["counted"]] + [["overlap.time"]] * 5
    assert town.balance()[0] == 40_000
    assert book.proof().is_clean


# -- by key


def test_a_key_counts_once_for_everybody(
    db: None, example_city: object, fixed_clock: FixedClock
) -> None:
    town = town_open(providers=2)
    assert codes(town.send(charge("a1", "session-1"))) == ["counted"]
    result = town.send(charge("a2", "session-1", subject="u1"))
    assert codes(result) == ["overlap.key"]
    assert "新能源汽车充电" in result.receipts["message"][0]
    assert codes(
        town.send(charge("x1", "session-1", subject="u2"), provider=town.providers[1])
    ) == ["overlap.key"]
    assert (
        codes(town.send(charge("a3", "session-2"), charge("a4", None), charge("a5", None)))
        == ["counted"] * 3
    )
    assert [town.balance(n)[0] for n in range(3)] == [6_500_000 * 4, 0, 0]


def test_only_a_digest_of_the_key_is_kept_as_claim(town: Town) -> None:
    town.send(charge("a1", "invoice-4711"))
    ((digest,),) = rows("select key_digest from scenarios_claim")
    assert len(digest) == 32
    assert "4711" not in digest


def test_within_a_batch_the_first_claims(town: Town) -> None:
    result = town.send(charge("a1", "k"), charge("a2", "k", subject="u1"), charge("a3", "k"))
    assert codes(result) == ["counted", "overlap.key", "overlap.key"]
    assert value("select count(*) from scenarios_claim") == 1


def test_what_was_not_counted_claims_nothing(town: Town) -> None:
    town.send(charge("a1", "k") | {"energy": -1})
    assert codes(town.send(charge("a2", "k"))) == ["counted"]


def test_a_withdrawn_act_frees_its_key(town: Town) -> None:
    town.send(charge("a1", "k"))
    town.withdraw("a1")
    assert value("select count(*) from scenarios_claim") == 0
    assert codes(town.send(charge("a2", "k", subject="u1"))) == ["counted"]
    assert codes(town.correct(charge("a1", "k", duration=600))) == ["overlap.key"]


def test_a_correction_moves_the_claim(town: Town) -> None:
    town.send(charge("a1", "k1"))
    assert codes(town.correct(charge("a1", "k1") | {"energy": 20.0})) == ["counted"]
    assert codes(town.correct(charge("a1", "k2"))) == ["counted"]
    assert value("select count(*) from scenarios_claim") == 1
    assert codes(town.send(charge("a2", "k1"), charge("a3", "k2"))) == ["counted", "overlap.key"]
    assert codes(town.correct(charge("a1", "k1"))) == ["overlap.key"]
    assert codes(town.send(charge("a4", "k2"))) == ["counted"], (
        "a1 counts no more and claims no more"
    )
    assert book.proof().is_clean


def test_a_correction_that_counts_no_more_frees_its_key(town: Town) -> None:
    town.send(charge("a1", "k1"))
    town.correct(record("a1", scenario="living/electricity", energy=500.0))
    assert value("select count(*) from scenarios_claim") == 0
    assert codes(town.send(charge("a2", "k1"))) == ["counted"]


def test_hefei_one_order_among_three_scenarios(hefei_town: Town) -> None:
    answers = []
    for name in ("consumption/takeaway", "living/less_plastic", "consumption/green_packaging"):
        given = {
            declared.name: declared.choices[0] if declared.choices else float(declared.minimum)
            for declared in pack().inputs_for(name, date(2026, 3, 10)).values()
            if declared.required
        }
        answers += codes(hefei_town.send(record(name, scenario=name, asset_key="order-1", **given)))
    assert answers == ["counted", "overlap.key", "overlap.key"]


def test_two_providers_claim_one_key_at_once(
    committed: None, example_city: object, fixed_clock: FixedClock
) -> None:
    town = town_open(providers=6, people=6)
    for turn in range(3):
        keys = [f"k{turn}-{n}" for n in range(5)]

        def deliver(n: int, keys: list[str] = keys, turn: int = turn) -> list[str]:
            order = keys if n % 2 else keys[::-1]
            batch = [charge(f"{turn}-{key}", key, subject=f"u{n}") for key in order]
            return codes(town.send(*batch, provider=town.providers[n]))

        answers = at_once(6, deliver)
        assert sum(answer.count("counted") for answer in answers) == 5
        assert sum(answer.count("overlap.key") for answer in answers) == 25
    assert value("select count(*) from scenarios_claim") == 15
    assert sum(town.balance(n)[0] for n in range(6)) == 15 * 6_500_000
    assert book.proof().is_clean


def test_a_collision_that_never_ends_is_an_error_and_keeps_nothing(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def collide(*_: object, **__: object) -> None:
        tries.append(1)
        raise psycopg.errors.UniqueViolation("scenarios_claim_once")

    monkeypatch.setattr(ingestion.overlaps, "claims_write", collide)
    with pytest.raises(psycopg.errors.UniqueViolation):
        town.send(charge("a1", "k"))
    assert len(tries) == ingestion.ATTEMPTS
    assert value("select count(*) from scenarios_act") == 0
