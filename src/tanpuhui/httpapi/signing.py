"""Verification of signed requests: RFC 9421 signatures with an RFC 9530 content digest.

A signature must cover `@method`, `@path`, `@query` where the address has one, and `content-digest`
and `content-type` where there is a body; it carries `created`, `keyid` and `nonce`. The digest is
taken of the bytes as sent, before any decompression. `hmac-sm3` is `hmac-sha256` with SM3
(GB/T 32905-2016) in SHA-256's place; so is the digest member `sm3`. Neither is registered by IANA.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import http_sf
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import hmac as keyed
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from http_message_signatures import (
    HTTPMessageVerifier,
    HTTPSignatureAlgorithm,
    HTTPSignatureKeyResolver,
    InvalidSignature,
)
from http_message_signatures.algorithms import ED25519, HMAC_SHA256
from http_message_signatures.exceptions import HTTPMessageSignaturesException

from tanpuhui.httpapi.errors import RequestRefused

WINDOW_S = 300
HEADER_LENGTH_MAX = 2048
NONCE_PATTERN = re.compile(r"[A-Za-z0-9._~+/=:-]{8,128}")
KEY_ID_PATTERN = re.compile(r"[A-Za-z0-9._:-]{1,60}")


class HmacSm3(HMAC_SHA256):
    """HMAC with SM3: the same construction and key as HMAC-SHA256."""

    algorithm_id = "hmac-sm3"

    def __init__(
        self,
        public_key: bytes | None = None,
        private_key: bytes | None = None,
        shared_secret: bytes | None = None,
    ) -> None:
        super().__init__(public_key, private_key, shared_secret)  # type: ignore[no-untyped-call]
        self.hash_algorithm: hashes.HashAlgorithm = hashes.SM3()  # type: ignore[assignment]


ALGORITHMS: dict[str, type[HTTPSignatureAlgorithm]] = {
    "hmac-sha256": HMAC_SHA256,
    "hmac-sm3": HmacSm3,
    "ed25519": ED25519,
}


@dataclass(frozen=True)
class VerificationKey:
    """What checks a signature: a shared secret, or an Ed25519 public key (PEM or base64)."""

    key_id: str
    algorithm: str
    secret: bytes = b""
    public_key: str = ""


@dataclass(frozen=True)
class SignedMessage:
    """A request as the verifier sees it; `url` keeps the percent-encoding of the wire."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None


@dataclass(frozen=True)
class Claim:
    """What a signature says of itself, before anything is believed."""

    key_id: str
    nonce: str
    created_s: int
    covered: frozenset[str]


def claim(message: SignedMessage) -> Claim:
    """Read the signature's parameters and check that it covers what it must.

    Raises:
        RequestRefused: signature.missing, signature.malformed.
    """
    headers = {name.lower(): value for name, value in message.headers.items()}
    stated, signature = headers.get("signature-input", ""), headers.get("signature", "")
    if not stated or not signature:
        raise RequestRefused("signature.missing")
    if len(stated) > HEADER_LENGTH_MAX or len(signature) > HEADER_LENGTH_MAX:
        raise RequestRefused("signature.malformed", reason="签名头过长")
    components, parameters = _only_signature(stated)
    covered = frozenset(name for name, _ in components if isinstance(name, str))
    needed = {"@method", "@path"}
    if "?" in message.url:
        needed.add("@query")
    if message.body is not None:
        needed |= {"content-digest", "content-type"}
    if missing := sorted(needed - covered):
        raise RequestRefused("signature.malformed", reason="签名范围不全", missing=missing)
    if any(qualifiers for _, qualifiers in components):
        raise RequestRefused("signature.malformed", reason="签名范围不接受带参数的分量")
    key_id, nonce, created = (parameters.get(name) for name in ("keyid", "nonce", "created"))
    if not isinstance(key_id, str) or not KEY_ID_PATTERN.fullmatch(key_id):
        raise RequestRefused("signature.malformed", reason="缺少 keyid 或写法不合规")
    if not isinstance(nonce, str) or not NONCE_PATTERN.fullmatch(nonce):
        raise RequestRefused("signature.malformed", reason="nonce 应为 8 至 128 个字母、数字或符号")
    if type(created) is not int:
        raise RequestRefused("signature.malformed", reason="缺少 created（Unix 秒）")
    return Claim(key_id, nonce, created, covered)


