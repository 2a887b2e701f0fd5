"""Ceilings (上限): how much of a person's acts in one scenario counts, per day, month or year."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Per = Literal["day", "month", "year"]
Of = Literal["acts", "mass_g"]
MG_PER_G = 1000


@dataclass(frozen=True)
class Cap:
    """At most ``limit`` acts, or grams of CO2e, per calendar period."""

    per: Per
    of: Of
    limit: int
    source: tuple[str, ...] = ()
    provisional: bool = False
    reason: str = ""


@dataclass
class Room:
    """What is left of one ceiling in one of its periods, for one person and scenario.

    ``left`` is a number of acts or of mg; it is negative where a limit was lowered meanwhile.
    """

    of: Of
    left: int


@dataclass(frozen=True)
class Share:
    """What of one act counts; ``cut_by`` is the place of the room that cut it (None: in full)."""

    is_counted: bool
    counted_mg: int
    cut_by: int | None = None


def allot(rooms: Sequence[Room], act_mg: int) -> Share:
    """Give the next act its share of the rooms that it falls into, and take that share out.

    An act for which a ceiling of number has no room does not count. One that crosses a ceiling of
    mass counts up to it; where nothing is left of it, it does not count. What does not count uses
    nothing: so it does not matter how acts in one order are cut into deliveries.

    Args:
        rooms: one a ceiling, in the order in which they are to be named.
        act_mg: reduction in mg, >= 0.
    """
    tightest = None
    for place, room in enumerate(rooms):
        if room.of == "acts":
            if room.left <= 0:
                return Share(is_counted=False, counted_mg=0, cut_by=place)
        elif max(room.left, 0) < act_mg and (tightest is None or room.left < rooms[tightest].left):
            tightest = place
    counted_mg = act_mg if tightest is None else max(rooms[tightest].left, 0)
    if tightest is not None and not counted_mg:
        return Share(is_counted=False, counted_mg=0, cut_by=tightest)
    for room in rooms:
        room.left -= 1 if room.of == "acts" else counted_mg
    return Share(is_counted=True, counted_mg=counted_mg, cut_by=tightest)
