"""Citizens come in from WeChat and from Alipay; and what is refused on the way."""

import logging
import re
import urllib.request
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.auth import get_user_model
from django.test import Client
from tests.web.city_apps import (
    OURS,
    SECRET,
    STRANGER,
    THEIRS,
    Alipay,
    Weixin,
    private_text,
    public_text,
)

from tanpuhui.config import sign_in
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.parties.models import ExternalLogin, Person
from tanpuhui.web.citizen.city_apps import adapter
from tanpuhui.web.shared.guards import SESSION_PERSON

IN_WEIXIN = "Mozilla/5.0 (iPhone) Mobile/15E148 MicroMessenger/8.0.50 NetType/WIFI Language/zh_CN"
IN_ALIPAY = "Mozilla/5.0 (iPhone) Mobile/15E148 AliApp(AP/10.6.0) AlipayClient/10.6.0 Language/zh"
IN_WORK = "Mozilla/5.0 (iPhone) Mobile/14C92 wxwork/4.1.6 MicroMessenger/7.0.1 Language/zh"
APPS = ("weixin", "alipay")


def weixin_service(server, **more):
    return sign_in.WeixinService(
        server.client_id,
        SECRET,
        authorize=f"{server.address}/connect/oauth2/authorize",
        token=f"{server.address}/sns/oauth2/access_token",
        **more,
    )


def alipay_service(server, **more):
    named = {"secret": private_text(OURS), "public_keys": [public_text(THEIRS)]} | more
    return sign_in.AlipayService(
        server.client_id,
        authorize=f"{server.address}/oauth2/publicAppAuthorize.htm",
        gateway=f"{server.address}/gateway.do",
        **named,
    )


@pytest.fixture
def use(settings):
    """Configure the platform with these services."""

    def configure(*services):
        settings.SIGN_IN_SERVICES = list(services)
        settings.SOCIALACCOUNT_PROVIDERS = sign_in.providers(services)

    return configure


@pytest.fixture
def apps(db, use):
    """Both servers, and a platform that knows them."""
    found = SimpleNamespace(weixin=Weixin(), alipay=Alipay())
    use(weixin_service(found.weixin), alipay_service(found.alipay))
    yield found
    for server in vars(found).values():
        server.shutdown()
        server.server_close()


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


def ask(client, kind, wanted=""):
    """To the app's page, as the browser goes; the address to which the app sends back."""
    away = client.get(f"/m/with/{kind}/login/", {"next": wanted} if wanted else {})["Location"]
    try:
        urllib.request.build_opener(Stay).open(away)
    except urllib.error.HTTPError as answer:
        with answer:
            back = urlsplit(answer.headers["Location"])
    assert back.path == f"/m/with/{kind}/login/callback/"
    return f"{back.path}?{back.query}"


def through(client, kind, wanted=""):
    return client.get(ask(client, kind, wanted))


def agree(client):
    """Yes to everything; where it leads in the end."""
    while True:
        page = client.get("/m/welcome/")
        if page.status_code != 200:
            return page
        version = re.search(r'name="version" value="([^"]+)"', page.content.decode()).group(1)
        client.post("/m/welcome/", {"version": version, "answer": "yes", "grown": "1"})


def refused(page, status, code):
    text = page.content.decode()
    assert (page.status_code, f"{status} {code}" in text) == (status, True), text
    assert "没有登录成功" in text
    assert not re.search(r"Traceback|errcode|isv\.|rid:|127\.0\.0\.1|secret", text)
    assert SESSION_PERSON not in page.wsgi_request.session
    assert not ExternalLogin.objects.exists()


# ---- the way in


@pytest.mark.parametrize("kind", APPS)
def test_an_app_opens_an_account_and_finds_it_again(apps, fixed_clock, kind):
    first = Client()
    assert through(first, kind, "/m/me/")["Location"] == "/m/welcome/"
    assert agree(first)["Location"] == "/m/me/"
    person_id = first.session[SESSION_PERSON]
    second = Client()
    assert through(second, kind)["Location"] == "/m/"
    assert second.session[SESSION_PERSON] == person_id
    getattr(apps, kind).subject = "somebody-else"
    assert through(Client(), kind)["Location"] == "/m/welcome/"


