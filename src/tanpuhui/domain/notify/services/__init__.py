"""Every change of notify: what leaves the platform."""

from tanpuhui.domain.notify.services.sending import (
    email_queue,
    outgoing_deliver_due,
    sms_queue,
)

__all__ = ["email_queue", "outgoing_deliver_due", "sms_queue"]
