"""Who may open what: the table of pages and visitors, and the ways in."""

import pytest
from django.test import Client
from django.urls import get_resolver
from tests.web.conftest import PASSWORD, SYSTEM, signed_in

from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.parties import services as party_services
from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.web.shared.guards import SESSION_PERSON

OPEN, IN, CITIZEN, STAFF, NO, GONE = 200, 200, "/m/login/", "/login/", 403, 404
# address -> nobody, citizen, provider, operator, other provider
TABLE = {
    "/": (OPEN, OPEN, OPEN, OPEN, OPEN),
    "/login/": (OPEN, OPEN, OPEN, OPEN, OPEN),
    "/m/login/": (OPEN, OPEN, OPEN, OPEN, OPEN),
    "/m/": (CITIZEN, IN, CITIZEN, CITIZEN, CITIZEN),
    "/m/ledger/": (CITIZEN, IN, CITIZEN, CITIZEN, CITIZEN),
    "/m/scenarios/": (CITIZEN, IN, CITIZEN, CITIZEN, CITIZEN),
    "/m/scenarios/travel/metro/": (CITIZEN, IN, CITIZEN, CITIZEN, CITIZEN),
    "/m/consents/": (CITIZEN, IN, CITIZEN, CITIZEN, CITIZEN),
    "/m/me/": (CITIZEN, IN, CITIZEN, CITIZEN, CITIZEN),
    "/partner/": (STAFF, STAFF, IN, NO, IN),
    "/partner/reconciliation/": (STAFF, STAFF, IN, NO, IN),
    "/partner/batches/{batch}/": (STAFF, STAFF, IN, NO, GONE),
    "/partner/batches/{batch}/refusals.csv": (STAFF, STAFF, IN, NO, GONE),
}


def visitors(town):
    party_services.staff_add(
        actor=SYSTEM,
        username="operator",
        password=PASSWORD,
        organisation_id=party_services.organisation_open(
            actor=SYSTEM, code="op", kind="operator", title="运营"
        ).party_id,
        role="operator",
    )
    browsers = [Client(), signed_in(Client(), town.ann), Client(), Client(), Client()]
    for browser, name in zip(browsers[2:], ("metro", "operator", "canteen"), strict=True):
        assert browser.login(username=name, password=PASSWORD)
    return browsers


def test_permission_table(busy_town):
    batch = scenarios.batches_by_no(busy_town.metro, "metro-1")[0].id
    browsers = visitors(busy_town)
    wrong = []
    for address, row in TABLE.items():
        for number, (browser, wanted) in enumerate(zip(browsers, row, strict=True)):
            response = browser.get(address.format(batch=batch))
            got = response.status_code
            if isinstance(wanted, str):
                got = response.headers.get("Location", "").partition("?")[0]
            if got != wanted:
                wrong.append(f"{address} visitor {number}: {got}, not {wanted}")
    assert wrong == []


def test_every_page_stands_in_the_table():
    def walk(resolver, prefix):
        for pattern in resolver.url_patterns:
            address = prefix + str(pattern.pattern)
            if hasattr(pattern, "url_patterns"):
                yield from walk(pattern, address)
            else:
                yield "/" + address, pattern.callback

    listed = {address.replace("{batch}", "<int:batch_id>") for address in TABLE}
    listed |= {"/m/scenarios/<slug:group>/<slug:slug>/"}
    other = {  # posts, and the page that needs a token: tested by name
        "/logout/",
        "/staff/",
        "/m/display/",
        "/m/sign-out/",
        "/m/consents/change/",
        "/m/acts/<str:token>/",
    }
    pages = {
        address
        for address, view in walk(get_resolver(), "")
        if getattr(view, "__module__", "").startswith("tanpuhui.web")
    }
    assert pages - listed - other == set()


def test_demo_sign_in(town, client, settings):
    settings.DEMO = True
    ann = parties.person(town.ann)
    page = client.get("/m/login/?next=/m/me/").content.decode()
    assert ann.public_id in page
    client.get("/m/login/")
    before = client.session.session_key
    answer = client.post("/m/login/", {"person": ann.public_id, "next": "/m/me/"})
    assert answer["Location"] == "/m/me/"
    assert client.session[SESSION_PERSON] == town.ann
    assert client.session.session_key != before
    assert client.post("/m/login/", {"person": "p-nobody"})["Location"] == "/m/login/"


def test_without_the_demo_nobody_chooses_who_to_be(town, client, settings):
    settings.DEMO = False
    ann = parties.person(town.ann)
    assert ann.public_id not in client.get("/m/login/").content.decode()
    assert client.post("/m/login/", {"person": ann.public_id}).status_code == 403
    assert SESSION_PERSON not in client.session


def test_signing_out_ends_the_session(as_ann):
    assert as_ann.get("/m/sign-out/").status_code == 405
    as_ann.post("/m/sign-out/")
    assert as_ann.get("/m/")["Location"].startswith("/m/login/")


def test_staff_sign_in_says_nothing_about_names(town, client):
    answers = {
        client.post("/login/", {"username": name, "password": "wrong-pass-phrase"})
        .content.decode()
        .count("用户名或密码不对")
        for name in ("metro", "nobody-at-all")
    }
    assert answers == {1}
    good = client.post("/login/", {"username": "metro", "password": PASSWORD})
    assert good["Location"] == "/partner/"
    assert client.post("/logout/")["Location"] == "/"
    assert client.get("/partner/")["Location"].startswith("/login/")


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example/"])
def test_staff_sign_in_stays_here(town, client, wanted):
    fields = {"username": "metro", "password": PASSWORD, "next": wanted}
    assert client.post("/login/", fields)["Location"] == "/partner/"
