"""What waits for somebody: changes to decide, tickets, applications, anomalies, failed imports."""

from dataclasses import dataclass

from tanpuhui.domain.parties import staffing
from tanpuhui.domain.supervision import selectors as supervision
from tanpuhui.domain.supervision.services.kinds import KINDS
from tanpuhui.kernel.permissions import TABLE
from tanpuhui.web.console.menu import HELPERS, READERS
from tanpuhui.web.shared.guards import Staff


@dataclass(frozen=True)
class Waiting:
    """Numbers of the inbox."""

    changes: int = 0
    tickets: int = 0
    late: int = 0
    anomalies: int = 0
    applications: int = 0

    @property
    def total(self) -> int:
        """What the badge says."""
        return self.changes + self.tickets + self.anomalies + self.applications


def kinds_decided_by(role: str) -> list[str]:
    """The kinds of change on which a role may decide."""
    return [str(kind) for kind, one in KINDS.items() if role in TABLE[one.decide]]


def waiting(staff: Staff) -> Waiting:
    """What waits for this person; nothing for roles that decide nothing."""
    if staff.role not in READERS:
        return Waiting()
    kinds = kinds_decided_by(staff.role)
    tickets = supervision.ticket_counts()
    return Waiting(
        changes=supervision.change_count_for(staff.actor.label, kinds),
        tickets=tickets.get("open", 0),
        late=tickets.get("late", 0),
        anomalies=supervision.finding_counts().get("open", 0),
        applications=staffing.application_count() if staff.role in HELPERS else 0,
    )
