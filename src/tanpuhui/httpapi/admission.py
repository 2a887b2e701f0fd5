"""The gate of every signed call: who calls, for the first time, and not too often."""

import time
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.parties.data import ProviderKeyView
from tanpuhui.httpapi import signing
from tanpuhui.httpapi.errors import RequestRefused
from tanpuhui.kernel import actors, clock, sqlfiles
from tanpuhui.kernel.actors import Actor, Door

SWEEP_EVERY_S = 60
_swept_at_s = 0.0


@dataclass(frozen=True)
class Caller:
    """A provider behind a verified signature."""

    actor: Actor
    provider_id: int
    provider_code: str
    key_id: str


def caller_of(key: ProviderKeyView, door: Door) -> Caller:
    """The caller that a verified key stands for."""
    actor = actors.provider(key.provider_id, door, label=f"provider:{key.provider_code}")
    return Caller(actor, key.provider_id, key.provider_code, key.key_id)


def admit(request: HttpRequest, body: bytes | None) -> Caller:
    """Verify the request's signature, use up its nonce and one call of the provider's allowance.

    Args:
        request: its headers are judged; `body` holds the bytes as sent.
        body: None where the method has no body.

    Raises:
        RequestRefused: signature.*, rate.limited.
    """
    message = signing.SignedMessage(
        method=request.method or "",
        url=f"http://{request.get_host()}{_target(request)}",
        headers=request.headers,
        body=body,
    )
    stated = signing.claim(message)
    key = parties.provider_key(stated.key_id)
    if key is None or key.algorithm not in signing.ALGORITHMS:
        raise RequestRefused("signature.unknown_key")
    signing.verify(
        message,
        stated,
        signing.VerificationKey(key.key_id, key.algorithm, key.secret, key.public_key),
        now_s=int(clock.now().timestamp()),
    )
    use_once(key, stated.nonce, stale_at_s=stated.created_s + signing.WINDOW_S)
    return caller_of(key, "api")


def _target(request: HttpRequest) -> str:
    query = request.META.get("QUERY_STRING", "")
    return request.path + (f"?{query}" if query else "")


def use_once(key: ProviderKeyView, nonce: str, *, stale_at_s: int) -> None:
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
