"""Counting calls at the doors, one statement a call."""

from bisect import bisect_left
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from tanpuhui.domain.intake.data import BUCKETS_MS
from tanpuhui.domain.intake.models import CallCount
from tanpuhui.domain.intake.services.uploads import uploads_sweep
from tanpuhui.domain.scenarios import services as scenarios
from tanpuhui.domain.scenarios.imports.refusals import lists_sweep
from tanpuhui.kernel import actors, clock, sqlfiles
from tanpuhui.kernel.columns import one_row

COUNTS_KEPT_DAYS = 400


def sweep() -> None:
    """Forget what is older than promised: files, lists of refused rows, counts of calls."""
    uploads_sweep()
    lists_sweep(Path(settings.HOME) / "reports", clock.now())
    scenarios.refusals_expire(actor=actors.system())
    CallCount.objects.filter(hour__lt=clock.now() - timedelta(days=COUNTS_KEPT_DAYS)).delete()


def call_note(
    *,
    provider_id: int,
    key_id: str,
    door: str,
    operation: str,
    code: str,
    status: int,
    took_ms: int,
) -> None:
    """Count one call; the commit is not waited for (a crash of the machine may lose the last ones).

    Args:
        provider_id: whose key was named, whether or not the signature held.
        key_id: the key.
        door: api, sandbox or gateway.
        operation: method and address without parameters.
        code: `ok`, or the code of the refusal.
        status: HTTP status.
        took_ms: from the first byte read to the answer.
    """
    now = clock.now()
    one_row(
        sqlfiles.query(__file__, "call_note"),
        {
            "provider_id": provider_id,
            "hour": now.replace(minute=0, second=0, microsecond=0),
            "key_id": key_id[:60],
            "door": door,
            "operation": operation[:60],
            "code": code[:60],
            "bucket": bisect_left(BUCKETS_MS, took_ms),
            "status": status,
            "now": now,
        },
    )
