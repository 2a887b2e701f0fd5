"""WeChat (公众号网页授权, or 网站应用 by QR code): allauth's provider, with what it leaves out.

Allauth asks for the profile, which WeChat refuses under `snsapi_base` and which we do not want;
it leaves out `#wechat_redirect`, and posts what WeChat documents as GET.
"""

from typing import Any

from allauth.socialaccount.providers.weixin.client import WeixinOAuth2Client
from allauth.socialaccount.providers.weixin.views import WeixinOAuth2Adapter
from django.http import HttpRequest

from tanpuhui.web.citizen.city_apps.refusals import (
    CodeSpent,
    ServiceAway,
    ServiceDeclined,
    VirtualPerson,
)
from tanpuhui.web.citizen.city_apps.subject_only import (
    SubjectOnlyAdapter,
    asked,
    json_object,
    subject_of,
)

BUSY = -1
CODES_SPENT = frozenset({40029, 40163, 41008, 42003})  # invalid, used, missing, outlived


class WeixinClient(WeixinOAuth2Client):  # type: ignore[misc]
    """The way to WeChat's page."""

    def get_redirect_url(self, *args: Any) -> str:
        """WeChat demands the fragment, whichever way its page is opened."""
        return f"{super().get_redirect_url(*args)}#wechat_redirect"


class WeixinAdapter(SubjectOnlyAdapter, WeixinOAuth2Adapter):  # type: ignore[misc]
    """The way back."""

    client_class = WeixinClient

    def get_access_token_data(
        self, request: HttpRequest, app: Any, _client: Any, **_pkce: Any
    ) -> dict[str, str]:
        """Exchange the code for the person's number.

        Raises:
            SignInRefused: WeChat refuses, does not answer, or answers something else.
        """
        parameters = {
            "appid": app.client_id,
            "secret": app.secret,
            "code": request.GET["code"],
            "grant_type": "authorization_code",
        }
        answer = json_object(asked("GET", app.settings["token"], params=parameters))
        if errcode := answer.get("errcode"):
            raise _refusal(errcode if isinstance(errcode, int) else 0)
        if answer.get("is_snapshotuser"):
            raise VirtualPerson
        return subject_of(answer, app.settings["subject"])


def _refusal(errcode: int) -> CodeSpent | ServiceAway | ServiceDeclined:
    why = f"errcode {errcode}"
    if errcode in CODES_SPENT:
        return CodeSpent(why)
    return ServiceAway(why) if errcode == BUSY else ServiceDeclined(why)
