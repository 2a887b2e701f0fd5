"""Explains a signed request step by step: what we compute, and where it differs from what came.

Never tells a secret, nor what a right signature would be: only whether the one that came is right,
for the message as it is or as it may have been meant.
"""

import base64
import binascii
import gzip
import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.parties.data import ProviderKeyView
from tanpuhui.httpapi import signing
from tanpuhui.httpapi.errors import RequestRefused
from tanpuhui.httpapi.gateway import examination as ant
from tanpuhui.httpapi.signing import SignedMessage, VerificationKey
from tanpuhui.kernel import clock

HOST = "http://platform"
QUOTE = '"'


@dataclass(frozen=True)
class Finding:
    """One step. state: ok, bad or note; `shown` is what was computed, `received` what came."""

    title: str
    state: str
    text: str
    shown: str = ""
    received: str = ""


@dataclass
class Examination:
    """All steps in order, and whether the request would be let in (but for a used nonce)."""

    findings: list[Finding] = field(default_factory=list)

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrong."""
        return bool(self.findings) and all(one.state != "bad" for one in self.findings)

    def add(self, title: str, state: str, text: str, shown: str = "", received: str = "") -> None:
        """Note a step."""
        self.findings.append(Finding(title, state, text, shown, received))


def examine(*, provider_id: int, method: str, address: str, headers: str, body: str) -> Examination:
    """Examine a request that a provider pasted.

    Args:
        provider_id: only this provider's keys are looked at.
        method: GET or POST.
        address: path with query, or a whole URL.
        headers: one per line, `Name: value`.
        body: the text as sent; `base64:` before it for compressed bytes.
    """
    found = Examination()
    named = _headers(headers)
    parts = urlsplit(address.strip())
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = _body(body, found)
    if parts.path.endswith("/gateway.do") or "sign_type=" in parts.query:
        ant.examine(found.add, provider_id, parts.query, sent)
        return found
    message = SignedMessage(
        method.strip().upper() or "POST",
        HOST + target,
        named,
        None if method.strip().upper() in {"GET", "HEAD"} and not sent else sent,
    )
    _steps(found, provider_id, message)
    return found


def _headers(text: str) -> dict[str, str]:
    """Headers of pasted lines; curl's `-H '…'` and `> ` are taken off."""
    found = {}
    for line in text.splitlines():
        plain = line.strip().removeprefix(">").strip().removesuffix("\\").strip()
        if plain.startswith(("-H ", "--header ")):
            plain = plain.partition(" ")[2].strip()
            plain = plain[1:-1] if plain[:1] in {"'", QUOTE} else plain
        name, colon, value = plain.partition(":")
        if colon and name and " " not in name:
            found[name.strip()] = value.strip()
    return found


def _body(text: str, found: Examination) -> bytes:
    """The bytes of a pasted body; browsers send line ends as CR LF."""
    if text.startswith("base64:"):
        try:
            return base64.b64decode(text.removeprefix("base64:"), validate=False)
        except binascii.Error:
            found.add("正文", "bad", "base64 读不出来，请重新粘贴。")
    return text.replace("\r\n", "\n").encode()


def _steps(found: Examination, provider_id: int, message: SignedMessage) -> None:
    try:
        stated = signing.claim(message)
    except RequestRefused as error:
        _malformed(found, error, message)
        return
    covered = " ".join(sorted(stated.covered))
    found.add("签名头", "ok", "Signature-Input 与 Signature 可以读懂，签名范围完整。", covered)
    key = parties.provider_key(stated.key_id)
    if key is None or key.provider_id != provider_id or key.algorithm not in signing.ALGORITHMS:
        found.add(
            "密钥",
            "bad",
            "本单位没有这个有效的密钥编号：可能写错、已停用、已过期，或属于兼容网关。",
            received=stated.key_id,
        )
        return
    found.add("密钥", "ok", f"找到本单位的密钥，算法 {key.algorithm}。", stated.key_id)
    _sandbox(found, key, message)
    _time(found, stated.created_s)
    found.add("随机数", "note", "这里不检查 nonce 是否用过：同一密钥每次请求都要换。", stated.nonce)
    if message.body is not None:
        _digest(found, message)
    _signature(found, message, _verification(key))


