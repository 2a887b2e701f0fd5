"""A city app is connected to the account that a phone opened; and to nobody else's."""

from datetime import timedelta

import pytest
from django.test import Client
from tests.web.test_city_apps import APPS, IN_WEIXIN, agree, apps, through, use
from tests.web.test_ways_in import PHONE, phone, prove

from tanpuhui.domain.ledger import selectors as ledger
from tanpuhui.domain.parties import services
from tanpuhui.domain.parties.models import ExternalLogin, Person
from tanpuhui.kernel import actors
from tanpuhui.web.shared.guards import SESSION_PERSON

__all__ = ["apps", "phone", "use"]


@pytest.fixture
def ann(apps, fixed_clock, phone):
    """Somebody with an account, opened by phone."""
    browser = Client()
    prove(browser, phone)
    agree(browser)
    fixed_clock.set(fixed_clock() + timedelta(minutes=10))  # another code may be asked for
    return browser.session[SESSION_PERSON]


def connect(client, phone, number=PHONE):
    assert client.post("/m/welcome/connect/", {"phone": number}).status_code == 302
    return client.post("/m/welcome/connect/code/", {"code": phone.code()})


@pytest.mark.parametrize("kind", APPS)
def test_an_app_is_connected_and_leads_in_from_then_on(apps, ann, phone, kind):
    first = Client()
    assert through(first, kind, "/m/me/")["Location"] == "/m/welcome/"
    page = first.get("/m/welcome/").content.decode()
    assert 'href="/m/welcome/connect/"' in page
    name = {"weixin": "微信", "alipay": "支付宝"}[kind]
    assert name in first.get("/m/welcome/connect/").content.decode()
    assert connect(first, phone)["Location"] == "/m/me/"  # no notice again: it was agreed to
    assert first.session[SESSION_PERSON] == ann
    again = Client()
    assert through(again, kind)["Location"] == "/m/"
    assert again.session[SESSION_PERSON] == ann
    assert Person.objects.count() == 1
    assert ExternalLogin.objects.get().person_id == ann


def test_a_phone_without_account_opens_one_with_both(apps, fixed_clock, phone):
    client = Client()
    through(client, "weixin")
    assert connect(client, phone)["Location"] == "/m/welcome/"
    assert "/m/welcome/connect/" not in client.get("/m/welcome/").content.decode()
    assert agree(client)["Location"] == "/m/"
    person_id = client.session[SESSION_PERSON]
    assert ledger.balance(person_id).reduction_mg == 0
    assert ExternalLogin.objects.get().person_id == person_id
    other = Client()
    fixed_clock.set(fixed_clock() + timedelta(minutes=10))
    assert prove(other, phone)["Location"] == "/m/"
    assert other.session[SESSION_PERSON] == person_id


def test_a_phone_proven_on_the_usual_page_takes_nothing_along(apps, ann, phone):
    shared = Client()  # somebody comes by WeChat, leaves it at the notice, and Ann sits down
    through(shared, "weixin")
    assert prove(shared, phone)["Location"] == "/m/"
    assert shared.session[SESSION_PERSON] == ann
    assert not ExternalLogin.objects.exists()


def test_a_code_for_one_app_connects_no_other(apps, ann, phone):
    shared = Client()
    through(shared, "weixin")
    shared.post("/m/welcome/connect/", {"phone": PHONE})
    through(shared, "alipay")
    answer = shared.post("/m/welcome/connect/code/", {"code": phone.code()})
    assert answer["Location"] == "/m/welcome/connect/"
    assert not ExternalLogin.objects.exists()


def test_an_app_that_is_connected_to_another_person_by_now(apps, ann, phone):
    late = Client()
    through(late, "weixin")
    quick = Client()
    through(quick, "weixin")
    agree(quick)
    page = connect(late, phone)
    assert page.status_code == 409
    assert "parties.subject_taken" in page.content.decode()
    assert SESSION_PERSON not in late.session
    assert ExternalLogin.objects.get().person_id == quick.session[SESSION_PERSON] != ann


def test_wrong_codes_connect_nothing(apps, ann, phone):
    client = Client()
    through(client, "weixin")
    client.post("/m/welcome/connect/", {"phone": PHONE})
    right = phone.code()
    wrong = "000000" if right != "000000" else "111111"
    page = client.post("/m/welcome/connect/code/", {"code": wrong})
    assert page.status_code == 200
    assert "t-field-error" in page.content.decode()
    again = client.post("/m/welcome/connect/", {"phone": PHONE})
    assert (again.status_code, "Retry-After" in again) == (429, True)
    assert not ExternalLogin.objects.exists()


def test_only_after_an_app_has_vouched(apps, ann, phone, fixed_clock):
    client = Client()
    for path in ("/m/welcome/connect/", "/m/welcome/connect/code/"):
        assert client.get(path).status_code == 302
        assert client.post(path, {"phone": PHONE, "code": "123456"}).status_code == 302
    prove(client, phone, "13911111234")  # by phone: there is nothing to connect
    assert client.get("/m/welcome/connect/")["Location"] == "/m/login/"
    through(client, "weixin")
    fixed_clock.set(fixed_clock() + timedelta(minutes=31))
    assert client.get("/m/welcome/connect/")["Location"] == "/m/login/"


def test_the_notice_is_asked_for_where_it_was_never_agreed_to(apps, fixed_clock, phone):
    opened = services.person_open(actor=actors.system(), phone=PHONE)
    client = Client(headers={"user-agent": IN_WEIXIN})
    through(client, "weixin")
    assert connect(client, phone)["Location"] == "/m/welcome/"
    assert not ExternalLogin.objects.exists()  # not before the word
    assert agree(client)["Location"] == "/m/"
    assert client.session[SESSION_PERSON] == opened.party_id
    assert ExternalLogin.objects.get().person_id == opened.party_id
