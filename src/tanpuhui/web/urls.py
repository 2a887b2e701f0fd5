"""Addresses of the pages."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("tanpuhui.web.public.urls")),
    path("screen/", include("tanpuhui.web.screen.urls")),
    path("m/", include("tanpuhui.web.citizen.urls")),
    path("m/with/", include("tanpuhui.web.citizen.city_apps.urls")),
    path("m/with/", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("staff/", include("tanpuhui.web.staff.urls")),
    path("staff/", include("tanpuhui.web.staff.security.urls")),
    path("partner/", include("tanpuhui.web.provider.urls")),
    path("console/", include("tanpuhui.web.console.urls")),
]
