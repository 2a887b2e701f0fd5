"""Citizens come in: codes, the notice, tickets, city apps, children; and what is refused."""

import io
import logging
import re
import urllib.request
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from tests.web.conftest import SYSTEM, signed_in
from tests.web.openid import CLIENT, SECRET, Provider

from tanpuhui.config.sign_in import SignInService, providers
from tanpuhui.domain.ledger import selectors as ledger
from tanpuhui.domain.notify.models import Outgoing
from tanpuhui.domain.notify.services import senders
from tanpuhui.domain.notify.services.sending import outgoing_deliver_due
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.parties import services
from tanpuhui.kernel import actors
from tanpuhui.kernel.logs import Masking, masked
from tanpuhui.web.shared.guards import SESSION_CHILD, SESSION_PERSON

PHONE = "13800001234"


class Phone:
    """What arrives by short message."""

    def __init__(self):
        self.texts = []

    def send(self, message_id, channel, recipient, text):
        self.texts.append((recipient, text))

    def code(self):
        outgoing_deliver_due()
        return re.search(r"\d{6}", self.texts[-1][1]).group()


@pytest.fixture
def phone(monkeypatch, settings):
    settings.NOTIFY_IN_BACKGROUND = False
    arrived = Phone()
    monkeypatch.setattr(senders, "current", lambda: arrived)
    return arrived


def prove(client, phone, number=PHONE, wanted=""):
    client.post("/m/login/", {"phone": number, "next": wanted})
    return client.post("/m/login/code/", {"code": phone.code()})


def agree(client, *answers):
    response = None
    for answer in answers:
        page = client.get("/m/welcome/").content.decode()
        version = re.search(r'name="version" value="([^"]+)"', page).group(1)
        response = client.post("/m/welcome/", {"version": version, "answer": answer, "grown": "1"})
    return client.get("/m/welcome/") if response and response.status_code == 302 else response


def test_first_time(db, fixed_clock, client, phone):
    response = client.post("/m/login/", {"phone": "138 0000 1234", "next": "/m/me/"})
    assert response["Location"] == "/m/login/code/"
    assert "138****1234" in client.get("/m/login/code/").content.decode()
    assert phone.code()
    assert phone.texts[0][0] == PHONE
    assert prove_code(client, phone)["Location"] == "/m/welcome/"
    response = agree(client, "yes", "yes", "no")
    assert response["Location"] == "/m/me/"
    person = parties.person_by_phone(PHONE)
    assert client.session[SESSION_PERSON] == person.party_id
    given = {one.purpose: one.text_version for one in parties.consents(person.party_id)}
    assert given == {"notice": "notice/1", "points": "points/1"}
    assert ledger.balance(person.party_id).reduction_mg == 0
    assert client.get("/m/").status_code == 200


def prove_code(client, phone):
    return client.post("/m/login/code/", {"code": phone.code()})


def test_second_time_goes_straight_in(db, fixed_clock, phone):
    services.person_sign_up(actor=actors.visitor(), phone=PHONE, texts={"notice": "notice/1"})
    assert prove(Client(), phone, wanted="/m/me/")["Location"] == "/m/me/"


def test_known_and_unknown_phones_get_the_same_page(db, fixed_clock, phone):
    services.person_sign_up(actor=actors.visitor(), phone=PHONE, texts={"notice": "notice/1"})
    pages = []
    for number in (PHONE, "13911111234"):
        browser = Client()
        answer = browser.post("/m/login/", {"phone": number})
        page = browser.get("/m/login/code/").content.decode()
        pages.append(
            (answer.status_code, answer["Location"], re.sub(r"1\d\d\*|value=\"\w{64}\"", "", page))
        )
    assert pages[0] == pages[1]
    assert Outgoing.objects.count() == 2


def test_no_to_the_notice_opens_nothing(db, fixed_clock, client, phone):
    prove(client, phone)
    version = "notice/1"
    flawed = client.post("/m/welcome/", {"version": version, "answer": "yes"})
    assert "请先勾选年龄" in flawed.content.decode()
    assert client.post("/m/welcome/", {"version": version, "answer": "no"})["Location"] == "/"
    assert parties.person_by_phone(PHONE) is None
    assert client.get("/m/welcome/")["Location"] == "/m/login/"


