"""Addresses of the citizens' pages."""

from django.urls import path

from tanpuhui.web.citizen.pages import (
    acts,
    children,
    consents,
    home,
    ledger,
    login,
    me,
    scenarios,
    ways,
    welcome,
)

app_name = "citizen"
urlpatterns = [
    path("", home.home, name="home"),
    path("ledger/", ledger.ledger_month, name="ledger"),
    path("acts/<str:token>/", acts.act, name="act"),
    path("scenarios/", scenarios.scenarios, name="scenarios"),
    path("scenarios/<slug:group>/<slug:slug>/", scenarios.scenario, name="scenario"),
    path("consents/", consents.consents, name="consents"),
    path("consents/change/", consents.consent, name="consent"),
    path("me/", me.me, name="me"),
    path("display/", me.change_display, name="display"),
    path("login/", login.login, name="login"),
    path("login/code/", login.code, name="code"),
    path("welcome/", welcome.welcome, name="welcome"),
    path("ticket/<str:token>/", ways.ticket, name="ticket"),
    path("children/", children.children, name="children"),
    path("children/enter/", children.child_enter, name="child_enter"),
    path("children/leave/", children.child_leave, name="child_leave"),
    path("sign-out/", login.sign_out, name="sign_out"),
]
