"""Apps that speak OpenID Connect: allauth's provider, with a page where the app is away."""

from typing import Any

from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from django.http import HttpRequest
from requests import RequestException

from tanpuhui.web.citizen.city_apps.refusals import AnswerUnclear, ServiceAway


class OpenIDProvider(OpenIDConnectProvider):  # type: ignore[misc]
    """Before the way to the app is known, its own description of itself is read."""

    def redirect(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """To the app's page; allauth would end in an error where the description cannot be had."""
        try:
            return super().redirect(request, *args, **kwargs)
        except (RequestException, KeyError, ValueError) as error:
            is_unclear = isinstance(error, KeyError | ValueError)
            refusal = AnswerUnclear if is_unclear else ServiceAway
            why = refusal(type(error).__name__)
            return render_authentication_error(request, self, exception=why)
