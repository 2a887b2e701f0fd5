"""Explains a call in the form of Ant's gateway: the text to sign, the key, the time."""

import hmac
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote, quote_plus

from tanpuhui.domain.parties import selectors as parties
from tanpuhui.httpapi.errors import RequestRefused
from tanpuhui.httpapi.gateway import wire
from tanpuhui.kernel import clock

if TYPE_CHECKING:
    from collections.abc import Callable


class Add(Protocol):
    """Notes a step."""

    def __call__(
        self, title: str, state: str, text: str, shown: str = "", received: str = ""
    ) -> None:
        """One step with what was computed and what came."""


def examine(add: Add, provider_id: int, query: str, body: bytes) -> None:
    """All steps of a pasted gateway call."""
    try:
        common, own = wire.pairs(query), wire.pairs(body.decode("ascii").strip())
    except (RequestRefused, UnicodeDecodeError):
        add("参数", "bad", "查询串和正文都应是表单编码（name=value&…），中文须百分号编码。")
        return
    if doubled := sorted(common.keys() & own.keys()):
        add("参数", "bad", f"这些参数在查询串和正文里都有：{'、'.join(doubled)}。")
    if missing := [name for name in wire.COMMON if not common.get(name)]:
        add("公共参数", "bad", f"查询串里缺少：{'、'.join(missing)}。")
        return
    add("公共参数", "ok", "齐全。", "、".join(wire.COMMON))
    sign_type = common["sign_type"]
    if sign_type not in wire.SIGN_TYPES:
        add(
            "算法", "bad", f"sign_type 应为 {'、'.join(wire.SIGN_TYPES)} 之一。", received=sign_type
        )
        return
    key = parties.provider_key(common["access_key"])
    if key is None or key.provider_id != provider_id:
        add("密钥", "bad", "本单位没有这个有效的 access_key。", received=common["access_key"])
        return
    if key.algorithm != wire.SIGN_TYPES[sign_type][0]:
        text = f"这个密钥的算法是 {key.algorithm}，不能用 {sign_type}。请换密钥或换 sign_type。"
        add("密钥", "bad", text, received=common["access_key"])
        return
    add("密钥", "ok", f"找到本单位的密钥，算法 {key.algorithm}。", common["access_key"])
    _time(add, common["req_time"])
    _signature(add, common | own, key.secret, sign_type)


def _time(add: Add, req_time: str) -> None:
    now = clock.now()
    shown = f"{now:%Y-%m-%dT%H:%M:%SZ}"
    try:
        apart = int(now.timestamp()) - wire.sent_s(req_time)
    except RequestRefused:
        add("时间", "bad", "req_time 应写成世界时 2026-03-10T00:05:00Z。", shown, req_time)
        return
    state = "ok" if abs(apart) <= wire.WINDOW_S else "bad"
    text = f"与平台相差 {abs(apart)} 秒。" + (
        "" if state == "ok" else "超过 300 秒会被拒绝；若粘贴的是先前的请求，可以不管。"
    )
    add("时间", state, text, shown, req_time)


def _signature(add: Add, parameters: dict[str, str], secret: bytes, sign_type: str) -> None:
    given = parameters["sign"]

    def passes(text: str) -> bool:
        return hmac.compare_digest(wire.mac(text, secret, sign_type).encode(), given.encode())

    base = wire.signed_text(parameters)
    if passes(base):
        add("签名", "ok", "按下面的签名原文验证通过。", base, given)
        return
    wanted = sorted(name for name in parameters if name != "sign")
    joined: dict[str, Callable[[str], str]] = {
        "没有做百分号编码": str,
        "用加号表示空格（应为 %20）": quote_plus,
        "斜线没有编码（应为 %2F）": lambda text: quote(text, safe="~/"),
    }
    for word, encode in joined.items():
        other = "&".join(f"{encode(name)}={encode(parameters[name])}" for name in wanted)
        if passes(other):
            add("签名", "bad", f"验证不通过：签名原文{word}。", base, given)
            return
    common = {name: parameters[name] for name in wire.COMMON if name in parameters}
    if passes(wire.signed_text(common)):
        add("签名", "bad", "验证不通过：只签了查询串，正文的参数也要一起排序。", base, given)
        return
    text = "验证不通过。请逐字核对下面的签名原文；若相同，就是密钥不对。"
    add("签名", "bad", text, base, given)
