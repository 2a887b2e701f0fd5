"""A month of the book as a list: book lines or single acts, searched, ordered, shown by days."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from tanpuhui.domain.ledger import selectors as ledger
from tanpuhui.domain.scenarios import selectors as acts
from tanpuhui.web.citizen import rows
from tanpuhui.web.citizen.own_lists import heads, newest_first
from tanpuhui.web.shared import lists, numbers, scenes
from tanpuhui.web.shared.lists import Cell
from tanpuhui.web.shared.paging import Slice
from tanpuhui.web.templatetags.tph import moment, scene

ROWS = 30
Keeps = tuple[tuple[str, str], ...]


def query_of(got: Mapping[str, str]) -> lists.Query:
    """What the address asks for."""
    filters = {
        "view": ("acts",),
        "scenario": [str(one.no) for one in scenes.scenarios_in_order()],
    }
    return lists.query_of(got, sorts=("at",), sort="-at", filters=filters)


def table(query: lists.Query, person_id: int, month: date, keeps: Keeps) -> lists.Listing[Any]:
    """Rows as they stand in a file."""
    listing, _days = days(query, person_id, month, keeps)
    return listing


def days(
    query: lists.Query, person_id: int, month: date, keeps: Keeps
) -> tuple[lists.Listing[Any], Slice[Any]]:
    """The list and the page of whole days that is shown of it.

    Args:
        query: what the address asks for.
        person_id: whose book.
        month: its first day.
        keeps: what the tools' form must not lose.
    """
    scenario_no = int(query.get("scenario")) if query.get("scenario") else None
    wanted = query.text.casefold()
    more: dict[str, Any] = {
        "caption": _("我的碳账本"),
        "search_hint": _("场景名称或状态"),
        "keeps": tuple(pair for pair in keeps if pair[1]),
        "sorts": newest_first(),
    }
    every: list[rows.Day[Any]]
    draw: Callable[[Any], tuple[Cell, ...]]
    if query.get("view") == "acts":
        found = rows.act_rows(acts.acts_in_month(person_id, month, scenario_no=scenario_no))
        fitting = [
            one for one in found if wanted in f"{rows.names(one.title)} {_(one.state)}".casefold()
        ]
        every = list(rows.act_days(fitting))
        columns = heads(_("时间"), _("场景"), _("状态"), _("减排量 (kg CO₂e)"), _("积分"))
        draw = _act_cells
    else:
        lines = ledger.statement(person_id, month)
        every = list(rows.book_days(lines, scenario_no, wanted))
        columns = heads(
            _("日期"), _("场景"), _("次数"), _("减排量 (kg CO₂e)"), _("积分"), _("记账号")
        )
        draw = _book_cells
    if query.sort == "at":
        every = [day.turned() for day in reversed(every)]
    flat = [row for day in every for row in day.rows]
    listing = lists.listing(
        query,
        columns,
        lambda limit, offset: flat[offset : offset + limit],
        lambda page: [draw(one) for one in page],
        **more,
    )
    return listing, rows.days_page(every, query.page, ROWS)


def _act_cells(one: rows.ActRow) -> tuple[Cell, ...]:
    return (
        Cell(moment(one.occurred_at)),
        Cell(_(scene(one.title))),
        Cell(_(one.state)),
        Cell(numbers.kilograms_plain(one.reduction_mg), is_right=True),
        Cell(numbers.count(one.points), is_right=True),
    )


def _book_cells(one: rows.BookRow) -> tuple[Cell, ...]:
    return (
        Cell(str(one.occurred_on)),
        Cell(_(scene(one.title))),
        Cell(numbers.count(one.acts), is_right=True),
        Cell(numbers.kilograms_plain(one.reduction_mg), is_right=True),
        Cell(numbers.count(one.points), is_right=True),
        Cell(str(one.journal_id)),
    )
