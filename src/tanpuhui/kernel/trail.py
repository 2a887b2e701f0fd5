"""Reading the audit trail: who did what to what, when and why."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tanpuhui.kernel.models import AuditEvent


@dataclass(frozen=True)
class Event:
    """One audit row."""

    id: int
    recorded_at: datetime
    tag: str
    actor: str
    door: str
    subject: str
    reason: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def events(
    *,
    tag: str = "",
    actor: str = "",
    subject: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    order: str = "-at",
    limit: int = 50,
    offset: int = 0,
) -> list[Event]:
    """A page of the trail.

    Args:
        tag: beginning of the tag, e.g. `supervision:change`.
        actor: an audit label such as `login:7`; also found within `login:7+login:9`.
        subject: the whole subject, e.g. `change:c4…`.
        since: from this instant.
        until: before this instant.
        order: `at` or `-at`.
        limit: rows.
        offset: rows to skip.
    """
    rows = AuditEvent.objects.all()
    if tag:
        rows = rows.filter(tag__startswith=tag)
    if actor:
        both = rows.filter(actor__startswith=f"{actor}+") | rows.filter(actor__endswith=f"+{actor}")
        rows = rows.filter(actor=actor) | both
    if subject:
        rows = rows.filter(subject=subject)
    if since is not None:
        rows = rows.filter(recorded_at__gte=since)
    if until is not None:
        rows = rows.filter(recorded_at__lt=until)
    sign = "-" if order.startswith("-") else ""
    page = rows.order_by(f"{sign}recorded_at", f"{sign}id")[offset : offset + limit]
    return [
        Event(
            row.pk,
            row.recorded_at,
            row.tag,
            row.actor,
            row.door,
            row.subject,
            row.reason,
            row.before,
            row.after,
        )
        for row in page
    ]


def event(event_id: int) -> Event | None:
    """One row."""
    row = AuditEvent.objects.filter(pk=event_id).first()
    if row is None:
        return None
    return Event(
        row.pk,
        row.recorded_at,
        row.tag,
        row.actor,
        row.door,
        row.subject,
        row.reason,
        row.before,
        row.after,
    )
