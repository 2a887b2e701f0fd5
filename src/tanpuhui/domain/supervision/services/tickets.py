"""Help, appeals and complaints: asked, answered in measured time, closed, rated."""

from datetime import timedelta

from django.db import transaction

from tanpuhui.domain.notify import services as notify
from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.domain.supervision import errors, selectors
from tanpuhui.domain.supervision.data import TicketView
from tanpuhui.domain.supervision.models import Ticket, TicketMessage
from tanpuhui.domain.supervision.selectors.tickets import MESSAGE_CONTEXT
from tanpuhui.domain.supervision.services.hands import take_if_nobodys, ticket_locked
from tanpuhui.domain.supervision.services.words import body_of, reason_of
from tanpuhui.domain.supervision.states import TICKET_MOVES, Outcome, TicketKind, TicketState
from tanpuhui.kernel import audit, clock, crypto, ids
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.cityrules import pack
from tanpuhui.kernel.permissions import permit

# Promised times for the first answer.
DUE = {
    TicketKind.HELP: timedelta(hours=24),
    TicketKind.APPEAL: timedelta(days=7),
    TicketKind.COMPLAINT: timedelta(days=3),
}
STARS = range(1, 6)


def ticket_open(
    *,
    actor: Actor,
    kind: str,
    title: str,
    body: str,
    person_id: int | None = None,
    organisation_id: int | None = None,
    provider_id: int | None = None,
    item_no: str = "",
) -> TicketView:
    """Ask for help, appeal an act, or complain.

    Args:
        actor: the person or provider itself, or an operator on the telephone.
        kind: one of TicketKind.
        title: a few words, without personal data.
        body: the words themselves; sealed.
        person_id: whose ticket it is.
        organisation_id: or which organisation's.
        provider_id: of the act that is appealed.
        item_no: the act's number; it must be this person's.

    Raises:
        NotPermitted, ReasonMissing: as said.
        PayloadRefused: an appeal without an act of this person.
    """
    permit(actor, "supervision.ticket_open", party_id=person_id or organisation_id)
    if kind not in TicketKind.values:
        raise errors.PayloadRefused("请选择咨询、申诉或投诉。")
    said, about = body_of(body), title.strip()[:80]
    if not about:
        raise errors.ReasonMissing("请写一个标题，说明是什么事。")
    scenario_no = None
    if kind == TicketKind.APPEAL:
        act = scenarios.provider_act(provider_id, item_no) if provider_id and item_no else None
        if act is None or act.person_id != person_id:
            raise errors.PayloadRefused("申诉要针对本人的一条行为记录，请从碳账本进入后申诉。")
        scenario_no = act.scenario_no
    now = clock.now()
    with transaction.atomic():
        row = Ticket.objects.create(
            public_id=ids.fresh("t"),
            kind=kind,
            title=about,
            person_id=person_id,
            organisation_id=organisation_id,
            provider_id=provider_id,
            item_no=item_no,
            scenario_no=scenario_no,
            opened_at=now,
            due_at=now + DUE[TicketKind(kind)],
        )
        _say(row, TicketMessage.Author.ASKER, actor, said)
        audit.record(
            actor, "supervision:ticket:open", f"ticket:{row.public_id}", after={"kind": kind}
        )
    return selectors.ticket_view(row)


def ticket_answer(*, actor: Actor, public_id: str, body: str) -> TicketView:
    """Answer; the first answer stops the clock.

    Raises:
        UnknownTicket, StepRefused, ReasonMissing, NotPermitted: as said.
    """
    permit(actor, "supervision.ticket_answer")
    said = body_of(body)
    with transaction.atomic():
        row = ticket_locked(public_id)
        _move(row, TicketState.ANSWERED)
        row.answered_at = row.answered_at or clock.now()
        row.save(update_fields=["state", "answered_at"])
        take_if_nobodys(row, actor)
        _say(row, TicketMessage.Author.STAFF, actor, said)
        audit.record(actor, "supervision:ticket:answer", f"ticket:{public_id}")
        _tell(row, "ticket_answered", title=row.title)
    return selectors.ticket_view(row)


def ticket_note(*, actor: Actor, public_id: str, body: str) -> TicketView:
    """A note for colleagues; whoever asked does not see it.

    Raises:
        UnknownTicket, ReasonMissing, NotPermitted: as said.
    """
    permit(actor, "supervision.ticket_answer")
    said = body_of(body)
    with transaction.atomic():
        row = ticket_locked(public_id)
        _say(row, TicketMessage.Author.NOTE, actor, said)
        audit.record(actor, "supervision:ticket:note", f"ticket:{public_id}")
    return selectors.ticket_view(row)


