"""Whose desk a ticket is on: taken over, or handed to a colleague, with history."""

from django.db import transaction

from tanpuhui.domain.parties import staffing
from tanpuhui.domain.supervision import errors, selectors
from tanpuhui.domain.supervision.data import TicketView
from tanpuhui.domain.supervision.models import Ticket, TicketHandover
from tanpuhui.domain.supervision.services.words import reason_of
from tanpuhui.domain.supervision.states import TicketState
from tanpuhui.kernel import audit, clock
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.permissions import TABLE, permit

ACTION = "supervision.ticket_answer"


def ticket_take(*, actor: Actor, public_id: str) -> TicketView:
    """Put a ticket on one's own desk, from nobody's or from a colleague's.

    Raises:
        UnknownTicket, StepRefused, NotPermitted: as said.
    """
    permit(actor, ACTION)
    with transaction.atomic():
        return _move(ticket_locked(public_id), actor, actor.label, "")


def ticket_hand_over(*, actor: Actor, public_id: str, username: str, reason: str) -> TicketView:
    """Put a ticket on a colleague's desk, with the reason for it.

    Raises:
        UnknownTicket, StepRefused, ReasonMissing, NotPermitted: as said.
        PayloadRefused: nobody of this name answers tickets.
    """
    permit(actor, ACTION)
    said = reason_of(reason, "转交理由")
    label = colleagues().get(username)
    if label is None:
        raise errors.PayloadRefused("没有这位经办人，请从名单里选择。")
    with transaction.atomic():
        return _move(ticket_locked(public_id), actor, label, said)


def colleagues() -> dict[str, str]:
    """User name → audit label of everybody who may answer tickets."""
    return {
        one.username: f"login:{one.user_id}"
        for role in sorted(TABLE[ACTION])
        for one in staffing.staff_list(role=role)
        if one.deactivated_at is None
    }


def take_if_nobodys(row: Ticket, actor: Actor) -> None:
    """Whoever answers a ticket has it from then on."""
    if not row.handler:
        row.handler = actor.label
        row.save(update_fields=["handler"])
        TicketHandover.objects.create(ticket=row, by=actor.label, to=actor.label, at=clock.now())


def ticket_locked(public_id: str) -> Ticket:
    """The ticket, locked until the transaction ends.

    Raises:
        UnknownTicket: there is none.
    """
    row = Ticket.objects.select_for_update().filter(public_id=public_id).first()
    if row is None:
        raise errors.UnknownTicket("没有这份工单，请从清单重新进入。")
    return row


def _move(row: Ticket, actor: Actor, label: str, reason: str) -> TicketView:
    if row.state == TicketState.CLOSED:
        raise errors.StepRefused("工单已办结，不用再交接。", ticket=row.public_id)
    if row.handler == label:
        raise errors.StepRefused("工单已经在这位经办人手里，请刷新页面。", ticket=row.public_id)
    before, row.handler = row.handler, label
    row.save(update_fields=["handler"])
    TicketHandover.objects.create(
        ticket=row, by=actor.label, to=label, reason=reason, at=clock.now()
    )
    audit.record(
        actor,
        "supervision:ticket:hand",
        f"ticket:{row.public_id}",
        reason=reason,
        before={"handler": before},
        after={"handler": label},
    )
    return selectors.ticket_view(row)
