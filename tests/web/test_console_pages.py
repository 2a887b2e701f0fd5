"""The consoles: what each shows, every list's search, sort, filter and page, each deed by POST."""

import zipfile

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook
from tests.web.conftest import staff_in
from tests.web.console_office import office_open

from tanpuhui.domain.ledger import selectors as ledger
from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.domain.scenarios.models import ImportRun
from tanpuhui.domain.supervision import selectors as supervision
from tanpuhui.kernel import clock, jobs, trail
from tanpuhui.kernel.cityrules import pack
from tanpuhui.web.console.menu import MENU
from tanpuhui.web.console.pages import exports
from tanpuhui.web.console.pages.home import SHOWN
from tanpuhui.web.provider.frame import batch_token

LISTS = (
    "scenarios", "methodologies", "coverage", "statistics", "corrections", "intake",
    "organisations", "tickets", "announcements", "changes", "anomalies", "audit", "jobs",
    "imports", "organisations/applications", "intake/metro/batches",
)  # fmt: skip
UNFINISHED = 9
# Most queries a page may need, however much there is; sign-in, session and inbox take about ten.
QUERIES = {
    "": 24, "scenarios/": 18, "scenarios/travel/metro/": 22, "methodologies/": 14,
    "coverage/": 13, "statistics/": 20, "corrections/": 16, "corrections/new/": 14,
    "intake/": 20, "intake/metro/": 26, "organisations/": 15, "tickets/": 16,
    "changes/": 16, "anomalies/": 16, "jobs/": 14, "announcements/": 15, "people/": 14,
}  # fmt: skip


