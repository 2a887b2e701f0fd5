"""The day of an act: midnight, the city's zone, late arrival, the version of that day."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import FixedClock
from tests.factories.cities import changed_pack, living_in
from tests.factories.database import rows, value
from tests.factories.town import Town, codes, grams, record, town_open

from tanpuhui.domain.scenarios.reasons import BY_CODE


def day_of(item: str = "a1") -> date:
    return value("select occurred_on from scenarios_act where item_no = %s", item)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-03-09T23:59:59.999999+08:00", date(2026, 3, 9)),
        ("2026-03-10T00:00:00+08:00", date(2026, 3, 10)),
        ("2026-03-09T15:59:59.999999Z", date(2026, 3, 9)),
        ("2026-03-09T16:00:00Z", date(2026, 3, 10)),
        ("2026-03-09T16:00:00+00:00", date(2026, 3, 10)),
        ("2026-03-09T08:00:00-08:00", date(2026, 3, 10)),
        ("2026-03-09T07:59:59-08:00", date(2026, 3, 9)),
        ("2026-03-10T05:30:00+14:00", date(2026, 3, 9)),
        ("2026-02-28T16:00:00Z", date(2026, 3, 1)),
        ("2025-12-31T16:00:00Z", date(2026, 1, 1)),
        ("2025-12-31T15:59:59Z", date(2025, 12, 31)),
    ],
)
def test_the_day_is_the_citys_whatever_the_offset(town: Town, at: str, day: date) -> None:
    assert codes(town.send(record(occurred_at=at))) == ["counted"]
    assert day_of() == day
    assert value("select distinct occurred_on from ledger_entry") == day


@pytest.mark.parametrize(
    "at",
    [
        "2025-03-09T02:30:00-05:00",
        "2025-03-30T02:30:00+01:00",
        "2025-10-26T02:30:00+02:00",
        "2025-11-02T01:30:00-04:00",
        "2025-11-02T01:30:00-05:00",
    ],
)
def test_other_countries_summer_time_changes_nothing(town: Town, at: str) -> None:
    town.send(record(occurred_at=at))
    assert value(
        "select occurred_on = (occurred_at at time zone 'Asia/Shanghai')::date"
        " and occurred_at = %s::timestamptz from scenarios_act",
        at,
    )


def test_the_citys_own_summer_time_of_1990(town: Town) -> None:
    # Shanghai was at +9 hours that summer: 15:30 UTC was already the next day.
    sent = {"scenario": "living/recycling", "weight": 1.0, "category": "paper"}
    town.send(
        record("a1", **sent, occurred_at="1990-06-30T15:30:00Z"),
        record("a2", **sent, occurred_at="1990-01-30T15:30:00Z"),
    )
    assert (day_of("a1"), day_of("a2")) == (date(1990, 7, 1), date(1990, 1, 30))


@pytest.mark.parametrize(
    ("at", "code"),
    [
        ("2026-03-10T12:00:00+08:00", "counted"),
        ("2026-03-10T12:10:00+08:00", "counted"),
        ("2026-03-10T12:10:00.000001+08:00", "time.future"),
        ("2026-03-10T20:00:00+08:00", "time.future"),
        ("2026-03-10T12:00:00+00:00", "time.future"),
        ("2026-03-11T00:00:00+08:00", "time.future"),
    ],
)
def test_a_clock_ahead_by_ten_minutes_is_forgiven_by_hours_is_not(
    town: Town, at: str, code: str
) -> None:
    assert codes(town.send(record(occurred_at=at))) == [code]


def test_tomorrow_by_a_forgiven_clock(town: Town, fixed_clock: FixedClock) -> None:
    fixed_clock.set("2026-03-31T23:55:00+08:00")
    assert codes(town.send(record(occurred_at="2026-04-01T00:04:00+08:00"))) == ["counted"]
    assert day_of() == date(2026, 4, 1)


def test_before_the_scenario(town: Town) -> None:
    result = town.send(
        record("a1", occurred_at="2009-12-31T23:59:59+08:00"),
        record("a2", occurred_at="2010-01-01T00:00:00+08:00"),
    )
    assert codes(result) == ["time.before_methodology", "counted"]
    assert "2010-01-01" in result.receipts["message"][0]


# -- late data: that day's version, that day's factor


def test_one_batch_over_every_change_of_rules(town: Town) -> None:
    days = ["2014-12-31", "2015-01-01", "2017-12-31", "2018-01-01", "2019-12-31", "2020-01-01"]
    result = town.send(
        *(record(day, occurred_at=f"{day}T08:00:00+08:00", distance=10.0) for day in days)
    )
    # v1: 120 − 0.1 × grid; v2: at most 40, 120 − 0.125 × grid; grid 800, 700 from 2015, 600 from 2020
    assert grams(result) == [400, 500, 500, 325, 325, 400]
    assert rows(
        "select act.item_no, filing.methodology from scenarios_act as act"
        " join methodology_filing as filing on filing.id = act.filing_id order by 1"
    ) == [(day, f"QC-TR-101/v{1 if day < '2018' else 2}") for day in days]


def test_the_higher_standard_rules_from_its_day(town: Town) -> None:
    bike = {"scenario": "travel/shared_bike", "distance": 10.0, "duration": 3600}
    result = town.send(
        record("a1", **bike, occurred_at="2018-12-31T08:00:00+08:00"),
        record("a2", **bike, occurred_at="2019-01-01T08:00:00+08:00"),
    )
    assert grams(result) == [500, 425]


def electricity(item: str, day: str, **given: Any) -> dict[str, Any]:
    return record(
        item,
        scenario="living/electricity",
        occurred_at=f"{day}+08:00",
        consumption=100.0,
        last_year=200.0,
        persons="3",
        tier=1,
        solar_capacity=0.0,
        **given,
    )


def test_hefei_electricity_on_both_sides_of_its_second_version(hefei_town: Town) -> None:
    result = hefei_town.send(
        electricity("old", "2025-12-31T23:59:59", asset_key="h1-2025-12"),
        electricity("new", "2026-01-01T00:00:00", asset_key="h1-2026-01"),
    )
    assert codes(result) == ["counted", "counted"]
    found = rows(
        "select item_no, methodology, quantified_mg from scenarios_act join methodology_filing as f"
        " on f.id = filing_id order by item_no"
    )
    old, new = found[1], found[0]
    assert (old[1], new[1]) == ("HF-LV-001/v1", "HF-LV-001/v2")
    # 180 kWh is the lower baseline: 80 saved; the second version counts at most 30 % of it, 54.
    assert old[2] * 54 == new[2] * 80


def test_hefei_late_electricity_by_the_version_of_its_day(
    hefei_town: Town, fixed_clock: FixedClock
) -> None:
    fixed_clock.set("2026-05-04T12:00:00+08:00")
    result = hefei_town.send(
        electricity("on", "2025-12-31T00:00:00"), electricity("late", "2025-12-30T23:59:59")
    )
    assert codes(result) == ["counted", "time.too_late"]
    assert "124" in result.receipts["message"][1]
    assert (
        value(
            "select methodology from methodology_filing where id = (select filing_id from scenarios_act)"
        )
        == "HF-LV-001/v1"
    )


@pytest.mark.parametrize(
    ("day", "code"), [("2026-01-07", "counted"), ("2026-01-06", "time.too_late")]
)
def test_hefei_metro_is_late_after_62_days(hefei_town: Town, day: str, code: str) -> None:
    assert codes(hefei_town.send(record(occurred_at=f"{day}T00:00:00+08:00"))) == [code]


def test_after_a_scenario_and_after_a_value_ended(
    db: None, tmp_path: Path, fixed_clock: FixedClock
) -> None:
    folder = changed_pack(
        tmp_path / "ending",
        {
            "scenarios/travel/metro.yaml": {
                "effective: {from: 2010-01-01}": "effective: {from: 2010-01-01, to: 2026-03-01}"
            },
            "methodologies/QC-TR-102/v1/methodology.yaml": {
                "2010-01-01: {value: 250.5, source: example-notice#出行}": "2010-01-01: {value: 250.5, source: example-notice#出行}\n      2026-03-05: null"
            },
        },
    )
    with living_in(folder):
        town = town_open()
        bus = {"scenario": "travel/bus"}
        result = town.send(
            record("m1", occurred_at="2026-02-28T23:59:59+08:00"),
            record("m2", occurred_at="2026-03-01T00:00:00+08:00"),
            record("b1", **bus, occurred_at="2026-03-04T23:59:59+08:00"),
            record("b2", **bus, occurred_at="2026-03-05T00:00:00+08:00"),
            record("b3", **bus, occurred_at="2026-03-06T00:00:00+08:00"),
        )
    assert codes(result) == [
        "counted",
        "time.after_methodology",
        "counted",
        *["time.after_methodology"] * 2,
    ]
    assert (
        value(
            "select count(*) from scenarios_refusal where reason_no = %s",
            BY_CODE["time.after_methodology"].no,
        )
        == 3
    )
