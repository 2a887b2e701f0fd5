"""异常核查: what the rules found, with the figures and thresholds, cleared or confirmed."""

from collections.abc import Mapping
from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from tanpuhui.domain.supervision import selectors as supervision
from tanpuhui.domain.supervision import services
from tanpuhui.domain.supervision.data import FindingView
from tanpuhui.domain.supervision.selectors.anomalies import RULES
from tanpuhui.domain.supervision.states import AnomalyState
from tanpuhui.kernel import clock
from tanpuhui.kernel.errors import DomainError, NotPermitted
from tanpuhui.web.console import frame
from tanpuhui.web.console.menu import READERS
from tanpuhui.web.shared import lists
from tanpuhui.web.shared.guards import Staff, staff_only
from tanpuhui.web.shared.lists import Cell, Chip, Head

STATES = {str(one): str(one.label) for one in AnomalyState}
HEADS = (Head("发现"), Head("规则", "rule"), Head("日期", "day"), Head("状态"))
LOOK_DAYS = 3
WORDS = {
    "records": "收到记录", "refused": "退回记录", "percent": "阈值（%）", "acts": "行为次数",
    "usual": "此前日均", "times": "阈值（倍）", "days": "对比天数", "providers": "企业数",
    "reduction_mg": "减排量（mg）", "total_mg": "全市减排量（mg）", "same": "相同次数",
    "people": "涉及人数", "inputs": "相同的数值", "least": "至少次数",
}  # fmt: skip


def query_of(got: Mapping[str, str]) -> lists.Query:
    """What the address asks for."""
    return lists.query_of(
        got, states=STATES, sorts=("day", "rule"), sort="-day", filters={"rule": tuple(RULES)}
    )


def table(query: lists.Query) -> lists.Listing[FindingView]:
    """The list of findings."""

    def read(limit: int, offset: int) -> list[FindingView]:
        return supervision.findings(
            state=query.state,
            rule=query.get("rule"),
            text=query.text,
            order=query.sort,
            limit=limit,
            offset=offset,
        )

    counts = supervision.finding_counts(rule=query.get("rule"), text=query.text)
    return lists.listing(
        query,
        HEADS,
        read,
        lambda rows: [cells(row) for row in rows],
        caption="异常",
        search_hint="企业或场景名称",
        filters=(
            lists.Filter(
                "rule",
                "规则",
                "全部规则",
                lists.options(tuple(RULES.items())),
                query.get("rule"),
            ),
        ),
        counters=lists.counters(STATES, counts, query.state),
        export="anomalies",
        empty_title="没有发现异常",
        empty_text="规则每小时自动检查最近三天的数据。",
    )


def cells(row: FindingView) -> tuple[Cell, ...]:
    """A finding in a list."""
    return (
        Cell(row.sentence, reverse("console:anomaly", args=[row.public_id]), is_read=True),
        Cell(row.rule_label),
        Cell(str(row.day)),
        Cell(chips=(Chip(row.state_label, lists.tone(row.state)),)),
    )


@staff_only(*READERS)
def anomalies(request: HttpRequest, staff: Staff) -> HttpResponse:
    """All findings; look again on demand."""
    if request.method == "POST":
        today = clock.today()
        new = services.anomalies_find(
            actor=staff.actor, first=today - timedelta(days=LOOK_DAYS), last=today
        )
        messages.success(request, f"已检查最近三天的数据，新发现 {new} 条。")
        return redirect("console:anomalies")
    return frame.show(
        request,
        staff,
        "anomalies.html",
        "anomalies",
        title="异常核查",
        lead="退回偏高、数量突增、一人多企业、占比过高、数值雷同；阈值为运营工作值",
        listing=table(query_of(request.GET)),
    )


@staff_only(*READERS)
def anomaly(request: HttpRequest, staff: Staff, public_id: str) -> HttpResponse:
    """One finding."""
    return _page(request, staff, public_id)


def _page(
    request: HttpRequest, staff: Staff, public_id: str, *, note: str = "", error: str = ""
) -> HttpResponse:
    found = supervision.finding(public_id)
    evidence = found.evidence
    return frame.show(
        request,
        staff,
        "anomaly.html",
        "anomalies",
        status=422 if error else 200,
        finding=found,
        tone=lists.tone(found.state),
        figures=[(WORDS.get(k, k), v) for k, v in evidence.get("figures", {}).items()],
        parameters=[(WORDS.get(k, k), v) for k, v in evidence.get("parameters", {}).items()],
        decider=frame.names([found.decided_by]).get(found.decided_by, ""),
        note=note,
        error=error,
    )


@require_POST
@staff_only(*READERS)
def decide(request: HttpRequest, staff: Staff, public_id: str) -> HttpResponse:
    """Clear or confirm."""
    confirmed, note = request.POST.get("decision") == "confirm", request.POST.get("note", "")
    try:
        services.anomaly_decide(
            actor=staff.actor, public_id=public_id, confirmed=confirmed, note=note
        )
    except NotPermitted:
        raise
    except DomainError as error:
        return _page(request, staff, public_id, note=note, error=error.message)
    messages.success(
        request, "已确认为异常，请接着提出冲正或停止接入。" if confirmed else "已排除。"
    )
    return redirect("console:anomaly", public_id)
