"""All addresses: the HTTP API and Ant's gateway, then the pages."""

from django.urls import include, path

urlpatterns = [
    path("", include("tanpuhui.httpapi.urls")),
    path("", include("tanpuhui.web.urls")),
]
