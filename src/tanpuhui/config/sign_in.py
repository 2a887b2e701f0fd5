"""City apps (皖事通, WeChat, Alipay …) whose people may sign in, from `sign-in.json`."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from tanpuhui.web.citizen.city_apps import alipay_gateway

WEIXIN_PAGE = "https://open.weixin.qq.com/connect/oauth2/authorize"
WEIXIN_QR_PAGE = "https://open.weixin.qq.com/connect/qrconnect"
WEIXIN_TOKEN = "https://api.weixin.qq.com/sns/oauth2/access_token"  # noqa: S105 - an address
ALIPAY_PAGE = "https://openauth.alipay.com/oauth2/publicAppAuthorize.htm"
ALIPAY_GATEWAY = "https://openapi.alipay.com/gateway.do"
LOOPBACK = frozenset({"127.0.0.1", "localhost"})


@dataclass(frozen=True)
class SignInService:
    """A city app that vouches for its people by OpenID Connect."""

    provider: ClassVar[str] = "openid_connect"
    code: str
    title: str
    server: str
    client_id: str
    secret: str = field(repr=False)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where codes and people are sent."""
        return (self.server,)

    def works_in(self, user_agent: str) -> bool:
        """Whether its button leads anywhere in this browser."""
        del user_agent
        return True

    def app(self) -> dict[str, object]:
        """In django-allauth's form."""
        return {
            "provider_id": self.code,
            "name": self.title,
            "client_id": self.client_id,
            "secret": self.secret,
            "settings": {"server_url": self.server, "fetch_userinfo": False},
        }


@dataclass(frozen=True)
class WeixinService:
    """WeChat: a 公众号 inside WeChat or, `everywhere`, a 网站应用 by QR code.

    Attributes:
        client_id: AppID.
        secret: AppSecret.
        everywhere: by QR code, in any browser.
        subject: openid, or unionid, which joins the apps of one 开放平台 account.
        authorize: WeChat's page; empty for its usual one.
        token: where a code is exchanged.
    """

    provider: ClassVar[str] = "weixin"
    code: ClassVar[str] = "weixin"
    client_id: str
    secret: str = field(repr=False)
    title: str = "微信"
    everywhere: bool = False
    subject: str = "openid"
    authorize: str = ""
    token: str = WEIXIN_TOKEN

    def __post_init__(self) -> None:
        _one_of(self.subject, "openid", "unionid")

    @property
    def page(self) -> str:
        """Where WeChat asks the person."""
        return self.authorize or (WEIXIN_QR_PAGE if self.everywhere else WEIXIN_PAGE)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where codes and people are sent."""
        return (self.page, self.token)

    def works_in(self, user_agent: str) -> bool:
        """Inside WeChat (企业微信 names itself so too, and cannot); by QR code everywhere."""
        said = user_agent.lower()
        return self.everywhere or ("micromessenger" in said and "wxwork" not in said)

    def app(self) -> dict[str, object]:
        """In django-allauth's form: the least scope that yields the number."""
        inside = "snsapi_userinfo" if self.subject == "unionid" else "snsapi_base"
        return {
            "name": self.title,
            "client_id": self.client_id,
            "secret": self.secret,
            "settings": {
                "scope": ["snsapi_login" if self.everywhere else inside],
                "subject": self.subject,
                "token": self.token,
            },
        }


@dataclass(frozen=True)
class AlipayService:
    """Alipay: 用户信息授权 of a 网页应用, keys in public-key mode.

    Attributes:
        client_id: APPID.
        secret: the platform's RSA2 private key (应用私钥).
        public_keys: Alipay's (支付宝公钥); during a change the old one and the new.
        everywhere: in any browser; Alipay's page then asks to sign in or shows a QR code.
        subject: open_id, or user_id for an application that Alipay still gives it to.
        authorize: Alipay's page.
        gateway: where a code is exchanged.
    """

    provider: ClassVar[str] = "alipay"
    code: ClassVar[str] = "alipay"
    client_id: str
    secret: str = field(repr=False)
    public_keys: list[str]
    title: str = "支付宝"
    everywhere: bool = False
    subject: str = "open_id"
    authorize: str = ALIPAY_PAGE
    gateway: str = ALIPAY_GATEWAY

    def __post_init__(self) -> None:
        _one_of(self.subject, "open_id", "user_id")
        alipay_gateway.private_key(self.secret)
        if not self.public_keys:
            raise ValueError("public_keys: list Alipay's public key")
        for key in self.public_keys:
            alipay_gateway.public_key(key)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where codes and people are sent."""
        return (self.authorize, self.gateway)

    def works_in(self, user_agent: str) -> bool:
        """Inside Alipay, unless it is offered everywhere."""
        return self.everywhere or "alipayclient" in user_agent.lower()

    def app(self) -> dict[str, object]:
        """In django-allauth's form: the scope that yields the number without a question."""
        return {
            "name": self.title,
            "client_id": self.client_id,
            "secret": self.secret,
            "settings": {
                "scope": ["auth_base"],
                "subject": self.subject,
                "authorize": self.authorize,
                "gateway": self.gateway,
                "public_keys": self.public_keys,
            },
        }


Service = SignInService | WeixinService | AlipayService
KINDS: dict[str, type[Service]] = {
    "openid": SignInService,
    "weixin": WeixinService,
    "alipay": AlipayService,
}


def load(path: Path) -> list[Service]:
    """The services listed in a JSON file; none where there is no file.

    Raises:
        ValueError: an entry is incomplete or wrong, stands twice, or is not reached by https.
    """
    if not path.exists():
        return []
    found: list[Service] = []
    for number, entry in enumerate(json.loads(path.read_text(encoding="utf-8")), 1):
        try:
            found.append(_read(dict(entry), {one.code for one in found}))
        except (TypeError, ValueError) as error:
            message = f"{path}: entry {number}: {error}"
            raise ValueError(message) from error
    return found


def providers(services: Iterable[Service]) -> dict[str, dict[str, Any]]:
    """The setting SOCIALACCOUNT_PROVIDERS of django-allauth."""
    listed: dict[str, dict[str, Any]] = {
        "openid_connect": {
            "APPS": [],
            "SCOPE": ["openid"],
            "OAUTH_PKCE_ENABLED": True,
            "provider_class": "tanpuhui.web.citizen.city_apps.openid.OpenIDProvider",
        },
        "weixin": {"APPS": []},
        "alipay": {"APPS": []},
    }
    for one in services:
        listed[one.provider]["APPS"].append(one.app())
        if isinstance(one, WeixinService):
            listed["weixin"]["AUTHORIZE_URL"] = one.page
    return listed


def _read(entry: dict[str, Any], taken: set[str]) -> Service:
    kind = entry.pop("kind", "openid")
    if kind not in KINDS:
        raise ValueError(f"kind: one of {', '.join(KINDS)}")
    if kind != "openid" and entry.pop("code", kind) != kind:
        raise ValueError(f"code: an app of kind {kind} is called {kind}")
    one = KINDS[kind](**entry)
    if kind == "openid" and one.code in KINDS:
        raise ValueError(f"code: {one.code} is the name of a kind; choose another")
    if one.code in taken:
        raise ValueError(f"{one.code} stands twice")
    for address in one.addresses:
        parts = urlsplit(address)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise ValueError(f"{one.code}: the server must be reached by https")
    return one


def _one_of(value: str, *known: str) -> None:
    if value not in known:
        raise ValueError(f"subject: one of {', '.join(known)}")
