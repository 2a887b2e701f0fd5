"""Staff come in: password, second factor, lock-out, limits of a session, invitations, licences."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, hotp_value
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.domain.parties.test_staff import CODE, PDF, form
from tests.web.conftest import PASSWORD, staff_in, staff_open

from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.parties.models import Application
from tanpuhui.kernel.models import AuditEvent
from tanpuhui.web.staff.forms import DEMO_CODE


@pytest.fixture
def operator(db, fixed_clock):
    staff_open("operator")
    return get_user_model().objects.get(username="operator")


def code_now(secret):
    import time

    return f"{hotp_value(secret, int(time.time()) // 30):06d}"


def login(client, password=PASSWORD, name="operator", **extra):
    return client.post("/login/", {"username": name, "password": password, **extra})


def test_password_then_code(operator, client):
    secret = generate_totp_secret()
    TOTP.activate(operator, secret)
    assert secret not in str(Authenticator.objects.get().data)
    before = client.session.session_key
    answer = login(client, next="/staff/people/")
    assert answer["Location"] == "/staff/second/"
    assert client.get("/staff/people/")["Location"].startswith("/login/")  # half-way is not in
    wrong = client.post("/staff/second/", {"code": "12x456"})
    assert "动态口令不对" in wrong.content.decode()
    right = client.post("/staff/second/", {"code": code_now(secret)})
    assert right["Location"] == "/staff/people/"
    assert client.session.session_key != before
    assert client.get("/staff/people/").status_code == 200


def test_a_code_works_once(operator):
    secret = generate_totp_secret()
    TOTP.activate(operator, secret)
    code = code_now(secret)
    first, second = Client(), Client()
    login(first)
    login(second)
    assert first.post("/staff/second/", {"code": code}).status_code == 302
    assert second.post("/staff/second/", {"code": code}).status_code == 200


def test_a_recovery_code_works_once(operator, client):
    TOTP.activate(operator, generate_totp_secret())
    codes = RecoveryCodes.activate(operator).get_unused_codes()
    login(client)
    assert client.post("/staff/second/", {"code": codes[0]}).status_code == 302
    other = Client()
    login(other)
    assert other.post("/staff/second/", {"code": codes[0]}).status_code == 200
    assert other.post("/staff/second/", {"code": codes[1]}).status_code == 302


def test_guessing_codes_locks(operator, client):
    secret = generate_totp_secret()
    TOTP.activate(operator, secret)
    login(client)
    for _ in range(5):
        client.post("/staff/second/", {"code": "000001"})
    locked = client.post("/staff/second/", {"code": code_now(secret)})
    assert "已暂时锁定" in locked.content.decode()


def test_guessing_passwords_locks_the_name(operator, client, fixed_clock):
    for _ in range(5):
        login(client, "wrong-pass-phrase")
    assert "已暂时锁定" in login(client).content.decode()
    assert "已暂时锁定" in login(client, name="OPERATOR").content.decode()
    fixed_clock.set(fixed_clock() + timedelta(minutes=16))
    assert login(client).status_code == 302


def test_unknown_names_are_locked_alike(operator, client):
    for _ in range(5):
        login(client, "wrong", name="nobody")
    assert "已暂时锁定" in login(client, name="nobody").content.decode()


def test_the_demo_code_is_for_demos_on_this_machine(operator, settings):
    TOTP.activate(operator, generate_totp_secret())

    def try_demo(**extra):
        browser = Client(**extra)
        login(browser)
        return browser.post("/staff/second/", {"code": DEMO_CODE}).status_code

    assert try_demo() == 200
    settings.DEMO = True
    assert try_demo(REMOTE_ADDR="10.1.2.3") == 200
    settings.ALLOWED_HOSTS = ["*"]
    assert try_demo(headers={"host": "city.example"}) == 200
    assert try_demo() == 302


def test_without_a_second_factor_there_is_only_the_account(operator, client):
    assert login(client).status_code == 302
    assert client.get("/staff/people/")["Location"] == "/staff/"
    assert "请先设置第二重验证" in client.get("/staff/").content.decode()
    page = client.get("/staff/second/totp/", follow=True)
    assert "再确认一次" in page.content.decode()
    client.post("/staff/again/?next=/staff/second/totp/", {"password": PASSWORD})
    page = client.get("/staff/second/totp/").content.decode()
    secret = re.search(r"t-code\">([A-Z2-7]{32})<", page).group(1)
    assert '<svg class="t-qr"' in page
    assert client.post("/staff/second/totp/", {"code": code_now(secret)}).status_code == 302
    assert Authenticator.objects.filter(user=operator, type="totp").exists()


def test_the_last_second_factor_stays(operator):
    TOTP.activate(operator, generate_totp_secret())
    browser = staff_in(Client(), "operator")
    browser.post("/staff/second/totp/remove/")
    assert Authenticator.objects.filter(user=operator, type="totp").exists()


def test_sessions_idle_and_end(operator, fixed_clock):
    browser = staff_in(Client(), "operator")
    for _ in range(3):
        fixed_clock.set(fixed_clock() + timedelta(minutes=29))
        assert browser.get("/staff/people/").status_code == 200
    fixed_clock.set(fixed_clock() + timedelta(minutes=31))
    assert browser.get("/staff/people/")["Location"].startswith("/login/")
    busy = staff_in(Client(), "operator")
    for _ in range(19):
        fixed_clock.set(fixed_clock() + timedelta(minutes=25))
        assert busy.get("/staff/people/").status_code == 200
    fixed_clock.set(fixed_clock() + timedelta(minutes=25))
    assert busy.get("/staff/people/")["Location"].startswith("/login/")


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example/", "/\\evil.example/"])
def test_the_second_step_stays_here_too(operator, client, wanted):
    secret = generate_totp_secret()
    TOTP.activate(operator, secret)
    login(client, next=wanted)
    done = client.post("/staff/second/", {"code": code_now(secret), "next": wanted})
    assert "evil" not in done["Location"]


def test_an_invitation_through_the_pages(db, fixed_clock):
    staff_open("system_admin")
    parties_code = parties.organisations("operator")[0].code
    admin = staff_in(Client(), "system_admin")
    admin.post("/staff/people/invite/", {"organisation": parties_code, "role": "operator"})
    page = admin.get("/staff/people/").content.decode()
    link = re.search(r"http://testserver(/staff/invitation/[^/]+/)", page).group(1)
    assert link not in admin.get("/staff/people/").content.decode()  # shown once
    guest = Client()
    assert "operator 机构" in guest.get(link).content.decode() or guest.get(link).status_code == 200
    fields = {"username": "zhou", "password": PASSWORD, "again": PASSWORD}
    assert guest.post(link, fields)["Location"] == "/login/"
    assert guest.get(link).status_code == 410
    assert login(guest, name="zhou").status_code == 302
    row = AuditEvent.objects.get(tag="parties:staff:invite")
    assert row.actor.startswith("login:")


def test_deactivation_through_the_pages(operator):
    staff_open("security_admin")
    victim = staff_in(Client(), "operator")
    assert victim.get("/staff/people/").status_code == 200
    admin = staff_in(Client(), "security_admin")
    deed = {"username": "operator", "deed": "deactivate", "reason": "离职"}
    assert admin.post("/staff/people/active/", deed).status_code == 302
    assert victim.get("/staff/people/")["Location"].startswith("/login/")
    assert "用户名或密码不对" in login(Client()).content.decode()
    assert (
        admin.post("/staff/people/active/", deed | {"username": "security_admin"}).status_code
        == 409
    )


def test_an_application_through_the_pages(db, fixed_clock, settings, tmp_path, client):
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        }
    }
    filled = vars(form(credit_code=CODE)) | {"scenarios": ["travel/metro"]}
    html = SimpleUploadedFile("licence.pdf", b"<script>", content_type="application/pdf")
    page = client.post("/apply/", filled | {"licence": html})
    assert "只接受 PDF" in page.content.decode()
    licence = SimpleUploadedFile("../../张三.exe", PDF, content_type="text/html")
    answer = client.post("/apply/", filled | {"licence": licence})
    assert re.fullmatch(r"/apply/[\w-]{30,}/", answer["Location"])
    assert "等待审核" in client.get(answer["Location"]).content.decode()
    assert Application.objects.get().public_id not in answer["Location"]
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.suffix for path in kept] == [".pdf"]
    assert client.get("/apply/nobody-has-this/").status_code == 404
