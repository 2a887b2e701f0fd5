from decimal import Decimal
from fractions import Fraction

import pytest

from tanpuhui.engine.canonical import canonical_json, digest
from tanpuhui.engine.errors import EngineError
from tanpuhui.engine.numbers import exact_text, fixed_text, terminates, to_fraction
from tanpuhui.engine.rounding import display_text, divide_rounded, round_fraction


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, Fraction(3)),
        (Decimal("0.70750"), Fraction(7075, 10000)),
        ("-12.50", Fraction(-25, 2)),
        ("1/3", Fraction(1, 3)),
        (Fraction(2, 7), Fraction(2, 7)),
    ],
)
def test_exact_values(value: object, expected: Fraction) -> None:
    assert to_fraction(value) == expected


@pytest.mark.parametrize(
    "value", [1.5, True, None, "1e3", "010", "1,000", "", "x", Decimal("NaN"), Decimal("Infinity")]
)
def test_inexact_values_are_refused(value: object) -> None:
    with pytest.raises(EngineError, match="number_malformed"):
        to_fraction(value)


def test_texts() -> None:
    assert exact_text(Fraction(-1, 8)) == "-0.125"
    assert exact_text(Fraction(1, 3)) == "1/3"
    assert exact_text(Fraction(100)) == "100"
    assert fixed_text(Fraction(5, 2), 3) == "2.500"
    with pytest.raises(ValueError, match="places"):
        fixed_text(Fraction(1, 3), 2)
    assert display_text(Fraction(1, 3)) == "≈0.333333"
    assert display_text(Fraction(-5, 2)) == "-2.5"
    assert display_text(Fraction(-1, 10**9)) == "≈0"
    assert terminates(Fraction(1, 1250))
    assert not terminates(Fraction(1, 12))


@pytest.mark.parametrize(
    ("top", "bottom", "down", "half_up"),
    [
        (5, 10, 0, 1),
        (-5, 10, -1, 0),
        (-6, 10, -1, -1),
        (4, 10, 0, 0),
        (15, 10, 1, 2),
        (-15, 10, -2, -1),
        (20, 10, 2, 2),
    ],
)
def test_rounding_is_defined_for_negatives(top: int, bottom: int, down: int, half_up: int) -> None:
    assert divide_rounded(top, bottom, "down") == down
    assert divide_rounded(top, bottom, "half_up") == half_up
    assert round_fraction(Fraction(top, bottom), "half_up") == half_up
    assert round_fraction(Fraction(top, bottom * 100), "down", 2) == Fraction(down, 100)


def test_canonical_json_is_stable_and_exact() -> None:
    value = {"b": Fraction(7, 10), "a": [Decimal("1.50"), None, True], "中": "文"}
    assert canonical_json(value) == '{"a":["1.5",null,true],"b":"0.7","中":"文"}'
    assert digest(value) == digest(dict(reversed(value.items())))
    with pytest.raises(TypeError, match="float"):
        canonical_json({"a": 0.5})
