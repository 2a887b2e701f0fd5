"""Taps into trips, points into routes, half-hours into months, whatever the chunk borders."""

import json
import math
import random

import polars as pl
import pytest
from tests.domain.scenarios.imports.reading_files import profile, read, written

from tanpuhui.domain.scenarios.imports import pairing, source
from tanpuhui.domain.scenarios.imports.faults import FileError
from tanpuhui.domain.scenarios.imports.reading import Reading

TAPS = """
id: taps
title: 刷卡
file: {kind: csv}
time_zone: Asia/Shanghai
lookups:
  stations:
    kind: json
    file: stations.json
    list: "l[].st[]"
    key: name
    columns: {lon: {path: at, split: ",", part: 0}, lat: {path: at, split: ",", part: 1}}
derive:
  - {name: lon, lookup: stations, key: station, take: lon, suffix: 站, rename: {"?岭": 孖岭}}
  - {name: lat, lookup: stations, key: station, take: lat, suffix: 站, rename: {"?岭": 孖岭}}
pairing: {by: card, event: kind, start: in, end: out, single: bus}
record:
  item_no: [card, at]
  subject: card
  scenario: {column: kind, values: {in: travel/metro, out: travel/metro, bus: travel/bus}}
  occurred_at: {column: at, formats: "%Y-%m-%d %H:%M:%S"}
quantities:
  distance: {great_circle: [lon, lat, end_lon, end_lat], only: travel/metro}
  duration: {duration: true, only: travel/metro}
refuse:
  - {code: record.trip_zero, quantity: distance, at_most: 0, message: 没有里程。}
"""
STATIONS = {
    "l": [{"st": [{"name": "东站", "at": "114.0,22.5"}, {"name": "孖岭", "at": "114.1,22.5"}]}]
}


def taps_file(folder, lines: list[str]):
    (folder / "stations.json").write_text(json.dumps(STATIONS))
    return written(folder, "card,kind,at,station\n" + "\n".join(lines) + "\n", "taps.csv")


def test_pairs_across_midnight_and_out_of_order(tmp_path):
    path = taps_file(
        tmp_path,
        [
            "c1,out,2018-09-01 00:10:00,?岭",
            "c1,in,2018-08-31 23:50:00,东",
            "c2,out,2018-09-01 06:00:00,东站",
            "c3,in,2018-09-01 06:00:00,东站",
            "c3,in,2018-09-01 07:00:00,东站",
            "c3,out,2018-09-01 07:20:00,东站",
            "c4,bus,2018-09-01 07:20:00,-",
            "c5,in,2018-09-01 07:00:00,月球",
            "c5,out,2018-09-01 07:20:00,东站",
        ],
    )
    reading = Reading(path, profile(TAPS), "Asia/Shanghai")
    frame = pl.concat([chunk.records for chunk in reading]).sort("line")
    found = {
        row["line"]: (row["refused"], row["scenario"], row["q_duration"])
        for row in frame.iter_rows(named=True)
    }
    assert found == {
        3: (None, "travel/metro", 1200.0),
        4: ("record.tap_out_unpaired", "travel/metro", None),
        5: ("record.tap_in_unpaired", "travel/metro", None),
        6: ("record.trip_zero", "travel/metro", 1200.0),
        8: (None, "travel/bus", None),
        9: ("record.lookup_unknown", "travel/metro", 1200.0),
    }
    assert reading.joined == 3
    expected = 6371.0088 * math.radians(0.1) * math.cos(math.radians(22.5))
    assert abs(frame.filter(pl.col("line") == 3)["q_distance"][0] - expected) < 1e-5
    assert frame.filter(pl.col("line") == 3)["raw"][0].count("\n") == 1  # both taps


