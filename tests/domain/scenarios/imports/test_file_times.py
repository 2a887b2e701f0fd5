"""Clock changes, zones, midnight, date styles, months."""

import pytest
from tests.domain.scenarios.imports.reading_files import profile, read, written

FORM = """
id: meter
title: 读数
file: {kind: csv}
time_zone: ZONE
record:
  item_no: [rider, "@time"]
  subject: rider
  scenario: living/water
  occurred_at: {column: at, formats: FORMATS MORE}
quantities:
  volume: {column: gallons, unit: gal_us, to: m3}
"""


def times(tmp_path, zone: str, formats: str, values: list[str], more: str = ""):
    text = FORM.replace("ZONE", f'"{zone}"').replace("FORMATS", formats).replace("MORE", more)
    data = "rider,at,gallons,zone\n" + "".join(f'r1,"{value}",1000,\n' for value in values)
    frame = read(written(tmp_path, data), profile(text))
    instants = [at.isoformat() if at else None for at in frame["occurred_at"]]
    return instants, frame


def test_clock_changes_of_new_york(tmp_path):
    values = [
        "2024-03-10 01:59:59",
        "2024-03-10 02:30:00",
        "2024-11-03 01:30:00",
        "2024-11-03 02:00:00",
    ]
    instants, frame = times(tmp_path, "America/New_York", '"%Y-%m-%d %H:%M:%S"', values)
    assert instants == ["2024-03-10T06:59:59+00:00", None, None, "2024-11-03T07:00:00+00:00"]
    assert frame["refused"].to_list() == [
        None, "record.time_nonexistent", "record.time_ambiguous", None,
    ]  # fmt: skip


@pytest.mark.parametrize(("choice", "hour"), [("earliest", "05"), ("latest", "06")])
def test_the_doubled_hour_may_be_chosen(tmp_path, choice, hour):
    instants, _ = times(
        tmp_path, "America/New_York", '"%Y-%m-%d %H:%M:%S"', ["2024-11-03 01:30:00"],
        f", ambiguous: {choice}",
    )  # fmt: skip
    assert instants == [f"2024-11-03T{hour}:30:00+00:00"]


def test_fixed_offset_knows_no_clock_change(tmp_path):
    instants, _ = times(tmp_path, "+10:00", '"%Y-%m-%d %H:%M:%S"', ["2011-10-02 02:30:00"])
    assert instants == ["2011-10-01T16:30:00+00:00"]


def test_offsets_in_the_text_win(tmp_path):
    values = ["2020-10-25T02:30:00+02:00", "2020-10-25T02:30:00+01:00", "2020-10-25T02:30:00"]
    instants, frame = times(tmp_path, "Europe/Paris", '"%Y-%m-%dT%H:%M:%S%:z"', values)
    assert instants == ["2020-10-25T00:30:00+00:00", "2020-10-25T01:30:00+00:00", None]
    assert frame["refused"][2] == "record.time_unreadable"


def test_http_dates_and_epochs(tmp_path):
    formats = '["%a, %d %b %Y %H:%M:%S GMT", epoch_ms], zone: UTC'
    instants, _ = times(
        tmp_path, "America/Los_Angeles", formats, ["Mon, 25 Mar 2019 16:24:42 GMT", "1553531082000"]
    )
    assert instants == ["2019-03-25T16:24:42+00:00"] * 2


def test_one_day_in_two_spellings_is_one_item(tmp_path):
    values = ["04/12/2016", "4/12/2016", "13/12/2016"]
    instants, frame = times(tmp_path, "UTC", '"%m/%d/%Y"', values, ", precision: day")
    assert instants == ["2016-04-12T04:00:00+00:00"] * 2 + [None]  # noon in the city
    assert frame["item_no"].to_list() == ["r1-2016-04-12", "r1-2016-04-12", None]


def test_a_month_is_its_last_day_wherever_the_file_comes_from(tmp_path):
    instants, frame = times(
        tmp_path, "America/Chicago", '["%Y%m", "%Y / %m"]', ["201202", "1993 / 11", "201213"],
        ", precision: month",
    )  # fmt: skip
    assert instants == ["2012-02-29T04:00:00+00:00", "1993-11-30T04:00:00+00:00", None]
    assert frame["item_no"][0] == "r1-2012-02"
    assert abs(frame["q_volume"][0] - 3.785411784) < 1e-12


def test_zone_by_row(tmp_path):
    text = FORM.replace("ZONE", "UTC").replace("FORMATS", '"%Y-%m-%d %H:%M"')
    text = text.replace("MORE", ", zone_column: place, zones: {Karachi: Asia/Karachi}")
    data = "rider,at,gallons,place\n" + "".join(
        f"r1,2016-02-01 10:00,1,{place}\n" for place in ["Karachi", "Asia/Colombo", "Mars"]
    )
    frame = read(written(tmp_path, data), profile(text))
    hours = [at.hour * 60 + at.minute if at else None for at in frame["occurred_at"]]
    assert hours == [5 * 60, 4 * 60 + 30, None]
    assert frame["refused"].to_list() == [None, None, "record.zone_unknown"]
