"""What a person may see of all their acts at once: who sent them, and a copy of each."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any

from django.db import connection

from tanpuhui.domain.ledger import selectors as ledger
from tanpuhui.domain.scenarios.data import ActCopy, ActView, SenderView
from tanpuhui.domain.scenarios.models import Act
from tanpuhui.domain.scenarios.reasons import BY_NO
from tanpuhui.domain.scenarios.selectors.acts import act_revisions, act_view
from tanpuhui.domain.scenarios.selectors.provider_acts import quantities
from tanpuhui.domain.scenarios.selectors.standing import act_number
from tanpuhui.kernel import sqlfiles
from tanpuhui.kernel.cityrules import pack


def senders_of(account_id: int) -> list[SenderView]:
    """Providers and scenarios behind an account's acts in force, the most acts first."""
    lines = ledger.lines_of(account_id)
    if not lines:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sqlfiles.query(__file__, "acts_by_sender"), _behind(account_id, lines))
        return [SenderView(*row) for row in cursor.fetchall()]


def act_key(account_id: int, token: str) -> tuple[int, str]:
    """(provider id, item number) of one of an account's acts.

    Raises:
        UnknownAct: a forged token, or an act of another account.
    """
    act = act_revisions(account_id, token)[0]
    return act.provider_id, act.item_no


def act_of_item(account_id: int, provider_id: int, item_no: str) -> ActView | None:
    """The act in force under a provider's number, where it is this account's."""
    rows = Act.objects.filter(provider_id=provider_id, item_no=item_no, account_id=account_id)
    row = rows.order_by("-revision").first()
    return act_view(row) if row else None


def acts_copied(account_id: int) -> Iterator[ActCopy]:
    """Every act in force of an account, oldest first; a month is read at a time."""
    for _, lines in groupby(ledger.lines_of(account_id), key=lambda line: line[1].replace(day=1)):
        with connection.cursor() as cursor:
            cursor.execute(sqlfiles.query(__file__, "acts_copy"), _behind(account_id, list(lines)))
            rows = cursor.fetchall()
        yield from (_copy(account_id, *row) for row in rows)


def _behind(account_id: int, lines: list[tuple[int, date]]) -> dict[str, Any]:
    days = [line[1] for line in lines]
    return {
        "account_id": account_id,
        "journal_ids": [line[0] for line in lines],
        "days": days,
        "from": min(days),
        "to": max(days),
    }


def _copy(  # noqa: PLR0917 - one argument a selected column
    account_id: int,
    journal_id: int,
    provider_id: int,
    item_no: str,
    occurred_at: Any,
    scenario_no: int,
    filing_id: int,
    inputs: list[int | None],
    reduction_mg: int,
    points: int,
    reason_no: int,
    note: str | None,
) -> ActCopy:
    reason = BY_NO[reason_no]
    return ActCopy(
        provider_id=provider_id,
        item_no=item_no,
        receipt=act_number(journal_id, account_id, provider_id, item_no),
        occurred_at=occurred_at,
        scenario_id=pack().scenario_by_no(scenario_no).id,
        quantities=quantities(filing_id, inputs),
        reduction_mg=reduction_mg,
        points=points,
        code=reason.code,
        reason=f"{reason.sentence}（{note}）" if note else reason.sentence,
    )
