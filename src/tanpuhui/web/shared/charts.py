"""Bars as geometry: the page draws them as SVG, so a chart needs no script."""

from collections.abc import Sequence
from dataclasses import dataclass

SLOT = 40
BAR = 24
HEIGHT = 64
FLOOR = 3


@dataclass(frozen=True)
class Datum:
    """One value of a chart: what stands under it, its full name for the table, its size in mg."""

    label: str
    title: str
    value: int
    is_marked: bool = False
    href: str = ""


@dataclass(frozen=True)
class Bar:
    """A drawn bar, in units of the chart's view box."""

    x: int
    y: int
    width: int
    height: int
    datum: Datum


@dataclass(frozen=True)
class BarChart:
    """Bars that share one scale."""

    bars: tuple[Bar, ...]
    label: str

    @property
    def width(self) -> int:
        """Width of the view box."""
        return SLOT * len(self.bars)

    @property
    def height(self) -> int:
        """Height of the view box."""
        return HEIGHT


def bar_chart(data: Sequence[Datum], label: str) -> BarChart:
    """Scale values to the tallest; an empty day keeps a thin foot so that it can be seen.

    Args:
        data: left to right; values are never negative in a chart, a reversal's shows as empty.
        label: what a screen reader says for the whole picture.
    """
    top = max((datum.value for datum in data), default=0)
    bars = []
    for place, datum in enumerate(data):
        share = max(datum.value, 0) * (HEIGHT - FLOOR) // top if top > 0 else 0
        height = FLOOR + share
        x = place * SLOT + (SLOT - BAR) // 2
        bars.append(Bar(x=x, y=HEIGHT - height, width=BAR, height=height, datum=datum))
    return BarChart(bars=tuple(bars), label=label)
