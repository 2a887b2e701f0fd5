"""Units and dimensions: every quantity of a formula carries one, and conversion is exact.

Mass of CO2 equivalent is a dimension of its own: a kilogram of paper is not a kilogram of CO2e.
Area and volume are also their own, because no formula should turn metres into litres by accident.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from tanpuhui.engine.errors import EngineError

Dimension = tuple[tuple[str, int], ...]
"""Sorted (dimension name, exponent) pairs; empty means dimensionless."""

DIMENSIONLESS: Dimension = ()
CO2E: Dimension = (("co2e", 1),)

_DIMENSION_TITLES = {
    "co2e": "二氧化碳当量",
    "mass": "质量",
    "length": "长度",
    "time": "时间",
    "energy": "能量",
    "volume": "体积",
    "area": "面积",
    "item": "次数",
    "person": "人数",
    "step": "步数",
    "point": "积分",
    "yuan": "金额",
    "month": "月数",
}


def _table() -> dict[str, tuple[Dimension, Fraction]]:
    plain: dict[str, dict[str, int | Fraction]] = {
        "mass": {"mg": Fraction(1, 1000), "g": 1, "kg": 1000, "t": 10**6},
        "length": {"mm": Fraction(1, 1000), "cm": Fraction(1, 100), "m": 1, "km": 1000},
        "time": {"s": 1, "min": 60, "h": 3600, "day": 86400},
        "energy": {
            "J": 1, "kJ": 10**3, "MJ": 10**6, "GJ": 10**9, "TJ": 10**12,
            "Wh": 3600, "kWh": 36 * 10**5, "MWh": 36 * 10**8, "GWh": 36 * 10**11,
        },
        "volume": {"mL": Fraction(1, 1000), "L": 1, "m3": 1000},
        "area": {"m2": 1, "ha": 10**4, "km2": 10**6},
        "item": {"item": 1},
        "person": {"person": 1},
        "step": {"step": 1},
        "point": {"point": 1},
        "yuan": {"fen": Fraction(1, 100), "yuan": 1},
        "month": {"month": 1, "year": 12},
    }  # fmt: skip
    found: dict[str, tuple[Dimension, Fraction]] = {
        symbol: (((dimension, 1),), Fraction(scale))
        for dimension, symbols in plain.items()
        for symbol, scale in symbols.items()
    }
    for prefix, scale in {"mg": 1, "g": 10**3, "kg": 10**6, "t": 10**9}.items():
        found[f"{prefix}CO2e"] = found[f"{prefix}CO2"] = (CO2E, Fraction(scale))
    power: Dimension = (("energy", 1), ("time", -1))
    found |= {
        "W": (power, Fraction(1)),
        "kW": (power, Fraction(1000)),
        "MW": (power, Fraction(10**6)),
    }
    return found | {"1": (DIMENSIONLESS, Fraction(1)), "%": (DIMENSIONLESS, Fraction(1, 100))}


_SYMBOLS: dict[str, tuple[Dimension, Fraction]] = _table()
_SHOWN = {
    "item": "次", "person": "人", "step": "步", "point": "分", "yuan": "元", "fen": "分钱",
    "month": "月", "year": "年", "day": "天", "m2": "m²", "m3": "m³", "km2": "km²",
    "*": "·", "1": "",
}  # fmt: skip
_TOKEN = re.compile(r"\s*([A-Za-z][A-Za-z0-9]*|[%1*/()])")


@dataclass(frozen=True)
class Unit:
    """A unit as written in a pack, its dimension, and its size in base units.

    ``scale`` of ``kWh`` is 3,600,000 (base: joule); of ``gCO2e/km`` it is 1 (1000 mg per 1000 m).
    """

    text: str
    dimension: Dimension
    scale: Fraction

    def __str__(self) -> str:
        return self.text

    @property
    def label(self) -> str:
        """The unit as a citizen reads it: ``gCO₂e/(人·km)``."""
        return _label(self.text)


@lru_cache(maxsize=1024)
def _label(text: str) -> str:
    shown = "".join(_SHOWN.get(token, token) for token in _tokens(text))
    return shown.replace("CO2", "CO₂")


def multiply(left: Dimension, right: Dimension, sign: int = 1) -> Dimension:
    """Dimension of a product, or of a quotient when ``sign`` is -1."""
    powers = dict(left)
    for name, exponent in right:
        powers[name] = powers.get(name, 0) + sign * exponent
    return tuple(sorted((name, power) for name, power in powers.items() if power))


def describe(dimension: Dimension) -> str:
    """A dimension in Chinese words, such as 二氧化碳当量/长度."""

    def words(parts: list[tuple[str, int]]) -> str:
        return "·".join(
            _DIMENSION_TITLES[name] + ("" if power == 1 else f"^{power}") for name, power in parts
        )

    above = words([(name, power) for name, power in dimension if power > 0])
    below = words([(name, -power) for name, power in dimension if power < 0])
    if not below:
        return above or "无量纲"
    return f"{above or '1'}/{below}"


@lru_cache(maxsize=1024)
def parse_unit(text: str) -> Unit:
    """Read a unit such as ``kWh``, ``gCO2e/km`` or ``kgCO2e/(person*km)``.

    Raises:
        EngineError: ``unit_unknown`` for an unknown symbol, ``unit_syntax`` for a malformed one.
    """
    tokens = _tokens(text)
    parser = _UnitParser(text, tokens)
    dimension, scale = parser.product()
    if parser.place != len(tokens):
        raise parser.malformed()
    return Unit("".join(tokens), dimension, scale)


def _tokens(text: str) -> list[str]:
    tokens = []
    place = 0
    while place < len(text.rstrip()):
        match = _TOKEN.match(text, place)
        if match is None:
            raise EngineError(
                "unit_syntax",
                f"单位“{text}”写法不合规；请写成 gCO2e/km 或 kgCO2e/(person*km) 的样子。",
            )
        tokens.append(match.group(1))
        place = match.end()
    return tokens


class _UnitParser:
    """Reads ``factor (('*' | '/') factor)*``; a factor is a symbol or a bracketed product."""

    def __init__(self, text: str, tokens: list[str]) -> None:
        self.text = text
        self.tokens = tokens
        self.place = 0

    def malformed(self) -> EngineError:
        return EngineError(
            "unit_syntax",
            f"单位“{self.text}”写法不合规；斜线后有多个单位时请加括号，如 kgCO2e/(person*km)。",
        )

    def product(self) -> tuple[Dimension, Fraction]:
        dimension, scale = self.factor()
        divided = False
        while self.place < len(self.tokens) and self.tokens[self.place] in "*/":
            sign = 1 if self.tokens[self.place] == "*" else -1
            if divided:
                raise self.malformed()
            divided = sign < 0
            self.place += 1
            other, size = self.factor()
            dimension = multiply(dimension, other, sign)
            scale = scale * size if sign > 0 else scale / size
        return dimension, scale

    def factor(self) -> tuple[Dimension, Fraction]:
        if self.place >= len(self.tokens):
            raise self.malformed()
        symbol = self.tokens[self.place]
        self.place += 1
        if symbol == "(":
            inner = self.product()
            if self.place >= len(self.tokens) or self.tokens[self.place] != ")":
                raise self.malformed()
            self.place += 1
            return inner
        if symbol in "*/)":
            raise self.malformed()
        if symbol not in _SYMBOLS:
            known = "、".join(sorted(_SYMBOLS))
            raise EngineError(
                "unit_unknown", f"不认识单位“{symbol}”（在“{self.text}”中）；可用的单位：{known}。"
            )
        return _SYMBOLS[symbol]
