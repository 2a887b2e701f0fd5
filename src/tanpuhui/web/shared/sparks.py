"""A line of values as geometry: small enough for a table's cell."""

from collections.abc import Sequence
from dataclasses import dataclass

STEP, HEIGHT, TOP = 8, 22, 2


@dataclass(frozen=True)
class Spark:
    """Paths in a box of `width` by 24."""

    line: str
    area: str
    width: int
    label: str


def spark(values: Sequence[int], label: str) -> Spark:
    """Values left to right, scaled to the greatest.

    Args:
        values: never negative.
        label: what a screen reader says.
    """
    most = max(values, default=0) or 1
    points = [
        (place * STEP, HEIGHT - max(value, 0) * (HEIGHT - TOP) // most)
        for place, value in enumerate(values)
    ]
    width = max((len(points) - 1) * STEP, STEP)
    line = "M" + "L".join(f"{x} {y}" for x, y in points) if points else ""
    area = f"{line}L{width} {HEIGHT}L0 {HEIGHT}Z" if points else ""
    return Spark(line, area, width, label)
