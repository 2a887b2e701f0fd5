"""A minimal client of the provider API, also the sample of how to sign a request.

Needs only the standard library for HMAC-SHA256; SM3 and Ed25519 come from `cryptography`.

    client = ProviderClient("https://carbon.example.cn", key_id="k1", secret="…")
    answer = client.post_batch("2026-08-01-metro-1", [
        {"item_no": "M1", "subject": "u-1001", "scenario": "travel/metro",
         "occurred_at": "2026-08-01T08:00:00+08:00", "quantities": {"distance": 12.3}},
    ])
    for receipt in answer.content["receipts"]: ...
"""

import base64
import gzip
import hashlib
import hmac
import json
import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote, urlencode, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import hmac as keyed
from cryptography.hazmat.primitives.serialization import load_pem_private_key

BODY_BYTES_MAX = 20 << 20
Algorithm = Literal["hmac-sha256", "hmac-sm3", "ed25519"]


def sign_request(
    *,
    method: str,
    url: str,
    key_id: str,
    secret: str,
    algorithm: Algorithm = "hmac-sha256",
    body: bytes | None = None,
    content_type: str = "application/json",
    created_s: int | None = None,
    nonce: str | None = None,
) -> dict[str, str]:
    """The headers that make a request a signed one.

    Args:
        method: in capitals.
        url: absolute, percent-encoded as it will be sent.
        key_id: the key's id.
        secret: the shared secret as it was issued; for ed25519 the private key in PEM.
        algorithm: the key's algorithm.
        body: the bytes as sent, that is after compression; None for a request without a body.
        content_type: of the body.
        created_s: Unix seconds, now where it is not given.
        nonce: never the same twice for one key; random where it is not given.
    """
    parts = urlsplit(url)
    covered = {"@method": method, "@path": parts.path or "/"}
    if parts.query:
        covered["@query"] = f"?{parts.query}"
    headers: dict[str, str] = {}
    if body is not None:
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        headers = {"Content-Type": content_type, "Content-Digest": f"sha-256=:{digest}:"}
        covered |= {name.lower(): value for name, value in headers.items()}
    names = " ".join(f'"{name}"' for name in covered)
    created = int(time.time()) if created_s is None else created_s
    parameters = (
        f"({names});created={created};"
        f'keyid="{key_id}";nonce="{nonce or secrets.token_urlsafe(18)}";alg="{algorithm}"'
    )
    lines = [f'"{name}": {value}' for name, value in covered.items()]
    base = "\n".join([*lines, f'"@signature-params": {parameters}']).encode()
    signature = base64.b64encode(_sign(base, secret, algorithm)).decode()
    return headers | {"Signature-Input": f"sig1={parameters}", "Signature": f"sig1=:{signature}:"}


def _sign(base: bytes, secret: str, algorithm: Algorithm) -> bytes:
    if algorithm == "ed25519":
        key = load_pem_private_key(secret.encode(), password=None)
        return key.sign(base)  # type: ignore[union-attr, call-arg]
    if algorithm == "hmac-sm3":
        mac = keyed.HMAC(secret.encode(), hashes.SM3())
        mac.update(base)
        return mac.finalize()
    return hmac.new(secret.encode(), base, hashlib.sha256).digest()


@dataclass(frozen=True)
class Answer:
    """Status and decoded JSON of an answer; refusals are answers too, not exceptions."""

    status: int
    content: Any
    headers: Mapping[str, str]


class ProviderClient:
    """Signs and sends; every call uses a fresh nonce, so a call may simply be repeated."""

    def __init__(
        self,
        base_url: str,
        key_id: str,
        secret: str,
        algorithm: Algorithm = "hmac-sha256",
        timeout_s: int = 60,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.key_id = key_id
        self.secret = secret
        self.algorithm: Algorithm = algorithm
        self.timeout_s = timeout_s

    def post_batch(
        self,
        batch_no: str,
        records: Iterable[Mapping[str, Any]],
        *,
        compress: bool = False,
        as_lines: bool = False,
    ) -> Answer:
        """Send up to 10,000 records; the answer holds a receipt for each.

        Args:
            batch_no: the caller's number; the same number and content give the same answer.
            records: see the interface document.
            compress: gzip the body.
            as_lines: send NDJSON instead of one JSON object.
        """
        if as_lines:
            body = "".join(_json(record) + "\n" for record in records).encode()
            address = f"/api/v1/batches?{urlencode({'batch_no': batch_no})}"
            return self.send("POST", address, body, "application/x-ndjson", compress=compress)
        body = _json({"batch_no": batch_no, "records": list(records)}).encode()
        return self.send("POST", "/api/v1/batches", body, compress=compress)

    def get_batch(self, batch_no: str) -> Answer:
        """What became of a batch."""
        return self.send("GET", f"/api/v1/batches/{quote(batch_no)}")

    def post_act(self, record: Mapping[str, Any]) -> Answer:
        """Send one record."""
        return self.send("POST", "/api/v1/acts", _json(record).encode())

    def withdraw(self, items: Iterable[str], reason: str) -> Answer:
        """Take back records by their item numbers."""
        body = _json({"items": list(items), "reason": reason}).encode()
        return self.send("POST", "/api/v1/acts/withdraw", body)

    def send(
        self,
        method: str,
        address: str,
        body: bytes | None = None,
        content_type: str = "application/json",
        *,
        compress: bool = False,
    ) -> Answer:
        """Sign and send one request to `address` (path and query).

        Raises:
            ValueError: the body is larger than the platform takes.
            urllib.error.URLError: no answer; repeat with the same batch number.
        """
        if body is not None and compress:
            body = gzip.compress(body, compresslevel=3)
        if body is not None and len(body) > BODY_BYTES_MAX:
            message = f"{len(body)} bytes; send smaller batches, or compress"
            raise ValueError(message)
        url = self.base_url + address
        headers = sign_request(
            method=method,
            url=url,
            key_id=self.key_id,
            secret=self.secret,
            algorithm=self.algorithm,
            body=body,
            content_type=content_type,
        )
        if compress:
            headers["Content-Encoding"] = "gzip"
        request = urllib.request.Request(url, data=body, headers=headers, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=self.timeout_s) as response:  # noqa: S310
                return Answer(response.status, json.load(response), dict(response.headers))
        except urllib.error.HTTPError as refusal:
            with refusal:
                return Answer(refusal.code, json.load(refusal), dict(refusal.headers))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
