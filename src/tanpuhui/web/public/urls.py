"""Addresses that anybody may open, and staff sign-in."""

from django.urls import path

from tanpuhui.web.public.pages import home, login

app_name = "public"
urlpatterns = [
    path("", home.home, name="home"),
    path("login/", login.StaffLogin.as_view(), name="login"),
    path("logout/", login.sign_out, name="sign_out"),
]
