"""Who looked: staff who saw a citizen's details unmasked, from the audit trail."""

from dataclasses import dataclass
from datetime import datetime

from tanpuhui.domain.parties.services.unmasking import FIELDS, TAG
from tanpuhui.kernel import trail

MOST = 200


@dataclass(frozen=True)
class Look:
    """One look at unmasked details, with the reason that was given for it."""

    at: datetime
    who: str
    what: str
    reason: str


def looks_at(person_id: int) -> list[Look]:
    """Every look at one citizen, newest first."""
    return [
        Look(
            at=row.recorded_at,
            who=f"工作人员（{row.actor}）",
            what=FIELDS.get((row.after or {}).get("field", ""), "资料"),
            reason=row.reason,
        )
        for row in trail.events(subject=f"person:{person_id}", tag=TAG, limit=MOST)
    ]
