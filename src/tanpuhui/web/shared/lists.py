"""Every list as data: search, filters, counters, sortable heads, rows of cells, pages, a file.

A list has a query read from the address and a table made from it; the page, its parts of
templates (`shared/list_*.html`) and the file are all drawn from the same `Listing`.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Generic, TypeVar

from tanpuhui.web.shared import paging

Row = TypeVar("Row")
PAGE = 20
FIGURE = re.compile(r"[−-]?(\d{1,3}(,\d{3})+|0|[1-9]\d{0,14})(\.\d+)?")
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
class Link:
    """A further link of a cell: information, the page of a deed, or a button that does it."""

    text: str
    href: str
    aria: str = ""
    is_deed: bool = False
    is_page: bool = False

    @property
    def is_said(self) -> bool:
        """Whether a file says it: not what is only done on the page."""
        return not (self.is_deed or self.is_page)


@dataclass(frozen=True)
class Cell:
    """One cell: text, perhaps a link, a small line below, chips, links, or a line of values.

    `file` is what a file says instead, such as a figure that the page rounds. `is_read` and
    `is_case` are for longer texts, which break into lines.
    """

    text: str = ""
    href: str = ""
    small: str = ""
    chips: tuple[Chip, ...] = ()
    links: tuple[Link, ...] = ()
    is_right: bool = False
    is_code: bool = False
    is_read: bool = False
    is_case: bool = False
    percent: int | None = None
    spark: Any = None
    file: str = ""

    @property
    def words(self) -> str:
        """Everything in it as one text, for files."""
        if self.file:
            return self.file
        parts = [self.text, *(chip.word for chip in self.chips)]
        parts += [link.text for link in self.links if link.is_said]
        if self.small:
            parts.append(f"（{self.small}）")
        return " ".join(part for part in parts if part)

    @property
    def value(self) -> Decimal | str:
        """The same for a file: figures, which stand to the right, are numbers."""
        return figure(self.words) if self.is_right else self.words


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
    """A whole list, ready to be drawn.

    Attributes:
        page: the rows themselves, for templates that draw them in their own way.
        sorts: orders to choose from where there are no heads to click.
        keeps: further values of the address that the form must not lose.
        export: the name of the background export; without one the page itself gives the file.
        foot: a row of sums.
        refresh_s: the table asks for itself again after so many seconds; 0: never.
    """

    heads: tuple[HeadLink, ...]
    rows: tuple[tuple[Cell, ...], ...]
    page: paging.Slice[Row]
    caption: str
    search: str = ""
    search_hint: str = ""
    filters: tuple[Filter, ...] = ()
    fields: tuple[FieldFilter, ...] = ()
    counters: tuple[Counter, ...] = ()
    sorts: tuple[Option, ...] = ()
    sort: str = ""
    keeps: tuple[tuple[str, str], ...] = ()
    export: str = ""
    empty_title: str = "没有符合条件的记录"
    empty_text: str = "换一个条件看看。"
    empty_glyph: str = "search"
    state: str = ""
    foot: tuple[Cell, ...] = ()
    refresh_s: int = 0

    @property
    def is_chosen(self) -> bool:
        """Whether anything but the usual is asked for: then the tools stand open."""
        chosen = [self.search, self.state, *(one.value for one in self.filters)]
        return any(chosen)


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
        sort=wanted if wanted.removeprefix("-") in set(sorts) else sort,
        page=got.get("page", ""),
        chosen=chosen,
    )


def day_of(text: str) -> date | None:
    """A day of the address, or None where it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


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
        sort=query.sort,
        **more,
    )


def held(
    query: Query,
    heads: Sequence[Head],
    rows: Sequence[Row],
    draw: Callable[[Row], tuple[Cell, ...]],
    *,
    words: Callable[[Row], str],
    keys: Mapping[str, Callable[[Row], Any]],
    state: Callable[[Row], str] | None = None,
    states: Mapping[str, str] | None = None,
    foot: Callable[[Sequence[Row]], tuple[Cell, ...]] | None = None,
    **more: Any,
) -> Listing[Row]:
    """A list whose rows are all at hand: searched, counted, chosen and sorted here.

    Args:
        query: what the address asks for.
        heads: columns.
        rows: all of them.
        draw: row → cells.
        words: what a search looks into.
        keys: sort key → value to sort by.
        state: a row's state.
        states: state → label, for counters.
        foot: sums of the rows that are shown.
        more: further fields of Listing.
    """
    wanted = query.text.casefold()
    known = [one for one in rows if wanted in words(one).casefold()]
    shown = known
    if state is not None and states is not None:
        counts = {name: sum(state(one) == name for one in known) for name in states}
        more["counters"] = counters(states, counts, query.state)
        shown = [one for one in known if not query.state or state(one) == query.state]
    if query.sort.removeprefix("-") in keys:
        key = keys[query.sort.removeprefix("-")]
        shown = sorted(shown, key=key, reverse=query.sort.startswith("-"))
    return listing(
        query,
        heads,
        lambda limit, offset: shown[offset : offset + limit],
        lambda page: [draw(one) for one in page],
        foot=foot(shown) if foot and shown else (),
        **more,
    )


def figure(text: str) -> Decimal | str:
    """A figure as a number, everything else as it is."""
    if not FIGURE.fullmatch(text):
        return text
    return Decimal(text.replace(",", "").replace("−", "-"))


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
