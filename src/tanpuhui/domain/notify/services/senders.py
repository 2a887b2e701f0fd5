"""The ways out: a terminal for trying things, and an HTTP gateway for real short messages.

The HTTP request is a Standard Webhooks message (https://www.standardwebhooks.com): a JSON body and
the headers `webhook-id`, `webhook-timestamp` and `webhook-signature` (`v1,` and base64 of
HMAC-SHA256 over `id.timestamp.body`), so that the operator's gateway can check who sends.
"""

import base64
import hashlib
import hmac
import json
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings

from tanpuhui.kernel import clock

TIMEOUT_S = 5
ACCEPTED = 300


class NotSent(Exception):
    """The message did not go out; `str()` is a short code without personal data."""


class Sender(Protocol):
    """Hands one message to the outside.

    Raises:
        NotSent: it may be tried again.
    """

    def send(self, message_id: str, channel: str, recipient: str, text: str) -> None:
        """Return once the other side has taken the message."""


@dataclass(frozen=True)
class ConsoleSender:
    """Prints the message where the server was started; never in production."""

    def send(self, message_id: str, channel: str, recipient: str, text: str) -> None:
        """Show the text with the recipient masked."""
        if settings.PRODUCTION:
            raise NotSent("no_gateway")
        masked = f"{recipient[:3]}****{recipient[-4:]}"
        sys.stderr.write(f"[{channel} {message_id}] {masked}：{text}\n")
        sys.stderr.flush()


@dataclass(frozen=True)
class HttpSender:
    """Posts the message to the operator's gateway."""

    url: str
    key: bytes

    def send(self, message_id: str, channel: str, recipient: str, text: str) -> None:
        """One request, at most five seconds; anything but 2xx is a failure."""
        content = {"id": message_id, "channel": channel, "to": recipient, "text": text}
        body = json.dumps(content, ensure_ascii=False).encode()
        timestamp = str(int(clock.now().timestamp()))
        request = urllib.request.Request(  # noqa: S310 - the scheme is checked where it is read
            self.url,
            data=body,
            headers={
                "Content-Type": "application/json; charset=utf-8",
                "webhook-id": message_id,
                "webhook-timestamp": timestamp,
                "webhook-signature": signature(self.key, message_id, timestamp, body),
            },
        )
        try:
            with _opener.open(request, timeout=TIMEOUT_S) as answer:
                if answer.status >= ACCEPTED:
                    raise NotSent(f"status_{answer.status}")
        except urllib.error.HTTPError as error:
            raise NotSent(f"status_{error.code}") from error
        except OSError as error:  # refused, timed out, name unknown
            raise NotSent(type(error).__name__.lower()) from error


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A signed message goes to the configured address and nowhere else."""

    def redirect_request(self, *_args: object, **_named: object) -> None:
        """Follow nothing."""


_opener = urllib.request.build_opener(_NoRedirect)


def signature(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    """The `webhook-signature` header."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def current() -> Sender:
    """The sender that the settings name."""
    if settings.NOTIFY_URL:
        return HttpSender(settings.NOTIFY_URL, settings.NOTIFY_KEY.encode())
    return ConsoleSender()
