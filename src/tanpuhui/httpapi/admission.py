"""The gate of every signed call: who calls, for the first time, and not too often."""

from dataclasses import dataclass, replace

from django.http import HttpRequest

from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.parties.data import ProviderKeyView
from tanpuhui.httpapi import services, signing
from tanpuhui.httpapi.errors import RequestRefused
from tanpuhui.kernel import actors, clock
from tanpuhui.kernel.actors import Actor, Door


@dataclass(frozen=True)
class Caller:
    """A provider behind a verified signature."""

    actor: Actor
    provider_id: int
    provider_code: str
    key_id: str
    is_sandbox: bool = False


CALLED_BY = "tanpuhui.called_by"
"""In a request's META: (provider, key) that it names, once they are known to exist."""
SANDBOX = "/sandbox/"


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
    request.META[CALLED_BY] = (key.provider_id, key.key_id)
    is_sandbox = request.path.startswith(SANDBOX)
    if key.is_sandbox and not is_sandbox:
        raise RequestRefused("signature.sandbox_key")
    signing.verify(
        message,
        stated,
        signing.VerificationKey(key.key_id, key.algorithm, key.secret, key.public_key),
        now_s=int(clock.now().timestamp()),
    )
    services.nonce_use(key, stated.nonce, stale_at_s=stated.created_s + signing.WINDOW_S)
    return replace(caller_of(key, "api"), is_sandbox=is_sandbox)


def _target(request: HttpRequest) -> str:
    query = request.META.get("QUERY_STRING", "")
    return request.path + (f"?{query}" if query else "")
