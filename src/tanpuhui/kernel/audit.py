"""The audit trail: written in the same transaction as the deed."""

from typing import Any

from tanpuhui.kernel import clock
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.errors import DomainError
from tanpuhui.kernel.models import REASON_MAX, AuditEvent


class ReasonRefused(DomainError):
    """A reason that the audit trail cannot keep as it was given."""

    code = "audit.reason_refused"


def reason_check(reason: str) -> None:
    """Refuse a reason before work is done for it; `record` refuses it in any case.

    Raises:
        ReasonRefused: too long, or with characters that are no text.
    """
    if len(reason) > REASON_MAX:
        raise ReasonRefused(
            "原因太长（{length} 字），最多 {most} 字，请精简后重试。",
            length=len(reason),
            most=REASON_MAX,
        )
    if "\x00" in reason:
        raise ReasonRefused("原因里有无法保存的控制字符，请删除后重试。")


def record(
    actor: Actor,
    tag: str,
    subject: str,
    *,
    reason: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write one audit row.

    Args:
        actor: who did it.
        tag: `context:noun:verb`, e.g. `ledger:account:freeze`.
        subject: what it was done to, as `kind:id`; no personal data.
        reason: why, in the actor's words.
        before: state before, JSON-ready.
        after: state after, JSON-ready.

    Raises:
        ReasonRefused: the caller's transaction must not go on.
    """
    reason_check(reason)
    AuditEvent.objects.create(
        recorded_at=clock.now(),
        tag=tag,
        actor=actor.label or actor.kind,
        door=actor.door,
        subject=subject,
        reason=reason,
        before=before,
        after=after,
    )
