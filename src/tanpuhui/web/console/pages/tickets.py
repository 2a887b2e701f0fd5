"""申诉与工单: what people ask, appeal and complain of; answers are timed and rated."""

from collections.abc import Mapping, Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.domain.supervision import selectors as supervision
from tanpuhui.domain.supervision import services
from tanpuhui.domain.supervision.data import TicketView
from tanpuhui.domain.supervision.states import TicketKind, TicketState
from tanpuhui.kernel.cityrules import pack
from tanpuhui.kernel.errors import DomainError, NotPermitted
from tanpuhui.web.console import frame
from tanpuhui.web.console.menu import READERS, WORKERS
from tanpuhui.web.shared import durations, lists
from tanpuhui.web.shared.guards import Staff, staff_only
from tanpuhui.web.shared.lists import Cell, Chip, Head
from tanpuhui.web.templatetags.tph import moment

STATES = {str(one): str(one.label) for one in TicketState}
KINDS = [(str(one), str(one.label)) for one in TicketKind]
SORTS = ("due", "opened", "kind", "rating")
HEADS = (
    Head("工单"),
    Head("类型", "kind"),
    Head("收到", "opened"),
    Head("承诺时限", "due"),
    Head("经办"),
    Head("评分", "rating", is_right=True),
    Head("状态"),
)
STARS = 5
HANDS = {"mine": "我经办的", "nobody": "未分派的"}


def query_of(got: Mapping[str, str]) -> lists.Query:
    """What the address asks for."""
    return lists.query_of(
        got,
        states=STATES,
        sorts=SORTS,
        sort="due",
        filters={"kind": [value for value, _ in KINDS], "late": ["1"], "hand": tuple(HANDS)},
    )


def table(query: lists.Query, viewer: str) -> lists.Listing[TicketView]:
    """The list of tickets; `viewer` is who says "mine"."""
    hand = {"mine": viewer, "nobody": ""}.get(query.get("hand"))

    def read(limit: int, offset: int) -> list[TicketView]:
        return supervision.tickets(
            state=query.state,
            kind=query.get("kind"),
            text=query.text,
            late_only=query.get("late") == "1",
            handler=hand,
            order=query.sort,
            limit=limit,
            offset=offset,
        )

    def draw(rows: Sequence[TicketView]) -> list[tuple[Cell, ...]]:
        names = frame.names(row.handler for row in rows)
        return [cells(row, names) for row in rows]

    counts = supervision.ticket_counts(kind=query.get("kind"), text=query.text)
    return lists.listing(
        query,
        HEADS,
        read,
        draw,
        caption="工单",
        search_hint="标题或工单号",
        filters=(
            lists.Filter("kind", "类型", "全部类型", lists.options(KINDS), query.get("kind")),
            lists.Filter(
                "late", "时限", "不限", lists.options([("1", "已超时")]), query.get("late")
            ),
            lists.Filter(
                "hand", "经办", "所有人", lists.options(tuple(HANDS.items())), query.get("hand")
            ),
        ),
        counters=lists.counters(STATES, counts, query.state),
        export="tickets",
    )


def cells(row: TicketView, names: Mapping[str, str]) -> tuple[Cell, ...]:
    """A ticket in a list."""
    took = durations.between(row.opened_at, row.answered_at) if row.answered_at else ""
    late = (Chip("已超时", "no"),) if row.is_late and row.answered_at is None else ()
    outcome = (Chip(row.outcome_label, lists.tone(row.outcome)),) if row.outcome else ()
    return (
        Cell(row.title, reverse("console:ticket", args=[row.public_id]), small=row.public_id),
        Cell(row.kind_label),
        Cell(moment(row.opened_at)),
        Cell(moment(row.due_at), chips=late, small=f"{took}后首次答复" if took else ""),
        Cell(names.get(row.handler, row.handler) or "未分派"),
        Cell(f"{row.rating} 分" if row.rating else "—", is_right=True),
        Cell(chips=(Chip(row.state_label, lists.tone(row.state)), *outcome)),
    )


@staff_only(*READERS)
def tickets(request: HttpRequest, staff: Staff) -> HttpResponse:
    """All tickets."""
    return frame.show(
        request,
        staff,
        "list.html",
        "tickets",
        title="申诉与工单",
        lead="咨询 24 小时、投诉 3 天、申诉 7 天内答复；答复用时与评分公开",
        listing=table(query_of(request.GET), staff.actor.label),
    )


