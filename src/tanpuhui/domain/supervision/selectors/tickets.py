"""Tickets, their messages, and how quickly they were answered."""

from dataclasses import replace
from datetime import timedelta

from django.db import connection
from django.db.models import Count, Q, QuerySet

from tanpuhui.domain.supervision import errors
from tanpuhui.domain.supervision.data import HandoverView, MessageView, TicketFigures, TicketView
from tanpuhui.domain.supervision.models import Ticket, TicketMessage
from tanpuhui.domain.supervision.states import Outcome, TicketKind, TicketState
from tanpuhui.kernel import clock, crypto, sqlfiles
from tanpuhui.kernel.listing import ordered, state_counts
from tanpuhui.kernel.views import view_of

MESSAGE_CONTEXT = "supervision.ticketmessage"
ORDERS = {"due": "due_at", "opened": "opened_at", "kind": "kind", "rating": "rating"}


def tickets(
    *,
    state: str = "",
    kind: str = "",
    text: str = "",
    person_id: int | None = None,
    organisation_id: int | None = None,
    late_only: bool = False,
    handler: str | None = None,
    order: str = "due",
    limit: int = 50,
    offset: int = 0,
) -> list[TicketView]:
    """A page of tickets without their messages.

    Args:
        state: one of TicketState, or empty.
        kind: one of TicketKind, or empty.
        text: part of the title, or the whole number.
        person_id: only this person's.
        organisation_id: only this organisation's.
        late_only: unanswered ones past their promised time.
        handler: only those in this person's hands; empty: in nobody's.
        order: a key of ORDERS, with a minus for descending.
        limit: rows.
        offset: rows to skip.
    """
    rows = _chosen(kind, text, person_id, organisation_id)
    if state:
        rows = rows.filter(state=state)
    if late_only:
        rows = rows.filter(answered_at=None, due_at__lt=clock.now())
    if handler is not None:
        rows = rows.filter(handler=handler)
    rows = ordered(rows, order, ORDERS, "due_at", "-pk")
    return [ticket_view(row) for row in rows[offset : offset + limit]]


def ticket_counts(*, kind: str = "", text: str = "") -> dict[str, int]:
    """State → number of tickets; `late` counts those past their promised time."""
    rows = _chosen(kind, text, None, None)
    found = state_counts(rows)
    found["late"] = rows.filter(answered_at=None, due_at__lt=clock.now()).count()
    return found


def _chosen(
    kind: str, text: str, person_id: int | None, organisation_id: int | None
) -> "QuerySet[Ticket]":
    rows = Ticket.objects.all()
    if kind:
        rows = rows.filter(kind=kind)
    if text:
        rows = rows.filter(Q(title__icontains=text) | Q(public_id=text))
    if person_id is not None:
        rows = rows.filter(person_id=person_id)
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    return rows


def appeal_of(person_id: int, provider_id: int, item_no: str) -> TicketView | None:
    """The latest appeal of one act by its owner, or None."""
    rows = Ticket.objects.filter(
        kind=TicketKind.APPEAL, person_id=person_id, provider_id=provider_id, item_no=item_no
    )
    row = rows.order_by("-opened_at", "-pk").first()
    return ticket_view(row) if row else None


def ticket(
    public_id: str,
    *,
    person_id: int | None = None,
    organisation_id: int | None = None,
    with_notes: bool = False,
) -> TicketView:
    """One ticket with its messages, oldest first.

    Args:
        public_id: its number.
        person_id: refuse it where it is not this person's.
        organisation_id: refuse it where it is not this organisation's.
        with_notes: colleagues' notes too; for staff only.

    Raises:
        UnknownTicket: none, or somebody else's.
    """
    row = _chosen("", "", person_id, organisation_id).filter(public_id=public_id).first()
    if row is None:
        raise errors.UnknownTicket("没有这份工单，请从清单重新进入。")
    messages = row.messages.order_by("written_at", "pk")
    if not with_notes:
        messages = messages.exclude(author=TicketMessage.Author.NOTE)
    hands = row.handovers.order_by("at", "pk") if with_notes else ()
    return replace(
        ticket_view(row, tuple(_message(one) for one in messages)),
        handovers=tuple(HandoverView(one.by, one.to, one.reason, one.at) for one in hands),
    )


def ticket_figures(*, days: int = 30) -> TicketFigures:
    """Response times and ratings of tickets opened in recent days."""
    since = clock.now() - timedelta(days=days)
    with connection.cursor() as cursor:
        cursor.execute(sqlfiles.query(__file__, "ticket_times"), {"since": since})
        opened, answered, in_time, median_s = cursor.fetchone()
    stars = (
        Ticket.objects.filter(opened_at__gte=since)
        .exclude(rating=None)
        .order_by()
        .values("rating")
        .annotate(number=Count("*"))
    )
    ratings = {row["rating"] or 0: row["number"] for row in stars}
    return TicketFigures(opened, answered, in_time, median_s, ratings)


def _message(row: TicketMessage) -> MessageView:
    return MessageView(
        author=row.author,
        author_label=TicketMessage.Author(row.author).label,
        label=row.label,
        body=crypto.decrypt(row.body_sealed, context=MESSAGE_CONTEXT),
        written_at=row.written_at,
    )


def ticket_view(row: Ticket, messages: tuple[MessageView, ...] = ()) -> TicketView:
    """A row as others see it."""
    return view_of(
        TicketView,
        row,
        kind_label=TicketKind(row.kind).label,
        state_label=TicketState(row.state).label,
        outcome_label=Outcome(row.outcome).label,
        is_late=(row.answered_at or clock.now()) > row.due_at,
        messages=messages,
    )
