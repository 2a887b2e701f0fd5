"""The doors of the supervision context."""

from tanpuhui.domain.supervision.services.announcements import (
    announcement_publish,
    announcement_withdraw,
    announcement_write,
)
from tanpuhui.domain.supervision.services.anomalies import anomalies_find, anomaly_decide
from tanpuhui.domain.supervision.services.changes import (
    change_decide,
    change_propose,
    change_submit,
    change_withdraw,
)
from tanpuhui.domain.supervision.services.forgetting import tickets_forget
from tanpuhui.domain.supervision.services.hands import (
    colleagues,
    ticket_hand_over,
    ticket_take,
)
from tanpuhui.domain.supervision.services.tickets import (
    appeal_decide,
    ticket_answer,
    ticket_close,
    ticket_note,
    ticket_open,
    ticket_rate,
    ticket_reply,
)

__all__ = [
    "announcement_publish",
    "announcement_withdraw",
    "announcement_write",
    "anomalies_find",
    "anomaly_decide",
    "appeal_decide",
    "change_decide",
    "change_propose",
    "change_submit",
    "change_withdraw",
    "colleagues",
    "ticket_answer",
    "ticket_close",
    "ticket_hand_over",
    "ticket_note",
    "ticket_open",
    "ticket_rate",
    "ticket_reply",
    "ticket_take",
    "tickets_forget",
]