@pytest.mark.parametrize("kind", APPS)
def test_one_number_is_kept_and_nothing_else(apps, fixed_clock, kind):
    server = getattr(apps, kind)
    if kind == "weixin":
        server.more = {"unionid": "o6_bmasdasdsad6_2sgVt7hMZOPfL", "nickname": "小王"}
    client = Client()
    through(client, kind)
    assert server.subject not in str(dict(client.session))
    agree(client)
    kept = ExternalLogin.objects.get()
    assert kept.service == kind
    assert server.subject not in kept.subject_index
    person = Person.objects.get()
    assert (person.nickname, person.phone_sealed, person.name_sealed) == ("", "", "")
    for model in (SocialAccount, SocialToken, get_user_model()):
        assert not model.objects.exists()
    assert len(server.exchanges) == 1  # the profile was not asked for


def test_the_request_to_wechat(apps, client):
    away = client.get("/m/with/weixin/login/")["Location"]
    assert away.startswith(f"{apps.weixin.address}/connect/oauth2/authorize?appid=wx")
    assert away.endswith("#wechat_redirect")
    through(client, "weixin")
    assert set(apps.weixin.exchanges[0]) == {"appid", "secret", "code", "grant_type"}


def test_a_visitor_does_not_widen_what_is_asked_for(apps, client):
    for kind in APPS:
        plain = client.get(f"/m/with/{kind}/login/")["Location"]
        words = {"scope": "snsapi_userinfo,auth_user", "auth_params": "state=mine&redirect_uri=x"}
        widened = client.get(f"/m/with/{kind}/login/", words)["Location"]
        drop = re.compile(r"state=\w+")
        assert drop.sub("", widened) == drop.sub("", plain)


def test_unionid_joins_the_apps_of_one_account(apps, use, fixed_clock):
    use(weixin_service(apps.weixin, subject="unionid"))
    apps.weixin.scopes = {"snsapi_userinfo"}
    refused(through(Client(), "weixin"), 502, "sign_in.answer_unclear")  # not joined yet
    apps.weixin.more = {"unionid": "o6_bmasdasdsad6_2sgVt7hMZOPfL"}
    first = Client()
    through(first, "weixin")
    agree(first)
    apps.weixin.subject = "the same person in another 公众号"
    again = Client()
    assert through(again, "weixin")["Location"] == "/m/"
    assert again.session[SESSION_PERSON] == first.session[SESSION_PERSON]


def test_by_qr_code_everywhere(apps, use, fixed_clock):
    use(weixin_service(apps.weixin, everywhere=True))
    apps.weixin.scopes = {"snsapi_login"}
    assert through(Client(), "weixin")["Location"] == "/m/welcome/"
    assert sign_in.WeixinService("wx", "s", everywhere=True).page == sign_in.WEIXIN_QR_PAGE
    assert sign_in.WeixinService("wx", "s").page == sign_in.WEIXIN_PAGE


@pytest.mark.parametrize("name", ["open_id", "user_id"])
def test_the_number_that_alipay_gives(apps, use, name):
    use(alipay_service(apps.alipay, subject=name))
    apps.alipay.names = ["open_id", "user_id"]
    assert through(Client(), "alipay")["Location"] == "/m/welcome/"
    apps.alipay.names = ["user_id" if name == "open_id" else "open_id"]
    refused(through(Client(), "alipay"), 502, "sign_in.answer_unclear")


def test_a_change_of_alipays_key(apps, use):
    use(alipay_service(apps.alipay, public_keys=[public_text(THEIRS), public_text(STRANGER)]))
    for key in (THEIRS, STRANGER):
        apps.alipay.key = key
        assert through(Client(), "alipay")["Location"] == "/m/welcome/"


