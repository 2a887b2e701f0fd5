"""Addresses that anybody may open, and staff sign-in."""

from django.urls import path

from tanpuhui.web.public.pages import (
    apply,
    home,
    login,
    methodologies,
    open_data,
    scenarios,
    statistics,
    status,
    texts,
    verify,
)

app_name = "public"
urlpatterns = [
    path("", home.home, name="home"),
    path("scenarios/", scenarios.scenarios, name="scenarios"),
    path("scenarios/<slug:group>/<slug:slug>/", scenarios.scenario, name="scenario"),
    path("methodologies/", methodologies.methodologies, name="methodologies"),
    path(
        "methodologies/<slug:number>/v<int:version>/", methodologies.methodology, name="methodology"
    ),
    path(
        "methodologies/<slug:number>/v<int:version>.json",
        methodologies.document,
        name="methodology_json",
    ),
    path("statistics/", statistics.statistics, name="statistics"),
    path("open-data/", open_data.open_data, name="open_data"),
    path("open-data/<slug:name>.<slug:form>", open_data.dataset, name="dataset"),
    path("verify/", verify.verify, name="verify"),
    path("join/", texts.join, name="join"),
    path("about/", texts.about, name="about"),
    path("privacy/", texts.privacy, name="privacy"),
    path("accessibility/", texts.accessibility, name="accessibility"),
    path("status/", status.status, name="status"),
    path("apply/", apply.apply, name="apply"),
    path("apply/<str:token>/", apply.application, name="application"),
    path("login/", login.StaffLogin.as_view(), name="login"),
    path("logout/", login.sign_out, name="sign_out"),
]