def ticket_reply(*, actor: Actor, public_id: str, body: str) -> TicketView:
    """Whoever asked writes again; an answered ticket is open once more.

    Raises:
        UnknownTicket, StepRefused, ReasonMissing, NotPermitted: as said.
    """
    said = body_of(body)
    with transaction.atomic():
        row = _asked_by(actor, public_id)
        if row.state != TicketState.OPEN:
            _move(row, TicketState.OPEN)
            row.save(update_fields=["state"])
        _say(row, TicketMessage.Author.ASKER, actor, said)
        audit.record(actor, "supervision:ticket:reply", f"ticket:{public_id}")
    return selectors.ticket_view(row)


def ticket_close(*, actor: Actor, public_id: str, note: str = "") -> TicketView:
    """Close a ticket; an appeal is closed by its decision.

    Raises:
        UnknownTicket, StepRefused, NotPermitted: as said.
    """
    permit(actor, "supervision.ticket_answer")
    with transaction.atomic():
        row = ticket_locked(public_id)
        if row.kind == TicketKind.APPEAL and not row.outcome:
            raise errors.StepRefused("申诉要先给出结论，再办结。", ticket=public_id)
        _close(row)
        audit.record(
            actor, "supervision:ticket:close", f"ticket:{public_id}", reason=note.strip()[:400]
        )
    return selectors.ticket_view(row)


def appeal_decide(*, actor: Actor, public_id: str, upheld: bool, answer: str) -> TicketView:
    """Decide an appeal and answer it; an upheld one waits open for its correction.

    Raises:
        UnknownTicket, StepRefused, ReasonMissing, NotPermitted: as said.
    """
    permit(actor, "supervision.ticket_answer")
    said = reason_of(answer, "答复")
    with transaction.atomic():
        row = ticket_locked(public_id)
        if row.kind != TicketKind.APPEAL or row.outcome:
            raise errors.StepRefused("这份工单不是待定的申诉，请刷新页面。", ticket=public_id)
        _move(row, TicketState.ANSWERED)
        row.outcome = Outcome.UPHELD if upheld else Outcome.REFUSED
        row.answered_at = row.answered_at or clock.now()
        row.save(update_fields=["state", "outcome", "answered_at"])
        take_if_nobodys(row, actor)
        _say(row, TicketMessage.Author.STAFF, actor, said)
        audit.record(
            actor,
            "supervision:appeal:decide",
            f"ticket:{public_id}",
            after={"outcome": row.outcome},
        )
        scenario = pack().scenario_by_no(row.scenario_no).title if row.scenario_no else row.title
        _tell(row, "appeal_answered", scenario=scenario, outcome=Outcome(row.outcome).label)
        if not upheld:
            _close(row)
    return selectors.ticket_view(row)


def ticket_rate(*, actor: Actor, public_id: str, stars: int, note: str = "") -> TicketView:
    """Whoever asked rates the answer, 1 to 5, all of them welcome.

    Raises:
        RatingRefused: another number, before an answer, or a second time.
        UnknownTicket, NotPermitted: as said.
    """
    with transaction.atomic():
        row = _asked_by(actor, public_id)
        if stars not in STARS or row.answered_at is None or row.rating is not None:
            raise errors.RatingRefused("答复之后可以评一次分，1 至 5 分都可以。")
        row.rating, row.rating_note = stars, note.strip()[:200]
        row.save(update_fields=["rating", "rating_note"])
        audit.record(
            actor, "supervision:ticket:rate", f"ticket:{public_id}", after={"stars": stars}
        )
    return selectors.ticket_view(row)


def _tell(row: Ticket, code: str, **facts: str) -> None:
    if row.person_id is not None:
        link = f"/m/tickets/{row.public_id}/"
        notify.message_send(person_id=row.person_id, code=code, facts=facts, link=link)


def _close(row: Ticket) -> None:
    _move(row, TicketState.CLOSED)
    row.closed_at = clock.now()
    row.save(update_fields=["state", "closed_at"])


def _say(row: Ticket, author: TicketMessage.Author, actor: Actor, body: str) -> None:
    TicketMessage.objects.create(
        ticket=row,
        author=author,
        label=actor.label,
        body_sealed=crypto.encrypt(body, context=MESSAGE_CONTEXT),
        written_at=clock.now(),
    )


def _asked_by(actor: Actor, public_id: str) -> Ticket:
    """The ticket, where it is the actor's own; another's is as good as none."""
    row = ticket_locked(public_id)
    if actor.party_id is None or actor.party_id not in {row.person_id, row.organisation_id}:
        raise errors.UnknownTicket("没有这份工单，请从清单重新进入。")
    permit(actor, "supervision.ticket_open", party_id=actor.party_id)
    return row


def _move(row: Ticket, state: TicketState) -> None:
    before = TicketState(row.state)
    if (before, state) not in TICKET_MOVES:
        message = "工单{now}，不能改为“{wanted}”。请刷新页面看最新情况。"
        raise errors.StepRefused(
            message, ticket=row.public_id, now=before.label, wanted=state.label
        )
    row.state = state
