"""Pages of a list read with limit and offset: nothing is counted, so no page is slow."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")
LAST = 10_000


@dataclass(frozen=True)
class Slice(Generic[Row]):
    """One page."""

    rows: Sequence[Row]
    number: int
    has_next: bool

    @property
    def previous(self) -> int | None:
        """The number of the page before, or None on the first."""
        return self.number - 1 if self.number > 1 else None

    @property
    def following(self) -> int | None:
        """The number of the page after, or None on the last."""
        return self.number + 1 if self.has_next else None


def page(read: Callable[[int, int], Sequence[Row]], number: str, size: int) -> Slice[Row]:
    """The page with this number; anything that is no page number gives the first.

    Args:
        read: (limit, offset) → rows.
        number: from the address.
        size: rows a page.
    """
    wanted = int(number) if number.isdecimal() and 0 < int(number) <= LAST else 1
    rows = read(size + 1, (wanted - 1) * size)
    return Slice(rows[:size], wanted, has_next=len(rows) > size)
