from fractions import Fraction

import pytest

from tanpuhui.engine.errors import EngineError
from tanpuhui.engine.units import describe, multiply, parse_unit


@pytest.mark.parametrize(
    ("small", "large", "ratio"),
    [
        ("mgCO2e", "gCO2e", 1000),
        ("gCO2e/km", "kgCO2e/km", 1000),
        ("m/s", "km/h", Fraction(1000, 3600)),
        ("kgCO2e/MWh", "kgCO2e/kWh", 1000),
        ("kgCO2e/kWh", "tCO2/MWh", 1),
        ("Wh", "kWh", 1000),
        ("MJ", "kWh", Fraction(36, 10)),
        ("L", "m3", 1000),
        ("%", "1", 100),
        ("month", "year", 12),
        ("kgCO2e/(person*km)", "tCO2e/(km*person)", 1000),
        ("kW*h", "kWh", 1),
    ],
)
def test_conversion_is_exact(small: str, large: str, ratio: Fraction) -> None:
    assert parse_unit(large).dimension == parse_unit(small).dimension
    assert parse_unit(large).scale / parse_unit(small).scale == ratio


@pytest.mark.parametrize(
    ("left", "right"),
    [("kgCO2e", "kg"), ("km", "kWh"), ("m2", "m3"), ("item", "person"), ("g", "1")],
)
def test_dimensions_stay_apart(left: str, right: str) -> None:
    assert parse_unit(left).dimension != parse_unit(right).dimension


@pytest.mark.parametrize(
    "text", ["", "kg/", "/km", "kg/person*km", "kg//km", "(kg", "kg)", "kg km", "g·m", "*"]
)
def test_malformed(text: str) -> None:
    with pytest.raises(EngineError) as caught:
        parse_unit(text)
    assert caught.value.code == "unit_syntax"
    assert "请" in caught.value.message


def test_unknown_symbol_lists_the_known_ones() -> None:
    with pytest.raises(EngineError, match="mile") as caught:
        parse_unit("gCO2e/mile")
    assert caught.value.code == "unit_unknown"
    assert "km" in caught.value.message


def test_labels_and_words() -> None:
    assert parse_unit("gCO2e/(person*km)").label == "gCO₂e/(人·km)"
    assert parse_unit("point/item").label == "分/次"
    assert str(parse_unit(" kWh / item ")) == "kWh/item"
    length, energy = parse_unit("km").dimension, parse_unit("kWh").dimension
    assert describe(multiply(length, energy, -1)) == "长度/能量"
    assert describe(multiply(length, length)) == "长度^2"
    assert describe(multiply(length, length, -1)) == "无量纲"
    assert describe(multiply((), energy, -1)) == "1/能量"
