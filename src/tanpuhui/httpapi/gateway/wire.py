"""The wire format of Ant's open gateway, as its public SDKs speak it (antchain_stlr, TeaSDK 2.0).

Request: `POST /gateway.do`, form-encoded body, common parameters in the query string. Signature:
base64 of HMAC(secret, percent-encoded parameters of query and body without `sign`, sorted by name,
joined by `&`). Answer: `{"response":{…},"sign":"…"}` where `sign` is taken over the exact text of
the response object. Beside the SDK's HmacSHA1 the gateway takes HmacSHA256 and HmacSM3.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import hmac as keyed
from django.http import HttpRequest, HttpResponse

from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.parties.data import ProviderKeyView
from tanpuhui.httpapi import admission, bodies, services, signing
from tanpuhui.httpapi.admission import Caller
from tanpuhui.httpapi.errors import RequestRefused
from tanpuhui.kernel import clock

COMMON = ("method", "version", "sign_type", "req_time", "req_msg_id", "access_key", "sign")
BODY_BYTES_MAX = 1 << 20
PARAMETERS_MAX = 2000
WINDOW_S = signing.WINDOW_S
TIME_FORM = "%Y-%m-%dT%H:%M:%SZ"


def _sm3_mac(secret: bytes, text: bytes) -> bytes:
    mac = keyed.HMAC(secret, hashes.SM3())
    mac.update(text)
    return mac.finalize()


# sign_type -> (algorithm that the key must be issued for, MAC)
SIGN_TYPES: dict[str, tuple[str, Callable[[bytes, bytes], bytes]]] = {
    "HmacSHA1": ("ant", lambda key, text: hmac.new(key, text, hashlib.sha1).digest()),
    "HmacSHA256": ("hmac-sha256", lambda key, text: hmac.new(key, text, hashlib.sha256).digest()),
    "HmacSM3": ("hmac-sm3", _sm3_mac),
}


@dataclass(frozen=True)
class GatewayCall:
    """A verified call: the method's name and its own parameters, still flat."""

    caller: Caller
    method: str
    req_msg_id: str
    parameters: dict[str, str]
    sign_type: str
    secret: bytes


@dataclass
class Envelope:
    """What is known of a call before it is verified; the answer, also a refusal, needs it."""

    req_msg_id: str = ""
    sign_type: str = ""
    secret: bytes | None = None


def signature(parameters: dict[str, str], secret: bytes, sign_type: str) -> str:
    """The request signature over all parameters except `sign`."""
    return mac(signed_text(parameters), secret, sign_type)


def signed_text(parameters: dict[str, str]) -> str:
    """What is signed: all parameters except `sign`, encoded, sorted and joined."""
    return "&".join(
        f"{quote(name, safe='~')}={quote(parameters[name], safe='~')}"
        for name in sorted(parameters)
        if name != "sign"
    )


def mac(text: str, secret: bytes, sign_type: str) -> str:
    """The MAC of a text in base64."""
    return base64.b64encode(SIGN_TYPES[sign_type][1](secret, text.encode())).decode()


def open_call(request: HttpRequest, envelope: Envelope) -> GatewayCall:
    """Read and verify a call; fills the envelope as far as the caller is believed.

    Raises:
        RequestRefused: request.*, signature.*, rate.limited.
    """
    common = pairs(request.META.get("QUERY_STRING", ""))
    envelope.req_msg_id = common.get("req_msg_id", "")[:128]
    body = _body(request)
    if doubled := sorted(common.keys() & body.keys()):
        raise RequestRefused("request.bad_parameter", doubled=doubled)
    if missing := [name for name in COMMON if not common.get(name)]:
        raise RequestRefused("signature.missing", missing=missing)
    key = _key(common["access_key"], common["sign_type"])
    request.META[admission.CALLED_BY] = (key.provider_id, key.key_id)
    if key.is_sandbox:
        raise RequestRefused("signature.sandbox_key")
    expected = signature(common | body, key.secret, common["sign_type"])
    if not hmac.compare_digest(expected.encode(), common["sign"].encode()):
        raise RequestRefused("signature.invalid")
    envelope.sign_type, envelope.secret = common["sign_type"], key.secret
    began_s = sent_s(common["req_time"])
    if abs(clock.now().timestamp() - began_s) > signing.WINDOW_S:
        raise RequestRefused("signature.stale")
    if not signing.NONCE_PATTERN.fullmatch(common["req_msg_id"]):
        raise RequestRefused("signature.malformed", reason="req_msg_id")
    services.nonce_use(key, common["req_msg_id"], stale_at_s=began_s + signing.WINDOW_S)
    return GatewayCall(
        admission.caller_of(key, "gateway"),
        common["method"],
        common["req_msg_id"],
        body,
        common["sign_type"],
        key.secret,
    )


