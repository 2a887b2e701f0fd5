"""Every service against every kind of caller: who may, who may not, and what is written down."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from tests.domain.ledger import book
from tests.factories.database import counts, rows, value
from tests.factories.town import SYSTEM, Town, frame, people_open, provider_open, record

from tanpuhui.domain.ledger import services as ledger
from tanpuhui.domain.ledger.states import AccountState
from tanpuhui.domain.methodology import services as methodology
from tanpuhui.domain.parties import services as parties
from tanpuhui.domain.scenarios import services as scenarios
from tanpuhui.kernel import actors, permissions
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.cityrules import pack
from tanpuhui.kernel.errors import DomainError, NotPermitted

CALLERS = (
    "system",
    "operator",
    "authority",
    "supervisor",
    "own provider",
    "other provider",
    "own person",
    "other person",
    "nobody",
)


@dataclass
class Place:
    """Who and what the services are tried on."""

    town: Town
    other_provider: int
    stranger: int

    @property
    def provider(self) -> int:
        return self.town.provider

    @property
    def person(self) -> int:
        return self.town.people[0]

    def actor(self, caller: str) -> Actor:
        return {
            "system": actors.system(),
            "operator": Actor(
                "staff", "page", party_id=1, roles=frozenset({"operator"}), label="login:1"
            ),
            "authority": Actor(
                "staff", "page", party_id=1, roles=frozenset({"authority"}), label="login:2"
            ),
            "supervisor": Actor(
                "staff", "page", party_id=1, roles=frozenset({"supervisor"}), label="login:3"
            ),
            "own provider": actors.provider(self.provider),
            "other provider": actors.provider(self.other_provider),
            "own person": actors.person(self.person),
            "other person": actors.person(self.stranger),
            "nobody": Actor("person", "page", party_id=None, roles=frozenset(), label=""),
        }[caller]


@dataclass
class Service:
    """One service: how to call it, who may, and the audit tag it leaves ("" for none)."""

    call: Callable[[Place, Actor], Any]
    may: set[str]
    tag: str


def sent() -> Any:
    return frame([record("p1")])


SERVICES = {
    "person_open": Service(
        lambda p, a: parties.person_open(actor=a, phone="13900000000"),
        {"system", "operator", "own provider", "other provider"},
        "parties:person:open",
    ),
    "people_open_many": Service(
        lambda p, a: parties.people_open_many(actor=a, count=2),
        {"system", "operator", "own provider", "other provider"},
        "parties:person:open_many",
    ),
    "organisation_open": Service(
        lambda p, a: parties.organisation_open(actor=a, code="x", kind="provider", title="x"),
        {"system", "operator"},
        "parties:organisation:open",
    ),
    "provider_key_issue": Service(
        lambda p, a: parties.provider_key_issue(actor=a, provider_id=p.provider),
        {"system", "operator", "own provider"},
        "parties:key:issue",
    ),
    "provider_key_revoke": Service(
        lambda p, a: parties.provider_key_revoke(actor=a, provider_id=p.provider, key_id="k1"),
        {"system", "operator", "own provider"},
        "parties:key:revoke",
    ),
    "links_bind_many": Service(
        lambda p, a: parties.links_bind_many(
            actor=a, provider_id=p.provider, subjects=["s"], person_ids=[p.person]
        ),
        {"system", "own provider"},
        "parties:link:bind",
    ),
    "link_bind_self": Service(
        lambda p, a: parties.link_bind_self(actor=a, provider_id=p.provider, subject="s"),
        {"own person", "other person"},
        "parties:link:bind",
    ),
    "consents_grant_many": Service(
        lambda p, a: parties.consents_grant_many(
            actor=a,
            provider_id=p.provider,
            person_ids=[p.person],
            scenario_nos=[1],
            text_version="t/1",
        ),
        {"system", "own provider", "own person"},
        "parties:consent:grant",
    ),
    "consent_withdraw": Service(
        lambda p, a: parties.consent_withdraw(
            actor=a, provider_id=p.provider, person_id=p.person, scenario_nos=[1]
        ),
        {"system", "own provider", "own person"},
        "parties:consent:withdraw",
    ),
    "staff_add": Service(
        lambda p, a: parties.staff_add(
            actor=a,
            username="w",
            password="long enough",
            organisation_id=p.provider,
            role="provider",
        ),
        {"system", "operator"},
        "parties:staff:add",
    ),
    "accounts_open": Service(
        lambda p, a: ledger.accounts_open(actor=a, kind="person", party_ids=[10**9]),
        {"system"},
        "ledger:account:open",
    ),
    "account_set_state": Service(
        lambda p, a: ledger.account_set_state(
            actor=a, account_id=p.person, state=AccountState.FROZEN, reason="t"
        ),
        {"system", "authority", "supervisor"},
        "ledger:account:state",
    ),
    "points_spend": Service(
        lambda p, a: ledger.points_spend(
            actor=a, account_id=p.person, points=1, key="s", source="t"
        ),
        {"system", "own person"},
        "",
    ),
    "hold_place": Service(
        lambda p, a: ledger.hold_place(actor=a, account_id=p.person, points=1, key="new"),
        {"system", "own person"},
        "",
    ),
    "hold_capture": Service(
        lambda p, a: ledger.hold_capture(actor=a, key="held", source="t"),
        {"system", "own person"},
        "",
    ),
    "hold_release": Service(
        lambda p, a: ledger.hold_release(actor=a, key="held"),
        {"system", "own person"},
        "",
    ),
    "holds_expire": Service(lambda p, a: ledger.holds_expire(actor=a), {"system"}, ""),
    "clawbacks_settle": Service(lambda p, a: ledger.clawbacks_settle(actor=a), {"system"}, ""),
    "reduction_transfer": Service(
        lambda p, a: ledger.reduction_transfer(
            actor=a,
            from_account_id=p.person,
            to_account_id=p.stranger,
            reduction_mg=1,
            key="t",
            source="t",
        ),
        {"system", "own person"},
        "",
    ),
    "pack_load": Service(
        lambda p, a: methodology.pack_load(actor=a, pack=pack()),
        {"system", "authority"},
        "methodology:pack:load",
    ),
    "acts_ingest": Service(
        lambda p, a: scenarios.acts_ingest(
            actor=a, provider_id=p.provider, batch_no="b", channel="api", records=sent()
        ),
        {"system", "own provider"},
        "",
    ),
    "acts_correct": Service(
        lambda p, a: scenarios.acts_correct(
            actor=a, provider_id=p.provider, batch_no="c", records=sent(), reason="t"
        ),
        {"system", "own provider"},
        "scenarios:act:correct",
    ),
    "acts_withdraw": Service(
        lambda p, a: scenarios.acts_withdraw(
            actor=a, provider_id=p.provider, items=["first"], reason="t"
        ),
        {"system", "own provider"},
        "scenarios:act:withdraw",
    ),
    "recompute": Service(
        lambda p, a: scenarios.recompute(
            actor=a, first=date(2026, 3, 9), last=date(2026, 3, 10), dry_run=True
        ),
        {"system", "authority"},
        "",
    ),
}


@pytest.fixture
def place(town: Town) -> Place:
    (stranger,) = people_open(1)
    made = Place(town, provider_open(town.people), stranger)
    town.send(record("first"))
    book.give(made.person, mg=10, points=100)
    ledger.hold_place(actor=SYSTEM, account_id=made.person, points=5, key="held")
    parties.provider_key_issue(actor=SYSTEM, provider_id=made.provider, key_id="k1")
    return made


@pytest.mark.parametrize("name", SERVICES)
def test_who_may(place: Place, name: str) -> None:
    for caller in CALLERS:
        with transaction.atomic():
            tried(place, SERVICES[name], caller)
            transaction.set_rollback(True)


def tried(place: Place, service: Service, caller: str) -> None:
    actor, before = place.actor(caller), counts()
    last = value("select coalesce(max(id), 0) from kernel_audit")
    tags = "select tag, actor, door from kernel_audit where id > %s"
    if caller in service.may:
        service.call(place, actor)
        expected = [(service.tag, actor.label, actor.door)] if service.tag else []
        assert rows(tags, last) == expected, caller
        return
    with pytest.raises(NotPermitted) as caught:
        service.call(place, actor)
    assert (caught.value.code, caught.value.status) == ("permission.denied", 403)
    assert rows(tags, last) == []
    assert counts() == before, caller


def test_every_action_of_the_table_is_tried() -> None:
    tried = {
        "parties.person_open",
        "parties.organisation_open",
        "parties.key_issue",
        "parties.link",
        "parties.link_self",
        "parties.consent",
        "parties.staff",
        "ledger.post",
        "ledger.freeze",
        "ledger.spend",
        "methodology.load",
        "scenarios.ingest",
        "scenarios.recompute",
    }
    reads = {"ledger.read", "scenarios.read"}
    assert {
        a
        for a in permissions.TABLE
        if a.split(".")[0] in {"parties", "ledger", "methodology", "scenarios"}
    } >= tried | reads


def test_an_unknown_action_is_a_programming_error() -> None:
    with pytest.raises(KeyError):
        permissions.permit(actors.system(), "no.such_action")


def test_own_means_the_same_party_and_never_none() -> None:
    nobody = Actor("person", "page", party_id=None, roles=frozenset({"person"}))
    for party_id in (None, 5):
        with pytest.raises(NotPermitted):
            permissions.permit(nobody, "ledger.spend", party_id=party_id)
    with pytest.raises(NotPermitted):
        permissions.permit(actors.person(5), "ledger.spend")
    permissions.permit(actors.person(5), "ledger.spend", party_id=5)


def test_a_refusal_says_what_to_do() -> None:
    with pytest.raises(DomainError) as caught:
        permissions.permit(actors.person(5), "parties.staff")
    assert caught.value.message.endswith("。")
    assert caught.value.detail == {"action": "parties.staff"}
