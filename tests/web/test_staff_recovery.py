"""A forgotten password: by e-mail, once, in time, without a word about who has a login."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from tests.factories import database
from tests.web.conftest import PASSWORD, staff_in, staff_open

from tanpuhui.domain.notify.models import Outgoing
from tanpuhui.domain.notify.services.sending import CONTEXT
from tanpuhui.kernel import crypto
from tanpuhui.kernel.models import AuditEvent

ADDRESS = "somebody@example.com"
NEW = "another-long-pass-phrase"


@pytest.fixture
def operator(db, fixed_clock):
    """A login with an address."""
    staff_open("operator")
    client = staff_in(Client(), "operator")
    kept = client.post("/staff/email/", {"email": ADDRESS, "password": PASSWORD})
    assert kept["Location"] == "/staff/"
    return client


def mails() -> list[str]:
    """Texts of everything queued."""
    return [
        crypto.decrypt(one.text_sealed, context=CONTEXT) for one in Outgoing.objects.order_by("pk")
    ]


def asked(name="operator") -> str:
    """Ask for a link; its path."""
    answer = Client().post("/staff/recover/", {"username": name})
    assert "链接已经发出" in answer.content.decode()
    return re.search(r"http://testserver(/staff/recover/[\w-]+/)", mails()[-1])[1]


def chosen(client, path, again=NEW):
    return client.post(path, {"password": NEW, "again": again})


def test_the_link_sets_a_new_password_once(operator):
    path = asked()
    assert "两次填的密码不一样" in chosen(Client(), path, again="other").content.decode()
    done = chosen(Client(), path)
    assert done["Location"] == "/login/"
    assert get_user_model().objects.get(username="operator").check_password(NEW)
    assert operator.get("/staff/")["Location"].startswith("/login/"), "older sessions ended"
    assert chosen(Client(), path).status_code == 410
    assert "刚刚重设" in mails()[-1]
    tags = set(AuditEvent.objects.values_list("tag", flat=True))
    assert {"parties:staff:email", "parties:staff:reset_ask", "parties:staff:reset"} <= tags


def test_it_expires_and_a_second_one_replaces_it(operator, fixed_clock):
    first = asked()
    second = asked()
    assert Client().get(first).status_code == 410
    assert Client().get(second).status_code == 200
    fixed_clock.instant += timedelta(minutes=31)
    assert Client().get(second).status_code == 410


def test_nobody_learns_who_has_a_login(operator):
    answers = {
        re.sub(
            r"csrf\w*", "", Client().post("/staff/recover/", {"username": name}).content.decode()
        )
        for name in ("operator", "nobody-at-all")
    }
    assert len(answers) == 1
    assert len(mails()) == 1


def test_without_an_address_no_link(db, fixed_clock):
    staff_open("operator")
    Client().post("/staff/recover/", {"username": "operator"})
    assert mails() == []


def test_a_stopped_login_gets_none(operator):
    path = asked()
    get_user_model().objects.filter(username="operator").update(is_active=False)
    assert Client().get(path).status_code == 410
    Client().post("/staff/recover/", {"username": "operator"})
    assert len(mails()) == 1


def test_asking_is_limited(operator):
    for _ in range(5):
        Client().post("/staff/recover/", {"username": "operator"})
    assert len(mails()) == 3
    answers = [Client().post("/staff/recover/", {"username": f"n{n}"}) for n in range(8)]
    assert answers[-1].status_code == 429
    assert int(answers[-1]["Retry-After"]) > 0


def test_the_address_needs_the_password_and_is_sealed(operator):
    page = operator.post("/staff/email/", {"email": "evil@example.com", "password": "wrong"})
    assert "密码不对" in page.content.decode()
    assert "so***@example.com" in operator.get("/staff/email/").content.decode()
    assert database.tables_holding(ADDRESS) == []


def test_an_invited_persons_address_is_kept(db, fixed_clock):
    staff_open("system_admin")
    admin = staff_in(Client(), "system_admin")
    given = {"organisation": "org-system-admin", "role": "operator", "email": ADDRESS}
    admin.post("/staff/people/invite/", given)
    link = re.search(r"http://testserver(/staff/invitation/[\w-]+/)", mails()[-1])[1]
    filled = {"username": "newcomer", "password": PASSWORD, "again": PASSWORD}
    assert Client().post(link, filled)["Location"] == "/login/"
    assert asked("newcomer")
