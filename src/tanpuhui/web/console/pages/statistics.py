"""统计与目标: sums by district, scenario and month, crossed, opened to days and providers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tanpuhui.domain.insight import selectors as insight
from tanpuhui.domain.insight.data import Figures, PeriodFigures
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.kernel import cityrules, clock
from tanpuhui.web.console import frame
from tanpuhui.web.console.menu import READERS
from tanpuhui.web.shared import charts, lists, months, numbers, scenes
from tanpuhui.web.shared.guards import Staff, staff_only
from tanpuhui.web.shared.lists import Cell, Head

VIEWS = {
    "region": "按区县", "scenario": "按场景", "month": "按月", "day": "按日", "provider": "按企业",
}  # fmt: skip
HEADS = {
    "region": "区县", "scenario": "场景", "month": "月份", "day": "日期", "provider": "场景企业",
}  # fmt: skip
DEEPER = ("region", "scenario", "month", "day")  # what a line opens, the first that is not fixed
SORTS = ("name", "people", "acts", "mass")
MONTHS = 12
UNKNOWN = "unknown"  # acts of people without a district
CLAUSES = ("三(一)", "三(二)", "三(三)")
YEARS = ("2024", "2025", "2026")
STATUS = {
    "done": ("已做到", "ok"),
    "partial": ("做了一部分", "wait"),
    "planned": ("还没有做", "off"),
}


@dataclass(frozen=True)
class Row:
    """One line of the statistics; `fixes` is what a line's own list chooses."""

    name: str
    order: str
    figures: Figures
    fixes: Mapping[str, str]
    href: str = ""


@dataclass(frozen=True)
class Cut:
    """What is chosen: a month, a scenario, a district; None is all of them."""

    view: str
    month: date | None
    scenario_no: int | None
    region: str | None

    @property
    def days(self) -> tuple[date, date]:
        """First and last day: of the month, or of this one where none is chosen."""
        first = self.month or clock.today().replace(day=1)
        return first, min(months.month_shift(first, 1) - timedelta(days=1), clock.today())


def query_of(got: Mapping[str, str]) -> lists.Query:
    """What the address asks for."""
    return lists.query_of(
        got,
        sorts=SORTS,
        sort="-mass",
        filters={
            "view": tuple(VIEWS),
            "month": [str(one)[:7] for one in _months()],
            "scenario": [str(one.no) for one in scenes.scenarios_in_order()],
            "region": tuple(_regions()),
        },
    )


def _months() -> list[date]:
    this = clock.today().replace(day=1)
    return [months.month_shift(this, -back) for back in range(MONTHS)]


def _regions() -> dict[str, str]:
    """District code → name, and those without one."""
    named = {row["code"]: row["name"] for row in (cityrules.pack().regions or {})["regions"]}
    return named | {UNKNOWN: "未填区域"}


def _cut(query: lists.Query) -> Cut:
    month, region = query.get("month"), query.get("region")
    return Cut(
        view=query.get("view") or "region",
        month=months.month_read(month, clock.today()) if month else None,
        scenario_no=int(query.get("scenario")) if query.get("scenario") else None,
        region=("" if region == UNKNOWN else region) if region else None,
    )


def _rows(cut: Cut) -> list[Row]:
    if cut.view == "day":
        return _day_rows(cut)
    if cut.view == "provider":
        return _provider_rows(cut)
    span = _months()
    side = {"region": "region", "scenario": "scenario_no", "month": "first_on"}[cut.view]
    whole = (cut.month, cut.month) if cut.month else None
    found = insight.crossed(
        side,
        months=(span[-1], span[0]) if cut.view == "month" else whole,
        scenario_no=cut.scenario_no,
        region=cut.region,
    )
    return [_period_row(cut.view, one) for one in found]


def _period_row(view: str, one: PeriodFigures) -> Row:
    if view == "month":
        name = f"{one.first_on:%Y-%m}"
        return Row(name, name, one.figures, {"month": name})
    if view == "scenario":
        title = cityrules.pack().scenario_by_no(one.scenario_no).title
        fixes = {"scenario": str(one.scenario_no)}
        return Row(title, f"{one.scenario_no:03d}", one.figures, fixes)
    code = one.region or UNKNOWN
    return Row(_regions().get(code, code), one.region, one.figures, {"region": code})


def _day_rows(cut: Cut) -> list[Row]:
    found = insight.days(*cut.days, scenario_no=cut.scenario_no, region=cut.region)
    return [
        Row(
            str(one.day),
            str(one.day),
            Figures(
                None,
                one.acts,
                one.capped + one.overlapped + one.empty + one.withdrawn,
                one.reduction_mg,
                one.points,
            ),
            {},
        )
        for one in found
    ]


