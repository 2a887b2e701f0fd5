"""In English, what a citizen meets is English: Chinese is left to names, and says what it is."""

import re

import pytest
import yaml
from django.test import Client
from django.urls import reverse
from django.utils import translation
from tests.web.conftest import SYSTEM, deliver, record, signed_in, staff_in
from tests.web.permissions.table import TABLE
from tests.web.permissions.test_table import things
from tests.web.test_ways_in import PHONE, agree, phone, prove

from tanpuhui.domain.ledger import services as ledger
from tanpuhui.domain.notify import selectors as notify
from tanpuhui.domain.notify import services as notify_services
from tanpuhui.domain.notify.services.sending import outgoing_deliver_due
from tanpuhui.domain.notify.templates import TEMPLATES, filled
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.parties import services
from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.domain.scenarios import services as scenario_services
from tanpuhui.domain.supervision import selectors as supervision
from tanpuhui.domain.supervision import services as tickets
from tanpuhui.kernel import actors, cityrules
from tanpuhui.kernel.errors import filled as sentence_filled
from tanpuhui.web.citizen import explanations, faq
from tanpuhui.web.shared import districts

__all__ = ["phone", "things"]
RUN = re.compile(r"[\u3001\u3002\u4e00-\u9fff\uff08-\uff1f]+")
MARKED = re.compile(r'<(\w+)[^>]*\slang="zh-Hans"[^>]*>.*?</\1>', re.DOTALL)
VIEWS = (
    "/m/ledger/?view=acts",
    "/m/help/?q=nothing-like-it",
    "/m/messages/?show=unread",
    "/login/",
)
ADDRESSES = sorted(
    name for name, row in TABLE.items() if name.startswith("citizen:") and row.method == "get"
)


@pytest.fixture
def english(busy_town) -> Client:
    """Ann's browser in English, with a ticket."""
    tickets.ticket_open(
        actor=actors.person(busy_town.ann),
        kind="help",
        title="多久到账",
        body="今天的还没看到",
        person_id=busy_town.ann,
    )
    client = signed_in(Client(), busy_town.ann)
    client.post("/m/language/", {"language": "en", "next": "/m/"})
    return client


def names() -> list[str]:
    """Names of the city: they are what they are called, longest first."""
    pack = cityrules.pack()
    found = {pack.manifest.brand, pack.manifest.official_name, "中文", "语言"}
    found |= {one.title for one in parties.organisations()}
    found |= {one.name for one in districts.districts()}
    return sorted(found, key=len, reverse=True)


def left(page: str) -> list[str]:
    """What is Chinese on a page and does not say so."""
    page = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    page = re.sub(r'<input[^>]*type="hidden"[^>]*>', "", page)
    page = MARKED.sub("", page)
    for name in names():
        page = page.replace(name, "")
    return [page[max(hit.start() - 60, 0) : hit.end() + 30] for hit in RUN.finditer(page)]


def check(answer, *, status: int = 200) -> str:
    """The page, once it is sure that it is English through and through."""
    page = answer.content.decode()
    assert answer.status_code == status, page
    assert '<html lang="en"' in page
    assert left(page) == []
    return page


@pytest.mark.parametrize("name", ADDRESSES)
def test_no_chinese_is_left(english, things, name):
    row = TABLE[name]
    answer = english.get(reverse(name, kwargs=row.args(things)))
    if answer.headers.get("Content-Type", "").startswith("text/html") and answer.content:
        check(answer, status=row.ok)


@pytest.mark.parametrize("path", VIEWS)
def test_no_chinese_is_left_in_other_views(english, path):
    check(english.get(path))


def test_an_act_is_explained(english, things):
    page = english.get(f"/m/acts/{things.act}/").content.decode()
    assert "How this entry came about" in page
    assert "Clean plate" in page
    assert left(page) == []
    assert left(english.get(f"/m/acts/{things.act}/appeal/").content.decode()) == []


def test_both_lists_of_questions_have_the_same_shape():
    shapes = []
    for name in ("faq.yaml", "faq.en.yaml"):
        text = faq.Path(faq.__file__).with_name(name).read_text(encoding="utf-8")
        shapes.append([len(topic["questions"]) for topic in yaml.safe_load(text)])
    assert shapes[0] == shapes[1]


