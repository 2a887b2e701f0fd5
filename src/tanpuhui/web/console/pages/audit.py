"""审计查询: the trail by actor, tag, subject and time."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta

from django.http import HttpRequest, HttpResponse

from tanpuhui.domain.parties import support
from tanpuhui.kernel import clock, trail
from tanpuhui.web.console import frame
from tanpuhui.web.console.menu import AUDITORS
from tanpuhui.web.shared import lists
from tanpuhui.web.shared.guards import Staff, staff_only
from tanpuhui.web.shared.lists import Cell, Head
from tanpuhui.web.templatetags.tph import moment

DAYS = 30
AREAS = {
    "supervision:change": "变更", "supervision:ticket": "工单", "supervision:anomaly": "异常",
    "supervision:announcement": "公告", "scenarios:rule": "规则", "scenarios:act": "更正与冲正",
    "ledger:account": "账户", "parties:person": "居民资料", "parties:staff": "工作人员",
    "parties:organisation": "机构", "parties:application": "入驻申请", "parties:key": "密钥",
    "parties:consent": "授权", "methodology:pack": "方法学", "kernel:job": "导出",
}  # fmt: skip
DOORS = {
    "page": "页面", "api": "接口", "gateway": "网关", "file": "文件", "command": "命令行",
    "job": "任务",
}  # fmt: skip
HEADS = (
    Head("时间", "at"),
    Head("谁"),
    Head("做了什么"),
    Head("对象"),
    Head("理由"),
    Head("改前与改后"),
)
TEXT_MAX = 160


def query_of(got: Mapping[str, str]) -> lists.Query:
    """What the address asks for."""
    return lists.query_of(
        got,
        sorts=("at",),
        sort="-at",
        filters={"area": tuple(AREAS)},
        free=("actor", "first", "last"),
    )


def table(query: lists.Query) -> lists.Listing[trail.Event]:
    """The trail; the last 30 days where no day is given."""
    zone = clock.city_zone()
    first = lists.day_of(query.get("first")) or clock.today() - timedelta(days=DAYS)
    last = lists.day_of(query.get("last")) or clock.today()

    said = query.get("actor")
    actor = (support.login_label(said) or said) if said else ""

    def read(limit: int, offset: int) -> list[trail.Event]:
        return trail.events(
            tag=query.get("area"),
            subject=query.text,
            actor=actor,
            since=datetime.combine(first, time(), zone),
            until=datetime.combine(last + timedelta(days=1), time(), zone),
            order=query.sort,
            limit=limit,
            offset=offset,
        )

    return lists.listing(
        query,
        HEADS,
        read,
        cells,
        size=30,
        caption="审计记录",
        search_hint="对象（完整编号，如 change:c…）",
        filters=(
            lists.Filter(
                "area", "事项", "全部事项", lists.options(tuple(AREAS.items())), query.get("area")
            ),
        ),
        fields=(
            lists.FieldFilter("actor", "谁（用户名）", query.get("actor"), "text"),
            lists.FieldFilter("first", "从", str(first)),
            lists.FieldFilter("last", "到", str(last)),
        ),
        export="audit",
    )


def cells(rows: Sequence[trail.Event]) -> list[tuple[Cell, ...]]:
    """Audit rows as cells."""
    known = frame.names(row.actor for row in rows)
    return [
        (
            Cell(moment(row.recorded_at), small=DOORS.get(row.door, row.door)),
            _who(row.actor, known),
            Cell(_area(row.tag), small=row.tag),
            Cell(row.subject, is_code=True),
            Cell(row.reason or "—", is_read=True),
            Cell(_changes(row), is_read=True),
        )
        for row in rows
    ]


def _who(label: str, known: Mapping[str, str]) -> Cell:
    name = known.get(label, label)
    return Cell(name, small="" if name == label else label)


def _area(tag: str) -> str:
    return next((word for start, word in AREAS.items() if tag.startswith(start)), "其他")


def _changes(row: trail.Event) -> str:
    parts = []
    for word, state in (("改前", row.before), ("改后", row.after)):
        if state:
            pairs = "，".join(f"{name}={value}" for name, value in state.items() if value != "")
            parts.append(f"{word} {pairs}")
    text = "；".join(parts) or "—"
    return text if len(text) <= TEXT_MAX else f"{text[:TEXT_MAX]}…"


@staff_only(*AUDITORS)
def audit(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Search the trail."""
    return frame.show(
        request,
        staff,
        "list.html",
        "audit",
        title="审计查询",
        lead="每一项办理都在同一事务里留痕，只能增加，不能修改或删除",
        listing=table(query_of(request.GET)),
    )
