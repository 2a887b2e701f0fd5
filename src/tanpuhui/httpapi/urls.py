"""Addresses of the HTTP API and of the gateway."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from tanpuhui.httpapi.api import api, enveloped, unknown_address
from tanpuhui.httpapi.gateway.views import gateway


def _provider_api() -> tuple[list[URLPattern | URLResolver], str]:
    patterns, app_name, _ = api.urls
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            pattern.callback = enveloped(pattern.callback)
    return patterns, app_name


_api = _provider_api()
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include(_api, namespace="api-v1")),
    path("sandbox/api/v1/", include(_api, namespace="sandbox-v1")),
    re_path("^(?:sandbox/)?api/", unknown_address),
    path("gateway.do", gateway, name="gateway"),
]
