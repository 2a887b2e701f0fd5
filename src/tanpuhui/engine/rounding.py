"""The only place that rounds.

Both modes are defined by floor division, so they mean the same for Python integers, for columns of
integers, and for negative values:

* ``down``: towards minus infinity, -0.5 becomes -1 (a reduction is never overstated);
* ``half_up``: to the nearest, ties towards plus infinity, 0.5 becomes 1 and -0.5 becomes 0.
"""

from fractions import Fraction
from typing import Any, Literal

Rounding = Literal["down", "half_up"]
ROUNDINGS: tuple[Rounding, ...] = ("down", "half_up")


def divide_rounded(top: Any, bottom: Any, mode: Rounding) -> Any:
    """Rounded ``top / bottom`` of integers or integer arrays; ``bottom`` must be positive."""
    if mode == "down":
        return top // bottom
    return (2 * top + bottom) // (2 * bottom)


def round_fraction(value: Fraction, mode: Rounding, places: int = 0) -> Fraction:
    """The multiple of 10^-places that ``mode`` chooses for ``value``."""
    scaled = value * 10**places
    return Fraction(divide_rounded(scaled.numerator, scaled.denominator, mode), 10**places)


def display_text(value: Fraction, places: int = 6) -> str:
    """Text for people: exact when it has few places, otherwise rounded half up and marked ≈."""
    from_exact = round_fraction(value, "half_up", places)
    units = from_exact * 10**places
    digits = str(abs(units.numerator)).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".")
    sign = "-" if from_exact < 0 else ""
    return ("" if from_exact == value else "≈") + sign + text
