"""Addresses of the apps that speak protocols of their own."""

from collections.abc import Callable
from typing import Any

from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path

from tanpuhui.web.citizen.city_apps.provider import provider_classes


def _view(kind: Any, adapter: Any) -> Callable[[HttpRequest], HttpResponse]:
    shown = kind.adapter_view(adapter)

    def view(request: HttpRequest) -> HttpResponse:
        """404 where the app is not configured."""
        try:
            return shown(request)  # type: ignore[no-any-return]
        except SocialApp.DoesNotExist as error:
            raise Http404 from error

    return view


urlpatterns = [
    path(f"{one.id}/{rest}", _view(kind, one.oauth2_adapter_class), name=f"{one.id}_{name}")
    for one in provider_classes
    for rest, kind, name in (
        ("login/", OAuth2LoginView, "login"),
        ("login/callback/", OAuth2CallbackView, "callback"),
    )
]
