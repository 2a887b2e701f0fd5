"""Lists of the console as data: search, filters, counters, sortable heads, rows of cells, pages."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from tanpuhui.web.shared import paging

Row = TypeVar("Row")
PAGE = 20
TONES = {
    "submitted": "wait", "open": "wait", "queued": "wait", "draft": "off",
    "approved": "ok", "applied": "ok", "answered": "work", "running": "work",
    "done": "ok", "published": "ok", "cleared": "ok", "closed": "off",
    "rejected": "no", "failed": "no", "confirmed": "no", "withdrawn": "off", "cancelled": "off",
    "stopped": "no", "frozen": "no", "upheld": "ok", "refused": "off",
    "partial": "wait", "planned": "off",
}  # fmt: skip


@dataclass(frozen=True)
class Chip:
    """A state in a word with its colour."""

    word: str
    tone: str = "off"


@dataclass(frozen=True)
class Cell:
    """One cell: text, perhaps a link, a small line below, chips, or a line of values."""

    text: str = ""
    href: str = ""
    small: str = ""
    chips: tuple[Chip, ...] = ()
    is_right: bool = False
    is_code: bool = False
    is_read: bool = False
    spark: Any = None

    @property
    def words(self) -> str:
        """Everything in it as one text, for files."""
        parts = [self.text, *(chip.word for chip in self.chips)]
        if self.small:
            parts.append(f"（{self.small}）")
        return " ".join(part for part in parts if part)


@dataclass(frozen=True)
class Head:
    """A column's head; `sort` is empty where it cannot be sorted by."""

    label: str
    sort: str = ""
    is_right: bool = False


@dataclass(frozen=True)
class HeadLink:
    """A drawn head: where a click on it leads, and how the list is sorted now."""

    label: str
    is_right: bool
    wanted: str
    aria: str


@dataclass(frozen=True)
class Option:
    """One choice of a filter."""

    value: str
    label: str


@dataclass(frozen=True)
class Filter:
    """A drop-down filter."""

    name: str
    label: str
    everything: str
    options: tuple[Option, ...]
    value: str = ""


@dataclass(frozen=True)
class FieldFilter:
    """A day or a text to filter by."""

    name: str
    label: str
    value: str = ""
    kind: str = "date"


@dataclass(frozen=True)
class Counter:
    """A number of rows in one state, which is also a filter."""

    label: str
    count: int
    value: str
    is_current: bool


@dataclass(frozen=True)
class Listing(Generic[Row]):
    """A whole list, ready to be drawn."""

    heads: tuple[HeadLink, ...]
    rows: tuple[tuple[Cell, ...], ...]
    page: paging.Slice[Row]
    caption: str
    search: str = ""
    search_hint: str = ""
    filters: tuple[Filter, ...] = ()
    fields: tuple[FieldFilter, ...] = ()
    counters: tuple[Counter, ...] = ()
    export: str = ""
    empty_title: str = "没有符合条件的记录"
    empty_text: str = "换一个条件看看。"
    state: str = ""


@dataclass(frozen=True)
class Query:
    """What the address asks for, with everything unknown left out."""

    text: str = ""
    state: str = ""
    sort: str = ""
    page: str = ""
    size: int = 0
    chosen: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """The chosen value of a filter."""
        return self.chosen.get(name, "")


def tone(state: str) -> str:
    """The colour of a state."""
    return TONES.get(state, "off")


def query_of(
    got: Mapping[str, str],
    *,
    states: Collection[str] = (),
    sorts: Sequence[str] = (),
    sort: str = "",
    filters: Mapping[str, Sequence[str]] | None = None,
    free: Sequence[str] = (),
) -> Query:
    """Read the address.

    Args:
        got: the address's query, or an export's parameters.
        states: states there are.
        sorts: keys to sort by.
        sort: the usual order.
        filters: filter name → values there are.
        free: further values taken as they are, at most 80 characters.
    """
    chosen = {
        name: got.get(name, "")
        for name, values in (filters or {}).items()
        if got.get(name, "") in set(values)
    }
    chosen |= {name: got.get(name, "").strip()[:80] for name in free}
    wanted = got.get("sort", "")
    return Query(
        text=got.get("q", "").strip()[:80],
        state=got.get("state", "") if got.get("state", "") in set(states) else "",
        sort=wanted if wanted.lstrip("-") in set(sorts) else sort,
        page=got.get("page", ""),
        chosen=chosen,
    )


def listing(
    query: Query,
    heads: Sequence[Head],
    read: Callable[[int, int], Sequence[Row]],
    draw: Callable[[Sequence[Row]], Sequence[tuple[Cell, ...]]],
    *,
    size: int = PAGE,
    **more: Any,
) -> Listing[Row]:
    """Read a page and draw it.

    Args:
        query: what the address asks for.
        heads: columns.
        read: (limit, offset) → rows.
        draw: rows → cells.
        size: rows a page.
        more: further fields of Listing.
    """
    page = paging.page(read, query.page, query.size or size)
    return Listing(
        heads=tuple(_head(one, query.sort) for one in heads),
        rows=tuple(draw(page.rows)),
        page=page,
        search=query.text,
        state=query.state,
        **more,
    )


def counters(
    labels: Mapping[str, str], counts: Mapping[str, int], current: str
) -> tuple[Counter, ...]:
    """All, then each state."""
    known = {state: counts.get(state, 0) for state in labels}
    everything = Counter("全部", sum(known.values()), "", current == "")
    return (
        everything,
        *(Counter(label, known[state], state, current == state) for state, label in labels.items()),
    )


def options(pairs: Sequence[tuple[str, str]]) -> tuple[Option, ...]:
    """Choices from (value, label) pairs."""
    return tuple(Option(value, label) for value, label in pairs)


def _head(head: Head, sort: str) -> HeadLink:
    if not head.sort:
        return HeadLink(head.label, head.is_right, "", "")
    is_up, is_down = sort == head.sort, sort == f"-{head.sort}"
    wanted = f"-{head.sort}" if is_up else head.sort
    aria = "ascending" if is_up else "descending" if is_down else "none"
    return HeadLink(head.label, head.is_right, wanted, aria)
