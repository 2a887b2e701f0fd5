"""Alipay (用户信息授权): OAuth 2 in form, but the code is exchanged by a signed gateway call."""

from typing import Any
from zoneinfo import ZoneInfo

from allauth.socialaccount.providers.oauth2.client import OAuth2Client
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter
from django.http import HttpRequest
from django.utils.http import urlencode

from tanpuhui.kernel import clock
from tanpuhui.web.citizen.city_apps import alipay_gateway
from tanpuhui.web.citizen.city_apps.subject_only import SubjectOnlyAdapter, asked, subject_of

METHOD = "alipay.system.oauth.token"
GATEWAY_ZONE = ZoneInfo("Asia/Shanghai")


class AlipayClient(OAuth2Client):  # type: ignore[misc]
    """The way to Alipay's page."""

    def get_redirect_url(self, authorization_url: str, scope: list[str], _extra: Any) -> str:
        """Alipay's names of the parameters."""
        parameters = {
            "app_id": self.consumer_key,
            "scope": ",".join(scope),
            "redirect_uri": self.callback_url,
            "state": self.state,
        }
        return f"{authorization_url}?{urlencode(parameters)}"


class AlipayAdapter(SubjectOnlyAdapter, OAuth2Adapter):  # type: ignore[misc]
    """The way back."""

    provider_id = "alipay"
    client_class = AlipayClient
    access_token_url = ""  # the gateway takes its place

    def __init__(self, request: HttpRequest) -> None:
        if "auth_code" in request.GET:  # allauth's view looks for `code`
            answer = request.GET.copy()
            answer["code"] = request.GET["auth_code"]
            request.GET = answer  # type: ignore[assignment]
        super().__init__(request)

    @property
    def authorize_url(self) -> str:
        """Where Alipay asks the person."""
        return str(self.get_provider().app.settings["authorize"])

    def get_access_token_data(
        self, request: HttpRequest, app: Any, _client: Any, **_pkce: Any
    ) -> dict[str, str]:
        """Exchange the code for the person's number.

        Raises:
            SignInRefused: Alipay refuses, does not answer, or the answer is not Alipay's.
        """
        own = {"grant_type": "authorization_code", "code": request.GET["code"]}
        common = {
            "app_id": app.client_id,
            "method": METHOD,
            "format": "json",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": f"{clock.now().astimezone(GATEWAY_ZONE):%Y-%m-%d %H:%M:%S}",
            "version": "1.0",
        }
        common["sign"] = alipay_gateway.signature(common | own, app.secret)
        text = asked("POST", app.settings["gateway"], params=common, data=own)
        answer = alipay_gateway.answer_open(text, METHOD, app.settings["public_keys"])
        return subject_of(answer, app.settings["subject"])
