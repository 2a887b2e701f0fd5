"""Sign-in through a city app: django-allauth speaks the protocol, we keep the person.

No Django user is made for a citizen: once the app's identity is proven, allauth is left.
"""

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest
from django.shortcuts import render

from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.parties import services
from tanpuhui.web.citizen import signing_in

TIMEOUT_S = 5


class CityAppAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Takes over where the identity is proven, or refused."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """In, or to the notice for somebody new."""
        service = str(sociallogin.account.provider)
        index = services.subject_index(service, str(sociallogin.account.uid))
        person_id = parties.person_by_external(service, index)
        wanted = str(sociallogin.state.get("next") or "")
        facts = {"person_id": person_id} if person_id else {"service": service, "subject": index}
        raise ImmediateHttpResponse(signing_in.proven(request, self._here(wanted), **facts))

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, *_args: Any, **_named: Any
    ) -> None:
        """One plain page; what went wrong between the servers is nobody's business."""
        context = {
            "title": "没有登录成功",
            "text": f"“{provider.name}”没有确认您的身份，可能是取消了授权或等待太久。"
            "请再试一次，或改用手机号登录。",
            "code": "403 sign_in.service",
        }
        page = render(request, "shared/refused.html", context, status=403)
        raise ImmediateHttpResponse(page)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never through allauth."""
        del request, sociallogin
        return False

    def get_requests_session(self) -> Any:
        """With a time limit for every request to the service."""
        session = super().get_requests_session()
        plain = session.request

        def limited(*args: Any, **kwargs: Any) -> Any:
            return plain(*args, **{"timeout": TIMEOUT_S, **kwargs})

        session.request = limited
        return session

    def _here(self, wanted: str) -> str:
        return wanted if wanted.startswith("/") and not wanted.startswith(("//", "/\\")) else ""
