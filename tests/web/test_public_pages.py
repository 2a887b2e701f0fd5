"""The open pages, the headers of every answer, and what errors look like."""

import re

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory
from tests.web.conftest import SYSTEM

from tanpuhui.domain.insight import services as insight
from tanpuhui.web.middleware import POLICY
from tanpuhui.web.shared import errors


def test_landing(busy_town, client, pack, django_assert_max_num_queries):
    cache.clear()
    insight.rollup_advance(actor=SYSTEM)
    with django_assert_max_num_queries(5):
        response = client.get("/")
    page = response.content.decode()
    for scenario in pack.scenarios.values():
        assert scenario.title in page
    for word in (pack.brand, "可计减排量", "只记积分", "含暂定", "累计减排量"):
        assert word in page
    assert ">2</b>" in page, "two accounts"


@pytest.mark.parametrize("address", ["/", "/login/", "/m/login/", "/no-such-page/"])
def test_headers(db, client, address):
    response = client.get(address)
    assert response["Content-Security-Policy"] == POLICY
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert "geolocation=()" in response["Permissions-Policy"]
    page = response.content.decode()
    assert "style=" not in page
    assert "<style" not in page
    assert "onclick" not in page
    assert "<script>" not in page
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_pages_travel_compressed(db, client):
    response = client.get("/", headers={"accept-encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"


def test_no_link_of_the_public_pages_leads_nowhere(busy_town, client):
    seen, waiting = set(), {"/", "/join/"}
    while waiting - seen:
        address = (waiting - seen).pop()
        seen.add(address)
        response = client.get(address)
        assert response.status_code in {200, 302}, address
        if response.status_code == 200 and address in {"/", "/join/", "/about/", "/status/"}:
            page = response.content.decode()
            waiting |= set(re.findall(r'<a [^>]*href="(/[^"#?]*)', page))
    assert "/api/v1/openapi.json" in seen


def test_not_found(db, client):
    response = client.get("/no-such-page/")
    assert response.status_code == 404
    assert "没有找到这一页" in response.content.decode()


def test_bad_request(db, client):
    response = client.get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "请求看不懂" in response.content.decode()


def test_a_broken_page_shows_nothing_of_the_inside(db, client, monkeypatch):
    def broken():
        raise RuntimeError("secret path /srv/x")

    monkeypatch.setattr("tanpuhui.web.public.pages.home.insight.published", broken)
    client.raise_request_exception = False
    response = client.get("/")
    page = response.content.decode()
    assert response.status_code == 500
    assert "系统出了点问题" in page
    assert "secret" not in page
    assert "Traceback" not in page


def test_an_outdated_form_gets_a_page(town, settings):
    strict = Client(enforce_csrf_checks=True)
    response = strict.post("/m/display/", {"elder": "1"})
    assert response.status_code == 403
    assert "页面放得太久了" in response.content.decode()


def test_too_many(db):
    response = errors.too_many(RequestFactory().get("/"), 60)
    assert response.status_code == 429
    assert response["Retry-After"] == "60"
    assert "操作太快了" in response.content.decode()