def test_lists_are_found_and_downloaded_in_english(english):
    for path in ("ledger/?view=acts&", "ledger/?", "privacy/senders/?", "privacy/consents/?"):
        check(english.get(f"/m/{path}q=METRO"))
        file = english.get(f"/m/{path}form=csv&q=metro")
        text = b"".join(file.streaming_content).decode()
        assert len(text.splitlines()) > 1, path
        assert "Metro" in text, path
        assert left(text) == [], path
    assert "Metro" in check(english.get("/m/scenarios/?q=metro"))


# ---- the way in


@pytest.fixture
def newcomer(db, fixed_clock) -> Client:
    """A browser that chose English on the sign-in page."""
    client = Client()
    assert 'name="language" value="en"' in client.get("/m/login/").content.decode()
    client.post("/m/language/", {"language": "en", "next": "/m/login/"})
    return client


def test_the_way_in(newcomer, phone):
    assert "Get a code" in check(newcomer.get("/m/login/"))
    assert "11 digits" in check(newcomer.post("/m/login/", {"phone": "12"}))
    assert "enter your phone" in check(newcomer.post("/m/login/", {"phone": ""}))
    newcomer.post("/m/login/", {"phone": PHONE})
    check(newcomer.get("/m/login/code/"))
    wrong = "000000" if phone.code() != "000000" else "111111"
    assert "The code is wrong" in check(newcomer.post("/m/login/code/", {"code": wrong}))
    check(newcomer.post("/m/login/code/", {"code": ""}))
    check(newcomer.post("/m/login/code/", {"again": "1"}), status=429)
    text = phone.texts[-1][1].replace(cityrules.pack().manifest.brand, "")
    assert re.fullmatch(r"\[\] Your code is \d{6}, good for 5 minutes\. .*", text)
    newcomer.post("/m/login/code/", {"code": phone.code()})
    page = check(newcomer.get("/m/welcome/"))
    assert "This is a translation" in page
    assert "谁在处理" in page  # the words that bind, folded beneath
    version = re.search(r'name="version" value="([^"]+)"', page)[1]
    page = check(newcomer.post("/m/welcome/", {"version": version, "answer": "yes"}))
    assert "tick your age" in page
    newcomer.post("/m/welcome/", {"version": version, "answer": "yes", "grown": "1"})
    for title in ("Points for rewards", "Pooling and issuing reductions"):
        page = check(newcomer.get("/m/welcome/"))
        assert title in page
        version = re.search(r'name="version" value="([^"]+)"', page)[1]
        newcomer.post("/m/welcome/", {"version": version, "answer": "no"})
    newcomer.get("/m/welcome/")
    check(newcomer.get("/m/"))
    assert {one.text_version for one in parties.consents(parties.person_by_phone(PHONE).party_id)}


def test_staff_sign_in(newcomer):
    form = {"username": "nobody", "password": "wrong"}
    assert "User name or password is wrong" in check(newcomer.post("/login/", form))
    check(newcomer.post("/login/", {"username": "", "password": ""}))
    for _ in range(5):
        newcomer.post("/login/", form)
    assert "sign-in is locked" in check(newcomer.post("/login/", form))


def test_error_pages(english, monkeypatch):
    assert "Page not found" in check(english.get("/m/nowhere/"), status=404)
    assert "Page not found" in check(english.get("/nowhere/"), status=404)
    check(english.get("/m/ticket/used/"), status=410)
    check(english.get("/m/offline/"))
    guarded = Client(enforce_csrf_checks=True)
    guarded.cookies.load({"tph_lang": "en"})
    page = check(guarded.post("/m/login/", {"phone": PHONE}), status=403)
    assert "open too long" in page
    monkeypatch.setattr("tanpuhui.web.citizen.pages.me.parties.person", lambda *_: 1 / 0)
    english.raise_request_exception = False
    assert "Something went wrong" in check(english.get("/m/me/"), status=500)


def test_chinese_stays_where_staff_and_machines_read(busy_town):
    client = staff_in(Client(), "metro")
    client.cookies.load({"tph_lang": "en"})
    page = client.get("/partner/").content.decode()
    assert '<html lang="zh-Hans"' in page
    assert "Today" not in page
    assert "请求没有签名" in client.get("/api/v1/scenarios").content.decode()


def test_what_a_browser_keeps_changes_with_the_language(newcomer):
    assert newcomer.get("/m/worker.js").content != Client().get("/m/worker.js").content


# ---- wrong input


