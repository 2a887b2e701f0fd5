"""待办: what waits for this person, the most urgent first."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tanpuhui.domain.parties import staffing
from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.domain.supervision import selectors as supervision
from tanpuhui.web.console import frame, inbox
from tanpuhui.web.console.menu import EVERYBODY, HELPERS, READERS
from tanpuhui.web.console.pages import deliveries
from tanpuhui.web.shared.guards import Staff, staff_only
from tanpuhui.web.shared.lists import Counter
from tanpuhui.web.templatetags.tph import moment

SHOWN = 6
UNFINISHED = ("failed", "stopped")  # imports that nobody brought to their end


@dataclass(frozen=True)
class Todo:
    """One line of the inbox."""

    icon: str
    title: str
    note: str
    href: str
    at: datetime | None
    word: str
    tone: str


@dataclass(frozen=True)
class Pile:
    """Lines of one sort, and where all of them are."""

    title: str
    href: str
    total: int
    lines: tuple[Todo, ...]
    nothing: str


@staff_only(*EVERYBODY)
def home(request: HttpRequest, staff: Staff) -> HttpResponse:
    """The inbox."""
    waiting = inbox.waiting(staff)
    piles = [] if staff.role not in READERS else _piles(staff, waiting)
    counters = [
        Counter(label, number, f"{reverse(f'console:{name}')}?{query}", is_current=False)
        for label, number, name, query in (
            ("待我复核的变更", waiting.changes, "changes", "state=submitted"),
            ("待处理工单", waiting.tickets, "tickets", "state=open"),
            ("超过承诺时限", waiting.late, "tickets", "late=1"),
            ("待核查异常", waiting.anomalies, "anomalies", "state=open"),
        )
    ]
    return frame.show(
        request,
        staff,
        "home.html",
        "home",
        piles=piles,
        counters=counters if piles else [],
        figures=supervision.ticket_figures() if piles else None,
    )


def _piles(staff: Staff, waiting: inbox.Waiting) -> list[Pile]:
    kinds = inbox.kinds_decided_by(staff.role)
    changes = [
        one
        for one in supervision.changes(
            viewer=staff.actor.label, state="submitted", kinds=kinds, order="proposed", limit=50
        )
        if one.proposed_by != staff.actor.label
    ]
    known = frame.names(one.proposed_by for one in changes[:SHOWN])
    piles = [
        Pile(
            "待我复核的变更",
            reverse("console:changes") + "?state=submitted",
            waiting.changes,
            tuple(
                Todo(
                    "stamp",
                    one.title,
                    f"{known.get(one.proposed_by, '')} 提出：{one.reason}",
                    reverse("console:change", args=[one.public_id]),
                    one.proposed_at,
                    one.kind_label,
                    "wait",
                )
                for one in changes[:SHOWN]
            )
            if kinds
            else (),
            "没有等您复核的变更。",
        )
    ]
    piles.append(_tickets(waiting))
    piles.append(_anomalies(waiting))
    if staff.role in HELPERS:
        piles.append(_applications(waiting))
    unfinished = scenarios.imports(states=UNFINISHED, limit=SHOWN)
    if unfinished:
        piles.append(_imports(unfinished))
    return piles


def _tickets(waiting: inbox.Waiting) -> Pile:
    rows = supervision.tickets(state="open", limit=SHOWN)
    lines = tuple(
        Todo(
            "messages-square",
            one.title,
            f"{one.kind_label} · 承诺时限 {moment(one.due_at)[5:]}",
            reverse("console:ticket", args=[one.public_id]),
            one.opened_at,
            "已超时" if one.is_late else one.kind_label,
            "no" if one.is_late else "work",
        )
        for one in rows
    )
    href = reverse("console:tickets") + "?state=open"
    return Pile("申诉与工单", href, waiting.tickets, lines, "没有等待处理的工单。")


def _anomalies(waiting: inbox.Waiting) -> Pile:
    lines = tuple(
        Todo(
            "triangle-alert",
            one.sentence,
            f"{one.day} 的数据",
            reverse("console:anomaly", args=[one.public_id]),
            one.found_at,
            one.rule_label,
            "no",
        )
        for one in supervision.findings(state="open", limit=SHOWN)
    )
    href = reverse("console:anomalies") + "?state=open"
    return Pile("异常核查", href, waiting.anomalies, lines, "没有等待核查的异常。")


def _applications(waiting: inbox.Waiting) -> Pile:
    lines = tuple(
        Todo(
            "building-2",
            one.form.title,
            "申请成为场景企业" if one.form.kind == "provider" else "申请入驻",
            reverse("console:application", args=[one.public_id]),
            one.submitted_at,
            one.state_title,
            "wait",
        )
        for one in staffing.applications("submitted", limit=SHOWN)
    )
    href = reverse("console:applications") + "?state=submitted"
    return Pile("入驻申请", href, waiting.applications, lines, "没有等待审核的申请。")


def _imports(rows: list[scenarios.ImportView]) -> Pile:
    lines = tuple(
        Todo(
            "file-x",
            file.name,
            file.error or f"已读 {one.rows_done:,} 行",
            reverse("console:imports") + f"?state={one.state}",
            one.started_at,
            one.state_label,
            "no",
        )
        for one, file in zip(rows, deliveries.named(rows), strict=True)
    )
    counts = scenarios.import_counts()
    total = sum(counts.get(state, 0) for state in UNFINISHED)
    return Pile("没有做完的文件导入", reverse("console:imports"), total, lines, "")
