"""Addresses of the citizens' pages."""

from django.urls import path

from tanpuhui.web.citizen.pages import acts, consents, home, ledger, login, me, scenarios

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
    path("sign-out/", login.sign_out, name="sign_out"),
]
