"""The form of an import profile: exact units, and a sentence for each mistake."""

from decimal import Decimal
from fractions import Fraction

import pytest

from tanpuhui.engine.errors import EngineError
from tanpuhui.packs.profile_reading import profile_from
from tanpuhui.packs.profiles import ProfileError, conversion


def document() -> dict:
    return {
        "id": "p",
        "title": "档案",
        "file": {"kind": "csv"},
        "time_zone": "Asia/Shanghai",
        "record": {
            "item_no": ["a", "@time"],
            "subject": "b",
            "scenario": "travel/metro",
            "occurred_at": {"column": "c", "formats": "%Y"},
        },
        "quantities": {"distance": {"column": "d", "unit": "mi", "to": "km"}},
    }


@pytest.mark.parametrize(
    ("unit", "to", "exact"),
    [
        ("mi", "km", Fraction("1.609344")),
        ("Wh", "kWh", Fraction(1, 1000)),
        ("gal_us", "m3", Fraction("0.003785411784")),
        ("ton_us", "kg", Fraction("907.18474")),
        ("kW_30min", "kWh", Fraction(1, 2)),
        ("lb", "g", Fraction("453.59237")),
        ("jin", "kg", Fraction(1, 2)),
        ("min", "s", Fraction(60)),
    ],
)
def test_units_are_exact(unit, to, exact):
    assert conversion(unit, to) == exact


def test_units_of_other_dimensions_are_refused():
    with pytest.raises(EngineError) as caught:
        conversion("km", "kWh")
    assert caught.value.code == "unit_mismatch"


def test_columns_are_those_of_the_file():
    assert profile_from(document()).columns == ("c", "d", "a", "b")


def change(path: tuple[str, ...], value: object) -> dict:
    whole = document()
    place = whole
    for step in path[:-1]:
        place = place[step]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return whole


@pytest.mark.parametrize(
    ("path", "value", "code", "where"),
    [
        (("titel",), "x", "profile_key_unknown", ()),
        (("record", "subject"), None, "profile_key_missing", ("record",)),
        (("file", "kind"), "pdf", "profile_choice", ("file", "kind")),
        (("file", "separator"), "；", "profile_separator", ("file", "separator")),
        (("time_zone",), "Asia/Hefei", "profile_zone", ("time_zone",)),
        (("time_zone",), "+25:00", "profile_zone", ("time_zone",)),
        (("record", "item_no"), [], "profile_list_empty", ("record", "item_no")),
        (("record", "item_digest"), "yes", "profile_flag", ("record", "item_digest")),
        (("quantities", "distance", "to"), "kWh", "unit_mismatch", ("quantities", "distance")),
        (("quantities", "distance", "to"), "league", "unit_unknown", ("quantities", "distance")),
        (("quantities", "distance", "to"), None, "profile_quantity", ("quantities", "distance")),
        (("quantities", "time"), {"duration": True}, "profile_duration", ("quantities",)),
        (("refuse",), [{"code": "x", "message": "y"}], "profile_refuse", ("refuse", 0)),
        (
            ("refuse",),
            [{"code": "x", "message": "y", "quantity": "z", "below": 1}],
            "profile_refuse",
            ("refuse", 0),
        ),
        (
            ("derive",),
            [{"name": "x", "lookup": "t", "key": "a", "take": "lon"}],
            "profile_lookup",
            ("derive", 0),
        ),
        (("derive",), [{"name": "x", "map": "a"}], "profile_derive", ("derive", 0)),
        (("sum",), {"by": "a", "period": "week"}, "profile_choice", ("sum", "period")),
    ],
)
def test_each_mistake_names_its_place(path, value, code, where):
    with pytest.raises((ProfileError, EngineError)) as caught:
        profile_from(change(path, value))
    problem = caught.value.problem
    assert (problem.code, problem.path) == (code, where)
    assert problem.message


def test_one_stage_only():
    whole = change(("sum",), {"by": "a", "period": "day"})
    whole["track"] = {"by": "a", "lon": "x", "lat": "y"}
    with pytest.raises(ProfileError) as caught:
        profile_from(whole)
    assert caught.value.problem.code == "profile_stages"


def test_bounds_stay_exact():
    whole = change(
        ("refuse",),
        [{"code": "x", "message": "y", "quantity": "distance", "above": Decimal("0.1")}],
    )
    assert profile_from(whole).refuse[0].bound == Fraction(1, 10)


def test_every_profile_of_the_example_pack_is_read(example_pack):
    assert {"sz_card", "valleybike", "ausgrid"} <= set(example_pack.profiles)
