"""The wire format of Alipay's open gateway: RSA2 (RSA with SHA-256, PKCS #1 v1.5), public-key mode.

What is signed of a request: all parameters except `sign`, sorted by name, `name=value` joined by
`&`, not percent-encoded. What is signed of an answer: the exact text of the member
`<method with _>_response`, as it stands between its braces on the wire. Errors come as
`error_response`, or in the same member with a `code` other than 10000, and need no signature,
since they open nothing.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    load_der_private_key,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)

from tanpuhui.web.citizen.city_apps.refusals import (
    AnswerForged,
    AnswerUnclear,
    CodeSpent,
    ServiceAway,
    ServiceDeclined,
)

RSA_BITS_MIN = 2048
DONE = "10000"
AWAY = "20000"
CODE_SPENT = "isv.code-invalid"
SPACE = re.compile(r"[ \t\r\n]*")


@lru_cache(maxsize=8)
def private_key(text: str) -> RSAPrivateKey:
    """The platform's key: PEM, or the bare base64 that Alipay's key tool writes.

    Raises:
        ValueError: no RSA private key of at least 2048 bits; the text is not repeated.
    """
    loaded: Any = None
    try:
        if "BEGIN" in text:
            loaded = load_pem_private_key(text.encode(), password=None)
        else:
            loaded = load_der_private_key(base64.b64decode(text), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        loaded = None
    if not isinstance(loaded, RSAPrivateKey) or loaded.key_size < RSA_BITS_MIN:
        raise ValueError(f"no RSA private key of at least {RSA_BITS_MIN} bits")
    return loaded


@lru_cache(maxsize=8)
def public_key(text: str) -> RSAPublicKey:
    """Alipay's key: PEM, or bare base64 as the open platform's console shows it.

    Raises:
        ValueError: no RSA public key of at least 2048 bits.
    """
    loaded: Any = None
    try:
        if "BEGIN" in text:
            loaded = load_pem_public_key(text.encode())
        else:
            loaded = load_der_public_key(base64.b64decode(text))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        loaded = None
    if not isinstance(loaded, RSAPublicKey) or loaded.key_size < RSA_BITS_MIN:
        raise ValueError(f"no RSA public key of at least {RSA_BITS_MIN} bits")
    return loaded


def signed_text(parameters: Mapping[str, str]) -> str:
    """What is signed of a request."""
    return "&".join(f"{name}={parameters[name]}" for name in sorted(parameters) if name != "sign")


def signature(parameters: Mapping[str, str], key: str) -> str:
    """The request's `sign`."""
    text = signed_text(parameters).encode()
    return base64.b64encode(
        private_key(key).sign(text, padding.PKCS1v15(), hashes.SHA256())
    ).decode()


def is_signed(text: str, sign: str, keys: Iterable[str]) -> bool:
    """Whether one of Alipay's keys (the old one and the new, during a change) signed a text."""
    try:
        given = base64.b64decode(sign, validate=True)
    except binascii.Error:
        return False
    for key in keys:
        try:
            public_key(key).verify(given, text.encode(), padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            continue
        return True
    return False


def answer_open(text: str, method: str, keys: Iterable[str]) -> dict[str, Any]:
    """What Alipay answers to a method, once its signature holds.

    Args:
        text: the whole answer.
        method: as `alipay.system.oauth.token`.
        keys: Alipay's public keys.

    Raises:
        CodeSpent, ServiceAway, ServiceDeclined: Alipay refuses.
        AnswerUnclear: no JSON, or not of this form.
        AnswerForged: no signature, or one that does not hold.
    """
    try:
        found = raw_members(text)
        name = f"{method.replace('.', '_')}_response"
        signed = found.get(name, "")
        content = json.loads(signed or found.get("error_response", "null"))
        sign = json.loads(found.get("sign", '""'))
    except (ValueError, RecursionError):
        raise AnswerUnclear("no JSON") from None
    if not isinstance(content, dict):
        raise AnswerUnclear("no content")
    if not signed or content.get("code", DONE) != DONE:
        raise _refusal(str(content.get("code", "")), str(content.get("sub_code", "")))
    if not isinstance(sign, str) or not is_signed(signed, sign, keys):
        raise AnswerForged
    return content


def _refusal(code: str, sub_code: str) -> CodeSpent | ServiceAway | ServiceDeclined:
    why = f"{code} {sub_code}"
    if sub_code == CODE_SPENT:
        return CodeSpent(why)
    return ServiceAway(why) if code == AWAY else ServiceDeclined(why)


def raw_members(text: str) -> dict[str, str]:
    """Name → exact text of the value, of a JSON object's own members.

    Raises:
        ValueError: not one JSON object, or a name that stands twice.
    """
    decoder = json.JSONDecoder()
    found: dict[str, str] = {}
    at = _after(text, 0, "{")
    while True:
        name, end = decoder.raw_decode(text, at)
        begin = _after(text, end, ":")
        _, end = decoder.raw_decode(text, begin)
        if not isinstance(name, str) or name in found:
            raise ValueError("a name is no text, or stands twice")
        found[name] = text[begin:end]
        at = _skip(text, end)
        if text[at : at + 1] != ",":
            break
        at = _skip(text, at + 1)
    if _after(text, at, "}") != len(text):
        raise ValueError("something follows the object")
    return found


def _after(text: str, at: int, sign: str) -> int:
    at = _skip(text, at)
    if text[at : at + 1] != sign:
        raise ValueError(f"{sign} is missing")
    return _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    spaces = SPACE.match(text, at)
    return spaces.end() if spaces else at
