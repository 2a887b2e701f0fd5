"""From what was sent to milligrams and points: rounding at the door, absent inputs, choices, bounds."""

from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.factories.database import counts, rows, value
from tests.factories.town import SYSTEM, Town, codes, frame, grams, record

from tanpuhui.domain.scenarios import services


def stored(item: str = "a1") -> tuple[Any, ...]:
    """(inputs, quantified mg, counted mg, points) of an act."""
    (found,) = rows(
        "select inputs, quantified_mg, reduction_mg, points from scenarios_act where item_no = %s",
        item,
    )
    return found


def bike(**given: Any) -> dict[str, Any]:
    return record(scenario="travel/shared_bike", **({"distance": 1.0, "duration": 3600} | given))


def power(energy: Any, **given: Any) -> dict[str, Any]:
    return record(scenario="living/electricity", energy=energy, **given)


def test_a_ride_by_hand(town: Town) -> None:
    # 2026: 120 g/km less 0.1 kWh/km ÷ (1 − 20 %) × 600 g/kWh = 45 g/km, at most 40 g/km; 20 points a kg.
    result = town.send(record(distance=5.5))
    assert stored() == ([5500, None], 220_000, 220_000, 4)
    assert (result.reduction_mg, result.points) == (220_000, 4)
    assert result.receipts.row(0) == (1, "a1", "counted", "counted", "已入账。", 220_000, 4)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (1.0004, 1000),
        (1.0005, 1001),
        (1.0015, 1002),
        (1.115, 1115),
        (2.6745, 2675),
        (8.0005, 8001),
        (0.0005, 1),
        (199.9995, 200_000),
        (200.0004, 200_000),
        ("1.0005", 1001),
        ("1e1", 10_000),
        ("5.5", 5500),
        (17, 17_000),
    ],
)
def test_the_door_rounds_half_up_as_written(town: Town, sent: Any, kept: int) -> None:
    assert codes(town.send(record(distance=sent))) == ["counted"]
    assert stored()[0] == [kept, None]


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (0.0004, "record.out_of_bounds"),
        (0.001, "counted"),
        (200.0, "counted"),
        (200.0005, "record.out_of_bounds"),
        (200.001, "record.out_of_bounds"),
    ],
)
def test_bounds_on_both_sides(town: Town, sent: float, code: str) -> None:
    assert codes(town.send(record(distance=sent))) == [code]


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (29, "record.out_of_bounds"),
        (30, "counted"),
        (86400, "counted"),
        (86401, "record.out_of_bounds"),
    ],
)
def test_bounds_of_a_field(town: Town, seconds: int, code: str) -> None:
    assert codes(town.send(record(distance=0.001, duration=seconds))) == [code]


def test_an_input_left_out_takes_its_absent_value_and_is_kept_as_left_out(town: Town) -> None:
    town.send(power(100.0))
    # three persons: 180 kWh, 80 saved, 600 g each
    assert stored() == ([100_000, None, None], 48_000_000, 48_000_000, 960)


def test_an_input_sent_is_used(town: Town) -> None:
    town.send(power(100.0, own_history=120.0, persons="7"))
    assert stored() == ([100_000, 120_000, 6], 12_000_000, 12_000_000, 240)


def test_an_absent_column_and_an_absent_value_are_the_same(town: Town) -> None:
    town.send(record("a1"), record("a2", occurred_at="2026-03-10T09:00:00+08:00", duration=None))
    assert stored("a1") == stored("a2")
    town.send(
        record("b1", occurred_at="2026-03-10T10:00:00+08:00", duration=600),
        record("b2", occurred_at="2026-03-10T11:00:00+08:00"),
    )
    assert (stored("b1")[0], stored("b2")[0]) == ([5500, 600], [5500, None])