WRONG = (
    ("/m/tickets/new/", {"kind": "help", "title": "", "body": ""}, 200),
    ("/m/tickets/new/", {"kind": "x", "title": "t" * 90, "body": "b" * 2100}, 200),
    ("/m/children/", {"nickname": "", "born_on": "", "agreed": ""}, 200),
    ("/m/children/", {"nickname": "n" * 30, "born_on": "yesterday", "agreed": "on"}, 200),
    ("/m/children/", {"nickname": "Kim", "born_on": "2000-01-01", "agreed": "on"}, 200),
    ("/m/children/enter/", {"child": "nobody"}, 404),
    ("/m/privacy/details/", {"nickname": "n" * 30, "region": "nowhere"}, 200),
    ("/m/privacy/phone/", {"phone": "12"}, 200),
    ("/m/privacy/close/", {}, 200),
    ("/m/messages/settings/", {"quiet_from": "25", "quiet_until": "x"}, 200),
    ("/m/consents/change/", {"provider": "0", "scenario": "99", "deed": "grant"}, 404),
    ("/m/consents/change/", {"provider": "0", "purpose": "none", "deed": "grant"}, 404),
)


@pytest.mark.parametrize(("path", "form", "status"), WRONG)
def test_wrong_input(english, path, form, status):
    check(english.post(path, form), status=status)


def test_wrong_words_in_a_ticket(english, busy_town):
    [mine] = supervision.tickets(person_id=busy_town.ann)
    thread = f"/m/tickets/{mine.public_id}/"
    assert "There is nothing in it" in check(english.post(thread, {"body": " "}, follow=True))
    assert "Too long; at most 2000" in check(
        english.post(thread, {"body": "b" * 2001}, follow=True)
    )
    page = check(english.post(f"{thread}rate/", {"stars": "9"}), status=422)
    assert "from 1 to 5" in page


def test_a_child_and_its_account(english, busy_town, fixed_clock):
    form = {"nickname": "Kim", "born_on": "2012-05-20", "agreed": "on"}
    assert "An account for Kim is open" in check(english.post("/m/children/", form, follow=True))
    [child] = parties.children(busy_town.ann)
    check(english.post("/m/privacy/close/", {"sure": "yes"}), status=409)
    page = check(english.post("/m/children/enter/", {"child": child.public_id}, follow=True))
    assert "You now see the account of Kim" in page
    check(english.get("/m/children/"), status=403)
    english.post("/m/children/leave/")
    fixed_clock.set("2026-05-20T08:00+08:00")
    path = f"/m/children/{child.public_id}/hand-over/"
    assert "Kim&#x27;s own phone" in check(english.get(path))
    english.post(path, {"phone": PHONE})
    check(english.post(f"{path}code/", {"code": "12345"}))


def test_a_frozen_account_stays_open(english, busy_town):
    ledger.account_set_state(
        actor=SYSTEM, account_id=busy_town.ann, state="frozen", reason="核查中的账户"
    )
    page = check(english.post("/m/privacy/close/", {"sure": "yes"}), status=409)
    assert "frozen for a check" in page


def test_consents_are_given_and_withdrawn(english, busy_town):
    form = {"provider": busy_town.metro, "scenario": 2, "deed": "withdraw"}
    assert "can no longer send" in check(english.post("/m/consents/change/", form, follow=True))
    form["deed"] = "grant"
    assert "may send your records" in check(english.post("/m/consents/change/", form, follow=True))
    form = {"provider": 0, "purpose": "issue", "deed": "grant"}
    assert "Agreed:" in check(english.post("/m/consents/change/", form, follow=True))
    check(english.post("/m/privacy/withdraw/", follow=True))
    codes = [one.code for one in notify.messages(busy_town.ann, limit=9)]
    assert "consents_withdrawn" in codes


# ---- why an act did not count


def test_notes_of_acts(english, busy_town):
    deliver(
        busy_town.metro,
        "bus",
        record("B1", "ann", "travel/bus", "06:10", distance=4.0, duration=1800),
    )
    found = {act.code: act for act in scenarios.acts_recent(busy_town.ann, limit=20)}
    assert {"cap.day", "overlap.time"} <= set(found)
    page = check(english.get(f"/m/acts/{found['cap.day'].token}/"))
    assert "the daily ceiling: 5 acts" in page
    page = check(english.get(f"/m/acts/{found['overlap.time'].token}/"))
    assert "It overlaps Metro (03-10 06:" in page
    check(english.get(f"/m/acts/{found['overlap.time'].token}/appeal/"))


