"""A citizen's acts in force, and where they may come from."""

import hashlib
from datetime import date, datetime
from functools import lru_cache

from django.core import signing
from django.db import connection

from tanpuhui.domain.ledger import selectors as ledger
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.scenarios import errors
from tanpuhui.domain.scenarios.data import (
    ActView,
    ScenarioConsent,
)
from tanpuhui.domain.scenarios.models import Act
from tanpuhui.domain.scenarios.reasons import BY_NO
from tanpuhui.kernel import crypto, sqlfiles
from tanpuhui.kernel.cityrules import pack

SALT = "scenarios.act"
COUNTED, NOT_COUNTED = "已入账", "未计入"


def acts_recent(account_id: int, limit: int = 10) -> list[ActView]:
    """The account's latest acts in force, newest first; two queries whatever the history."""
    return _acts(account_id, ledger.lines_recent(account_id, limit))[:limit]


def acts_in_month(account_id: int, month: date, *, scenario_no: int | None = None) -> list[ActView]:
    """The acts of one month, newest first."""
    return _acts(account_id, ledger.lines_in_month(account_id, month, scenario_no=scenario_no))


def _acts(account_id: int, lines: list[tuple[int, date, int]]) -> list[ActView]:
    """Acts in force behind ledger lines (journal id, day, scenario number)."""
    if not lines:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            sqlfiles.query(__file__, "acts_of_lines"),
            {
                "account_id": account_id,
                "journal_ids": [line[0] for line in lines],
                "days": [line[1] for line in lines],
                "scenario_nos": [line[2] for line in lines],
                "from": min(line[1] for line in lines),
                "to": max(line[1] for line in lines),
            },
        )
        return [_act_view(*row) for row in cursor.fetchall()]


def _act_view(  # noqa: PLR0917 - one argument a selected column
    provider_id: int,
    item_no: str,
    occurred_on: date,
    occurred_at: datetime,
    scenario_no: int,
    reduction_mg: int,
    points: int,
    reason_no: int,
    note: str | None,
) -> ActView:
    reason = BY_NO[reason_no]
    scenario = pack().scenario_by_no(scenario_no)
    return ActView(
        token=signing.dumps([provider_id, item_no, occurred_on.toordinal()], salt=SALT),
        scenario_no=scenario_no,
        scenario_title=scenario.title,
        icon=scenario.icon,
        occurred_at=occurred_at,
        occurred_on=occurred_on,
        state=COUNTED if reason_no == 0 else NOT_COUNTED,
        reduction_mg=reduction_mg,
        points=points,
        code=reason.code,
        sentence=reason.sentence,
        note=note or "",
    )


def act_view(act: Act) -> ActView:
    """One act's row as a citizen sees it in a list."""
    return _act_view(
        act.provider_id,
        act.item_no,
        act.occurred_on,
        act.occurred_at,
        act.scenario_no,
        act.reduction_mg,
        act.points,
        act.reason_no,
        act.note,
    )


def act_revisions(account_id: int, token: str) -> list[Act]:
    """All revisions of the act behind a token, the one in force first.

    Raises:
        UnknownAct: a forged token, or an act of another account.
    """
    try:
        provider_id, item_no, day = signing.loads(token, salt=SALT)
    except signing.BadSignature as error:
        raise _unknown_act() from error
    rows = list(
        Act.objects.filter(
            provider_id=provider_id, item_no=item_no, account_id=account_id
        ).order_by("-revision")
    )
    if not rows or date.fromordinal(day) not in {row.occurred_on for row in rows}:
        raise _unknown_act()
    return rows


def _unknown_act() -> errors.UnknownAct:
    return errors.UnknownAct("没有找到这条记录，请从碳账本重新进入。")


def receipt_no(provider_id: int, item_no: str) -> str:
    """A short number for a record, the same for ever; says nothing without our key."""
    text = f"{provider_id}\x00{item_no}".encode()
    return hashlib.blake2b(text, key=_receipt_key(), digest_size=8).hexdigest().upper()


@lru_cache(maxsize=1)
def _receipt_key() -> bytes:
    """Derived once: a batch of 10,000 receipts asks for as many numbers."""
    return bytes.fromhex(crypto.blind_index("key", context="scenarios.receipt"))


def consents_of(person_id: int) -> list[ScenarioConsent]:
    """Every (scenario, provider) that a citizen can consent to, with the present state."""
    active = {
        (consent.provider_id, consent.scenario_no): consent
        for consent in parties.consents(person_id)
        if consent.withdrawn_at is None and consent.purpose == "quantify"
    }
    found = []
    providers = parties.organisations("provider")
    for scenario in sorted(pack().scenarios.values(), key=lambda each: each.no):
        for provider in providers:
            if not (provider.scenario_mask >> scenario.no) & 1:
                continue
            consent = active.get((provider.party_id, scenario.no))
            found.append(
                ScenarioConsent(
                    scenario_no=scenario.no,
                    scenario_id=scenario.id,
                    title=scenario.title,
                    icon=scenario.icon,
                    provider_id=provider.party_id,
                    provider_title=provider.title,
                    is_active=consent is not None,
                    granted_at=consent.granted_at if consent else None,
                )
            )
    return found
