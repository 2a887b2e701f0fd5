"""Curves, rings and hexagons as geometry: the page draws them as SVG, so they need no script."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tanpuhui.web.shared.districts import District

STEPS = 4
TURN = 100
"""A ring's circumference is 100, so that shares are dash lengths."""
HEX = 58
"""Radius of a hexagon; its width is √3 times that."""
SHADES = 5


@dataclass(frozen=True)
class Tick:
    """A line of the scale: where it lies and what stands beside it."""

    at: int
    value: int


@dataclass(frozen=True)
class Curve:
    """One or two lines over the same hours. Points are of the view box; `area` closes the first."""

    width: int
    height: int
    line: str
    area: str
    before: str
    ticks: tuple[Tick, ...]
    last_x: int
    last_y: int


def curve(
    values: Sequence[int], before: Sequence[int], *, slots: int, width: int, height: int
) -> Curve:
    """Scale two rows of values to one picture.

    Args:
        values: left to right; may stop before the last slot.
        before: the same slots of the day before, drawn as a comparison.
        slots: how many values fill the width.
        width: of the view box.
        height: of the view box.
    """
    top = nice(max([*values, *before, 1]))
    step = width / max(slots - 1, 1)

    def at(place: int, value: int) -> str:
        return f"{round(place * step)},{height - round(max(value, 0) * height / top)}"

    points = [at(place, value) for place, value in enumerate(values)]
    last = round((len(values) - 1) * step) if values else 0
    return Curve(
        width=width,
        height=height,
        line=" ".join(points),
        area=" ".join([f"0,{height}", *points, f"{last},{height}"]) if points else "",
        before=" ".join(at(place, value) for place, value in enumerate(before)),
        ticks=tuple(
            Tick(height - round(height * number / STEPS), top * number // STEPS)
            for number in range(STEPS + 1)
        ),
        last_x=last,
        last_y=int(points[-1].partition(",")[2]) if points else height,
    )


def nice(value: int) -> int:
    """The next round number that four equal steps divide."""
    size = int("1" + "0" * (len(str(value)) - 1))
    for factor in (1, 2, 4, 6, 8, 10, 20):
        top = factor * size
        if top >= value and top % STEPS == 0:
            return top
    return value + -value % STEPS


@dataclass(frozen=True)
class Slice:
    """A part of a ring: its dash, where it starts, its place in the palette, its share in ‰."""

    label: str
    value: int
    dash: str
    offset: str
    colour: int
    per_mille: int

    @property
    def percent(self) -> str:
        """The share with one decimal."""
        return f"{self.per_mille // 10}.{self.per_mille % 10}%"


def ring(parts: Sequence[tuple[str, int]], *, most: int, rest: str) -> list[Slice]:
    """Parts of a whole, the largest first; what does not fit in is gathered under `rest`."""
    known = sorted(((label, value) for label, value in parts if value > 0), key=lambda p: -p[1])
    shown = known if len(known) <= most else known[: most - 1]
    if len(shown) < len(known):
        shown = [*shown, (rest, sum(value for _, value in known[most - 1 :]))]
    whole = sum(value for _, value in shown)
    slices, begun = [], 0
    for place, (label, value) in enumerate(shown):
        length = value * TURN / whole
        slices.append(
            Slice(
                label=label,
                value=value,
                dash=f"{max(length - 0.6, 0.2):.2f} {TURN}",
                offset=f"{-begun * TURN / whole:.2f}",
                colour=place + 1,
                per_mille=(value * 2000 + whole) // (2 * whole),
            )
        )
        begun += value
    return slices


@dataclass(frozen=True)
class Hexagon:
    """A district on the map: middle, corners, shade 1 (least) to 5, 0 without figures."""

    x: int
    y: int
    points: str
    shade: int
    district: District
    value: int | None


@dataclass(frozen=True)
class HexMap:
    """The schematic map; `box` is the SVG's view box."""

    box: str
    hexagons: tuple[Hexagon, ...]


def hex_map(places: Sequence[District], values: dict[str, int | None]) -> HexMap:
    """Lay out hexagons with the point up.

    Args:
        places: districts with coordinates.
        values: by district code; None is not published, a missing one is nothing.
    """
    width = math.sqrt(3) * HEX
    middles = [
        (round(width * ((one.q or 0) + (one.r or 0) / 2)), round(1.5 * HEX * (one.r or 0)))
        for one in places
    ]
    shown = [value for value in values.values() if value and value > 0]
    least, most = min(shown, default=0), max(shown, default=0)
    hexagons = tuple(
        Hexagon(
            x, y, _corners(x, y), _shade(one, values, least, most), one, values.get(one.code, 0)
        )
        for one, (x, y) in zip(places, middles, strict=True)
    )
    across, down = [x for x, _ in middles] or [0], [y for _, y in middles] or [0]
    left, upper = min(across) - HEX, min(down) - HEX - 4
    box = f"{left} {upper} {max(across) - left + HEX} {max(down) - upper + HEX + 4}"
    return HexMap(box, hexagons)


def _corners(x: int, y: int) -> str:
    radius = HEX - 3
    angles = [math.radians(60 * corner - 90) for corner in range(6)]
    return " ".join(
        f"{round(x + radius * math.cos(angle), 1)},{round(y + radius * math.sin(angle), 1)}"
        for angle in angles
    )


def _shade(one: District, values: dict[str, int | None], least: int, most: int) -> int:
    """Five equal steps from the least to the most."""
    value = values.get(one.code)
    if one.counted_in or not value or value < 0:
        return 0
    return 1 + (value - least) * SHADES // (most - least + 1)
