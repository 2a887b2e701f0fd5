"""Every change of notify: what leaves the platform, and what reaches an inbox."""

from tanpuhui.domain.notify.services.inbox import (
    inbox_erase,
    language_set,
    message_read,
    message_send,
    messages_read_all,
    messages_send_many,
    preference_set,
)
from tanpuhui.domain.notify.services.sending import (
    email_queue,
    outgoing_deliver_due,
    sms_queue,
)

__all__ = [
    "email_queue",
    "inbox_erase",
    "language_set",
    "message_read",
    "message_send",
    "messages_read_all",
    "messages_send_many",
    "outgoing_deliver_due",
    "preference_set",
    "sms_queue",
]