def _sandbox(found: Examination, key: ProviderKeyView, message: SignedMessage) -> None:
    if key.is_sandbox and not urlsplit(message.url).path.startswith("/sandbox/"):
        found.add("地址", "bad", "这是沙箱密钥，只能用于 /sandbox/ 开头的地址。")


def _verification(key: ProviderKeyView) -> VerificationKey:
    return VerificationKey(key.key_id, key.algorithm, key.secret, key.public_key)


def _malformed(found: Examination, error: RequestRefused, message: SignedMessage) -> None:
    detail = "；".join(
        "、".join(value) if isinstance(value, list) else str(value)
        for value in error.detail.values()
    )
    text = error.message + (f"（{detail}）" if detail else "")
    held = {name.lower(): value for name, value in message.headers.items()}
    found.add("签名头", "bad", text, received=held.get("signature-input", "（没有）"))


def _time(found: Examination, created_s: int) -> None:
    now_s = int(clock.now().timestamp())
    apart = now_s - created_s
    zone = clock.city_zone()
    try:
        told = datetime.fromtimestamp(created_s, UTC).astimezone(zone)
        received = f"{created_s} = {told:%Y-%m-%d %H:%M:%S}"
    except (OverflowError, ValueError, OSError):
        received = str(created_s)
    now = datetime.fromtimestamp(now_s, UTC).astimezone(zone)
    shown = f"{now_s} = {now:%Y-%m-%d %H:%M:%S}"
    if abs(apart) <= signing.WINDOW_S:
        found.add("时间", "ok", f"与平台相差 {abs(apart)} 秒，在 300 秒以内。", shown, received)
        return
    text = f"比平台{'早' if apart > 0 else '晚'} {abs(apart)} 秒，超过 300 秒，会被拒绝。"
    if abs(created_s / 1000 - now_s) < signing.WINDOW_S:
        text += "看起来写成了毫秒，应为秒。"
    elif abs(abs(apart) - 8 * 3600) <= signing.WINDOW_S:
        text += "正好差 8 小时：多半把本地时间当成了世界时。"
    else:
        text += "若粘贴的是先前的请求，这一步可以不管；否则请校准服务器时钟。"
    found.add("时间", "bad", text, shown, received)


def _digest(found: Examination, message: SignedMessage) -> None:
    assert message.body is not None
    value = next(v for k, v in message.headers.items() if k.lower() == "content-digest")
    shown = "\n".join(
        f"{name}=:{base64.b64encode(compute(message.body)).decode()}:"
        for name, compute in signing.DIGESTS.items()
        if f"{name}=" in value or name == "sha-256"
    )
    try:
        signing.check_digest(value, message.body)
    except RequestRefused as error:
        if error.code != "signature.digest_mismatch":
            found.add("正文摘要", "bad", f"{error.message}", shown, value)
            return
        meant = next((text for text, body in _meant(message.body) if _fits(value, body)), "")
        text = "正文与 Content-Digest 不一致。" + (
            f"但{meant}就一致。" if meant else "请对实际发送的字节计算。"
        )
        found.add("正文摘要", "bad", text, shown, value)
        return
    found.add("正文摘要", "ok", f"与正文的 {len(message.body)} 个字节一致。", shown, value)


def _fits(value: str, body: bytes) -> bool:
    try:
        signing.check_digest(value, body)
    except RequestRefused:
        return False
    return True


def _meant(body: bytes) -> Iterator[tuple[str, bytes]]:
    """Bodies that the sender may have meant."""
    yield "去掉正文末尾的换行", body.rstrip(b"\n")
    yield "在正文末尾加一个换行", body + b"\n"
    yield "把换行改成 CR LF", body.replace(b"\n", b"\r\n")
    yield "正文为空", b""
    if body[:2] == b"\x1f\x8b":
        try:
            yield "对压缩前的正文计算（应对压缩后的计算）", gzip.decompress(body)
        except (OSError, EOFError):
            return


def _signature(found: Examination, message: SignedMessage, key: VerificationKey) -> None:
    base = _base(message)
    held = {name.lower(): value for name, value in message.headers.items()}
    received = held["signature"]
    if signing.is_signed(message, key):
        found.add("签名", "ok", "按下面的签名原文验证通过。", base, received)
        return
    for text, other, other_key in _variants(message, key):
        if signing.is_signed(other, other_key):
            found.add("签名", "bad", f"验证不通过，但{text}就通过。", base, received)
            return
    for text, passes in _raw_variants(base, received, key):
        if passes():
            found.add("签名", "bad", f"验证不通过，但{text}就通过。", base, received)
            return
    found.add(
        "签名",
        "bad",
        "验证不通过。请逐行核对下面的签名原文：每行一个分量，以 LF 连接，末行没有换行；"
        "最后一行与 Signature-Input 去掉“标签=”后逐字相同。原文若相同，就是密钥不对。",
        base,
        received,
    )


