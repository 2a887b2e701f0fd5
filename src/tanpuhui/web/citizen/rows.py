"""Acts and book lines as the citizen's lists show them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Generic, TypeVar

from tanpuhui.domain.ledger.data import StatementLine
from tanpuhui.domain.scenarios.data import ActView
from tanpuhui.kernel import cityrules
from tanpuhui.web.shared import scenes
from tanpuhui.web.shared.paging import Slice


@dataclass(frozen=True)
class ActRow:
    """One act in a list."""

    token: str
    title: str
    icon: str
    is_points_only: bool
    occurred_on: date
    occurred_at: datetime
    state: str
    reduction_mg: int
    points: int


@dataclass(frozen=True)
class BookRow:
    """One line of the book in a list."""

    title: str
    icon: str
    scenario_no: int
    occurred_on: date
    journal_id: int
    reduction_mg: int
    points: int
    acts: int
    running_mg: int

    @property
    def is_reversal(self) -> bool:
        """Whether the line takes something back."""
        return self.reduction_mg < 0 or self.points < 0


Row = TypeVar("Row", ActRow, BookRow)


@dataclass(frozen=True)
class Day(Generic[Row]):
    """A day's rows, newest day first."""

    occurred_on: date
    rows: tuple[Row, ...]
    reduction_mg: int
    running_mg: int = 0

    def turned(self) -> "Day[Row]":
        """The same day with its rows the other way round."""
        return replace(self, rows=self.rows[::-1])


def act_rows(acts: Iterable[ActView]) -> list[ActRow]:
    """Acts with the words and icon of their scenario."""
    return [_act_row(act) for act in acts]


def act_days(rows: Iterable[ActRow]) -> list[Day[ActRow]]:
    """Acts by day, in the order given."""
    return [
        Day(day, found, sum(row.reduction_mg for row in found))
        for day, grouped in groupby(rows, key=lambda row: row.occurred_on)
        for found in (tuple(grouped),)
    ]


def book_days(
    lines: Iterable[StatementLine], scenario_no: int | None, text: str = ""
) -> list[Day[BookRow]]:
    """Book lines by day, newest first; a filter hides lines but never changes a running balance."""
    rows = [_book_row(line) for line in lines]
    days = []
    for day, grouped in groupby(rows, key=lambda row: row.occurred_on):
        every = tuple(grouped)
        shown = tuple(
            row
            for row in reversed(every)
            if scenario_no in {None, row.scenario_no} and text in names(row.title)
        )
        if shown:
            total = sum(row.reduction_mg for row in shown)
            days.append(Day(day, shown, total, every[-1].running_mg))
    return days[::-1]


def names(title: str) -> str:
    """What a line may be found by: its title as declared and as it is read."""
    return f"{title} {cityrules.title_said(title)}".casefold()


def days_page(days: Sequence[Day[Row]], number: str, size: int) -> Slice[Day[Row]]:
    """A page of whole days, so that no day's sum is cut in two.

    Args:
        days: in the order shown.
        number: from the address; anything out of range gives the first page.
        size: a page closes with the day that brings it to this many rows.
    """
    pages: list[list[Day[Row]]] = [[]]
    held = 0
    for day in days:
        if held >= size:
            pages.append([])
            held = 0
        pages[-1].append(day)
        held += len(day.rows)
    wanted = int(number) if number.isdecimal() and 0 < int(number) <= len(pages) else 1
    return Slice(pages[wanted - 1], wanted, has_next=wanted < len(pages))


def _act_row(act: ActView) -> ActRow:
    return ActRow(
        token=act.token,
        title=act.scenario_title,
        icon=act.icon,
        is_points_only=scenes.is_points_only(act.scenario_no),
        occurred_on=act.occurred_on,
        occurred_at=act.occurred_at,
        state=act.state,
        reduction_mg=act.reduction_mg,
        points=act.points,
    )


def _book_row(line: StatementLine) -> BookRow:
    title, icon = "使用积分", "gift"
    if line.scenario_no:
        scenario = cityrules.pack().scenario_by_no(line.scenario_no)
        title, icon = scenario.title, scenario.icon
    return BookRow(
        title=title,
        icon=icon,
        scenario_no=line.scenario_no,
        occurred_on=line.occurred_on,
        journal_id=line.journal_id,
        reduction_mg=line.reduction_mg,
        points=line.points,
        acts=line.acts,
        running_mg=line.running_mg,
    )