def test_a_proof_goes_stale(db, fixed_clock, client, phone):
    prove(client, phone)
    fixed_clock.set(fixed_clock() + timedelta(minutes=31))
    assert client.get("/m/welcome/")["Location"] == "/m/login/"


def test_too_often_is_429_with_retry_after(db, fixed_clock, client, phone):
    client.post("/m/login/", {"phone": PHONE})
    again = client.post("/m/login/", {"phone": PHONE})
    assert again.status_code == 429
    assert 0 < int(again["Retry-After"]) <= 60
    assert "再试" in again.content.decode()


def test_the_session_is_a_fresh_one(db, fixed_clock, client, phone):
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    before = session.session_key
    prove(client, phone)
    agree(client, "yes", "no", "no")
    assert client.session.session_key != before
    assert "planted" not in client.session
    assert not client.session.__class__().exists(before)


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_elsewhere(db, fixed_clock, client, phone, wanted):
    services.person_sign_up(actor=actors.visitor(), phone=PHONE, texts={"notice": "notice/1"})
    assert prove(client, phone, wanted=wanted)["Location"] == "/m/"


@pytest.mark.parametrize(
    "path", ["/m/login/", "/m/login/code/", "/m/welcome/", "/login/", "/apply/"]
)
def test_forms_are_protected(db, path):
    assert Client(enforce_csrf_checks=True).post(path, {"phone": PHONE}).status_code == 403


