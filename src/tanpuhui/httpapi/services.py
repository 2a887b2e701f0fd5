"""The only writes of the HTTP doors: used nonces and the providers' allowances."""

import time

from django.conf import settings
from django.db import connection

from tanpuhui.domain.parties.data import ProviderKeyView
from tanpuhui.httpapi.errors import RequestRefused
from tanpuhui.kernel import clock, sqlfiles

SWEEP_EVERY_S = 60
_swept_at_s = 0.0


def nonce_use(key: ProviderKeyView, nonce: str, *, stale_at_s: int) -> None:
    """Note the nonce as used and take one call from the provider's allowance, in one statement.

    Args:
        key: whose nonce and whose provider's allowance.
        nonce: unique per key.
        stale_at_s: Unix seconds from which the signature is refused by its age alone.

    Raises:
        RequestRefused: signature.replayed, rate.limited (with `retry_after_s`).
    """
    now_us = int(clock.now().timestamp() * 1_000_000)
    step_us = 1_000_000 // settings.API_CALLS_PER_SECOND
    with connection.cursor() as cursor:
        _sweep(cursor, now_us // 1_000_000)
        cursor.execute(
            sqlfiles.query(__file__, "admit"),
            {
                "key_id": key.key_id,
                "nonce": nonce,
                "expires_at_s": stale_at_s + 1,
                "provider_id": key.provider_id,
                "now_us": now_us,
                "step_us": step_us,
                "depth_us": step_us * settings.API_CALLS_AT_ONCE,
            },
        )
        fresh, allowed = cursor.fetchone()
    if not fresh:
        raise RequestRefused("signature.replayed")
    if not allowed:
        raise RequestRefused("rate.limited", retry_after_s=1)


def _sweep(cursor: object, now_s: int) -> None:
    """Forget nonces whose signatures are stale by age; once a minute in each process."""
    global _swept_at_s  # noqa: PLW0603 - a process-wide timer
    if time.monotonic() - _swept_at_s < SWEEP_EVERY_S:
        return
    _swept_at_s = time.monotonic()
    cursor.execute(  # type: ignore[attr-defined]
        "delete from httpapi_usednonce where expires_at_s < %s", [now_s]
    )
