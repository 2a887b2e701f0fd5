"""首页: the sum, the week, the scenarios, the last acts."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tanpuhui.domain.ledger import selectors as ledger
from tanpuhui.domain.ledger.data import DaySum
from tanpuhui.domain.notify import selectors as notify
from tanpuhui.domain.scenarios import selectors as acts
from tanpuhui.kernel import clock
from tanpuhui.web.citizen import rows
from tanpuhui.web.shared import charts, numbers, scenes
from tanpuhui.web.shared.guards import Citizen, citizen_only
from tanpuhui.web.shared.language import ENGLISH
from tanpuhui.web.templatetags.tph import day as day_words

WEEK = 7
TILES = 7
ACTS = 8
WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class Span:
    """What a few days gave."""

    reduction_mg: int
    acts: int


@citizen_only
def home(request: HttpRequest, citizen: Citizen) -> HttpResponse:
    """The citizen's first page."""
    today = clock.today()
    balance, days = ledger.balance_and_days(
        citizen.person_id, until=today, days=max(WEEK, today.day)
    )
    context = {
        "tab": "home",
        "unread": notify.unread_count(citizen.person_id),
        "balance": balance,
        "month": span(days[-today.day :]),
        "week_mg": span(days[-WEEK:]).reduction_mg,
        "today_mg": days[-1].reduction_mg,
        "week": week_chart(days[-WEEK:]),
        "tiles": tiles(citizen.open_nos),
        "scenario_count": len(scenes.scenarios_in_order()),
        "acts": rows.act_rows(acts.acts_recent(citizen.person_id, limit=ACTS)),
    }
    return render(request, "citizen/home.html", context)


def span(days: list[DaySum]) -> Span:
    """The sum of some days."""
    return Span(sum(one.reduction_mg for one in days), sum(one.acts for one in days))


def week_chart(days: list[DaySum]) -> charts.BarChart:
    """Seven bars, today marked."""
    data = [
        charts.Datum(
            label=_weekday(one.day),
            title=day_words(one.day),
            value=one.reduction_mg,
            is_marked=one is days[-1],
        )
        for one in days
    ]
    top = " ".join(numbers.mass(max(one.reduction_mg for one in days)))
    now = " ".join(numbers.mass(days[-1].reduction_mg))
    label = _("近 7 日减碳柱状图，最多一天 %(top)s，今天 %(now)s") % {"top": top, "now": now}
    return charts.bar_chart(data, label)


def _weekday(day: date) -> str:
    return f"{day:%a}"[:2] if get_language() == ENGLISH else WEEKDAYS[day.weekday()]


def tiles(open_nos: frozenset[int]) -> list[scenes.Scene]:
    """A handful of scenarios: open ones first, in the city's order."""
    every = [scenes.scene(one, open_nos) for one in scenes.scenarios_in_order()]
    return sorted(every, key=lambda one: (not one.is_open, one.no))[:TILES]
