"""Four eyes: one person proposes, another decides; approval and application are one transaction."""

from typing import Any

from django.db import transaction

from tanpuhui.domain.supervision import errors, selectors
from tanpuhui.domain.supervision.data import ChangeView
from tanpuhui.domain.supervision.models import ChangeRequest, Ticket
from tanpuhui.domain.supervision.services.kinds import KINDS, Order
from tanpuhui.domain.supervision.services.words import reason_of
from tanpuhui.domain.supervision.states import CHANGE_MOVES, ChangeKind, ChangeState
from tanpuhui.kernel import audit, clock, ids
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.permissions import permit


def change_propose(
    *,
    actor: Actor,
    kind: str,
    payload: dict[str, Any],
    reason: str,
    evidence: str = "",
    ticket: str = "",
    is_draft: bool = False,
) -> ChangeView:
    """Propose a change; it is checked now, and again when it is applied.

    Args:
        actor: the first person.
        kind: one of ChangeKind.
        payload: what is to be done, in the words of the kind.
        reason: why; stays with the change for ever.
        evidence: where the proof is.
        ticket: the ticket from which the change follows.
        is_draft: keep it to oneself for now.

    Raises:
        NotPermitted, ReasonMissing: as said.
        PayloadRefused: what is to be done does not exist or cannot be applied.
    """
    permit(actor, "supervision.propose")
    if kind not in ChangeKind.values:
        raise errors.PayloadRefused("没有这种变更，请从对应页面重新提出。")
    said = reason_of(reason)
    checked = KINDS[ChangeKind(kind)].check(payload)
    with transaction.atomic():
        row = ChangeRequest.objects.create(
            public_id=ids.fresh("c"),
            kind=kind,
            title=checked.title[:120],
            payload=checked.payload,
            reason=said,
            evidence=evidence.strip()[:2000],
            state=ChangeState.DRAFT if is_draft else ChangeState.SUBMITTED,
            proposed_by=actor.label,
            proposed_at=clock.now(),
            effective_from=checked.effective_from,
            ticket=Ticket.objects.filter(public_id=ticket).first() if ticket else None,
        )
        audit.record(
            actor,
            "supervision:change:propose",
            f"change:{row.public_id}",
            reason=said,
            after={"kind": kind, "payload": checked.payload},
        )
    return selectors.change_view(row)


def change_submit(*, actor: Actor, public_id: str) -> ChangeView:
    """Hand a draft to the second person.

    Raises:
        UnknownChange, StepRefused, NotPermitted: no such draft of this person.
    """
    permit(actor, "supervision.propose")
    with transaction.atomic():
        row = _own(actor, public_id)
        _move(row, ChangeState.SUBMITTED)
        row.save(update_fields=["state"])
        audit.record(actor, "supervision:change:submit", f"change:{public_id}")
    return selectors.change_view(row)


def change_withdraw(*, actor: Actor, public_id: str) -> ChangeView:
    """Take one's own proposal back before it is decided.

    Raises:
        UnknownChange, StepRefused, NotPermitted: as said.
    """
    permit(actor, "supervision.propose")
    with transaction.atomic():
        row = _own(actor, public_id)
        _move(row, ChangeState.WITHDRAWN)
        row.save(update_fields=["state"])
        audit.record(actor, "supervision:change:withdraw", f"change:{public_id}")
    return selectors.change_view(row)


def change_decide(*, actor: Actor, public_id: str, approve: bool, opinion: str) -> ChangeView:
    """Approve and apply, or send back; by somebody else than the proposer, and once.

    Where the application is refused nothing is kept: the change still waits, and the refusal
    says what is in its way.

    Raises:
        SamePerson: the proposer decides.
        StepRefused: it was decided already.
        UnknownChange, ReasonMissing, NotPermitted, DomainError of the kind: as said.
    """
    said = reason_of(opinion, "意见")
    with transaction.atomic():
        row = _locked(public_id)
        kind = KINDS[ChangeKind(row.kind)]
        permit(actor, kind.decide)
        if actor.label == row.proposed_by:
            message = "提出人不能复核自己的变更，请由另一位有权限的人员办理。"
            raise errors.SamePerson(message, change=public_id)
        _move(row, ChangeState.APPROVED if approve else ChangeState.REJECTED)
        row.decided_by, row.decided_at, row.opinion = actor.label, clock.now(), said
        row.save(update_fields=["state", "decided_by", "decided_at", "opinion"])
        if approve:
            row.result = kind.apply(_order(actor, row))
            _move(row, ChangeState.APPLIED)
            row.applied_at = clock.now()
            row.save(update_fields=["state", "result", "applied_at"])
        audit.record(
            actor,
            f"supervision:change:{'approve' if approve else 'reject'}",
            f"change:{public_id}",
            reason=said,
            before={"state": ChangeState.SUBMITTED, "proposed_by": row.proposed_by},
            after={"state": row.state, "result": row.result},
        )
    return selectors.change_view(row)


def _order(actor: Actor, row: ChangeRequest) -> Order:
    """The platform carries it out; audit rows and journals name both people."""
    both = f"{row.proposed_by}+{actor.label}"
    carrier = Actor(kind="system", door=actor.door, roles=frozenset({"system"}), label=both[:80])
    return Order(carrier, row.public_id, row.reason, row.payload)


def _locked(public_id: str) -> ChangeRequest:
    row = ChangeRequest.objects.select_for_update().filter(public_id=public_id).first()
    if row is None:
        raise errors.UnknownChange("没有这份变更，请从清单重新进入。")
    return row


def _own(actor: Actor, public_id: str) -> ChangeRequest:
    row = _locked(public_id)
    if row.proposed_by != actor.label:
        raise errors.UnknownChange("只有提出人可以提交或撤回这份变更。")
    return row


def _move(row: ChangeRequest, state: ChangeState) -> None:
    before = ChangeState(row.state)
    if (before, state) not in CHANGE_MOVES:
        message = f"这份变更{before.label}，不能再改为“{state.label}”。请刷新页面看最新情况。"
        raise errors.StepRefused(message, change=row.public_id)
    row.state = state
