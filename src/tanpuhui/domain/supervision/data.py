from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class ChangeView:
    """One change request."""

    public_id: str
    kind: str
    kind_label: str
    title: str
    payload: dict[str, Any]
    reason: str
    evidence: str
    state: str
    state_label: str
    proposed_by: str
    proposed_at: datetime
    decided_by: str
    decided_at: datetime | None
    opinion: str
    applied_at: datetime | None
    result: dict[str, Any] | None
    effective_from: date | None
    ticket: str

    @property
    def is_waiting(self) -> bool:
        """Whether a second person is awaited."""
        return self.state == "submitted"


@dataclass(frozen=True)
class MessageView:
    """One message of a ticket, opened."""

    author: str
    author_label: str
    label: str
    body: str
    written_at: datetime


@dataclass(frozen=True)
class HandoverView:
    """One step of a ticket from hand to hand: taken over where `by` and `to` are the same."""

    by: str
    to: str
    reason: str
    at: datetime

    @property
    def is_own(self) -> bool:
        """Whether somebody took it over."""
        return self.by == self.to


@dataclass(frozen=True)
class TicketView:
    """One ticket; messages and handovers are empty in lists. handler: empty where nobody has it."""

    public_id: str
    kind: str
    kind_label: str
    title: str
    state: str
    state_label: str
    person_id: int | None
    organisation_id: int | None
    provider_id: int | None
    item_no: str
    scenario_no: int | None
    outcome: str
    outcome_label: str
    opened_at: datetime
    due_at: datetime
    answered_at: datetime | None
    closed_at: datetime | None
    rating: int | None
    rating_note: str
    is_late: bool
    handler: str = ""
    messages: tuple[MessageView, ...] = ()
    handovers: tuple[HandoverView, ...] = ()


@dataclass(frozen=True)
class TicketFigures:
    """How quickly tickets were answered, and how people liked it. Seconds; None without any."""

    opened: int
    answered: int
    in_time: int
    median_s: int | None
    ratings: dict[int, int] = field(default_factory=dict)

    @property
    def rating_count(self) -> int:
        """How many people rated."""
        return sum(self.ratings.values())


@dataclass(frozen=True)
class FindingView:
    """One anomaly."""

    public_id: str
    rule: str
    rule_label: str
    subject: str
    day: date
    evidence: dict[str, Any]
    sentence: str
    state: str
    state_label: str
    found_at: datetime
    decided_by: str
    decided_at: datetime | None
    note: str


@dataclass(frozen=True)
class AnnouncementView:
    """One announcement."""

    public_id: str
    title: str
    body: str
    audience: str
    audience_label: str
    state: str
    state_label: str
    written_by: str
    written_at: datetime
    published_at: datetime | None
    until: date | None
