"""Figures as text: exact to the last digit."""

import pytest

from tanpuhui.web.shared import numbers


@pytest.mark.parametrize(
    ("mg", "text"),
    [
        (0, "0.00"),
        (128_640_000, "128.64"),
        (4_999, "0.00"),
        (5_000, "0.01"),
        (1_234_567_890_000, "1,234,567.89"),
        (-420_000, "\u22120.42"),
        (-1, "0.00"),
        (9_007_199_254_740_993_000_000, "9,007,199,254,740,993.00"),
    ],
)
def test_kilograms(mg, text):
    assert numbers.kilograms(mg) == text


@pytest.mark.parametrize(
    ("mg", "text"), [(416_325, "0.416325"), (400_000, "0.40"), (1, "0.000001"), (0, "0.00")]
)
def test_kilograms_exact(mg, text):
    assert numbers.kilograms_exact(mg) == text


@pytest.mark.parametrize(
    ("mg", "figure"),
    [
        (0, ("0.00", "kg")),
        (416_325, ("0.42", "kg")),
        (4_600, ("4.6", "g")),
        (9_999, ("10.0", "g")),
        (10_000, ("0.01", "kg")),
        (999, ("0.999", "g")),
        (-4_600, ("\u22124.6", "g")),
    ],
)
def test_mass_never_hides_a_small_act(mg, figure):
    assert numbers.mass(mg) == figure


def test_city_sums_turn_to_tonnes():
    assert numbers.mass_public(1_234_567_890_123) == ("1,234.6", "t")
    assert numbers.mass_public(999_999_999) == ("1,000.00", "kg")


def test_counts():
    assert numbers.count(1286) == "1,286"
    assert numbers.count(-1286) == "\u22121,286"