def _only_signature(stated: str) -> tuple[list[tuple[Any, dict[str, Any]]], dict[str, Any]]:
    try:
        parsed: Any = http_sf.parse(stated.encode("ascii"), tltype="dictionary")
    except (ValueError, TypeError) as error:
        raise RequestRefused("signature.malformed", reason="不是结构化字段") from error
    if len(parsed) != 1:
        raise RequestRefused("signature.malformed", reason="只接受一个签名")
    components, parameters = next(iter(parsed.values()))
    if not isinstance(components, list):
        raise RequestRefused("signature.malformed", reason="签名范围应为列表")
    stated_parameters: dict[str, Any] = parameters
    return components, stated_parameters


def verify(message: SignedMessage, stated: Claim, key: VerificationKey, *, now_s: int) -> None:
    """Check time, digest and signature; return silently where all hold.

    Args:
        message: the request; its body is None where the method has none.
        stated: what `claim` read from this message.
        key: the key with the claimed id.
        now_s: this instant, Unix seconds.

    Raises:
        RequestRefused: signature.stale, .digest_mismatch, .malformed, .invalid.
    """
    if abs(now_s - stated.created_s) > WINDOW_S:
        raise RequestRefused("signature.stale", difference_s=now_s - stated.created_s)
    try:
        _Verifier(key).verify(message, max_age=None)
    except InvalidSignature as error:
        raise RequestRefused("signature.invalid") from error
    if message.body is not None:
        digest = next(v for k, v in message.headers.items() if k.lower() == "content-digest")
        check_digest(digest, message.body)


class _Verifier(HTTPMessageVerifier):
    """The library's verifier for one key; time is judged by `verify` against our own clock."""

    def __init__(self, key: VerificationKey) -> None:
        super().__init__(signature_algorithm=ALGORITHMS[key.algorithm], key_resolver=_OneKey(key))

    def validate_created_and_expires(self, sig_input: Any, max_age: Any = None) -> None:
        """Nothing: the window is checked before the signature is."""


class _OneKey(HTTPSignatureKeyResolver):
    def __init__(self, key: VerificationKey) -> None:
        self.key = key

    def resolve_public_key(self, key_id: str) -> bytes | Ed25519PublicKey | None:
        if key_id != self.key.key_id:
            return None
        if self.key.algorithm == "ed25519":
            return _ed25519(self.key.public_key)
        return self.key.secret


@lru_cache(maxsize=256)
def _ed25519(text: str) -> Ed25519PublicKey:
    if "BEGIN" in text:
        loaded = load_pem_public_key(text.encode())
        if not isinstance(loaded, Ed25519PublicKey):
            raise InvalidSignature("not an Ed25519 key")
        return loaded
    return Ed25519PublicKey.from_public_bytes(base64.b64decode(text))


def _sm3(data: bytes) -> bytes:
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


DIGESTS: dict[str, Callable[[bytes], bytes]] = {
    "sha-256": lambda data: hashlib.sha256(data).digest(),
    "sha-512": lambda data: hashlib.sha512(data).digest(),
    "sm3": _sm3,
}


def check_digest(field: str, body: bytes) -> None:
    """Compare every digest that the field names and we know; at least one must be known.

    Raises:
        RequestRefused: signature.malformed, signature.digest_mismatch.
    """
    known = 0
    for member in field.split(","):
        name, _, value = member.strip().partition("=")
        if name not in DIGESTS:
            continue
        try:
            given = base64.b64decode(value.strip(":"), validate=True)
        except binascii.Error as error:
            raise RequestRefused("signature.malformed", reason="Content-Digest 不合规") from error
        if not hmac.compare_digest(given, DIGESTS[name](body)):
            raise RequestRefused("signature.digest_mismatch")
        known += 1
    if not known:
        names = "、".join(DIGESTS)
        raise RequestRefused("signature.malformed", reason=f"Content-Digest 应为 {names} 之一")


def is_signed(message: SignedMessage, key: VerificationKey) -> bool:
    """Whether the signature alone holds, whatever its time and digest."""
    try:
        _Verifier(key).verify(message, max_age=None)
    except (InvalidSignature, ValueError, KeyError, HTTPMessageSignaturesException):
        return False
    return True


def mac(text: bytes, secret: bytes, algorithm: str) -> bytes:
    """The plain MAC of a text by an HMAC algorithm, for explanations."""
    kept = keyed.HMAC(secret, hashes.SM3() if algorithm == "hmac-sm3" else hashes.SHA256())
    kept.update(text)
    return kept.finalize()