def _provider_rows(cut: Cut) -> list[Row]:
    known = {one.party_id: one for one in parties.organisations("provider")}
    rows = []
    for one in insight.provider_sums(*cut.days, scenario_no=cut.scenario_no, region=cut.region):
        found = known.get(one.provider_id)
        name = found.title if found else "平台调整"
        href = reverse("console:provider", args=[found.code]) if found else ""
        rows.append(Row(name, name, one.figures, {}, href))
    return rows


def _opened(row: Row, query: lists.Query) -> str:
    """Where a line leads: the same figures one level down."""
    if row.href or not row.fixes:
        return row.href
    fixed = {name: query.get(name) for name in ("month", "scenario", "region")}
    chosen = {name: value for name, value in {**fixed, **row.fixes}.items() if value}
    view = next(name for name in DEEPER if name not in chosen)
    return "?" + urlencode({"view": view, **chosen})


def table(query: lists.Query) -> lists.Listing[Row]:
    """Statistics as a list."""
    cut = _cut(query)
    heads = (
        Head(HEADS[cut.view], "name"),
        Head("参与人数", "people", is_right=True),
        Head("计入次数", "acts", is_right=True),
        Head("未计入次数", is_right=True),
        Head("减排量 (kg CO₂e)", "mass", is_right=True),
        Head("碳积分", is_right=True),
    )
    return lists.held(
        query,
        heads,
        _rows(cut),
        lambda row: (Cell(row.name, _opened(row, query)), *_figures(row.figures)),
        words=lambda row: row.name,
        keys={
            "name": lambda row: row.order,
            "people": lambda row: row.figures.people or 0,
            "acts": lambda row: row.figures.acts,
            "mass": lambda row: row.figures.reduction_mg,
        },
        foot=lambda rows: (Cell("合计"), *_figures(_sum(rows))),
        size=40,
        caption=VIEWS[cut.view],
        search_hint="名称",
        filters=_filters(query, cut.view),
        export="statistics",
    )


def _filters(query: lists.Query, view: str) -> tuple[lists.Filter, ...]:
    titles = [(str(one.no), one.title) for one in scenes.scenarios_in_order()]
    spans = [(str(one)[:7], f"{one:%Y年}{one.month}月") for one in _months()]
    everything = "本月" if view in {"day", "provider"} else "累计"
    return (
        lists.Filter("view", "看法", "", lists.options(tuple(VIEWS.items())), view),
        lists.Filter("month", "月份", everything, lists.options(spans), query.get("month")),
        lists.Filter("scenario", "场景", "全部场景", lists.options(titles), query.get("scenario")),
        lists.Filter(
            "region",
            "区县",
            "全市",
            lists.options(tuple(_regions().items())),
            query.get("region"),
        ),
    )


def _sum(rows: Sequence[Row]) -> Figures:
    """Of all lines; people stand in several of them and are not added up."""
    names = ("acts", "uncounted", "reduction_mg", "points")
    return Figures(None, *(sum(getattr(row.figures, name) for row in rows) for name in names))


def _figures(figures: Figures) -> tuple[Cell, ...]:
    return (
        Cell("—" if figures.people is None else numbers.count(figures.people), is_right=True),
        Cell(numbers.count(figures.acts), is_right=True),
        Cell(numbers.count(figures.uncounted), is_right=True),
        Cell(numbers.kilograms(figures.reduction_mg), is_right=True),
        Cell(numbers.count(figures.points), is_right=True),
    )


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
    scenarios, methods = reverse("console:scenarios"), reverse("console:methodologies")
    places = reverse("console:organisations")
    quantified = sum(one.is_quantified for one in scenes.scenarios_in_order())
    facts = {
        "2024": [
            ("个人低碳场景", f"{len(pack.scenarios)} 个", scenarios),
            ("其中可量化", f"{quantified} 个", f"{scenarios}?state=on"),
        ],
        "2025": [
            ("方法学", f"{len(pack.methodologies)} 个", methods),
            ("其中已备案", f"{filed} 个", f"{methods}?state=filed"),
            ("场景企业", _number_of("provider"), f"{places}?kind=provider"),
        ],
        "2026": [("激励商户", _number_of("merchant"), f"{places}?kind=merchant")],
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


def _number_of(kind: str) -> str:
    return f"{len(parties.organisations(kind))} 家"
