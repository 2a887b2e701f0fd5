"""碳账本: one month, as book lines with running balance or act by act."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from tanpuhui.domain.ledger import selectors as ledger
from tanpuhui.domain.ledger.data import MonthSum
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.kernel import clock
from tanpuhui.web.citizen import book_lists, rows
from tanpuhui.web.shared import charts, list_files, lists, months, numbers, scenes
from tanpuhui.web.shared.guards import Citizen, citizen_only
from tanpuhui.web.templatetags.tph import month as month_words

YEAR = 12
FIRST_MONTH = date(2020, 1, 1)


@citizen_only
def ledger_month(request: HttpRequest, citizen: Citizen) -> HttpResponseBase:
    """A month of the citizen's book."""
    this_month = clock.today().replace(day=1)
    month = min(months.month_read(request.GET.get("month", ""), this_month), this_month)
    query = book_lists.query_of(request.GET)
    keeps = (("month", f"{month:%Y-%m}"), *query.chosen.items())

    def table(asked: lists.Query) -> lists.Listing[Any]:
        return book_lists.table(asked, citizen.person_id, month, keeps)

    if file := list_files.download(request, table, query, f"ledger-{month:%Y-%m}"):
        return file
    listing, days = book_lists.days(query, citizen.person_id, month, keeps)
    sums = months_full(ledger.month_sums(citizen.person_id, until=month, months=YEAR), month)
    context = {
        "tab": "ledger",
        "month": month,
        "previous": months.month_shift(month, -1) if month > FIRST_MONTH else None,
        "following": months.month_shift(month, 1) if month < this_month else None,
        "sums": sums[-1],
        "months": sums[::-1],
        "year": year_chart(sums),
        "view": query.get("view") or "book",
        "scenarios": scenes.scenarios_in_order(),
        "scenario_no": int(query.get("scenario") or 0),
        "listing": listing,
        "page": days,
    }
    return render(request, "citizen/ledger.html", context)


@citizen_only
def ledger_print(request: HttpRequest, citizen: Citizen) -> HttpResponse:
    """A month on paper: every line of the book with its running balance, nothing else."""
    this_month = clock.today().replace(day=1)
    month = min(months.month_read(request.GET.get("month", ""), this_month), this_month)
    sums = ledger.month_sums(citizen.person_id, until=month, months=1)
    person = parties.person(citizen.person_id)
    context = {
        "tab": "ledger",
        "month": month,
        "sums": sums[0] if sums else MonthSum(month, 0, 0, 0),
        "days": rows.book_days(ledger.statement(citizen.person_id, month), None)[::-1],
        "public_id": person.public_id if person else "",
        "printed_at": clock.now(),
    }
    return render(request, "citizen/ledger_print.html", context)


def months_full(found: Sequence[MonthSum], last: date) -> list[MonthSum]:
    """Twelve months up to `last`, oldest first; a month without an entry is zero."""
    known = {one.month: one for one in found}
    wanted = [months.month_shift(last, -back) for back in range(YEAR - 1, -1, -1)]
    return [known.get(month, MonthSum(month, 0, 0, 0)) for month in wanted]


def year_chart(sums: Sequence[MonthSum]) -> charts.BarChart:
    """Twelve bars, the shown month marked."""
    data = [
        charts.Datum(
            label=str(one.month.month),
            title=month_words(one.month),
            value=one.reduction_mg,
            is_marked=one is sums[-1],
        )
        for one in sums
    ]
    top = " ".join(numbers.mass(max(one.reduction_mg for one in sums)))
    return charts.bar_chart(data, _("近 12 个月减碳柱状图，最多一个月 %(top)s") % {"top": top})
