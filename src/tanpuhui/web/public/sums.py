"""Published sums as rows and charts of pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from tanpuhui.domain.insight import selectors as insight
from tanpuhui.domain.insight.data import DayFigures, Figures
from tanpuhui.kernel import cityrules
from tanpuhui.web.shared import districts
from tanpuhui.web.shared.charts import BarChart, Datum, bar_chart


@dataclass(frozen=True)
class Row:
    """A line of a table; figures are None where the cell stays empty for privacy."""

    title: str
    figures: Figures | None
    href: str = ""
    icon: str = ""
    is_points_only: bool = False


def month_text(month: date | None) -> str:
    """A month in an address; empty for all time."""
    return f"{month:%Y-%m}" if month else ""


def month_chart(tables: insight.Published) -> BarChart:
    """The last months, oldest first; the newest is marked."""
    months = tables.months[::-1]
    data = [
        Datum(
            f"{month.month}月",
            f"{month.year}年{month.month}月",
            tables.city[month].reduction_mg,
            is_marked=month == tables.months[0],
        )
        for month in months
    ]
    return bar_chart(data, "最近十二个月的减排量，数值见统计页的表格")


def month_rows(tables: insight.Published) -> list[Row]:
    """The last months from the first with an act, newest first, each leading to its own page."""
    busy = [month for month in tables.months if tables.city[month].acts]
    first = busy[-1] if busy else tables.months[0]
    return [
        Row(
            f"{month.year}年{month.month}月",
            tables.city[month],
            href=f"{reverse('public:statistics')}?month={month_text(month)}",
        )
        for month in tables.months
        if month >= first
    ]


def scenario_rows(tables: insight.Published, month: date | None) -> list[Row]:
    """Every scenario, the largest reduction first, points-only ones by points after them."""
    rows = [
        Row(
            title=scenario.title,
            figures=tables.scenarios.of(month, scenario.no),
            href=reverse("public:scenario", args=scenario.id.split("/")),
            icon=scenario.icon,
            is_points_only=not scenario.is_quantified,
        )
        for scenario in cityrules.pack().scenarios.values()
    ]
    return sorted(rows, key=_size, reverse=True)


def district_rows(tables: insight.Published, month: date | None) -> list[Row]:
    """Every district, the largest first; people without a district last, where there are any."""
    rows = [Row(one.name, tables.regions.of(month, one.code)) for one in districts.districts()]
    rows.sort(key=_size, reverse=True)
    unknown = tables.regions.of(month, "")
    if unknown is None or unknown.acts:
        rows.append(Row(districts.UNKNOWN, unknown))
    return rows


def day_chart(days: Iterable[DayFigures]) -> BarChart:
    """The days of a month."""
    data = [
        Datum(
            str(one.day.day) if one.day.day % 5 == 0 or one.day.day == 1 else "",
            f"{one.day.month}月{one.day.day}日",
            one.reduction_mg,
        )
        for one in days
    ]
    return bar_chart(data, "本月每天的减排量，数值见下方表格")


def _size(row: Row) -> tuple[int, int]:
    return (row.figures.reduction_mg, row.figures.points) if row.figures else (-1, 0)