def _body(request: HttpRequest) -> dict[str, str]:
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if not announced.isdigit() or int(announced) > BODY_BYTES_MAX:
        raise RequestRefused("request.too_large", bytes_max=BODY_BYTES_MAX)
    sent = bodies.read(request) if announced != "0" else b""
    try:
        return pairs(sent.decode("ascii"))
    except UnicodeDecodeError as error:
        raise RequestRefused("request.not_utf8") from error


def pairs(text: str) -> dict[str, str]:
    """Form-encoded pairs, each name once.

    Raises:
        RequestRefused: request.bad_parameter.
    """
    try:
        pairs = parse_qsl(
            text, keep_blank_values=True, errors="strict", max_num_fields=PARAMETERS_MAX
        )
    except ValueError as error:
        raise RequestRefused("request.bad_parameter", reason="不是表单编码") from error
    found = dict(pairs)
    if len(found) != len(pairs):
        raise RequestRefused("request.bad_parameter", reason="同名参数出现多次")
    return found


def _key(access_key: str, sign_type: str) -> ProviderKeyView:
    if sign_type not in SIGN_TYPES:
        raise RequestRefused("signature.malformed", reason="sign_type", known=list(SIGN_TYPES))
    known = signing.KEY_ID_PATTERN.fullmatch(access_key)
    key = parties.provider_key(access_key) if known else None
    if key is None or key.algorithm != SIGN_TYPES[sign_type][0]:
        raise RequestRefused("signature.unknown_key")
    return key


def sent_s(req_time: str) -> int:
    """Unix seconds of `req_time`.

    Raises:
        RequestRefused: signature.malformed.
    """
    try:
        moment = datetime.strptime(req_time, TIME_FORM).replace(tzinfo=UTC)
    except ValueError as error:
        raise RequestRefused("signature.malformed", reason="req_time") from error
    return int(moment.timestamp())


def answer(envelope: Envelope, result: dict[str, Any]) -> HttpResponse:
    """The signed answer; a caller that proved nothing gets an empty `sign`."""
    text = msgspec.json.encode({"req_msg_id": envelope.req_msg_id} | result).decode()
    sign = "" if envelope.secret is None else mac(text, envelope.secret, envelope.sign_type)
    return HttpResponse(
        f'{{"response":{text},"sign":"{sign}"}}', content_type="application/json; charset=utf-8"
    )


def nested(parameters: dict[str, str]) -> dict[str, Any]:
    """Undo the SDK's flattening: `list.1.code` → {"list": [{"code": …}]}.

    Raises:
        RequestRefused: request.bad_parameter where a name is both a value and a list.
    """
    tree: dict[str, Any] = {}
    for name, value in parameters.items():
        node = tree
        *path, last = name.split(".")
        for part in path:
            node = node.setdefault(part, {})
            if not isinstance(node, dict):
                raise RequestRefused("request.bad_parameter", name=name)
        if last in node:
            raise RequestRefused("request.bad_parameter", name=name)
        node[last] = value
    return {name: _listed(value) for name, value in tree.items()}


def _listed(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if node and all(part.isdigit() for part in node):
        return [_listed(node[part]) for part in sorted(node, key=int)]
    return {name: _listed(value) for name, value in node.items()}