@pytest.mark.parametrize("part_bytes", [10**9, 2000])
def test_pairing_equals_a_plain_loop_with_and_without_laying_aside(
    tmp_path, monkeypatch, part_bytes
):
    draw = random.Random(7)
    seconds = draw.sample(range(80_000), 3000)
    taps = [(f"c{draw.randrange(300)}", draw.choice(["in", "in", "out"]), s) for s in seconds]
    clock = "2018-09-01 {:02}:{:02}:{:02}"
    lines = [
        f"{card},{kind},{clock.format(s // 3600, s // 60 % 60, s % 60)},东站"
        for card, kind, s in taps
    ]
    pairs, lone_in, lone_out, waiting = 0, 0, 0, set()
    for card, kind, _ in sorted(taps, key=lambda tap: tap[2]):
        if kind == "in":
            lone_in += card in waiting
            waiting.add(card)
        elif card in waiting:
            pairs += 1
            waiting.remove(card)
        else:
            lone_out += 1
    lone_in += len(waiting)
    monkeypatch.setattr(pairing, "PART_BYTES", part_bytes)
    monkeypatch.setattr(source, "BLOCK_BYTES", 9000)
    path = taps_file(tmp_path, lines)
    frame = read(path, profile(TAPS), chunk_rows=500, spill=tmp_path / "spill")
    counts = dict(frame.group_by("refused").len().iter_rows())
    assert counts == {
        "record.trip_zero": pairs,
        "record.tap_in_unpaired": lone_in,
        "record.tap_out_unpaired": lone_out,
    }
    assert not list((tmp_path / "spill").glob("*"))


def test_a_look_up_table_that_is_missing_or_doubtful(tmp_path):
    path = taps_file(tmp_path, ["c1,in,2018-09-01 06:00:00,东站"])
    with pytest.raises(FileError, match="对照表") as caught:
        read(path, profile(TAPS), lookups={"zones": path})
    assert caught.value.code == "file.lookup_unknown"
    double = {"l": [{"st": [{"name": "东站", "at": "1,1"}, {"name": "东站", "at": "2,2"}]}]}
    (tmp_path / "stations.json").write_text(json.dumps(double))
    with pytest.raises(FileError) as caught:
        read(path, profile(TAPS))
    assert caught.value.code == "file.lookup_repeats"
    (tmp_path / "stations.json").unlink()
    with pytest.raises(FileError) as caught:
        read(path, profile(TAPS))
    assert caught.value.code == "file.lookup_missing"


POINTS = """
id: points
title: 定位点
file: {kind: csv}
time_zone: UTC
track: {by: route, lon: x, lat: y, contiguous: CONTIGUOUS, jump_kmh: 50, gap_seconds: 60}
record:
  item_no: route
  subject: rider
  scenario: travel/shared_ebike
  occurred_at: {column: at, formats: "%Y-%m-%d %H:%M:%S"}
quantities:
  distance: {column: track_km, unit: km, to: km}
  duration: {duration: true}
  jumps: {column: jumps, unit: "1", to: "1"}
refuse:
  - {code: record.points_too_few, quantity: points, below: 2, message: 点太少。}
"""


def haversine(a, b):
    (x1, y1), (x2, y2) = (tuple(map(math.radians, p)) for p in (a, b))
    h = math.sin((y2 - y1) / 2) ** 2 + math.cos(y1) * math.cos(y2) * math.sin((x2 - x1) / 2) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(h))


