"""How often something may be tried: one row per key in PostgreSQL, shared by every process.

The row keeps the instant at which the allowance is full again (generic cell rate algorithm), so a
try costs one statement and two tries at once cannot both take the last one. Keys are hashed: the
table says nothing about whose they are.
"""

from dataclasses import dataclass

from django.db import connection

from tanpuhui.kernel import clock, crypto, sqlfiles

MICROSECONDS = 1_000_000


@dataclass(frozen=True)
class Limit:
    """An allowance.

    Attributes:
        name: part of the key, so that limits do not share rows.
        at_once: tries that a fresh key has.
        refill_s: seconds after which one more try is there.
    """

    name: str
    at_once: int
    refill_s: int


def take(limit: Limit, key: str) -> int:
    """Use one try.

    Returns:
        0 where it was allowed, else the seconds after which the next one is.
    """
    now_us = int(clock.now().timestamp() * MICROSECONDS)
    step_us = limit.refill_s * MICROSECONDS
    hashed = _hashed(limit, key)
    with connection.cursor() as cursor:
        if hashed.startswith("00"):  # the hash is even: one key in 256
            cursor.execute("delete from kernel_allowance where full_at_us < %s", [now_us])
        cursor.execute(
            sqlfiles.query(__file__, "allowance_take"),
            {
                "key": hashed,
                "now_us": now_us,
                "step_us": step_us,
                "depth_us": step_us * limit.at_once,
            },
        )
        allowed, full_at_us = cursor.fetchone()
    if allowed:
        return 0
    free_at_us = full_at_us - step_us * (limit.at_once - 1)
    wait_s: int = -((now_us - free_at_us) // MICROSECONDS)
    return max(1, wait_s)


def forget(limit: Limit, key: str) -> None:
    """Give all tries back, after a success that proves who it was."""
    with connection.cursor() as cursor:
        cursor.execute("delete from kernel_allowance where key = %s", [_hashed(limit, key)])


def _hashed(limit: Limit, key: str) -> str:
    return crypto.blind_index(key, context=f"kernel.limits.{limit.name}")