@pytest.mark.parametrize(
    ("browser", "offered"),
    [
        (IN_WEIXIN, {"微信"}),
        (IN_ALIPAY, {"支付宝"}),
        (IN_WORK, set()),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0", set()),
        ("", set()),
    ],
)
def test_buttons_lead_somewhere(apps, use, client, browser, offered):
    def shown():
        page = client.get("/m/login/", {"next": "/m/me/"}, headers={"user-agent": browser})
        links = r'href="/m/with/(\w+)/login/\?next=/m/me/">.*?</svg>([^<]+)</a>'
        return set(re.findall(links, page.content.decode(), re.DOTALL))

    assert {title for _, title in shown()} == offered
    use(
        sign_in.SignInService("wanshitong", "皖事通", "https://idp.example", "c", "s"),
        weixin_service(apps.weixin, everywhere=True),
        alipay_service(apps.alipay, everywhere=True),
    )
    everywhere = {("wanshitong", "皖事通"), ("weixin", "微信"), ("alipay", "支付宝")}
    assert shown() == everywhere


# ---- refused on the way


@pytest.mark.parametrize("kind", APPS)
def test_a_forged_state(apps, kind):
    client = Client()
    back = re.sub(r"state=\w+", "state=AAAAAAAAAAAAAAAA", ask(client, kind))
    refused(client.get(back), 403, "sign_in.state_lost")
    nobody = ask(Client(), kind)  # somebody else's answer, slipped to this browser
    refused(client.get(nobody), 403, "sign_in.state_lost")
    refused(client.get(f"/m/with/{kind}/login/callback/"), 403, "sign_in.state_lost")
    assert not getattr(apps, kind).exchanges


def test_the_state_of_another_app(apps):
    client = Client()
    state = re.search(r"state=(\w+)", ask(client, "alipay")).group(1)
    page = client.get(f"/m/with/weixin/login/callback/?code=code0&state={state}")
    refused(page, 403, "sign_in.state_lost")


@pytest.mark.parametrize("kind", APPS)
def test_a_code_counts_once(apps, kind):
    client = Client()
    back = ask(client, kind)
    assert client.get(back)["Location"] == "/m/welcome/"
    refused(client.get(back), 403, "sign_in.state_lost")  # the address again
    fresh = ask(client, kind)
    name = "code" if kind == "weixin" else "auth_code"
    replayed = re.sub(rf"\b{name}=\w+", f"{name}=code0", fresh)  # the code with a good state
    refused(client.get(replayed), 403, "sign_in.code_spent")
    unknown = re.sub(rf"\b{name}=\w+", f"{name}=nothing", ask(client, kind))
    refused(client.get(unknown), 403, "sign_in.code_spent")


@pytest.mark.parametrize("kind", APPS)
def test_no_to_the_app(apps, kind):
    client = Client()
    back = re.sub(r"&?(auth_)?code=\w+", "", ask(client, kind))
    refused(client.get(back), 403, "sign_in.service")
    assert not getattr(apps, kind).exchanges


def test_a_forged_signature(apps):
    apps.alipay.key = STRANGER
    refused(through(Client(), "alipay"), 502, "sign_in.answer_forged")


@pytest.mark.parametrize("kind", APPS)
def test_a_slow_app(apps, monkeypatch, kind):
    monkeypatch.setattr(adapter, "TIMEOUT_S", 0.2)
    getattr(apps, kind).slow_s = 1.0
    refused(through(Client(), kind), 503, "sign_in.service_away")


@pytest.mark.parametrize("kind", APPS)
def test_an_app_that_is_gone(apps, use, kind):
    client, server = Client(), getattr(apps, kind)
    back = ask(client, kind)
    server.shutdown()
    server.server_close()
    refused(client.get(back), 503, "sign_in.service_away")


@pytest.mark.parametrize("kind", APPS)
@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [
        (b"<html>busy</html>", 200, "502 sign_in.answer_unclear"),
        (b"", 200, "502 sign_in.answer_unclear"),
        (b'["access_token"]', 200, "502 sign_in.answer_unclear"),
        (b"7", 200, "502 sign_in.answer_unclear"),
        (b"\xff\xfe{}", 200, "502 sign_in.answer_unclear"),
        (b"[" * 100_000, 200, "502 sign_in.answer_unclear"),
        (b'{"openid": 7}', 200, "502 sign_in.answer_unclear"),
        (b"bad gateway", 502, "503 sign_in.service_away"),
        (b"elsewhere", 302, "503 sign_in.service_away"),
    ],
)
def test_an_answer_that_says_nothing(apps, kind, answer, status, code):
    server = getattr(apps, kind)
    server.instead, server.status = answer, status
    refused(through(Client(), kind), int(code[:3]), code[4:])