@pytest.mark.parametrize("contiguous", ["true", "false"])
@pytest.mark.parametrize("block", [200, 8 * 1024 * 1024])
def test_tracks_whatever_the_border(tmp_path, monkeypatch, contiguous, block):
    monkeypatch.setattr(source, "BLOCK_BYTES", block)
    draw = random.Random(3)
    lines, lengths = [], {}
    for route in range(12):
        place = (117.2, 31.8)
        points = draw.randrange(1, 40)
        lengths[f"R{route}"] = 0.0
        for second in range(points):
            if second:
                step = (place[0] + draw.uniform(-1e-4, 1e-4), place[1] + draw.uniform(-1e-4, 1e-4))
                lengths[f"R{route}"] += haversine(place, step)
                place = step
            lines.append(
                f"R{route},r{route % 3},2018-06-28 10:{route:02}:{second:02},{place[0]!r},{place[1]!r}"
            )
    path = written(tmp_path, "route,rider,at,x,y\n" + "\n".join(lines) + "\n")
    frame = read(path, profile(POINTS.replace("CONTIGUOUS", contiguous)), chunk_rows=5)
    got = dict(frame.select("item_no", "q_distance").iter_rows())
    assert got.keys() == lengths.keys()
    assert all(abs(got[name] - length) < 1e-4 for name, length in lengths.items())
    assert frame["raw"].null_count() == frame.height  # no place is kept
    singles = {name for name, length in lengths.items() if not length}
    few = frame.filter(pl.col("refused") == "record.points_too_few")["item_no"]
    assert set(few) == singles


@pytest.mark.parametrize("block", [60, 8 * 1024 * 1024])
def test_points_out_of_order_and_jumps(tmp_path, monkeypatch, block):
    monkeypatch.setattr(source, "BLOCK_BYTES", block)
    lines = [
        "R1,r,2018-06-28 10:00:05,117.2,31.8",
        "R1,r,2018-06-28 10:00:00,117.2,31.8",
        "R2,r,2018-06-28 11:00:00,117.2,31.8",
        "R2,r,2018-06-28 11:00:01,117.3,31.8",
        "R2,r,2018-06-28 11:00:02,,31.8",
    ]
    path = written(tmp_path, "route,rider,at,x,y\n" + "\n".join(lines) + "\n")
    frame = read(path, profile(POINTS.replace("CONTIGUOUS", "false"))).sort("line")
    assert frame["refused"].to_list() == [
        "record.points_out_of_order", None, "record.number_unreadable",
    ]  # fmt: skip
    assert frame["q_jumps"].to_list()[1] == 1


HALF_HOURS = """
id: halves
title: 半小时
file: {kind: csv}
time_zone: "+10:00"
unpivot: {columns: {load: load, sun: sun}, name: flow, value: power}
sum: {by: [home, flow], period: month}
record:
  item_no: [home, flow]
  subject: home
  scenario: {column: flow, values: {load: living/electricity, sun: living/solar}}
  occurred_at: {column: at, formats: "%Y-%m-%d %H:%M"}
quantities:
  energy: {column: power, unit: kW_30min, to: kWh}
refuse:
  - {code: record.energy_negative, quantity: energy, below: 0, message: 负数。}
"""


@pytest.mark.parametrize("block", [30, 8 * 1024 * 1024])
def test_half_hours_into_months(tmp_path, monkeypatch, block):
    monkeypatch.setattr(source, "BLOCK_BYTES", block)
    lines = [
        "h1,2011-07-31 23:30,0.2,",  # 13:30 UTC, still July on the home's clock
        "h1,2011-08-01 00:00,0.4,0.1",  # the day before in UTC, August on the home's clock
        "h2,2011-08-01 00:00,1.0,0",
        "h1,2011-08-31 23:30,0.1,0.2",
        "h1,2011-08-05 12:00,-1,0.3",
    ]
    path = written(tmp_path, "home,at,load,sun\n" + "\n".join(lines) + "\n")
    frame = read(path, profile(HALF_HOURS))
    sums = {
        row["item_no"]: row["q_energy"]
        for row in frame.filter(pl.col("refused").is_null()).iter_rows(named=True)
    }
    assert sums == {
        "h1-load-2011-07": 0.1,
        "h1-load-2011-08": 0.25,
        "h1-sun-2011-08": 0.3,
        "h2-load-2011-08": 0.5,
        "h2-sun-2011-08": 0.0,
    }
    assert frame["refused"].drop_nulls().to_list() == ["record.energy_negative"]
    july = frame.filter(pl.col("item_no") == "h1-load-2011-07")["occurred_at"][0]
    assert july.isoformat() == "2011-07-31T04:00:00+00:00"  # noon in the city
