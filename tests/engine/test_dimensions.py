import pytest

from tanpuhui.engine.dimensions import Choice, Kind, Quantity, TableKind, Truth, kind_of
from tanpuhui.engine.errors import EngineError
from tanpuhui.engine.expressions import parse
from tanpuhui.engine.units import parse_unit


def quantity(text: str) -> Quantity:
    return Quantity(parse_unit(text).dimension)


SCOPE: dict[str, Kind] = {
    "distance": quantity("km"),
    "detour": quantity("m"),
    "energy": quantity("kWh"),
    "factor": quantity("gCO2e/km"),
    "grid": quantity("kgCO2e/kWh"),
    "share": quantity("1"),
    "persons": Choice(),
    "mean": TableKind("persons", parse_unit("kWh").dimension),
}


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("distance * factor", "gCO2e"),
        ("distance + detour", "km"),
        ("energy * grid - distance * factor", "gCO2e"),
        ("distance / detour", "1"),
        ("max(distance - 0, 0)", "km"),
        ("if(distance > 0, energy, 0)", "kWh"),
        ("lookup(mean, persons) * share", "kWh"),
        ("clamp(share, 0, 0.5)", "1"),
        ("-distance / (2 * energy)", "km/kWh"),
        ("if(0 < 1, 0, factor)", "gCO2e/km"),
    ],
)
def test_units_agree(text: str, unit: str) -> None:
    assert kind_of(parse(text), SCOPE, text) == quantity(unit)


def test_zero_fits_any_unit_and_comparisons_are_truths() -> None:
    assert kind_of(parse("0 * 3"), SCOPE, "0 * 3") == Quantity(None)
    text = "distance > 0 and (share < 1 or not energy == 0)"
    assert kind_of(parse(text), SCOPE, text) == Truth()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("distance + energy", "formula_units"),
        ("distance + 1", "formula_units"),
        ("distance > 5", "formula_units"),
        ("min(distance, energy)", "formula_units"),
        ("if(share > 0, distance, energy)", "formula_units"),
        ("speed * 2", "formula_unknown_name"),
        ("persons + 1", "formula_type"),
        ("mean * 2", "formula_type"),
        ("lookup(mean, distance)", "formula_type"),
        ("lookup(other, persons)", "formula_unknown_name"),
        ("if(share, 1, 2)", "formula_type"),
        ("(distance > 0) + 1", "formula_type"),
        ("not share", "formula_type"),
        ("share and share", "formula_type"),
        ("distance / 0", "formula_zero_division"),
        ("distance / -0.0", "formula_zero_division"),
    ],
)
def test_refused_with_place(text: str, code: str) -> None:
    with pytest.raises(EngineError) as caught:
        kind_of(parse(text), SCOPE, text)
    assert caught.value.code == code
    assert "第" in caught.value.message
