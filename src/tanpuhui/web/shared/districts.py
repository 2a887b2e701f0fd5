"""The city's districts as pages show them, and their places on the schematic map."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tanpuhui.kernel import cityrules
from tanpuhui.packs import Pack

UNKNOWN = "未登记区县"
WHOLE_CITY = "全市"


@dataclass(frozen=True)
class District:
    """One district or zone. q and r are axial coordinates of its hexagon, None off the map.

    counted_in names the district that carries its figures; empty where it has its own.
    """

    code: str
    name: str
    short: str
    q: int | None
    r: int | None
    counted_in: str = ""


@lru_cache(maxsize=4)
def _districts(city: Pack) -> tuple[District, ...]:
    given: Mapping[str, Any] = city.regions or {}
    return tuple(
        _district(row) for part in ("regions", "also_shown") for row in given.get(part, ())
    )


def _district(row: Mapping[str, Any]) -> District:
    place = row.get("map") or {}
    return District(
        code=row.get("code", ""),
        name=row["name"],
        short=row.get("short", row["name"]),
        q=int(place["q"]) if place else None,
        r=int(place["r"]) if place else None,
        counted_in=row.get("counted_in", ""),
    )


def districts() -> tuple[District, ...]:
    """Districts with figures of their own, in the pack's order."""
    return tuple(one for one in _districts(cityrules.pack()) if one.code)


def on_map() -> tuple[District, ...]:
    """Everything that has a place on the map."""
    return tuple(one for one in _districts(cityrules.pack()) if one.q is not None)


def name(code: str) -> str:
    """A district's full name by code; people without a district have a word of their own."""
    return next((one.name for one in districts() if one.code == code), code or UNKNOWN)


def short(code: str) -> str:
    """A district's short name."""
    return next((one.short for one in districts() if one.code == code), code or UNKNOWN)
