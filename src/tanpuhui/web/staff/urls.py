"""Addresses of a login's own account."""

from django.urls import path

from tanpuhui.web.staff.pages import account

app_name = "staff"
urlpatterns = [
    path("", account.home, name="home"),
]
