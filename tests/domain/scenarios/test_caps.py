"""Ceilings: by number and by mass, a day, month and year, within a batch, across batches, at once."""

from pathlib import Path
from typing import Any

import pytest
from tests.conftest import FixedClock
from tests.factories.cities import changed_pack, living_in
from tests.factories.database import rows, value
from tests.factories.parallel import at_once
from tests.factories.town import Town, codes, grams, record, town_open

from tanpuhui.domain.ledger import selectors as book

METRO = "scenarios/travel/metro.yaml"
DAY_CAP = "- {per: day, of: acts, limit: 20, source: example-proposal#上限}"


def capped(tmp_path: Path, *caps: str) -> Path:
    """The example city with these caps on its metro (40 g a kilometre)."""
    lines = "\n  ".join(f"- {{{cap}, source: example-proposal#上限}}" for cap in caps)
    return changed_pack(tmp_path / "capped", {METRO: {DAY_CAP: lines}})


def rides(day: str, *distances: float, hour: int = 6, **given: Any) -> list[dict[str, Any]]:
    """Rides of one day, half an hour apart."""
    return [
        record(
            f"{day}-{hour}-{n}",
            occurred_at=f"{day}T{hour + n // 2:02d}:{n % 2 * 30:02d}:00+08:00",
            distance=distance,
            **given,
        )
        for n, distance in enumerate(distances)
    ]


@pytest.fixture
def few(tmp_path: Path, db: None, fixed_clock: FixedClock):
    """A town with three metro rides a day."""
    with living_in(capped(tmp_path, "per: day, of: acts, limit: 3")):
        yield town_open(providers=2)


def test_the_cap_is_reached_and_not_passed(few: Town) -> None:
    result = few.send(*rides("2026-03-09", 1, 1, 1, 1, 1))
    assert codes(result) == ["counted"] * 3 + ["cap.day"] * 2
    assert grams(result) == [40, 40, 40, 0, 0]
    assert "每日上限 3 次" in result.receipts["message"][3]
    assert few.balance()[0] == 120_000
    assert rows(
        "select quantified_mg, reduction_mg, points from scenarios_act where reason_no = 70"
    ) == [
        (40_000, 0, 0),
        (40_000, 0, 0),
    ], "what is above the cap is quantified and kept, and counts nothing"


def test_earlier_acts_come_first_whatever_the_order_sent(few: Town) -> None:
    batch = rides("2026-03-09", 1, 2, 3, 4)
    result = few.send(*reversed(batch))
    assert codes(result) == ["cap.day", "counted", "counted", "counted"]
    assert grams(result) == [0, 120, 80, 40]


def test_across_batches_providers_and_people(few: Town) -> None:
    first = few.send(*rides("2026-03-09", 1, 1))
    second = few.send(*rides("2026-03-09", 1, 1, hour=9), provider=few.providers[1])
    assert (codes(first), codes(second)) == (["counted"] * 2, ["counted", "cap.day"])
    assert codes(few.send(*rides("2026-03-09", 1, hour=12))) == ["cap.day"]
    assert codes(few.send(*rides("2026-03-08", 1, hour=12))) == ["counted"], "another day"
    assert codes(few.send(*rides("2026-03-09", 1, hour=15, subject="u1"))) == ["counted"], (
        "another person"
    )
    bus = record("bus", scenario="travel/bus", occurred_at="2026-03-09T18:00:00+08:00")
    assert codes(few.send(bus)) == ["counted"], "another scenario"


def test_late_data_meets_the_cap_of_its_day(few: Town) -> None:
    few.send(*rides("2026-03-01", 1, 1))
    few.send(*rides("2026-03-09", 1, 1, 1))
    result = few.send(*rides("2026-03-01", 1, 1, hour=9))
    assert codes(result) == ["counted", "cap.day"]


def test_refused_and_repeated_records_take_no_room(few: Town) -> None:
    batch = rides("2026-03-09", 1, 1, 1)
    result = few.send(
        record("bad", occurred_at="2026-03-09T05:00:00+08:00", distance=-1), batch[0], *batch
    )
    assert codes(result) == ["record.out_of_bounds", *["counted"] * 4]
    assert result.counts == {"counted": 3, "record.out_of_bounds": 1, "repeated": 1}


