"""Reads of supervision."""

from tanpuhui.domain.supervision.selectors.announcements import (
    announcement,
    announcement_counts,
    announcement_view,
    announcements,
    announcements_shown,
)
from tanpuhui.domain.supervision.selectors.anomalies import (
    finding,
    finding_counts,
    finding_view,
    findings,
)
from tanpuhui.domain.supervision.selectors.changes import (
    change,
    change_count_for,
    change_counts,
    change_view,
    changes,
    changes_about,
)
from tanpuhui.domain.supervision.selectors.tickets import (
    appeal_of,
    ticket,
    ticket_counts,
    ticket_figures,
    ticket_view,
    tickets,
)

__all__ = [
    "announcement",
    "announcement_counts",
    "announcement_view",
    "announcements",
    "announcements_shown",
    "appeal_of",
    "change",
    "change_count_for",
    "change_counts",
    "change_view",
    "changes",
    "changes_about",
    "finding",
    "finding_counts",
    "finding_view",
    "findings",
    "ticket",
    "ticket_counts",
    "ticket_figures",
    "ticket_view",
    "tickets",
]