def test_every_note_of_the_city_is_understood():
    title = cityrules.pack().scenarios["travel/metro"].title
    notes = [
        sentence_filled(rule.message, {"winner": title, "when": "03-10 06:00"})
        for rule in cityrules.pack().overlaps
    ]
    notes += ["已达到每月上限 5 次", "超出每年上限 1200 克的部分未计入"]
    with translation.override("en"):
        said = [explanations.note_said(note) for note in notes]
    assert [one for one in said if RUN.search(one)] == []
    assert said[-1] == "what is above the yearly ceiling of 1200 g does not count"
    with translation.override("en"):
        assert "lang=" in explanations.note_said("企业写的原因")


# ---- messages


FACTS = {
    "sign_in": {"way": "手机验证码"},
    "first_act": {"scenario": "地铁"},
    "act_withdrawn": {
        "provider": "Metro Co",
        "scenario": "地铁",
        "count": 3,
        "since": "2026-03-09",
    },
    "act_corrected": {"provider": "Metro Co", "scenario": "公交", "count": 1, "day": "2026-03-09"},
    "consent_given": {"provider": "平台", "scenario": "用积分兑换激励", "version": "points/1"},
    "consent_withdrawn": {"provider": "Metro Co", "scenario": "地铁", "version": ""},
    "consents_withdrawn": {"count": 4},
    "appeal_answered": {"scenario": "地铁", "outcome": "维持原结果"},
    "ticket_answered": {"title": "How long?"},
    "data_looked": {"reason": "a call", "what": "手机号"},
    "export_made": {},
    "export_ready": {},
    "details_changed": {"what": "手机号"},
}


def test_messages_are_read_in_the_language_of_the_page(english, busy_town):
    assert set(FACTS) == set(TEMPLATES)
    for code, facts in FACTS.items():
        notify_services.message_send(person_id=busy_town.ann, code=code, facts=facts)
    check(english.get("/m/messages/"))
    for one in notify.messages(busy_town.ann, limit=30):
        page = check(english.get(f"/m/messages/{one.public_id}/"))
        assert not MARKED.search(page.partition("<article")[2].partition("</article>")[0]), one.code
        assert "{" not in page
    with translation.override("en"):
        text = filled("act_withdrawn", FACTS["act_withdrawn"]).text
        assert "3 × “Metro”, from 9 March on" in text
        assert len(notify.messages(busy_town.ann, limit=9, text="records were TAKEN")) == 1
    assert "3月9日起的 3 条“地铁”" in filled("act_withdrawn", FACTS["act_withdrawn"]).text


def test_short_messages_come_in_the_language_last_chosen(english, busy_town, phone):
    services.phone_change(actor=actors.person(busy_town.ann), phone=PHONE)
    english.post("/m/messages/settings/", {"is_sms": "on", "quiet_from": "0", "quiet_until": "0"})
    assert notify.preference(busy_town.ann).language == "en"

    def sent() -> str:
        scenario_services.acts_withdraw(
            actor=SYSTEM, provider_id=busy_town.metro, items=[items.pop()], reason="重复上报"
        )
        outgoing_deliver_due()
        return phone.texts[-1][1]

    items = ["M0", "M1"]
    assert "took back records of yours: 1 × “Metro”, 10 March." in sent()
    english.post("/m/language/", {"language": "zh-hans"})
    assert notify.preference(busy_town.ann).language == "zh-hans"
    assert "撤回了您3月10日的 1 条“地铁”记录" in sent()
    notify_services.language_set(actor=actors.person(busy_town.ann), language="en")
    assert notify.preference(busy_town.ann).language == "en"


def test_coming_in_brings_the_language_along(newcomer, phone, fixed_clock):
    prove(newcomer, phone)
    agree(newcomer, "yes", "no", "no")
    person = actors.person(parties.person_by_phone(PHONE).party_id)
    notify_services.preference_set(
        actor=person, is_sms=True, is_activity=False, quiet_from=0, quiet_until=0
    )
    fixed_clock.set("2026-03-10T13:00+08:00")
    prove(newcomer, phone)
    assert notify.preference(person.party_id).language == "en"
    fixed_clock.set("2026-03-10T14:00+08:00")
    prove(Client(), phone)  # who never chose changes nothing
    assert notify.preference(person.party_id).language == "en"
