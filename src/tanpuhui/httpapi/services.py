"""The only writes of the HTTP doors: used nonces and the providers' allowances."""

import time

from django.conf import settings
from django.db import connection

from tanpuhui.domain.parties.data import ProviderKeyView
from tanpuhui.httpapi.errors import RequestRefused
from tanpuhui.kernel import clock, sqlfiles
from tanpuhui.kernel.columns import one_row

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
    _sweep(now_us // 1_000_000)
    row = one_row(
        sqlfiles.query(__file__, "admit"),
        {
            "key_id": key.key_id,
            "nonce": nonce,
            "expires_at_s": stale_at_s + 1,
            "provider_id": key.provider_id,
            "full_at_us": now_us + step_us,
            "now_us": now_us,
            "step_us": step_us,
            "latest_us": now_us + step_us * settings.API_CALLS_AT_ONCE,
        },
    )
    assert row is not None
    fresh, allowed = row
    if not fresh:
        raise RequestRefused("signature.replayed")
    if not allowed:
        raise RequestRefused("rate.limited", retry_after_s=1)


def _sweep(now_s: int) -> None:
    """Forget nonces whose signatures are stale by age; once a minute in each process."""
    global _swept_at_s  # noqa: PLW0603 - a process-wide timer
    if time.monotonic() - _swept_at_s < SWEEP_EVERY_S:
        return
    _swept_at_s = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("delete from httpapi_usednonce where expires_at_s < %s", [now_s])
