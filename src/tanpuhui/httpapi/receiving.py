"""From a raw HTTP request to an admitted caller and readable text."""

from dataclasses import dataclass

from django.http import HttpRequest

from tanpuhui.httpapi import admission, bodies
from tanpuhui.httpapi.admission import Caller
from tanpuhui.httpapi.errors import RequestRefused

JSON = "application/json"
LINES = "application/x-ndjson"


@dataclass(frozen=True)
class Received:
    """A verified request: who sent it and its text (UTF-8, decompressed)."""

    caller: Caller
    text: bytes
    media_type: str


def receive(request: HttpRequest, *media_types: str) -> Received:
    """Read, verify and decompress a request that has a body.

    Args:
        request: a POST.
        media_types: those that the endpoint takes.

    Raises:
        RequestRefused: anything wrong with size, type, signature, allowance, compression, encoding.
    """
    media_type = (request.content_type or "").lower()
    if media_type not in media_types:
        raise RequestRefused("request.media_type_unsupported", given=media_type[:60])
    sent = bodies.read(request)
    caller = admission.admit(request, sent)
    text = bodies.plain(sent, request.headers.get("Content-Encoding", ""))
    return Received(caller, text, media_type)