def test_lost_trips_take_no_room(few: Town) -> None:
    trips = rides("2026-03-09", 1, 1, 1, duration=1800)
    overlapping = record("o", occurred_at="2026-03-09T06:10:00+08:00", distance=1, duration=60)
    result = few.send(trips[0], overlapping, *trips[1:])
    assert codes(result) == ["counted", "overlap.time", "counted", "counted"]


def test_acts_without_a_reduction_take_no_room_however_they_are_sent(town: Town) -> None:
    def power(item: str, energy: float, day: int) -> dict[str, Any]:
        return record(
            item,
            scenario="living/electricity",
            energy=energy,
            occurred_at=f"2026-03-{day:02d}T08:00:00+08:00",
        )

    together = town.send(power("a1", 500, 1), power("a2", 100, 2), power("a3", 100, 3))
    assert codes(together) == ["act.no_reduction", "counted", "cap.month"]
    one_by_one = [
        codes(town.send(power(f"b{n}", energy, n) | {"subject": "u1"}))[0]
        for n, energy in enumerate((500, 100, 100), 1)
    ]
    assert one_by_one == ["act.no_reduction", "counted", "cap.month"]


def test_a_cap_of_mass_cuts_the_act_that_crosses_it(
    tmp_path: Path, db: None, fixed_clock: FixedClock
) -> None:
    with living_in(capped(tmp_path, "per: day, of: mass_g, limit: 100")):
        town = town_open()
        result = town.send(*rides("2026-03-09", 2, 1, 0.001))
        assert (codes(result), grams(result)) == (["counted", "counted", "cap.day"], [80, 20, 0])
        assert result.receipts["points"].to_list() == [1, 0, 0]
        assert "超出每日上限 100 克的部分未计入" in result.receipts["message"][1]
        assert rows("select quantified_mg, reduction_mg from scenarios_act order by item_no") == [
            (80_000, 80_000),
            (40_000, 20_000),
            (40, 0),
        ]
        assert town.balance()[0] == 100_000
        assert codes(town.send(*rides("2026-03-09", 1, hour=15))) == ["cap.day"]
        assert grams(town.send(*rides("2026-03-08", 3))) == [100]
        assert book.proof().is_clean


@pytest.mark.parametrize(
    ("per", "inside", "outside"),
    [
        ("month", ["2026-03-01", "2026-03-09", "2026-03-05"], ["2026-02-28", "2025-03-05"]),
        ("year", ["2026-01-01", "2026-03-09", "2026-02-01"], ["2025-12-31"]),
    ],
)
@pytest.mark.parametrize("together", [True, False])
def test_months_and_years(  # noqa: PLR0917
    tmp_path: Path,
    db: None,
    fixed_clock: FixedClock,
    per: str,
    inside: list[str],
    outside: list[str],
    together: bool,
) -> None:
    with living_in(capped(tmp_path, f"per: {per}, of: acts, limit: 2")):
        town = town_open()
        batches = [rides(day, 1) for day in [*inside, *outside]]
        if together:
            answers = codes(town.send(*(one for batch in batches for one in batch)))
            # within one batch the earlier acts come first
            late = sorted(inside)[2]
            assert answers == [
                f"cap.{per}" if day == late else "counted" for day in [*inside, *outside]
            ]
        else:
            assert [codes(town.send(*batch))[0] for batch in batches] == [
                "counted",
                "counted",
                f"cap.{per}",
                *["counted"] * len(outside),
            ]
        assert town.balance()[0] == 40_000 * (2 + len(outside))