def test_frames_and_caches_are_refused(db, client):
    page = client.get("/m/login/")
    assert page["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert "no-store" in page["Cache-Control"]


def test_errors_say_nothing_of_the_inside(db, monkeypatch):
    from tanpuhui.web.citizen.pages import login

    def broken(*args, **named):
        raise RuntimeError(f"select * from parties_person where phone = {PHONE}")

    monkeypatch.setattr(login.services, "code_issue", broken)
    page = Client(raise_request_exception=False).post("/m/login/", {"phone": PHONE})
    text = page.content.decode()
    assert page.status_code == 500
    assert not re.search(r"RuntimeError|select|Traceback|\.py|1380000", text)


def test_logs_carry_nobody(db, fixed_clock, monkeypatch, phone):
    """A whole flow with everything that can go wrong in it; then the log is searched."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Masking("%(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    level = root.level
    root.setLevel(logging.DEBUG)
    try:
        browser = Client(raise_request_exception=False)
        browser.get(f"/m/login/?phone={PHONE}")
        prove(browser, phone)
        agree(browser, "yes", "yes", "yes")
        browser.get("/m/ticket/abcdefghijklmnopqrstuvwxyz012345/")
        browser.get(f"/m/nothing/{PHONE}/zhou@example.com/?code=123456")
        from tanpuhui.web.citizen.pages import login

        monkeypatch.setattr(login.services, "code_issue", lambda **named: 1 / 0)
        browser.post("/m/login/", {"phone": PHONE})
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    lines = stream.getvalue()
    assert "ZeroDivisionError" in lines  # the log is there
    for text in (PHONE, "zhou@example.com", "abcdefghijklmnopqrstuvwxyz012345", "123456"):
        assert text not in lines, text
    assert phone.texts[-1][1].split("验证码 ")[1][:6] not in lines


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("call 13800001234 now", "call [手机号] now"),
        ("+86 138-0000-1234", "[手机号]"),
        ("id 11010519491231002X.", "id [证件号]."),
        ("to a.b@c.example", "to [邮箱]"),
        ("batch 20260310123456789 of 13800001234567", "batch 20260310123456789 of 13800001234567"),
        ("/m/ticket/abcdefghijklmnopqrst/", "/m/ticket/[口令]/"),
    ],
)
def test_masking(line, kept):
    assert masked(line) == kept


# ---- tickets


def test_a_ticket_over_the_web(town, client):
    services.sign_in_allow(actor=SYSTEM, organisation_id=town.metro, allowed=True)
    made = services.ticket_issue(
        actor=actors.provider(town.metro), provider_id=town.metro, subject="ann"
    ).ticket
    assert client.head(f"/m/ticket/{made}/").status_code == 200
    answer = client.get(f"/m/ticket/{made}/?next=/m/me/")
    assert answer["Location"] == "/m/welcome/"  # the provider opened Ann; she has agreed to nothing
    assert agree(client, "yes", "no", "no")["Location"] == "/m/me/"
    assert client.session[SESSION_PERSON] == town.ann
    assert Client().get(f"/m/ticket/{made}/").status_code == 410


# ---- children


def test_a_child_sees_no_grown_up_things(town, client):
    signed_in(client, town.ann)
    fields = {"nickname": "小禾苗", "born_on": "2018-05-20", "agreed": "on"}
    assert client.post("/m/children/", fields)["Location"] == "/m/children/"
    child = parties.children(town.ann)[0]
    other = Client()
    signed_in(other, town.ben)
    assert other.post("/m/children/enter/", {"child": child.public_id}).status_code == 404
    key = client.session.session_key
    client.post("/m/children/enter/", {"child": child.public_id})
    assert client.session.session_key != key
    assert (client.session[SESSION_PERSON], client.session[SESSION_CHILD]) == (child.party_id, True)
    assert "这是孩子的账户" in client.get("/m/").content.decode()
    assert client.get("/m/children/").status_code == 403
    client.post("/m/children/leave/")
    assert client.session[SESSION_PERSON] == town.ann
    assert SESSION_CHILD not in client.session


# ---- city apps


@pytest.fixture
def city_app(db, settings):
    provider = Provider()
    service = SignInService("wanshitong", "皖事通", provider.issuer, CLIENT, SECRET)
    settings.SIGN_IN_SERVICES = [service]
    settings.SOCIALACCOUNT_PROVIDERS = providers([service])
    yield provider
    provider.shutdown()
    provider.server_close()


def through(client, provider, wanted=""):
    """Follow the redirects of a browser to the city app and back."""
    assert "皖事通" in client.get("/m/login/").content.decode()
    asked = client.get("/m/with/wanshitong/login/", {"next": wanted} if wanted else {})
    assert asked["Location"].startswith(provider.issuer)

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *args):
            return None

    try:
        urllib.request.build_opener(Stay).open(asked["Location"])
    except urllib.error.HTTPError as answer:
        with answer:
            back = urlsplit(answer.headers["Location"])
    return client.get(f"{back.path}?{back.query}")


def test_a_city_app_opens_an_account_and_finds_it_again(city_app, fixed_clock):
    first = Client()
    assert through(first, city_app, "/m/me/")["Location"] == "/m/welcome/"
    assert agree(first, "yes", "yes", "yes")["Location"] == "/m/me/"
    person_id = first.session[SESSION_PERSON]
    second = Client()
    assert through(second, city_app)["Location"] == "/m/"
    assert second.session[SESSION_PERSON] == person_id
    assert not get_user_model().objects.exists()  # citizens are no Django users
    city_app.subject = "somebody-else"
    third = Client()
    assert through(third, city_app)["Location"] == "/m/welcome/"


@pytest.mark.parametrize("fault", ["audience", "broken"])
def test_a_city_app_that_misbehaves(city_app, fixed_clock, client, fault):
    city_app.audience = "another-client" if fault == "audience" else CLIENT
    city_app.is_broken = fault == "broken"
    page = through(client, city_app)
    assert page.status_code == 403
    assert "没有登录成功" in page.content.decode()
    assert SESSION_PERSON not in client.session


@pytest.mark.parametrize(
    ("discovery", "status", "code"),
    [(None, 503, "service_away"), ("{}", 502, "answer_unclear"), ("<p>", 502, "answer_unclear")],
)
def test_a_city_app_that_does_not_say_where_it_is(city_app, client, discovery, status, code):
    city_app.discovery = discovery
    if discovery is None:
        city_app.shutdown()
        city_app.server_close()
    page = client.get("/m/with/wanshitong/login/")
    assert page.status_code == status
    assert f"{status} sign_in.{code}" in page.content.decode()
    assert "皖事通" in page.content.decode()


def test_an_answer_that_nobody_asked_for(city_app, client):
    page = client.get("/m/with/wanshitong/login/callback/?code=x&state=y")
    assert page.status_code == 403
    assert SESSION_PERSON not in client.session
    assert client.get("/m/with/nobody/login/").status_code == 404
