"""The days of a reconciliation, and the acts behind one of its numbers, as lists."""

from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from tanpuhui.domain.intake.data import DayLine
from tanpuhui.domain.scenarios.reasons import BY_CODE
from tanpuhui.domain.scenarios.selectors import comparisons
from tanpuhui.web.shared import lists, numbers
from tanpuhui.web.shared.lists import Cell, Chip, Head, Link
from tanpuhui.web.templatetags.tph import moment, points_signed

SPAN = "7"
OFFERED = ("7", "30", "92")
STATES = {"apart": "有差异", "equal": "相符", "unsaid": "贵方未报"}
HEADS = (
    Head("发生日期", "day"),
    Head("场景", "scenario"),
    Head("贵方条数", is_right=True),
    Head("平台留存", "held", is_right=True),
    Head("计入", "counted", is_right=True),
    Head("相差", "missing", is_right=True),
    Head("贵方 (kg)", is_right=True),
    Head("平台 (kg CO₂e)", "mass", is_right=True),
    Head("说明"),
)
KEYS = {
    "day": lambda one: (one.day, -one.scenario_no),
    "scenario": lambda one: (one.scenario_no, one.day),
    "held": lambda one: one.held,
    "counted": lambda one: one.counted,
    "missing": lambda one: abs(one.missing or 0),
    "mass": lambda one: one.reduction_mg,
}
ROW_HEADS = (
    Head("记录编号", "item"),
    Head("发生时间", "at"),
    Head("减排量 (kg CO₂e)", "mass", is_right=True),
    Head("补充说明"),
    Head("操作"),
)
ROWS = 200


def query_of(got: Mapping[str, str]) -> lists.Query:
    """What the address asks for."""
    return lists.query_of(
        got, states=STATES, sorts=tuple(KEYS), sort="-day", filters={"days": OFFERED}
    )


def span_of(query: lists.Query) -> int:
    """How many days."""
    return int(query.get("days") or SPAN)


def table(query: lists.Query, lines: Sequence[DayLine]) -> lists.Listing[DayLine]:
    """Days by scenario."""
    spans = lists.options([(one, f"最近 {one} 天") for one in OFFERED])
    return lists.held(
        query,
        HEADS,
        lines,
        _cells,
        words=lambda one: f"{one.scenario_title} {one.day}",
        keys=KEYS,
        state=_state,
        states=STATES,
        foot=_foot,
        size=50,
        caption="每日合计",
        search_hint="场景或日期",
        filters=(lists.Filter("days", "范围", "", spans, str(span_of(query))),),
        empty_glyph="scale",
        empty_title="这段时间没有记录",
        empty_text="换一个范围看看。",
    )


def _state(one: DayLine) -> str:
    if one.stated_records is None:
        return "unsaid"
    return "apart" if one.missing or one.mg_apart else "equal"


def _cells(one: DayLine) -> tuple[Cell, ...]:
    stated = "—" if one.stated_mg is None else numbers.kilograms(one.stated_mg)
    return (
        Cell(str(one.day)),
        Cell(one.scenario_title),
        Cell(
            "未报" if one.stated_records is None else numbers.count(one.stated_records),
            is_right=True,
        ),
        Cell(numbers.count(one.held), is_right=True),
        _opened(one, "counted", one.counted),
        _missing(one),
        Cell(stated, is_right=True),
        Cell(
            numbers.kilograms(one.reduction_mg),
            is_right=True,
            file=numbers.kilograms_plain(one.reduction_mg),
        ),
        _reasons(one),
    )


def _address(one: DayLine, code: str) -> str:
    chosen = {"day": str(one.day), "scenario": one.scenario_no, "code": code}
    return f"{reverse('provider:rows')}?{urlencode(chosen)}"


def _opened(one: DayLine, code: str, number: int) -> Cell:
    return Cell(numbers.count(number), _address(one, code) if number else "", is_right=True)


def _missing(one: DayLine) -> Cell:
    if one.missing is None:
        return Cell("—", is_right=True)
    if one.missing == 0:
        return Cell(chips=(Chip("相符", "ok"),), is_right=True)
    return Cell(points_signed(one.missing), is_right=True)


def _reasons(one: DayLine) -> Cell:
    links = [
        Link(
            f"{word} {numbers.count(number)} 条",
            _address(one, code),
            f"{one.day} {one.scenario_title}：{word} {numbers.count(number)} 条",
        )
        for code, word, number in one.reasons
    ]
    text = ""
    if one.missing and one.missing > 0:
        text = f"平台没有留存 {numbers.count(one.missing)} 条：多为退回"
        links.append(Link("逐笔核对", reverse("provider:items"), is_page=True))
    elif one.missing:
        text = "平台比贵方多，请核对贵方合计是否截止过早"
    return Cell(text, links=tuple(links), is_read=True)


def _foot(shown: Sequence[DayLine]) -> tuple[Cell, ...]:
    mass = sum(one.reduction_mg for one in shown)
    return (
        Cell("合计"),
        Cell(),
        Cell(),
        Cell(numbers.count(sum(one.held for one in shown)), is_right=True),
        Cell(numbers.count(sum(one.counted for one in shown)), is_right=True),
        Cell(),
        Cell(),
        Cell(numbers.kilograms(mass), is_right=True),
        Cell(),
    )


def rows_query(got: Mapping[str, str]) -> lists.Query:
    """What the address asks for."""
    sorts = ("item", "at", "mass")
    return lists.query_of(got, sorts=sorts, sort="at", filters={"code": tuple(BY_CODE)})


def rows(
    query: lists.Query,
    provider_id: int,
    *,
    day: date,
    scenario_no: int,
    code: str,
) -> lists.Listing[comparisons.RowFound]:
    """The acts of one day and scenario with one reason; the filter offers the other reasons."""

    def read(limit: int, offset: int) -> list[comparisons.RowFound]:
        return comparisons.provider_rows(
            provider_id,
            day,
            scenario_no,
            code,
            text=query.text,
            order=query.sort,
            limit=limit,
            offset=offset,
        )

    met = [
        (one.code, f"{one.sentence.partition('，')[0]}（{numbers.count(one.acts)}）")
        for one in comparisons.provider_reasons(provider_id, day, day)
        if one.scenario_no == scenario_no
    ]
    return lists.listing(
        query,
        ROW_HEADS,
        read,
        lambda found: [_row_cells(one) for one in found],
        size=ROWS,
        caption="这个原因的记录",
        search_hint="记录编号开头",
        filters=(lists.Filter("code", "原因", "", lists.options(met), code),),
        keeps=(("day", str(day)), ("scenario", str(scenario_no))),
        empty_title="没有记录",
        empty_text="换一个条件，或回到对账页刷新。",
    )


def _row_cells(one: comparisons.RowFound) -> tuple[Cell, ...]:
    change = f"{reverse('provider:corrections')}?{urlencode({'items': one.item_no})}"
    return (
        Cell(one.item_no, is_code=True),
        Cell(moment(one.occurred_at)),
        Cell(
            numbers.kilograms(one.reduction_mg),
            is_right=True,
            file=numbers.kilograms_plain(one.reduction_mg),
        ),
        Cell(one.note or "—", is_read=True),
        Cell(links=(Link("更正", change, f"更正 {one.item_no}", is_page=True),)),
    )
