"""WeChat and Alipay on loopback, each speaking its own protocol and refusing what it refuses."""

import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

SECRET = "an-app-secret-of-32-characters--"


def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_text(key: rsa.RSAPrivateKey, form: PrivateFormat = PrivateFormat.PKCS8) -> str:
    """Bare base64, as Alipay's key tool writes it."""
    return base64.b64encode(key.private_bytes(Encoding.DER, form, NoEncryption())).decode()


def public_text(key: rsa.RSAPrivateKey) -> str:
    found = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(found).decode()


OURS, THEIRS, STRANGER = rsa_key(), rsa_key(), rsa_key()


class App(ThreadingHTTPServer):
    """Vouches for `subject`, whoever asks.

    Attributes:
        instead: sent in place of the true answer to an exchange.
        status: of that answer.
        slow_s: how long it lets one wait.
    """

    daemon_threads = True
    block_on_close = False
    subject = "oKq-person-of-the-city-1"
    instead: bytes | None = None
    status = 200
    slow_s = 0.0

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.codes: dict[str, dict[str, str]] = {}
        self.used: set[str] = set()
        self.asked: list[dict[str, str]] = []
        self.exchanges: list[dict[str, str]] = []
        named = {"poll_interval": 0.01}  # so that it ends at once
        threading.Thread(target=self.serve_forever, kwargs=named, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Any

    def log_message(self, *args: Any) -> None: ...

    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.path).query, keep_blank_values=True, strict_parsing=True)

    def send_back(self, asked: dict[str, str], name: str, **more: str) -> None:
        code = f"code{len(self.server.codes)}"
        self.server.codes[code] = asked
        self.server.asked.append(asked)
        back = urlencode({**more, name: code, "state": asked["state"]})
        self.send_response(302)
        self.send_header("Location", f"{asked['redirect_uri']}?{back}")
        self.end_headers()

    def take(self, code: str) -> str:
        """fresh, used or unknown."""
        if code in self.server.used:
            return "used"
        if code not in self.server.codes:
            return "unknown"
        self.server.used.add(code)
        return "fresh"

    def answer(self, content: str, kind: str) -> None:
        time.sleep(self.server.slow_s)
        body = content.encode() if self.server.instead is None else self.server.instead
        try:
            self.send_response(self.server.status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            assert self.server.slow_s  # whoever asked has stopped waiting


class Weixin(App):
    """公众号网页授权.

    Attributes:
        more: what else the answer says.
        scopes: what the account may ask for.
    """

    client_id = "wx520c15f417810387"

    def __init__(self) -> None:
        super().__init__(WeixinHandler)
        self.more: dict[str, Any] = {}
        self.scopes = {"snsapi_base"}


class WeixinHandler(Handler):
    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/connect/oauth2/authorize":
            asked = self.query()
            names = [name for name, _ in asked]
            # WeChat compares the address with a pattern: in another order its page does not open.
            assert names == ["appid", "redirect_uri", "response_type", "scope", "state"], names
            given = dict(asked)
            assert given["appid"] == self.server.client_id
            assert given["response_type"] == "code"
            assert given["scope"] in self.server.scopes
            assert given["state"].isalnum()
            assert len(given["state"]) <= 128
            self.send_back(given, "code")
        elif path == "/sns/oauth2/access_token":
            self.exchange(dict(self.query()))
        else:  # the profile: nobody should ask
            self.server.exchanges.append({"path": path})
            self.send_error(404)

    def exchange(self, given: dict[str, str]) -> None:
        self.server.exchanges.append(given)
        flaw = None
        if given["appid"] != self.server.client_id:
            flaw = (40013, "invalid appid")
        elif given["secret"] != SECRET:
            flaw = (40125, "invalid appsecret")
        elif given["grant_type"] != "authorization_code":
            flaw = (40002, "invalid grant_type")
        elif (state := self.take(given["code"])) != "fresh":
            flaw = (40163, "code been used") if state == "used" else (40029, "invalid code")
        if flaw:
            said = {"errcode": flaw[0], "errmsg": f"{flaw[1]}, rid: 620e3db2-410d5515-117f31"}
        else:
            said = {
                "access_token": "the-token",
                "expires_in": 7200,
                "refresh_token": "another",
                "openid": self.server.subject,
                "scope": self.server.codes[given["code"]]["scope"],
                **self.server.more,
            }
        self.answer(json.dumps(said), "text/plain")


class Alipay(App):
    """用户信息授权 and the open gateway.

    Attributes:
        ours: whose signature requests must carry.
        key: with which answers are signed.
        names: under which names the answer gives the subject.
    """

    client_id = "2021000122650399"
    subject = "0743X-person-of-the-city"

    def __init__(self) -> None:
        super().__init__(AlipayHandler)
        self.ours = OURS.public_key()
        self.key = THEIRS
        self.names = ["open_id"]


class AlipayHandler(Handler):
    def do_GET(self) -> None:
        assert urlsplit(self.path).path == "/oauth2/publicAppAuthorize.htm"
        asked = dict(self.query())
        assert asked["app_id"] == self.server.client_id
        assert asked["scope"] == "auth_base"
        assert len(asked["state"]) <= 100
        self.send_back(
            asked, "auth_code", app_id=asked["app_id"], source="alipay_wallet", scope="auth_base"
        )

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        pairs = [*self.query(), *parse_qsl(body, keep_blank_values=True)]
        given = dict(pairs)
        assert len(given) == len(pairs), "a parameter stands twice"
        self.server.exchanges.append(given)
        self.judge(given)

    def judge(self, given: dict[str, str]) -> None:
        sign = given.pop("sign", "")
        # Written down independently of the product: names in order, values as they are.
        text = "&".join("=".join(pair) for pair in sorted(given.items()) if pair[1])
        try:
            self.server.ours.verify(
                base64.b64decode(sign), text.encode(), padding.PKCS1v15(), hashes.SHA256()
            )
        except InvalidSignature:
            self.refuse("40002", "isv.invalid-signature", "验签出错")
            return
        fixed = {
            "app_id": self.server.client_id,
            "method": "alipay.system.oauth.token",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "version": "1.0",
        }
        if any(given.get(name) != value for name, value in fixed.items()):
            self.refuse("40002", "isv.invalid-parameter", "参数无效")
        elif given.get("grant_type") != "authorization_code":
            self.refuse("40002", "isv.grant-type-invalid", "grant_type不在支持范围之内")
        elif self.take(given.get("code", "")) != "fresh":
            self.refuse("40002", "isv.code-invalid", "授权码code无效")
        else:
            time.strptime(given["timestamp"], "%Y-%m-%d %H:%M:%S")
            content = {
                "access_token": "authbseB/slashes",
                "auth_start": "2026-03-10 12:00:00",
                "expires_in": 1296000,
                "note": '含 "sign":"x"} 的文字',
            } | dict.fromkeys(self.server.names, self.server.subject)
            # Alipay escapes slashes: what is signed is the text on the wire, not its meaning.
            raw = json.dumps(content, ensure_ascii=False).replace("/", "\\/")
            self.say("alipay_system_oauth_token_response", raw)

    def refuse(self, code: str, sub_code: str, sub_msg: str) -> None:
        raw = {"code": code, "msg": "Invalid Arguments", "sub_code": sub_code, "sub_msg": sub_msg}
        self.say("error_response", json.dumps(raw, ensure_ascii=False))

    def say(self, name: str, raw: str) -> None:
        sign = self.server.key.sign(raw.encode(), padding.PKCS1v15(), hashes.SHA256())
        said = f'{{"{name}":{raw},"sign":"{base64.b64encode(sign).decode()}"}}'
        self.answer(said, "text/html;charset=utf-8")
