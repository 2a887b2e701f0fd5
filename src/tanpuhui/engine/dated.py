"""Dated values: what holds on a day. The day that counts is the day of the act.

A value holds from its first day until the day before the next one. ``None`` ends it. Asking for a
day before the first value, or after an end, is an error, never a guess.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from tanpuhui.engine.errors import EngineError

T = TypeVar("T")


@dataclass(frozen=True)
class Sourced(Generic[T]):
    """A value with where it was taken from (keys of the pack's sources)."""

    value: T
    source: tuple[str, ...]


@dataclass(frozen=True)
class Period:
    """Days from ``start`` up to, not including, ``end``; open when ``end`` is None."""

    start: date
    end: date | None = None

    def contains(self, day: date) -> bool:
        """Whether the day lies in the period."""
        return self.start <= day and (self.end is None or day < self.end)

    def narrowed(self, start: date, end: date | None) -> "Period":
        """The common part with another period that overlaps this one."""
        ends = [day for day in (self.end, end) if day is not None]
        return Period(max(self.start, start), min(ends, default=None))


@dataclass(frozen=True)
class Dated(Generic[T]):
    """Values by first day, ascending; ``None`` marks an end."""

    entries: tuple[tuple[date, Sourced[T] | None], ...]

    def __post_init__(self) -> None:
        days = [day for day, _ in self.entries]
        if not days or days != sorted(set(days)):
            raise EngineError(
                "dated_order", "带日期的值至少要有一个，且日期不得重复、须按先后排列。"
            )

    def __iter__(self) -> Iterator[tuple[date, Sourced[T] | None]]:
        return iter(self.entries)

    def _index(self, day: date) -> int:
        return bisect_right([start for start, _ in self.entries], day) - 1

    def on(self, day: date, what: str = "该值") -> tuple[date, Sourced[T]]:
        """The value in force and its first day.

        Raises:
            EngineError: ``value_gap`` before the first value, ``value_ended`` after an end.
        """
        index = self._index(day)
        if index < 0:
            first = self.entries[0][0]
            raise EngineError(
                "value_gap",
                f"{what}在 {day} 还没有值（最早自 {first} 起）；请为这一天补上有来源的值。",
            )
        start, entry = self.entries[index]
        if entry is None:
            raise EngineError(
                "value_ended", f"{what}自 {start} 起已停用，{day} 没有值；请补上接续的值。"
            )
        return start, entry

    def segment(self, day: date) -> Period:
        """The days around ``day`` on which this value does not change; errors as :meth:`on`."""
        self.on(day)
        index = self._index(day)
        following = self.entries[index + 1][0] if index + 1 < len(self.entries) else None
        return Period(self.entries[index][0], following)

    def changes(self) -> tuple[date, ...]:
        """The days on which the value changes, the first one included."""
        return tuple(day for day, _ in self.entries)
