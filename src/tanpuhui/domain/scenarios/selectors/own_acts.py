"""What a person may see of all their acts at once: who sent them, and a copy of each."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any

from django.db import connection

from tanpuhui.domain.ledger import selectors as ledger
from tanpuhui.domain.scenarios.data import ActCopy, SenderView
from tanpuhui.domain.scenarios.reasons import BY_NO
from tanpuhui.domain.scenarios.selectors.acts import receipt_no
from tanpuhui.domain.scenarios.selectors.provider_acts import quantities
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


def acts_copied(account_id: int) -> Iterator[ActCopy]:
    """Every act in force of an account, oldest first; a month is read at a time."""
    for _, lines in groupby(ledger.lines_of(account_id), key=lambda line: line[1].replace(day=1)):
        with connection.cursor() as cursor:
            cursor.execute(sqlfiles.query(__file__, "acts_copy"), _behind(account_id, list(lines)))
            rows = cursor.fetchall()
        yield from (_copy(*row) for row in rows)


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
        receipt=receipt_no(provider_id, item_no),
        occurred_at=occurred_at,
        scenario_id=pack().scenario_by_no(scenario_no).id,
        quantities=quantities(filing_id, inputs),
        reduction_mg=reduction_mg,
        points=points,
        code=reason.code,
        reason=f"{reason.sentence}（{note}）" if note else reason.sentence,
    )
