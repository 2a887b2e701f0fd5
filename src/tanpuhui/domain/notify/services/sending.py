"""Queue a message with the deed that causes it; deliver it afterwards, with patience."""

import logging
import threading
from datetime import datetime, timedelta

from django.conf import settings
from django.db import close_old_connections, connection, transaction

from tanpuhui.domain.notify.models import Outgoing
from tanpuhui.domain.notify.services import senders
from tanpuhui.kernel import clock, crypto

logger = logging.getLogger(__name__)
CONTEXT = "notify.outgoing"
WAITS_S = (2, 10, 30, 120, 600)  # before the second, third … attempt
LEASE_S = 30  # a claimed message is left alone this long, then anybody may try again
IDLE_S = 1.0
_dispatching = threading.Lock()


def sms_queue(
    *, phone: str, text: str, stale_after_s: int, not_before: datetime | None = None
) -> int:
    """Have a short message sent once the caller's transaction stands, or later; its id."""
    return _queue(Outgoing.Channel.SMS, phone, text, stale_after_s, not_before)


def email_queue(*, address: str, text: str, stale_after_s: int) -> int:
    """Have an e-mail sent once the caller's transaction stands; its id."""
    return _queue(Outgoing.Channel.EMAIL, address, text, stale_after_s)


def _queue(
    channel: str,
    recipient: str,
    text: str,
    stale_after_s: int,
    not_before: datetime | None = None,
) -> int:
    now = clock.now()
    start = max(now, not_before) if not_before else now
    row = Outgoing.objects.create(
        channel=channel,
        recipient_sealed=crypto.encrypt(recipient, context=CONTEXT),
        text_sealed=crypto.encrypt(text, context=CONTEXT),
        queued_at=now,
        next_at=start,
        stale_at=start + timedelta(seconds=stale_after_s),
    )
    transaction.on_commit(_dispatch)
    return row.pk


def outgoing_deliver_due(limit: int = 100) -> int:
    """Try every message that is due; safe in several processes at once.

    Returns:
        How many were tried.
    """
    tried = 0
    while tried < limit and (row := _claim()) is not None:
        _deliver(row)
        tried += 1
    return tried


def _claim() -> Outgoing | None:
    now = clock.now()
    with transaction.atomic():
        row = (
            Outgoing.objects.select_for_update(skip_locked=True)
            .filter(state=Outgoing.State.QUEUED, next_at__lte=now)
            .order_by("next_at")
            .first()
        )
        if row is None:
            return None
        # The attempt is counted before it is made: a crash in the middle cannot repeat for ever.
        row.attempts += 1
        row.next_at = now + timedelta(seconds=LEASE_S)
        row.save(update_fields=["attempts", "next_at"])
    return row


def _deliver(row: Outgoing) -> None:
    now = clock.now()
    if now >= row.stale_at:
        _end(row, Outgoing.State.GIVEN_UP, "stale")
        return
    recipient = crypto.decrypt(row.recipient_sealed, context=CONTEXT)
    text = crypto.decrypt(row.text_sealed, context=CONTEXT)
    try:
        senders.current().send(f"out_{row.pk}", row.channel, recipient, text)
    except senders.NotSent as error:
        logger.warning("message %s not sent (attempt %s): %s", row.pk, row.attempts, error)
        if row.attempts > len(WAITS_S):
            _end(row, Outgoing.State.GIVEN_UP, str(error))
            return
        row.next_at = now + timedelta(seconds=WAITS_S[row.attempts - 1])
        row.trouble = str(error)[:40]
        row.save(update_fields=["next_at", "trouble"])
        return
    _end(row, Outgoing.State.SENT, "")


def _end(row: Outgoing, state: str, trouble: str) -> None:
    row.state, row.trouble, row.ended_at = state, trouble[:40], clock.now()
    row.recipient_sealed = row.text_sealed = ""
    row.save(update_fields=["state", "trouble", "ended_at", "recipient_sealed", "text_sealed"])


def _dispatch() -> None:
    """Deliver in a thread of this process, so that no page waits for a gateway."""
    if settings.NOTIFY_IN_BACKGROUND and _dispatching.acquire(blocking=False):
        threading.Thread(target=_run, name="notify", daemon=True).start()


def _run() -> None:
    try:
        close_old_connections()
        while True:
            outgoing_deliver_due()
            if not _waiting():
                break
            threading.Event().wait(IDLE_S)
    except Exception:
        logger.exception("delivery of messages stopped")
    finally:
        connection.close()
        _dispatching.release()


def _waiting() -> bool:
    soon = clock.now() + timedelta(seconds=WAITS_S[2])
    return Outgoing.objects.filter(state=Outgoing.State.QUEUED, next_at__lte=soon).exists()
