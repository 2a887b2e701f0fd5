"""Exact numbers to and from text. No float ever enters."""

import re
from decimal import Decimal
from fractions import Fraction

from tanpuhui.engine.errors import EngineError

INT64_MAX = 2**63 - 1
_PLAIN = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_RATIO = re.compile(r"(-?[0-9]+)/([1-9][0-9]*)")


def to_fraction(value: object) -> Fraction:
    """The exact value of an int, Decimal, Fraction, or canonical number text.

    Raises:
        EngineError: ``number_malformed`` for anything else, including bool, float, NaN and
        infinities.
    """
    if isinstance(value, Fraction):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Fraction(value)
    if isinstance(value, Decimal) and value.is_finite():
        return Fraction(value)
    if isinstance(value, str):
        if _PLAIN.fullmatch(value):
            return Fraction(value)
        if ratio := _RATIO.fullmatch(value):
            return Fraction(int(ratio[1]), int(ratio[2]))
    raise EngineError(
        "number_malformed", f"“{value}”不是精确的数；请写成 12 或 0.35 这样的十进制数。"
    )


def terminates(value: Fraction) -> bool:
    """Whether the value has a finite decimal expansion."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


def exact_text(value: Fraction) -> str:
    """Canonical text: a plain decimal where it is finite, otherwise ``p/q``."""
    if not terminates(value):
        return f"{value.numerator}/{value.denominator}"
    places = 0
    while (value.numerator * 10**places) % value.denominator:
        places += 1
    return fixed_text(value, places)


def fixed_text(value: Fraction, places: int) -> str:
    """Decimal text with ``places`` digits; the value must be a whole number of 10^-places."""
    units = value * 10**places
    if units.denominator != 1:
        message = f"{value} has more than {places} places"
        raise ValueError(message)
    digits = str(abs(units.numerator)).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"
