"""Open data: what each file holds, column by column, and its rows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from tanpuhui.domain.insight import selectors as insight
from tanpuhui.domain.insight.data import Figures
from tanpuhui.kernel import cityrules, clock
from tanpuhui.web.shared import districts, scenes

Cell = str | int | None
Reader = Callable[[date], Iterator[Sequence[Cell]]]


@dataclass(frozen=True)
class Column:
    """A column: its name in files, what it means, its unit."""

    name: str
    label: str
    unit: str = ""


@dataclass(frozen=True)
class Dataset:
    """One file in two forms. by_month: an address may ask for a month."""

    name: str
    title: str
    text: str
    columns: tuple[Column, ...]
    rows: Reader
    by_month: bool = False


MONTH = Column("month", "月份", "YYYY-MM")
SCENARIO = (Column("scenario", "场景编号"), Column("scenario_title", "场景名称"))
DISTRICT = (Column("district", "区县代码；空为未登记"), Column("district_title", "区县名称"))
MEASURES = (
    Column("people", "参与人数：至少有一次行为计入的人，每人只算一次", "人"),
    Column("acts", "计入的行为", "次"),
    Column("uncounted", "未计入的行为：超过上限、重叠、没有产生减排量或已撤回", "次"),
    Column("reduction_g", "减排量", "gCO2e"),
    Column("points", "碳积分", "分"),
    Column("suppressed", "1：为保护个人信息留空；0：已公布"),
)
MG_PER_G = 1000


def by_month(_: date) -> Iterator[Sequence[Cell]]:
    """City by month."""
    tables = insight.published()
    for month in tables.months:
        yield (f"{month:%Y-%m}", *measures(tables.city[month]))


def by_scenario(_: date) -> Iterator[Sequence[Cell]]:
    """Scenarios by month."""
    tables = insight.published()
    for month in tables.months:
        for one in scenes.scenarios_in_order():
            figures = tables.scenarios.of(month, one.no)
            yield (f"{month:%Y-%m}", one.id, one.title, *measures(figures))


def by_district(_: date) -> Iterator[Sequence[Cell]]:
    """Districts by month."""
    tables = insight.published()
    for month in tables.months:
        for code in (*(one.code for one in districts.districts()), ""):
            figures = tables.regions.of(month, code)
            yield (f"{month:%Y-%m}", code, districts.name(code), *measures(figures))


def by_scenario_and_district(month: date) -> Iterator[Sequence[Cell]]:
    """One month in full."""
    tables = insight.published()
    if month not in tables.months:
        return
    found = insight.month_published(month, tables)
    for one in scenes.scenarios_in_order():
        for code in (*(place.code for place in districts.districts()), ""):
            figures = found.get((one.no, code), insight.NOTHING)
            yield (
                f"{month:%Y-%m}",
                one.id,
                one.title,
                code,
                districts.name(code),
                *measures(figures),
            )


def scenario_list(_: date) -> Iterator[Sequence[Cell]]:
    """The catalogue of scenarios."""
    for one in scenes.scenarios_in_order():
        method = scenes.methodology(one.id)
        yield (
            one.id,
            one.title,
            one.summary,
            method.key if method else "",
            int(method.has_provisional) if method else 0,
            f"{one.effective.start}",
            scenes.source_title(one.notice),
        )


def methodology_list(_: date) -> Iterator[Sequence[Cell]]:
    """The catalogue of methodologies."""
    for one in sorted(cityrules.pack().methodologies.values(), key=lambda each: each.key):
        yield (
            one.id,
            one.version,
            one.title,
            scenes.STATUSES[one.status],
            one.level,
            one.scenario,
            f"{one.effective.start}",
            f"{one.effective.end or ''}",
            int(one.has_provisional),
        )


def measures(figures: Figures | None) -> tuple[Cell, ...]:
    """The measures of a cell; all empty where it is suppressed. Grams are cut, never rounded up."""
    if figures is None:
        return (None, None, None, None, None, 1)
    grams = figures.reduction_mg // MG_PER_G
    return (figures.people, figures.acts, figures.uncounted, grams, figures.points, 0)


DATASETS = (
    Dataset("months", "全市按月", "最近十二个月的全市合计。", (MONTH, *MEASURES), by_month),
    Dataset(
        "scenarios-by-month",
        "场景按月",
        "最近十二个月，每个场景的全市合计。",
        (MONTH, *SCENARIO, *MEASURES),
        by_scenario,
    ),
    Dataset(
        "districts-by-month",
        "区县按月",
        "最近十二个月，每个区县的合计。",
        (MONTH, *DISTRICT, *MEASURES),
        by_district,
    ),
    Dataset(
        "scenarios-by-district",
        "场景与区县",
        "一个月里每个场景、每个区县的合计，用 ?month=2026-01 选择月份。",
        (MONTH, *SCENARIO, *DISTRICT, *MEASURES),
        by_scenario_and_district,
        by_month=True,
    ),
    Dataset(
        "scenarios",
        "场景目录",
        "纳入的场景、采用的方法学和依据。",
        (
            *SCENARIO,
            Column("summary", "一句话说明"),
            Column("methodology", "采用的方法学；空为只记积分"),
            Column("provisional", "1：含暂定参数"),
            Column("effective_from", "起始日期"),
            Column("basis", "依据"),
        ),
        scenario_list,
    ),
    Dataset(
        "methodologies",
        "方法学目录",
        "方法学的版本和状态；全文与参数见各方法学的 JSON 下载。",
        (
            Column("id", "编号"),
            Column("version", "版本"),
            Column("title", "名称"),
            Column("status", "状态"),
            Column("level", "层级"),
            Column("scenario", "场景编号"),
            Column("effective_from", "起始日期"),
            Column("effective_to", "终止日期（不含）"),
            Column("provisional", "1：含暂定参数"),
        ),
        methodology_list,
    ),
)


def dataset(name: str) -> Dataset | None:
    """The dataset with this name."""
    return next((one for one in DATASETS if one.name == name), None)


def this_month() -> date:
    """The month that a file gives where none is asked for."""
    return clock.today().replace(day=1)