def _base(message: SignedMessage) -> str:
    """The signature base, as RFC 9421 section 2.5 says."""
    held = {name.lower(): value for name, value in message.headers.items()}
    _, _, stated = held["signature-input"].partition("=")
    parts = urlsplit(message.url)
    derived = {
        "@method": message.method,
        "@path": parts.path,
        "@query": f"?{parts.query}",
        "@authority": parts.netloc,
        "@target-uri": message.url,
        "@scheme": parts.scheme,
        "@request-target": parts.path + (f"?{parts.query}" if parts.query else ""),
    }
    names = stated.partition("(")[2].partition(")")[0].split()
    values = held | derived
    lines = [f"{name}: {values.get(name.strip(QUOTE), '（没有这个请求头）')}" for name in names]
    return "\n".join([*lines, f'"@signature-params": {stated}'])


def _variants(
    message: SignedMessage, key: VerificationKey
) -> Iterator[tuple[str, SignedMessage, VerificationKey]]:
    """The same request with one usual mistake undone."""
    parts = urlsplit(message.url)
    for word in ("POST", "GET", message.method.lower()):
        if word != message.method:
            yield f"方法为 {word}", replace(message, method=word), key
    query = f"?{parts.query}" if parts.query else ""
    paths = {
        "/sandbox" + parts.path: "路径以 /sandbox 开头",
        parts.path.removeprefix("/sandbox"): "路径不以 /sandbox 开头",
        parts.path.rstrip("/"): "路径末尾不带斜线",
        parts.path + "/": "路径末尾带斜线",
    }
    for path, text in paths.items():
        if path != parts.path:
            yield text, replace(message, url=f"{HOST}{path}{query}"), key
    for value in ("application/json", "application/json; charset=utf-8", "application/x-ndjson"):
        headers = {
            name: value if name.lower() == "content-type" else kept
            for name, kept in message.headers.items()
        }
        yield f"Content-Type 为 {value}", replace(message, headers=headers), key
    if key.secret:
        for text, secret in _secrets(key.secret):
            yield text, message, replace(key, secret=secret)


def _secrets(secret: bytes) -> Iterator[tuple[str, bytes]]:
    """Ways in which a secret's text is often misread; the text itself, in UTF-8, is the key."""
    try:
        yield "密钥按十六进制解码后使用（应直接用密钥的文字）", bytes.fromhex(secret.decode())
        yield "密钥按 Base64 解码后使用（应直接用密钥的文字）", base64.b64decode(secret + b"==")
    except (ValueError, binascii.Error):
        pass
    yield "密钥末尾多了一个换行", secret + b"\n"
    yield "密钥写成了大写", secret.upper()


def _raw_variants(
    base: str, received: str, key: VerificationKey
) -> Iterator[tuple[str, Callable[[], bool]]]:
    """Signature bases that were joined in another way."""
    if not key.secret:
        return
    try:
        given = base64.b64decode(received.partition("=")[2].strip().strip(":"))
    except binascii.Error:
        return

    def passes(text: str, secret: bytes = key.secret) -> Callable[[], bool]:
        return lambda: hmac.compare_digest(signing.mac(text.encode(), secret, key.algorithm), given)

    yield "签名原文末尾多了一个换行（应没有）", passes(base + "\n")
    yield "签名原文用 CR LF 连接（应为 LF）", passes(base.replace("\n", "\r\n"))
    yield "签名原文里写成了字面的 \\n（应为真正的换行）", passes(base.replace("\n", "\\n"))
    yield "签名原文漏了最后一行 @signature-params", passes(base.rpartition("\n")[0])
    other = {"hmac-sha256": "hmac-sm3", "hmac-sm3": "hmac-sha256"}.get(key.algorithm, "")
    if other:
        yield (
            f"算法为 {other}（这个密钥是 {key.algorithm}）",
            lambda: hmac.compare_digest(signing.mac(base.encode(), key.secret, other), given),
        )
