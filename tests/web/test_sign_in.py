"""Signing in and out in a demonstration and by password; who may open what: permissions/."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from tests.web.conftest import PASSWORD, staff_in

from tanpuhui.domain.parties import selectors as parties
from tanpuhui.web.shared.guards import SESSION_PERSON


def test_one_provider_sees_nothing_of_another(busy_town):
    own, other = staff_in(Client(), "metro"), staff_in(Client(), "canteen")
    page = own.get(reverse("provider:batches")).content.decode()
    links = set(re.findall(r'href="(/partner/batches/[^"?]+/)"', page))
    assert links
    assert {own.get(link).status_code for link in links} == {200}
    assert {other.get(link).status_code for link in links} == {404}


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
