"""What supervision forgets with an account: everything that a person wrote."""

from django.db import transaction

from tanpuhui.domain.supervision.models import Ticket, TicketMessage
from tanpuhui.domain.supervision.selectors.tickets import MESSAGE_CONTEXT
from tanpuhui.domain.supervision.states import TicketState
from tanpuhui.kernel import audit, clock, crypto
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.permissions import permit

GONE = "（已随账户注销删除）"


def tickets_forget(*, actor: Actor, person_id: int) -> int:
    """Empty a person's tickets of words and close them; times and stars stay as figures."""
    permit(actor, "supervision.ticket_open", party_id=person_id)
    with transaction.atomic():
        rows = Ticket.objects.filter(person_id=person_id)
        TicketMessage.objects.filter(ticket__person_id=person_id).update(
            body_sealed=crypto.encrypt(GONE, context=MESSAGE_CONTEXT)
        )
        rows.exclude(state=TicketState.CLOSED).update(
            state=TicketState.CLOSED, closed_at=clock.now()
        )
        count = rows.update(title=GONE, rating_note="")
        audit.record(
            actor, "supervision:ticket:forget", f"person:{person_id}", after={"count": count}
        )
    return count
