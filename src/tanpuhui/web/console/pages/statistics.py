"""统计与目标: months by district and scenario from the kept sums, beside the notice's targets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse

from tanpuhui.domain.insight import selectors as insight
from tanpuhui.domain.insight.data import Figures, PeriodFigures
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.kernel import cityrules, clock
from tanpuhui.web.console import frame, lists
from tanpuhui.web.console.lists import Cell, Head
from tanpuhui.web.console.menu import READERS
from tanpuhui.web.shared import charts, months, numbers, scenes
from tanpuhui.web.shared.guards import Staff, staff_only

VIEWS = {"region": "按区县", "scenario": "按场景", "month": "按月"}
SORTS = ("name", "people", "acts", "mass")
MONTHS = 12
HEADS = {
    "region": "区县", "scenario": "场景", "month": "月份",
}  # fmt: skip
CLAUSES = ("三(一)", "三(二)", "三(三)")
YEARS = ("2024", "2025", "2026")
STATUS = {
    "done": ("已做到", "ok"),
    "partial": ("做了一部分", "wait"),
    "planned": ("还没有做", "off"),
}


@dataclass(frozen=True)
class Row:
    """One line of the statistics."""

    name: str
    order: str
    figures: Figures


def query_of(got: Mapping[str, str]) -> lists.Query:
    """What the address asks for; a month, or all months."""
    return lists.query_of(
        got,
        sorts=SORTS,
        sort="-mass",
        filters={"view": tuple(VIEWS), "month": [str(one)[:7] for one in _months()]},
    )


def _months() -> list[date]:
    this = clock.today().replace(day=1)
    return [months.month_shift(this, -back) for back in range(MONTHS)]


def _rows(view: str, month: str) -> list[Row]:
    if view == "month":
        span = _months()
        found = insight.months_by_scenario(span[-1], span[0])
        return [
            Row(f"{one.first_on:%Y-%m}", f"{one.first_on:%Y-%m}", one.figures)
            for one in found
            if one.scenario_no == 0
        ]
    first = months.month_read(month, clock.today()) if month else None
    if view == "scenario":
        cells = insight.months_by_scenario(first, first) if first else insight.ever_by_scenario()
        return [_scenario(one) for one in cells if one.scenario_no]
    cells = insight.months_by_region(first, first) if first else insight.ever_by_region()
    names = {row["code"]: row["name"] for row in (cityrules.pack().regions or {})["regions"]}
    return [Row(names.get(one.region, "未填区域"), one.region, one.figures) for one in cells]


def _scenario(one: PeriodFigures) -> Row:
    title = cityrules.pack().scenario_by_no(one.scenario_no).title
    return Row(title, f"{one.scenario_no:03d}", one.figures)


def table(query: lists.Query) -> lists.Listing[Row]:
    """Statistics as a list."""
    view = query.get("view") or "region"
    rows = [row for row in _rows(view, query.get("month")) if query.text in row.name]
    keys: dict[str, Any] = {
        "name": lambda row: row.order,
        "people": lambda row: row.figures.people or 0,
        "acts": lambda row: row.figures.acts,
        "mass": lambda row: row.figures.reduction_mg,
    }
    rows.sort(key=keys[query.sort.lstrip("-")], reverse=query.sort.startswith("-"))
    heads = (
        Head(HEADS[view], "name"),
        Head("参与人数", "people", is_right=True),
        Head("计入次数", "acts", is_right=True),
        Head("未计入次数", is_right=True),
        Head("减排量 (kg CO₂e)", "mass", is_right=True),
        Head("碳积分", is_right=True),
    )
    return lists.listing(
        query,
        heads,
        lambda limit, offset: rows[offset : offset + limit],
        _cells,
        size=40,
        caption=VIEWS[view],
        search_hint="名称",
        filters=(
            lists.Filter("view", "看法", "按区县", lists.options(tuple(VIEWS.items())[1:]), view),
            lists.Filter(
                "month",
                "月份",
                "累计",
                lists.options([(str(one)[:7], f"{one:%Y年}{one.month}月") for one in _months()]),
                query.get("month"),
            ),
        ),
        export="statistics",
    )


def _cells(rows: Sequence[Row]) -> list[tuple[Cell, ...]]:
    return [
        (
            Cell(row.name),
            Cell(
                "—" if row.figures.people is None else numbers.count(row.figures.people),
                is_right=True,
            ),
            Cell(numbers.count(row.figures.acts), is_right=True),
            Cell(numbers.count(row.figures.uncounted), is_right=True),
            Cell(numbers.kilograms(row.figures.reduction_mg), is_right=True),
            Cell(numbers.count(row.figures.points), is_right=True),
        )
        for row in rows
    ]


@staff_only(*READERS)
def statistics(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Figures, the last months as bars, and the targets of the notice."""
    span = _months()
    by_month = {
        one.first_on: one.figures
        for one in insight.months_by_scenario(span[-1], span[0])
        if one.scenario_no == 0
    }
    data = [
        charts.Datum(
            str(one.month),
            f"{one:%Y-%m}",
            by_month[one].reduction_mg if one in by_month else 0,
            is_marked=one == span[0],
        )
        for one in reversed(span)
    ]
    return frame.show(
        request,
        staff,
        "statistics.html",
        "statistics",
        title="统计与目标",
        lead="由账本汇总得出；本页供监管使用，包含人数少于 10 的小格，不得公开",
        listing=table(query_of(request.GET)),
        totals=insight.totals(),
        chart=charts.bar_chart(data, "近 12 个月减排量"),
        freshness=insight.freshness(),
        targets=_targets(),
    )


def _targets() -> list[dict[str, Any]]:
    """The notice's three targets: what it says, what of it can be counted here, how far it is."""
    rows = {row["clause"]: row for row in (cityrules.pack().coverage or {}).get("coverage", [])}
    pack = cityrules.pack()
    filed = sum(one.status == "filed" for one in pack.methodologies.values())
    facts = {
        "2024": [
            ("个人低碳场景", f"{len(pack.scenarios)} 个"),
            ("其中可量化", f"{sum(one.is_quantified for one in scenes.scenarios_in_order())} 个"),
        ],
        "2025": [
            ("方法学", f"{len(pack.methodologies)} 个"),
            ("其中已备案", f"{filed} 个"),
            ("场景企业", f"{len(parties.organisations('provider'))} 家"),
        ],
        "2026": [("激励商户", f"{len(parties.organisations('merchant'))} 家")],
    }
    found = []
    for clause, year in zip(CLAUSES, YEARS, strict=True):
        row = rows.get(clause)
        if row:
            word, tone = STATUS[row["status"]]
            found.append(
                {
                    "year": year,
                    "title": row["title"],
                    "note": row.get("note", ""),
                    "word": word,
                    "tone": tone,
                    "facts": facts[year],
                }
            )
    return found
