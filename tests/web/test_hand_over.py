"""At 14 an account becomes the young person's own, with a phone that was proven."""

import re
from datetime import date

import pytest
from django.test import Client
from tests.web.conftest import SYSTEM, signed_in

from tanpuhui.domain.ledger import services as ledger
from tanpuhui.domain.notify.models import Outgoing
from tanpuhui.domain.notify.services.sending import CONTEXT
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.parties import services
from tanpuhui.kernel import actors, crypto
from tanpuhui.kernel.models import AuditEvent

PHONE = "13800001111"


@pytest.fixture
def child(town):
    """Ann's child, 14 on 2026-05-20, with one consent that Ann gave."""
    made = services.child_open(
        actor=actors.person(town.ann),
        nickname="小禾苗",
        born_on=date(2012, 5, 20),
        texts={"child": "child/1"},
    )
    ledger.accounts_open(actor=SYSTEM, kind="person", party_ids=[made.party_id])
    services.links_bind_many(
        actor=SYSTEM, provider_id=town.metro, subjects=["kid"], person_ids=[made.party_id]
    )
    services.consents_grant_many(
        actor=SYSTEM,
        provider_id=town.metro,
        person_ids=[made.party_id],
        scenario_nos=[2],
        text_version="test/v1",
    )
    return made


def code_sent() -> str:
    text = crypto.decrypt(Outgoing.objects.latest("pk").text_sealed, context=CONTEXT)
    return re.search(r"\d{6}", text)[0]


def test_not_before_the_birthday(town, child):
    client = signed_in(Client(), town.ann)
    assert client.get(f"/m/children/{child.public_id}/hand-over/").status_code == 422
    assert "移交" not in client.get("/m/children/").content.decode()


def test_handed_over(town, child, fixed_clock):
    fixed_clock.set("2026-05-20T08:00+08:00")
    path = f"/m/children/{child.public_id}/hand-over/"
    assert signed_in(Client(), town.ben).get(path).status_code == 422
    client = signed_in(Client(), town.ann)
    assert path in client.get("/m/children/").content.decode()
    assert client.get(f"{path}code/")["Location"] == path
    assert client.post(path, {"phone": PHONE})["Location"] == f"{path}code/"
    wrong = client.post(f"{path}code/", {"code": "000000"}).content.decode()
    assert "验证码不对" in wrong
    done = client.post(f"{path}code/", {"code": code_sent()})
    assert done["Location"] == "/m/children/"
    assert parties.children(town.ann, is_grown=True) == []
    assert client.get(path).status_code == 422
    assert all(one.withdrawn_at for one in parties.consents(child.party_id))
    assert AuditEvent.objects.filter(tag="parties:child:hand_over").count() == 1

    own = Client()
    fixed_clock.set("2026-05-20T09:00+08:00")
    own.post("/m/login/", {"phone": PHONE})
    answer = own.post("/m/login/code/", {"code": code_sent()})
    assert answer["Location"] == "/m/welcome/", "the notice is read before anything else"


def test_not_onto_a_phone_that_has_an_account(town, child, fixed_clock):
    fixed_clock.set("2026-05-20T08:00+08:00")
    services.phone_change(actor=actors.person(town.ben), phone=PHONE)
    client = signed_in(Client(), town.ann)
    path = f"/m/children/{child.public_id}/hand-over/"
    client.post(path, {"phone": PHONE})
    page = client.post(f"{path}code/", {"code": code_sent()}).content.decode()
    assert "已有碳账户" in page
    assert [one.public_id for one in parties.children(town.ann, is_grown=True)] == [child.public_id]