@pytest.fixture
def office(busy_town, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return office_open(busy_town)


@pytest.fixture
def enter(office):
    """Browsers by login."""
    return lambda name: staff_in(Client(), name)


def text(response):
    return response.content.decode()


def test_navigation_by_role(enter):
    seen = {
        name: {
            entry.tab
            for group in MENU
            for entry in group.entries
            if f'href="/console/{"" if entry.tab == "home" else entry.tab + "/"}"'
            in text(enter(name).get("/console/"))
        }
        for name in ("operator", "supervisor", "audit_admin")
    }
    assert "people" in seen["operator"]
    assert "audit" not in seen["operator"]
    assert seen["supervisor"] >= {"audit", "tickets"}
    assert seen["supervisor"] & {"people", "announcements"} == set()
    assert seen["audit_admin"] == {"home", "jobs", "audit"}


def test_the_inbox_counts_what_this_person_can_decide(enter):
    pages = {n: text(enter(n).get("/console/")) for n in ("operator", "operator_2", "authority")}
    assert "待我复核的变更" in pages["operator"]
    assert "企业来函撤回" not in pages["operator"], "one's own proposals wait for others"
    assert "企业来函撤回" in pages["operator_2"]
    assert "试行一个月" not in pages["operator_2"], "rules are decided by the authority"
    assert "试行一个月" in pages["authority"]


def test_the_inbox_counts_more_imports_than_it_shows(enter, office):
    for number in range(UNFINISHED):
        ImportRun.objects.create(
            provider_id=office.town.metro,
            file_digest=f"{number:064}",
            file_name=f"metro-{number}.csv",
            size=1,
            state=("failed", "stopped")[number % 2],
            started_at=clock.now(),
        )
    page = text(enter("operator").get("/console/"))
    assert f"全部 {UNFINISHED} 项" in page
    assert page.count("metro-") == SHOWN


@pytest.mark.parametrize("name", LISTS)
def test_every_list_takes_any_query(enter, name):
    login = "authority" if name in {"audit", "announcements"} else "operator"
    client = enter(login)
    page = client.get(f"/console/{name}/")
    assert page.status_code == 200
    assert "导出" in text(page)
    for query in (
        "q=没有这样的东西", "page=2", "page=x", "sort=-title", "sort=;drop", "state=nonsense",
        "kind=nonsense", "first=gestern&last=9999-99-99", "month=2026-03&view=scenario",
    ):  # fmt: skip
        assert client.get(f"/console/{name}/?{query}").status_code == 200, query


@pytest.mark.parametrize(("path", "most"), QUERIES.items())
def test_query_counts(enter, django_assert_max_num_queries, path, most):
    client = enter("operator")
    client.get(f"/console/{path}")
    with django_assert_max_num_queries(most):
        assert client.get(f"/console/{path}").status_code == 200


def test_a_change_by_two_people(enter, office):
    path = f"/console/changes/{office.change}/"
    proposer, decider = enter("operator"), enter("authority")
    assert "同意并执行" not in text(proposer.get(path))
    assert "同意并执行" not in text(enter("operator_2").get(path)), "not the operator's to decide"
    assert "同意并执行" in text(decider.get(path))
    refused = decider.post(f"{path}decide/", {"decision": "approve", "opinion": ""})
    assert refused.status_code == 422
    assert "请写明意见" in text(refused)
    done = decider.post(
        f"{path}decide/", {"decision": "approve", "opinion": "同意试行"}, follow=True
    )
    assert "已同意并执行" in text(done)
    again = decider.post(f"{path}decide/", {"decision": "reject", "opinion": "又想退回"})
    assert again.status_code == 409
    no = pack().scenarios["travel/metro"].no
    assert [one.request for one in scenarios.overrides_of(no)] == [office.change]
    assert office.change in text(decider.get("/console/scenarios/travel/metro/"))


def test_nobody_decides_on_their_own_change_by_a_forged_post(enter, office):
    client = enter("operator")
    answer = client.post(
        f"/console/changes/{office.withdrawal}/decide/",
        {"decision": "approve", "opinion": "自己同意"},
    )
    assert answer.status_code == 403
    assert supervision.change(office.withdrawal, viewer="").state == "submitted"


def test_a_cap_is_proposed_from_its_scenario(enter):
    client = enter("operator")
    path = "/console/scenarios/travel/metro/"
    fields = {
        "kind": "cap", "per": "month", "of": "acts", "limit": "40",
        "effective_from": "2026-03-20", "reason": "按月控制总量", "as": "draft",
    }  # fmt: skip
    wrong = client.post(path, fields)
    assert wrong.status_code == 422
    assert "某月 1 日" in text(wrong)
    assert "按月控制总量" in text(wrong), "what was written stays"
    made = client.post(path, fields | {"effective_from": "2026-04-01"}, follow=True)
    assert "草稿" in text(made)
    (draft,) = supervision.changes(viewer=_label("operator"), state="draft")
    client.post(f"/console/changes/{draft.public_id}/own/", {"step": "submit"})
    assert supervision.change(draft.public_id, viewer="").is_waiting
    client.post(f"/console/changes/{draft.public_id}/own/", {"step": "withdraw"})
    assert supervision.change(draft.public_id, viewer="").state == "withdrawn"


def _label(name):
    from tests.web.console_office import actor_of

    return actor_of(name).label


def test_intake_is_stopped_from_the_providers_page(enter):
    client = enter("operator")
    client.post("/console/intake/metro/", {"reason": "数据异常，先停"})
    (change,) = supervision.changes(viewer="", kinds=["intake_stop"])
    decided = enter("operator_2").post(
        f"/console/changes/{change.public_id}/decide/",
        {"decision": "approve", "opinion": "同意停止"},
    )
    assert decided.status_code == 302
    page = text(client.get("/console/intake/metro/"))
    assert "已停止接入" in page
    assert "恢复接入" in page


def test_a_ticket_is_answered_and_closed(enter, office):
    client, path = enter("operator"), f"/console/tickets/{office.help}/"
    assert "今天的还没看到" in text(client.get(path))
    assert text(client.post(f"{path}act/", {"step": "answer", "body": " "})).count("内容是空的")
    client.post(f"{path}act/", {"step": "note", "body": "已催企业"})
    client.post(f"{path}act/", {"step": "answer", "body": "明早到账"})
    client.post(f"{path}act/", {"step": "close"})
    seen = supervision.ticket(office.help, person_id=office.town.ann)
    assert [one.body for one in seen.messages] == ["今天的还没看到", "明早到账"]
    assert seen.state == "closed"
    supervisor = text(enter("supervisor").get(path))
    assert "办理记录" not in supervisor
    assert 'name="step"' not in supervisor


def test_an_upheld_appeal_becomes_a_correction(enter, office):
    client, path = enter("operator"), f"/console/tickets/{office.appeal}/"
    page = text(client.get(path))
    assert "被申诉的行为" in page
    assert "一步一步怎么算" in page
    client.post(f"{path}act/", {"step": "uphold", "body": "核实里程有误"})
    assert f"/console/corrections/new/?ticket={office.appeal}" in text(client.get(path))
    form = text(client.get(f"/console/corrections/new/?ticket={office.appeal}"))
    assert 'name="q_distance"' in form
    before = ledger.balance(office.town.ann).reduction_mg
    client.post(
        "/console/corrections/new/",
        {
            "ticket": office.appeal, "provider": "metro", "items": "M0", "kind": "acts_correct",
            "q_distance": "12", "reason": "申诉成立，里程更正",
        },
    )  # fmt: skip
    (change,) = supervision.changes_about(ticket=office.appeal)
    enter("operator_2").post(
        f"/console/changes/{change.public_id}/decide/",
        {"decision": "approve", "opinion": "核对无误"},
    )
    assert ledger.balance(office.town.ann).reduction_mg > before
    assert "更正后" in text(client.get(f"/console/changes/{change.public_id}/"))


def test_a_person_is_found_and_stays_masked(enter, office, db):
    from tanpuhui.domain.parties import services as parties
    from tanpuhui.kernel import actors

    made = parties.person_open(
        actor=actors.system(), phone="13912345678", name="王小明", identity="340102199001011234"
    )
    from tanpuhui.domain.ledger import services as books

    books.accounts_open(actor=actors.system(), kind="person", party_ids=[made.party_id])
    client = enter("operator")
    found = client.post("/console/people/", {"q": "13912345678"})
    assert found["Location"] == f"/console/people/{made.public_id}/"
    assert client.post("/console/people/", {"q": "13900000000"}).status_code == 404
    page = text(client.get(found["Location"]))
    for secret in ("13912345678", "王小明", "340102199001011234"):
        assert secret not in page
    assert "139****5678" in page
    no_reason = client.post(f"{found['Location']}unmask/", {"field": "phone", "why": ""})
    assert no_reason.status_code == 422
    assert "13912345678" not in text(no_reason)
    shown = client.post(f"{found['Location']}unmask/", {"field": "phone", "why": "核对来电号码"})
    assert "13912345678" in text(shown)
    assert "王小明" not in text(shown)
    assert "no-store" in shown["Cache-Control"]
    assert "13912345678" not in text(client.get(found["Location"]))
    (look,) = trail.events(tag="parties:person:unmask", subject=f"person:{made.party_id}")
    assert (look.reason, look.after) == ("核对来电号码", {"field": "phone"})
    assert "13912345678" not in str(trail.events(limit=200))


def test_an_account_is_frozen_by_two(enter, office):
    client, path = enter("operator"), f"/console/people/{office.person}/"
    client.post(f"{path}account/", {"step": "freeze", "reason": "疑似盗用账户"})
    (change,) = supervision.changes_about(person=office.person)
    enter("authority").post(
        f"/console/changes/{change.public_id}/decide/",
        {"decision": "approve", "opinion": "同意冻结"},
    )
    assert ledger.balance(office.town.ann).state == "frozen"
    assert "解冻账户" in text(client.get(path))


def test_an_anomaly_is_decided(enter, office):
    client, path = enter("supervisor"), f"/console/anomalies/{office.anomaly}/"
    assert "发现它的规则参数" in text(client.get(path))
    assert client.post(f"{path}decide/", {"decision": "clear", "note": ""}).status_code == 422
    client.post(f"{path}decide/", {"decision": "confirm", "note": "与企业核实为测试数据"})
    assert supervision.finding(office.anomaly).state == "confirmed"
    assert client.post("/console/anomalies/", follow=True).status_code == 200


def test_an_announcement_is_written_published_withdrawn(enter, office):
    client = enter("operator")
    made = client.post(
        "/console/announcements/new/",
        {"title": "新场景", "body": "步行开通", "audience": "citizen", "until": ""},
    )
    client.post(f"{made['Location']}turn/", {"step": "publish"})
    assert [one.title for one in supervision.announcements_shown("citizen")] == ["新场景"]
    client.post(f"{made['Location']}turn/", {"step": "withdraw"})
    assert supervision.announcements_shown("citizen") == []
    assert client.post("/console/announcements/new/", {"title": "", "body": ""}).status_code == 422


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_every_list_is_exported_in_the_background(enter, office, settings, tmp_path, form):
    settings.HOME = tmp_path
    client = enter("authority")
    for kind, export in exports.EXPORTS.items():
        if "authority" not in export.roles:
            continue
        token = batch_token(scenarios.batches_by_no(office.town.metro, "metro-1")[0].id)
        given = {"format": form, "q": "", "of": "metro", "batch": token}
        asked = client.post(f"/console/export/{kind}/", given)
        assert asked["Location"] == "/console/jobs/", kind
    while jobs.work_one({"export": exports.run}):
        pass
    mine = jobs.jobs(_label("authority"))
    assert {one.state for one in mine} == {"done"}, [(one.title, one.error) for one in mine]
    files = [client.get(f"/console/jobs/{one.public_id}/file/") for one in mine]
    assert {one.status_code for one in files} == {200}
    for one in files:
        [shut() for shut in one._resource_closers]
    other = enter("operator").get(f"/console/jobs/{mine[0].public_id}/file/")
    assert other.status_code == 404
    if form == "csv":
        tickets = next(one for one in mine if one.params["list"] == "tickets")
        file = client.get(f"/console/jobs/{tickets.public_id}/file/")
        assert "里程不对" in b"".join(file.streaming_content).decode("utf-8-sig")
        [shut() for shut in file._resource_closers]


def test_exports_are_harmless_in_a_spreadsheet(enter, office, settings, tmp_path):
    from tanpuhui.domain.supervision import services

    settings.HOME = tmp_path
    services.announcement_write(
        actor=office.actors["operator"], title="=HYPERLINK(1)", body="x", audience="all"
    )
    client = enter("operator")
    for form in ("csv", "xlsx"):
        client.post("/console/export/announcements/", {"format": form})
    while jobs.work_one({"export": exports.run}):
        pass
    csv, xlsx = sorted(tmp_path.glob("exports/*"), key=lambda one: one.suffix)
    assert "'=HYPERLINK(1)" in csv.read_text("utf-8-sig")
    rows = CalamineWorkbook.from_path(xlsx).get_sheet_by_index(0).to_python()
    assert rows[1][0] == "=HYPERLINK(1)" or rows[2][0] == "=HYPERLINK(1)"
    with zipfile.ZipFile(xlsx) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def test_exports_keep_to_the_lists_roles(enter):
    client = enter("operator")
    assert client.post("/console/export/audit/", {"format": "csv"}).status_code == 403
    assert client.post("/console/export/nothing/", {"format": "csv"}).status_code == 404
    assert client.post("/console/export/tickets/", {"format": "exe"}).status_code == 404


def test_the_trail_is_searched(enter, office):
    client = enter("audit_admin")
    path = f"/console/audit/?q=change:{office.change}"
    assert "试行一个月" in text(client.get(path))
    assert "试行一个月" not in text(client.get(f"{path}&area=supervision:ticket"))
    assert "试行一个月" not in text(client.get(f"{path}&first=2026-03-11"))
    assert "试行一个月" in text(client.get(f"{path}&actor=operator"))
    assert "试行一个月" not in text(client.get(f"{path}&actor=authority"))


def test_a_methodology_is_shown_as_filed(enter):
    client = enter("authority")
    key = next(iter(pack().methodologies.values()))
    page = text(client.get(f"/console/methodologies/{key.id}/v{key.version}/"))
    assert "全部相符" in page
    assert "参数与出处" in page
    assert client.get("/console/methodologies/XX-99/v1/").status_code == 404


def test_pages_need_no_script_and_hold_no_style(enter, office):
    client = enter("operator")
    for path in ("", f"changes/{office.change}/", f"tickets/{office.appeal}/", "scenarios/"):
        page = text(client.get(f"/console/{path}"))
        assert "style=" not in page
        assert "onclick" not in page


def test_times_are_the_citys(enter):
    assert "承诺时限 03-11 12:00" in text(enter("operator").get("/console/"))


def test_a_ticket_goes_from_desk_to_desk(enter, office):
    client, path = enter("operator"), f"/console/tickets/{office.help}/"
    assert "未分派" in text(client.get("/console/tickets/?hand=nobody"))
    client.post(f"{path}hand/", {"step": "take"})
    assert "多久到账" in text(client.get("/console/tickets/?hand=mine"))
    gave = {"step": "give", "to": "operator_2", "reason": "他管这家企业"}
    page = text(client.post(f"{path}hand/", gave, follow=True))
    assert "转给 operator_2" in page
    assert "多久到账" not in text(client.get("/console/tickets/?hand=mine"))
    assert client.post(f"{path}hand/", {"step": "give", "to": "nobody"}).status_code == 422
    assert enter("supervisor").post(f"{path}hand/", {"step": "take"}).status_code == 403
