"""Moving a reduction from one holder to another, once for a key."""

from typing import Any

import polars as pl
from django.db import transaction

from tanpuhui.domain.ledger import errors
from tanpuhui.domain.ledger.models import Entry, Journal
from tanpuhui.domain.ledger.services.accounts import account_lock, account_require_open
from tanpuhui.domain.ledger.services.postings import (
    ENTRY_TABLE,
    LINE_SCHEMA,
    journal_post,
    key_conflict,
)
from tanpuhui.kernel import clock, columns, partitions
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.permissions import permit

KIND = "transfer"


def reduction_transfer(
    *,
    actor: Actor,
    from_account_id: int,
    to_account_id: int,
    reduction_mg: int,
    key: str,
    source: str,
) -> int:
    """Move milligrams; points stay. The same key, accounts and amount again give the same journal.

    Raises:
        InsufficientBalance, AccountNotOpen, UnknownAccount, KeyConflict.
    """
    permit(actor, "ledger.spend", party_id=from_account_id)
    if reduction_mg <= 0 or from_account_id == to_account_id:
        raise errors.StateRefused("转移数量须大于零，且转出与转入须为不同账户。")
    today = clock.today()
    partitions.ensure(ENTRY_TABLE, [today])
    sides = {from_account_id: -reduction_mg, to_account_id: reduction_mg}
    key = f"{KIND}:{key}"
    with transaction.atomic():
        cursor = columns.plain_cursor()
        accounts = {number: account_lock(number) for number in sorted(sides)}
        known = Journal.objects.filter(key=key).first()
        if known is not None:
            return _same(known, sides)
        for account in accounts.values():
            account_require_open(account)
        held = accounts[from_account_id].reduction_mg
        if held < reduction_mg:
            message = "减排量余额不足，未转移。请核对余额后重试。"
            raise errors.InsufficientBalance(message, held_mg=held, asked_mg=reduction_mg)
        lines: list[tuple[Any, ...]] = [
            (number, today, 0, amount, 0, 0) for number, amount in sorted(sides.items())
        ]
        return journal_post(
            actor=actor,
            cursor=cursor,
            kind=KIND,
            key=key,
            occurred_on=today,
            source=source,
            lines=pl.DataFrame(lines, schema=LINE_SCHEMA, orient="row"),
        )


def _same(known: Journal, sides: dict[int, int]) -> int:
    entries = Entry.objects.filter(
        journal_id=known.pk, occurred_on=known.occurred_on, account_id__gt=0
    ).values_list("account_id", "reduction_mg")
    if dict(entries) != sides:
        raise key_conflict()
    return known.pk
