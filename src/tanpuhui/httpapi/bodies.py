"""Reading a request's body: bounded before, during and after decompression."""

import codecs
import zlib

from django.http import HttpRequest
from django.http.request import UnreadablePostError

from tanpuhui.httpapi.errors import RequestRefused

MIB = 1 << 20
WIRE_BYTES_MAX = 20 * MIB
PLAIN_BYTES_MAX = 64 * MIB
GZIP_WBITS = 31  # zlib's way to say: gzip header and checksum


def read(request: HttpRequest) -> bytes:
    """The body as sent, refused by its announced length before a byte of it is read.

    Raises:
        RequestRefused: request.length_required, request.too_large, request.cut_short.
    """
    announced = request.META.get("CONTENT_LENGTH") or ""
    if not announced.isdigit():
        raise RequestRefused("request.length_required")
    length = int(announced)
    if length > WIRE_BYTES_MAX:
        raise RequestRefused("request.too_large", bytes=length, bytes_max=WIRE_BYTES_MAX)
    try:
        body = request.body
    except UnreadablePostError as error:
        raise RequestRefused("request.cut_short") from error
    if len(body) != length:
        raise RequestRefused("request.cut_short", bytes=len(body), announced=length)
    return body


def plain(body: bytes, content_encoding: str) -> bytes:
    """The UTF-8 text of the body, decompressed, without a byte order mark.

    Args:
        body: as sent; its digest has been checked.
        content_encoding: the header's value; empty and `identity` mean not compressed.

    Raises:
        RequestRefused: request.encoding_unsupported, .gzip_broken, .expands_too_much, .not_utf8.
    """
    coding = content_encoding.strip().lower()
    if coding == "gzip":
        body = _gunzip(body)
    elif coding not in {"", "identity"}:
        raise RequestRefused("request.encoding_unsupported", given=coding[:40])
    body = body.removeprefix(codecs.BOM_UTF8)
    try:
        body.decode()
    except UnicodeDecodeError as error:
        raise RequestRefused("request.not_utf8", byte=error.start) from error
    return body


def _gunzip(body: bytes) -> bytes:
    """Decompress all members of a gzip stream; never hold more than the limit."""
    parts: list[bytes] = []
    room = PLAIN_BYTES_MAX
    while body:
        stream = zlib.decompressobj(GZIP_WBITS)
        try:
            part = stream.decompress(body, room + 1)
        except zlib.error as error:
            raise RequestRefused("request.gzip_broken") from error
        room -= len(part)
        if room < 0:
            raise RequestRefused("request.expands_too_much", bytes_max=PLAIN_BYTES_MAX)
        if not stream.eof:
            raise RequestRefused("request.gzip_broken")
        parts.append(part)
        body = stream.unused_data
    if not parts:
        raise RequestRefused("request.gzip_broken")
    return b"".join(parts)