@staff_only(*READERS)
def ticket(request: HttpRequest, staff: Staff, public_id: str) -> HttpResponse:
    """One ticket: the conversation, the act that is appealed, answer, decision, correction."""
    return _page(request, staff, public_id)


def _page(
    request: HttpRequest, staff: Staff, public_id: str, *, body: str = "", error: str = ""
) -> HttpResponse:
    found = supervision.ticket(public_id, with_notes=True)
    person = parties.person(found.person_id) if found.person_id else None
    explained = None
    if found.provider_id and found.item_no and found.person_id:
        explained = scenarios.act_explained_by_item(
            found.person_id, found.provider_id, found.item_no
        )
    changes = supervision.changes_about(ticket=public_id)
    stars = range(1, STARS + 1)
    return frame.show(
        request,
        staff,
        "ticket.html",
        "tickets",
        status=422 if error else 200,
        ticket=found,
        tone=lists.tone(found.state),
        person=person,
        scenario=pack().scenario_by_no(found.scenario_no) if found.scenario_no else None,
        explained=explained,
        changes=changes,
        names=frame.names(_hands(found)),
        took=durations.between(found.opened_at, found.answered_at) if found.answered_at else "",
        is_mine=found.handler == staff.actor.label,
        colleagues=[
            name
            for name, label in sorted(services.colleagues().items())
            if label not in {found.handler, staff.actor.label}
        ]
        if staff.role in WORKERS and found.state != "closed"
        else [],
        body=body,
        error=error,
        may_answer=staff.role in WORKERS and found.state != "closed",
        is_appeal_open=found.kind == "appeal" and not found.outcome,
        needs_correction=found.outcome == "upheld" and not changes and found.state != "closed",
        stars=[(one, bool(found.rating and one <= found.rating)) for one in stars],
    )


def _hands(found: TicketView) -> set[str]:
    """Everybody of the staff who had to do with a ticket."""
    met = {one.label for one in found.messages if one.author != "asker"} | {found.handler}
    return met | {label for one in found.handovers for label in (one.by, one.to)}


@require_POST
@staff_only(*WORKERS)
def hand(request: HttpRequest, staff: Staff, public_id: str) -> HttpResponse:
    """Take over, or hand over to a colleague."""
    try:
        if request.POST.get("step") == "take":
            services.ticket_take(actor=staff.actor, public_id=public_id)
            done = "已接手，工单现在由您经办。"
        else:
            to = request.POST.get("to", "")
            services.ticket_hand_over(
                actor=staff.actor,
                public_id=public_id,
                username=to,
                reason=request.POST.get("reason", ""),
            )
            done = f"已转交给 {to}。"
    except NotPermitted:
        raise
    except DomainError as error:
        return _page(request, staff, public_id, error=error.message)
    messages.success(request, done)
    return redirect("console:ticket", public_id)


@require_POST
@staff_only(*WORKERS)
def act(request: HttpRequest, staff: Staff, public_id: str) -> HttpResponse:
    """Answer, note, decide or close."""
    step, body = request.POST.get("step", ""), request.POST.get("body", "")
    try:
        done = _step(staff, public_id, step, body)
    except NotPermitted:
        raise
    except DomainError as error:
        return _page(request, staff, public_id, body=body, error=error.message)
    messages.success(request, done)
    return redirect("console:ticket", public_id)


def _step(staff: Staff, public_id: str, step: str, body: str) -> str:
    if step == "note":
        services.ticket_note(actor=staff.actor, public_id=public_id, body=body)
        return "备注已保存，提出人看不到。"
    if step in {"uphold", "refuse"}:
        services.appeal_decide(
            actor=staff.actor, public_id=public_id, upheld=step == "uphold", answer=body
        )
        return "申诉成立，请接着提出更正。" if step == "uphold" else "已维持原结果并办结。"
    if step == "close":
        services.ticket_close(actor=staff.actor, public_id=public_id, note=body)
        return "工单已办结。"
    services.ticket_answer(actor=staff.actor, public_id=public_id, body=body)
    return "已答复。"
