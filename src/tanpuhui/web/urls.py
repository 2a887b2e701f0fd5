"""Addresses of the pages."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("tanpuhui.web.public.urls")),
    path("m/", include("tanpuhui.web.citizen.urls")),
    path("staff/", include("tanpuhui.web.staff.urls")),
    path("staff/", include("tanpuhui.web.staff.security.urls")),
    path("partner/", include("tanpuhui.web.provider.urls")),
]