def test_several_caps_together(tmp_path: Path, db: None, fixed_clock: FixedClock) -> None:
    caps = [
        "per: day, of: acts, limit: 2",
        "per: month, of: mass_g, limit: 150",
        "per: year, of: mass_g, limit: 400",
    ]
    with living_in(capped(tmp_path, *caps)):
        town = town_open()
        result = town.send(*rides("2026-03-01", 1, 1, 1), *rides("2026-03-02", 1, 2))
        assert (codes(result), grams(result)) == (
            ["counted", "counted", "cap.day", "counted", "counted"],
            [40, 40, 0, 40, 30],
        )
        assert codes(town.send(*rides("2026-03-03", 1))) == ["cap.month"]
        late = town.send(*rides("2026-02-01", 5), *rides("2026-01-01", 5))
        assert grams(late) == [100, 150], "January comes first, whatever the order sent"
        assert codes(town.send(*rides("2026-02-02", 1))) == ["cap.year"]
        assert town.balance()[0] == 400_000


def test_one_batch_or_many_batches_count_the_same(
    tmp_path: Path, db: None, fixed_clock: FixedClock
) -> None:
    caps = ["per: day, of: acts, limit: 2", "per: month, of: mass_g, limit: 190"]
    batch = [one for day in range(1, 6) for one in rides(f"2026-03-{day:02d}", 1.1, 0.7, 1)]
    with living_in(capped(tmp_path, *caps)):
        town = town_open()
        together = town.send(*batch)
        singly = [
            town.send(one | {"subject": "u1", "item_no": f"s{n}"}) for n, one in enumerate(batch)
        ]
    assert grams(together) == [grams(one)[0] for one in singly]
    assert town.balance(0) == town.balance(1) == (190_000, town.balance(0)[1])


def test_hefei_metro_five_a_day_and_charging_sixty_kilograms_a_month(hefei_town: Town) -> None:
    assert codes(hefei_town.send(*rides("2026-03-09", 5, 5, 5, 5, 5, 5))) == ["counted"] * 5 + [
        "cap.day"
    ]
    charges = [
        record(
            f"c{n}",
            scenario="travel/ev_charging",
            energy=60.0,
            duration=7200,
            asset_key=f"k{n}",
            occurred_at=f"2026-03-0{n}T08:00:00+08:00",
        )
        for n in range(1, 6)
    ]
    before = hefei_town.balance()[0]
    result = hefei_town.send(*charges)
    assert hefei_town.balance()[0] - before == result.reduction_mg == 60_000_000
    assert codes(result)[-1] == "cap.month"


# -- at once


def test_eight_providers_at_once_share_one_persons_cap(
    committed: None, tmp_path: Path, fixed_clock: FixedClock
) -> None:
    with living_in(
        capped(tmp_path, "per: day, of: acts, limit: 3", "per: month, of: mass_g, limit: 1000")
    ):
        town = town_open(providers=8)

        def rides_of(n: int) -> list[dict[str, Any]]:
            return [
                record(
                    f"r{hour}",
                    occurred_at=f"2026-03-09T{6 + hour:02d}:{n * 7:02d}:00+08:00",
                    subject=f"u{hour % 3}",
                    distance=3,
                )
                for hour in range(12)
            ]

        answers = at_once(8, lambda n: town.send(*rides_of(n), provider=town.providers[n]))
        assert sum(answer.counts.get("counted", 0) for answer in answers) == 9
        assert sum(answer.counts.get("cap.day", 0) for answer in answers) == 8 * 12 - 9
        assert [town.balance(n)[0] for n in range(3)] == [360_000] * 3
        assert value("select count(*) from scenarios_act where reason_no = 0") == 9
        assert book.proof().is_clean


def test_a_mass_cap_holds_at_once(committed: None, tmp_path: Path, fixed_clock: FixedClock) -> None:
    with living_in(capped(tmp_path, "per: year, of: mass_g, limit: 500")):
        town = town_open(people=1, providers=6)
        at_once(6, lambda n: town.send(*rides(f"2026-03-0{n + 1}", 3), provider=town.providers[n]))
        assert town.balance() == (500_000, value("select sum(points) from scenarios_act"))
        assert sorted(mg for (mg,) in rows("select reduction_mg from scenarios_act")) == [
            0,
            20_000,
            120_000,
            120_000,
            120_000,
            120_000,
        ]
        assert book.proof().is_clean
