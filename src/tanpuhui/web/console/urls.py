"""Addresses of the consoles."""

from django.urls import path

from tanpuhui.web.console.pages import (
    announcements,
    anomalies,
    audit,
    changes,
    corrections,
    home,
    intake,
    jobs,
    methodologies,
    organisations,
    people,
    scenarios,
    statistics,
    tickets,
)

app_name = "console"
urlpatterns = [
    path("", home.home, name="home"),
    path("scenarios/", scenarios.scenarios, name="scenarios"),
    path("scenarios/<slug:group>/<slug:slug>/", scenarios.scenario, name="scenario"),
    path("methodologies/", methodologies.methodologies, name="methodologies"),
    path(
        "methodologies/<str:number>/v<int:version>/", methodologies.methodology, name="methodology"
    ),
    path("coverage/", methodologies.coverage, name="coverage"),
    path("statistics/", statistics.statistics, name="statistics"),
    path("corrections/", corrections.corrections, name="corrections"),
    path("corrections/new/", corrections.new, name="correction_new"),
    path("intake/", intake.intake, name="intake"),
    path("intake/<slug:code>/", intake.provider, name="provider"),
    path("organisations/", organisations.organisations, name="organisations"),
    path("organisations/applications/", organisations.applications, name="applications"),
    path(
        "organisations/applications/<slug:public_id>/",
        organisations.application,
        name="application",
    ),
    path("organisations/documents/<slug:document_id>/", organisations.document, name="document"),
    path("people/", people.people, name="people"),
    path("people/<slug:public_id>/", people.person, name="person"),
    path("people/<slug:public_id>/unmask/", people.unmask, name="person_unmask"),
    path("people/<slug:public_id>/account/", people.account, name="person_account"),
    path("tickets/", tickets.tickets, name="tickets"),
    path("tickets/<slug:public_id>/", tickets.ticket, name="ticket"),
    path("tickets/<slug:public_id>/act/", tickets.act, name="ticket_act"),
    path("announcements/", announcements.announcements, name="announcements"),
    path("announcements/new/", announcements.edit, name="announcement_new"),
    path("announcements/<slug:public_id>/", announcements.edit, name="announcement"),
    path("announcements/<slug:public_id>/turn/", announcements.turn, name="announcement_turn"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/<slug:public_id>/file/", jobs.download, name="job_file"),
    path("jobs/<slug:public_id>/cancel/", jobs.cancel, name="job_cancel"),
    path("export/<slug:kind>/", jobs.export, name="export"),
    path("changes/", changes.changes, name="changes"),
    path("changes/<slug:public_id>/", changes.change, name="change"),
    path("changes/<slug:public_id>/decide/", changes.decide, name="change_decide"),
    path("changes/<slug:public_id>/own/", changes.own, name="change_own"),
    path("anomalies/", anomalies.anomalies, name="anomalies"),
    path("anomalies/<slug:public_id>/", anomalies.anomaly, name="anomaly"),
    path("anomalies/<slug:public_id>/decide/", anomalies.decide, name="anomaly_decide"),
    path("audit/", audit.audit, name="audit"),
]
