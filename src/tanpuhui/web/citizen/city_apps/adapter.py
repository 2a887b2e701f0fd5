"""Sign-in through a city app: django-allauth speaks the protocol, we keep the person.

No Django user is made for a citizen: once the app's identity is proven, allauth is left.
"""

import logging
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest
from django.shortcuts import render
from django.utils.translation import gettext
from requests import ConnectionError as NoConnection
from requests import Timeout

from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.parties import services
from tanpuhui.web.citizen import signing_in
from tanpuhui.web.citizen.city_apps.refusals import ServiceAway, SignInRefused, StateLost

logger = logging.getLogger(__name__)
TIMEOUT_S = 5
FAULT = 500


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
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """One plain page; what went wrong between the servers goes to the log, as a code."""
        del error
        refusal = _refusal(exception, extra_context or {})
        level = logging.WARNING if refusal.status >= FAULT else logging.INFO
        logger.log(level, "%s refused: %s %s", provider.sub_id, refusal.code, refusal.why)
        context = {
            "title": gettext("没有登录成功"),
            "text": gettext(refusal.sentence).format(app=provider.name),
            "code": f"{refusal.status} {refusal.code}",
        }
        page = render(request, "citizen/sign_in_refused.html", context, status=refusal.status)
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


def _refusal(exception: Exception | None, context: dict[str, Any]) -> SignInRefused:
    if isinstance(exception, SignInRefused):
        return exception
    if isinstance(exception, Timeout | NoConnection):
        return ServiceAway(type(exception).__name__)
    if exception is None and "state" not in context:
        return StateLost()
    return SignInRefused(type(exception).__name__ if exception else "no code")