def test_fields_of_one_scenario_do_not_stray_into_another(town: Town) -> None:
    result = town.send(
        record("a1"),
        bike(item_no="a2", occurred_at="2026-03-10T09:00:00+08:00"),
        record("a3", scenario="travel/walking", steps=8000),
        record("a4", scenario="travel/bus", occurred_at="2026-03-10T06:00:00+08:00"),
        record("a5", scenario="travel/bus", steps=1, occurred_at="2026-03-10T05:00:00+08:00"),
    )
    assert codes(result) == ["counted"] * 4 + ["record.unknown_field"]
    assert grams(result) == [220, 42.5, 0, 250.5, 0]
    assert result.receipts["points"].to_list() == [4, 0, 5, 5, 0]
    assert "steps" in result.receipts["message"][4]


@pytest.mark.parametrize("sent", ["7", 7, 7.0])
def test_a_choice_may_be_written_as_a_number(town: Town, sent: Any) -> None:
    assert codes(town.send(power(100.0, persons=sent))) == ["counted"]
    assert stored()[0][2] == 6


@pytest.mark.parametrize(
    "sent", [0, 8, 6.5, -1, float("nan"), float("inf"), 1e30, "seven", "07", " 7"]
)
def test_what_is_no_choice_is_refused(town: Town, sent: Any) -> None:
    result = town.send(power(100.0, persons=sent))
    assert codes(result) == ["record.unknown_choice"]
    assert "1、2、3" in result.receipts["message"][0]


def test_an_optional_choice_left_out(town: Town) -> None:
    sent = {"scenario": "travel/ride_hailing", "distance": 10.0, "duration": 1200}
    town.send(
        record("a1", **sent),
        record("a2", **sent, electric="yes", occurred_at="2026-03-10T09:00:00+08:00"),
    )
    assert [stored("a1")[1], stored("a2")[1]] == [100_000, 450_000]


@pytest.mark.parametrize(
    ("distance", "duration", "code"),
    [
        (20.0, 600, "counted"),
        (20.001, 600, "record.implausible"),
        (20.0, 599, "record.implausible"),
        (120.0, 3600, "counted"),
        (120.0, None, "counted"),
    ],
)
def test_a_speed_of_exactly_the_limit_is_plausible(
    town: Town, distance: float, duration: int | None, code: str
) -> None:
    result = town.send(record(distance=distance, duration=duration))
    assert codes(result) == [code]
    if code != "counted":
        assert "120 km/h" in result.receipts["message"][0]


def test_watt_hours_taken_for_kilowatt_hours_are_implausible(town: Town) -> None:
    charge = {"scenario": "travel/ev_charging", "duration": 3600}
    result = town.send(record("a1", energy=500.0, **charge), record("a2", energy=1500.0, **charge))
    assert codes(result) == ["counted", "record.implausible"]


@pytest.mark.parametrize("dtype", [pl.Int64, pl.Int8, pl.Float32, pl.Float64, pl.String])
def test_columns_of_any_number_type(town: Town, dtype: Any) -> None:
    records = frame([record(distance=5.0)]).with_columns(pl.col("q_distance").cast(pl.Float64))
    records = records.with_columns(pl.col("q_distance").cast(pl.Int64).cast(dtype))
    result = services.acts_ingest(
        actor=SYSTEM, provider_id=town.provider, batch_no="b", channel="api", records=records
    )
    assert codes(result) == ["counted"]
    assert stored()[0] == [5000, None]


def test_half_up_to_grams_where_the_methodology_says_so(town: Town) -> None:
    # 154.321 g/kg × 0.9 × 0.005 kg = 0.694445 g → 694 mg, half up
    result = town.send(record(scenario="living/recycling", weight=0.005, category="glass"))
    assert grams(result) == [0.694]
    result = town.send(record("a2", scenario="living/recycling", weight=0.001, category="plastic"))
    assert grams(result) == [1.08]  # 1200.5 × 0.9 × 0.001 = 1.08045


def test_points_follow_the_dated_rule(town: Town) -> None:
    result = town.send(
        record("a1", occurred_at="2019-12-31T08:00:00+08:00", distance=100.0),
        record("a2", occurred_at="2020-01-01T08:00:00+08:00", distance=100.0),
    )
    assert result.receipts["points"].to_list() == [
        stored("a1")[1] * 10 // 10**6,
        stored("a2")[1] * 20 // 10**6,
    ]


