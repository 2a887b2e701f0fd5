"""统计: by month, scenario and district, as published."""

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tanpuhui.domain.insight import selectors as insight
from tanpuhui.kernel import clock
from tanpuhui.web.public import sums
from tanpuhui.web.shared import districts
from tanpuhui.web.shared.months import month_read, month_shift
from tanpuhui.web.shared.plots import hex_map, ring

PARTS_MOST = 8


def statistics(request: HttpRequest) -> HttpResponse:
    """All time, or one of the last months."""
    tables = insight.published()
    month = _month(request.GET.get("month", ""), tables)
    scenario_rows = sums.scenario_rows(tables, month)
    district_rows = sums.district_rows(tables, month)
    values = {
        one.code: figures.reduction_mg if (figures := tables.regions.of(month, one.code)) else None
        for one in districts.districts()
    }
    context = {
        "section": "statistics",
        "month": month,
        "months": [(sums.month_text(one), one) for one in tables.months],
        "figures": tables.city[month],
        "fresh": insight.freshness(),
        "month_chart": sums.month_chart(tables),
        "month_rows": sums.month_rows(tables),
        "scenario_rows": scenario_rows,
        "shares": ring(
            [(row.title, row.figures.reduction_mg) for row in scenario_rows if row.figures],
            most=PARTS_MOST,
            rest="其他",
        ),
        "district_rows": district_rows,
        "map": hex_map(districts.on_map(), values),
        "people_min": insight.PEOPLE_MIN,
        **(_days(month) if month else {}),
    }
    return render(request, "public/statistics.html", context)


def _month(text: str, tables: insight.Published) -> date | None:
    found = month_read(text, tables.months[0]) if text else None
    return found if found in tables.months else None


def _days(month: date) -> dict[str, object]:
    last = min(month_shift(month, 1) - timedelta(days=1), clock.today())
    days = insight.days(month, last)
    return {"days": days, "day_chart": sums.day_chart(days)}
