"""The audit trail: written in the same transaction as the deed."""

from typing import Any

from tanpuhui.kernel import clock
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.models import AuditEvent


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
    """
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