def test_wechat_says_no_to_the_platform(apps, use):
    wrong = sign_in.WeixinService(
        apps.weixin.client_id,
        "an-old-secret",
        authorize=f"{apps.weixin.address}/connect/oauth2/authorize",
        token=f"{apps.weixin.address}/sns/oauth2/access_token",
    )
    use(wrong)
    refused(through(Client(), "weixin"), 502, "sign_in.service_declined")
    apps.weixin.instead = b'{"errcode": -1, "errmsg": "system error"}'
    refused(through(Client(), "weixin"), 503, "sign_in.service_away")
    apps.weixin.instead = b'{"errcode": {"a": []}, "errmsg": "?"}'
    refused(through(Client(), "weixin"), 502, "sign_in.service_declined")


def test_alipay_says_no_to_the_platform(apps, use):
    use(alipay_service(apps.alipay, secret=private_text(STRANGER)))
    refused(through(Client(), "alipay"), 502, "sign_in.service_declined")
    busy = b'{"error_response": {"code": "20000", "sub_code": "isp.unknow-error"}}'
    apps.alipay.instead = busy
    refused(through(Client(), "alipay"), 503, "sign_in.service_away")


def test_a_person_that_does_not_exist(apps):
    apps.weixin.more = {"is_snapshotuser": 1}
    refused(through(Client(), "weixin"), 403, "sign_in.virtual_person")


@pytest.mark.parametrize("kind", APPS)
def test_an_app_that_is_not_configured(db, use, client, kind):
    use()
    for path in ("login/", "login/callback/?code=x&state=y"):
        assert client.get(f"/m/with/{kind}/{path}").status_code == 404


def test_logs_say_what_failed_and_of_nobody(apps, use, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    apps.alipay.key = STRANGER
    through(Client(), "alipay")
    use(weixin_service(apps.weixin), alipay_service(apps.alipay))
    apps.weixin.instead = b'{"errcode": 40013, "errmsg": "invalid appid, oKq-person, rid: 62"}'
    through(Client(), "weixin")
    own = [r for r in caplog.records if r.name == adapter.__name__]
    assert [(r.levelname, r.getMessage()) for r in own] == [
        ("WARNING", "alipay refused: sign_in.answer_forged "),
        ("WARNING", "weixin refused: sign_in.service_declined errcode 40013"),
    ]
    from tanpuhui.kernel.logs import masked

    lines = "\n".join(masked(record.getMessage()) for record in caplog.records)
    for text in (apps.alipay.subject, apps.weixin.subject, "oKq-person", SECRET, "code0"):
        assert text not in lines, text


# ---- two at once


@pytest.mark.parametrize("kind", APPS)
def test_two_windows_of_one_browser(apps, kind):
    client = Client()
    first, second = ask(client, kind, "/m/me/"), ask(client, kind)
    assert client.get(second)["Location"] == "/m/welcome/"
    page = client.get(first)
    assert page.status_code == 403
    assert "sign_in.state_lost" in page.content.decode()
    assert agree(client)["Location"] == "/m/"  # the other window goes on undisturbed


@pytest.mark.parametrize("kind", APPS)
def test_two_browsers_at_the_same_notice(apps, fixed_clock, kind):
    first, second = Client(), Client()
    assert through(first, kind)["Location"] == "/m/welcome/"
    assert through(second, kind)["Location"] == "/m/welcome/"
    assert agree(first)["Location"] == "/m/"
    late = agree(second)
    assert late.status_code == 409
    assert "parties.subject_taken" in late.content.decode()
    assert SESSION_PERSON not in second.session
    assert Person.objects.count() == 1  # the second account was not opened either
    assert ExternalLogin.objects.get().person_id == first.session[SESSION_PERSON]
    assert parties.held(first.session[SESSION_PERSON]).city_apps == 1
