"""A console with something in it: people at their desks, and cases before them."""

from dataclasses import dataclass
from typing import Any

from tests.web.conftest import Town, staff_open

from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.supervision import services
from tanpuhui.kernel import actors
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.cityrules import pack

NAMES = ("operator", "operator_2", "authority", "authority_2", "supervisor", "audit_admin")


@dataclass(frozen=True)
class Office:
    """Logins and the ids of one case of each sort."""

    town: Town
    actors: dict[str, Actor]
    change: str
    withdrawal: str
    help: str
    appeal: str
    draft: str
    anomaly: str
    person: str


def actor_of(username: str) -> Actor:
    """The actor behind a login."""
    from django.contrib.auth import get_user_model

    user = get_user_model().objects.get(username=username)
    view = parties.staff(user)
    assert view
    return actors.staff(view.organisation.party_id, view.role, view.user_id)


def cap_payload(**more: Any) -> dict[str, Any]:
    """Two metro rides a day from 2026-03-12."""
    no = pack().scenarios["travel/metro"].no
    given = {"scenario_no": no, "per": "day", "of": "acts", "limit": 2}
    return given | {"effective_from": "2026-03-12"} | more


def office_open(town: Town) -> Office:
    """Open logins and cases in a busy town."""
    for name in NAMES:
        staff_open(name.removesuffix("_2"), username=name)
    known = {name: actor_of(name) for name in NAMES}
    ann = actors.person(town.ann)
    change = services.change_propose(
        actor=known["operator"], kind="cap", payload=cap_payload(), reason="试行一个月"
    )
    withdrawal = services.change_propose(
        actor=known["operator"],
        kind="acts_withdraw",
        payload={"provider_id": town.metro, "items": ["M0", "M1"]},
        reason="企业来函撤回",
    )
    asked = services.ticket_open(
        actor=ann, kind="help", title="多久到账", body="今天的还没看到", person_id=town.ann
    )
    appeal = services.ticket_open(
        actor=ann,
        kind="appeal",
        title="里程不对",
        body="实际是 12 公里",
        person_id=town.ann,
        provider_id=town.metro,
        item_no="M0",
    )
    draft = services.announcement_write(
        actor=known["operator"], title="维护通知", body="周日凌晨维护", audience="all"
    )
    return Office(
        town=town,
        actors=known,
        change=change.public_id,
        withdrawal=withdrawal.public_id,
        help=asked.public_id,
        appeal=appeal.public_id,
        draft=draft.public_id,
        anomaly=_anomaly(),
        person=parties.person(town.ann).public_id,  # type: ignore[union-attr]
    )


def _anomaly() -> str:
    from datetime import date

    from tanpuhui.domain.supervision import selectors
    from tanpuhui.domain.supervision.services import anomalies

    before = anomalies.SAME_LEAST
    anomalies.SAME_LEAST = 3
    try:
        day = date(2026, 3, 10)
        services.anomalies_find(actor=actors.system(), first=day, last=day)
    finally:
        anomalies.SAME_LEAST = before
    return selectors.findings()[0].public_id