# -- batches as a whole


def test_a_batch_of_nothing(town: Town) -> None:
    result = town.send()
    assert (result.counts, result.receipts.height, result.reduction_mg) == ({}, 0, 0)
    assert counts() | {"scenarios_batch": 0} == dict.fromkeys(counts(), 0)
    assert rows("select records, counts, journal_id from scenarios_batch") == [(0, "{}", None)]


def test_ten_thousand_records(town: Town) -> None:
    rng = np.random.default_rng(1)
    size = 10_000
    distance = rng.integers(1, 200_000, size) / 1000
    start = np.datetime64("2026-02-01T00:00:00", "us")
    records = pl.DataFrame(
        {
            "line": np.arange(1, size + 1),
            "item_no": [f"m{n}" for n in range(size)],
            "subject": [f"u{n % 3}" for n in range(size)],
            "scenario": ["travel/metro"] * size,
            "occurred_at": pl.Series(start + np.arange(size) * np.timedelta64(240, "s")).cast(
                pl.Datetime("us", "UTC")
            ),
            "q_distance": distance,
        }
    )
    result = services.acts_ingest(
        actor=SYSTEM, provider_id=town.provider, batch_no="big", channel="file", records=records
    )
    assert set(result.counts) == {"counted", "cap.day"}
    assert sum(result.counts.values()) == size
    counted = result.receipts.with_row_index().filter(pl.col("code") == "counted")
    expected = [round(distance[i] * 1000) * 40 for i in counted["index"].to_list()]
    assert counted["reduction_mg"].to_list() == expected
    assert result.reduction_mg == sum(expected) == sum(town.balance(n)[0] for n in range(3))
    assert value("select count(*) from scenarios_act") == size
    # 20 a day for each of 3 people, on every whole day
    per_day = rows(
        "select count(*) filter (where reason_no = 0) from scenarios_act group by account_id, occurred_on"
    )
    assert {n for (n,) in per_day} <= set(range(21))


def test_a_dry_run_answers_alike_and_keeps_nothing(town: Town) -> None:
    batch = [record("a1"), record("a2", distance=-1), record("a3", subject="nobody"), record("a1")]
    before = counts()
    dry = town.send(*batch, dry_run=True)
    assert (dry.batch_id, dry.dry_run) == (None, True)
    assert (counts(), town.balance()) == (before, (0, 0))
    wet = town.send(*batch)
    assert wet.receipts.equals(dry.receipts)
    assert (wet.counts, wet.reduction_mg, wet.points) == (dry.counts, dry.reduction_mg, dry.points)
    assert wet.batch_id is not None


def test_control_characters_and_endless_texts_refuse_their_record_only(town: Town) -> None:
    result = town.send(
        record("a\x00b"),
        record("a\x1fb"),
        record("x" * 121),
        record("号" * 41),
        record("a5", asset_key="k\x00"),
        record("a6", asset_key="k" * 121),
        record("a7", subject="u0\x00"),
        record("ok"),
        record("a9", **{"colour\x00": 1.0}),
        record("a10", refused="record.malformed|no\x00te", raw="ra\x00w" * 2000),
        record("a11", scenario="x\x00"),
    )
    assert codes(result) == [
        *["record.malformed"] * 6,
        "subject.unknown",
        "counted",
        "record.unknown_field",
        "record.malformed",
        "scenario.unknown",
    ]
    assert value("select count(*) from scenarios_act") == 1
    assert value("select max(length(raw)) from scenarios_refusal") == 4000


def test_emoji_and_rare_characters_are_kept_as_they_are(town: Town) -> None:
    result = town.send(record("骑行-𠮷-🚲"))
    assert codes(result) == ["counted"]
    assert value("select item_no from scenarios_act") == "骑行-𠮷-🚲"
