"""The open door: what the platform is, what it holds now, and the ways in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tanpuhui.domain.insight import selectors as insight
from tanpuhui.kernel import cityrules
from tanpuhui.web.public import sums
from tanpuhui.web.shared import scenes


def home(request: HttpRequest) -> HttpResponse:
    """The landing page with live totals and the last months."""
    tables = insight.published()
    groups = scenes.groups()
    context = {
        "totals": tables.city[None],
        "fresh": insight.freshness(),
        "month": tables.months[0],
        "month_figures": tables.city[tables.months[0]],
        "chart": sums.month_chart(tables),
        "groups": groups,
        "scenario_count": sum(len(group.scenarios) for group in groups),
        "methodology_count": len(cityrules.pack().methodologies),
    }
    return render(request, "public/home.html", context)
