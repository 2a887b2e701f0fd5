"""Columns for the pipeline: numbers, choices, units, times."""

import json
from datetime import UTC, datetime

import polars as pl
import pytest

from tanpuhui.engine.units import parse_unit
from tanpuhui.httpapi import fields, frames, records


class Wanted:
    """Stands for a declared input."""

    def __init__(self, unit: str = "", choices: tuple[str, ...] = ()) -> None:
        self.unit = parse_unit(unit) if unit else None
        self.choices = choices


WANTED = {"distance": Wanted("km"), "duration": Wanted("s"), "kind": Wanted(choices=("a", "1"))}


def frame_of(*quantities, occurred_at="2026-03-10T08:00:00+08:00", **changes) -> pl.DataFrame:
    rows = [
        {
            "item_no": f"M{n}",
            "subject": f"u-{n}",
            "scenario": "travel/metro",
            "occurred_at": occurred_at,
            "quantities": sent,
        }
        | changes
        for n, sent in enumerate(quantities)
    ]
    _, decoded = records.decode_batch(json.dumps({"batch_no": "b", "records": rows}).encode())
    return frames.record_frame(decoded, lambda _scenario: WANTED)


def test_numbers_are_floats_and_absent_is_null():
    frame = frame_of({"distance": 1.25, "duration": 60}, {"distance": 3, "duration": None})
    assert frame["q_distance"].to_list() == [1.25, 3.0]
    assert frame["q_duration"].to_list() == [60.0, None]
    assert frame["refused"].to_list() == [None, None]
    assert frame["line"].to_list() == [1, 2]


def test_choices_are_texts():
    assert frame_of({"kind": "a"}, {"kind": 1})["q_kind"].to_list() == ["a", "1"]


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"value": 1200, "unit": "m"}, 1.2),
        ({"value": 1.5, "unit": "km"}, 1.5),
        ({"value": 0.1, "unit": "km"}, 0.1),
        ({"value": 333, "unit": "mm"}, 0.000333),
    ],
)
def test_convertible_units(sent, expected):
    frame = frame_of({"distance": sent})
    assert frame["q_distance"].to_list() == [expected]
    assert frame["refused"].to_list() == [None]


@pytest.mark.parametrize("unit", ["kWh", "mile", "", "m2", "公里", "km/h", "("])
def test_other_units(unit):
    frame = frame_of({"distance": {"value": 1, "unit": unit}}, {"distance": 2})
    assert frame["refused"].to_list() == ["record.wrong_unit|distance", None]


def test_conversion_is_exact_or_refused():
    assert fields.converted(Wanted("h"), 100, "s") is None
    assert fields.converted(Wanted("h"), 90, "s") is not None


@pytest.mark.parametrize("text", ["12.5", "十二", "", "1e3", "NaN"])
def test_text_where_a_number_belongs(text):
    frame = frame_of({"distance": text}, {"distance": 2})
    assert frame["refused"].to_list() == ["record.not_a_number|distance", None]
    assert frame["q_distance"].to_list() == [None, 2.0]


@pytest.mark.parametrize("name", ["track", "lat", "coordinates"])
def test_tracks_hidden_in_a_quantity(name):
    frame = frame_of({"distance": 1, name: 31.8}, {"distance": 1})
    assert frame["refused"].to_list() == [f"record.raw_track_refused|{name}", None]
    assert f"q_{name}" not in frame.columns


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026-03-10T08:00:00+08:00", 0),
        ("2026-03-10T08:00:00.250+08:00", 0),
        ("2026-03-10T00:00:00Z", 0),
        ("2026-03-09T20:00:00-05:00", 1),
    ],
)
def test_times_with_an_offset(text, hour):
    moment = frame_of({}, occurred_at=text)["occurred_at"][0]
    assert moment.replace(microsecond=0) == datetime(2026, 3, 10, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["2026-03-10T08:00:00", "2026-03-10", "2026-02-30T08:00:00+08:00", "now", "", "1773100800"],
)
def test_other_times(text):
    frame = frame_of({}, occurred_at=text)
    assert frame["occurred_at"].to_list() == [None]
    assert frame["refused"][0].startswith("time.missing|")


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"item_no": ""}, "record.item_missing|item_no"),
        ({"subject": ""}, "subject.missing|subject"),
        ({"item_no": "x" * 121}, "record.malformed|item_no"),
        ({"item_no": "a\u0000b"}, "record.malformed|item_no"),
        ({"subject": "a\nb"}, "record.malformed|subject"),
        ({"asset_key": "k" * 121}, "record.malformed|asset_key"),
    ],
)
def test_texts_that_cannot_be_kept(changes, refused):
    assert frame_of({}, **changes)["refused"].to_list() == [refused]
