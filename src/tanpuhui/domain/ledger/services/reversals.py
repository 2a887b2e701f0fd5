"""Taking back: reversals, and claw-backs of what an account no longer holds."""

from datetime import date
from typing import Any

import numpy as np
import polars as pl
from django.db import transaction

from tanpuhui.domain.ledger.models import Clawback
from tanpuhui.domain.ledger.services.accounts import accounts_lock
from tanpuhui.domain.ledger.services.postings import (
    LINE_COLUMNS,
    LINE_SCHEMA,
    journal_post,
)
from tanpuhui.kernel import columns
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.permissions import permit


def journal_reverse_lines(
    *, actor: Actor, cursor: Any, occurred_on: date, source: str, lines: pl.DataFrame
) -> int:
    """Post lines that take back; what an account no longer holds becomes a claw-back.

    Args:
        actor: who corrects.
        cursor: psycopg cursor of the caller's transaction.
        occurred_on: the journal's own day.
        source: what caused it.
        lines: LINE_SCHEMA with amounts ≤ 0.

    Returns:
        The journal's id.
    """
    accounts = pl.DataFrame(accounts_lock(cursor, lines["account_id"].unique().to_numpy()))
    kept = _within_balance(lines.select(LINE_COLUMNS).sort("account_id", "occurred_on"), accounts)
    cursor.execute("select nextval('ledger_journal_id_seq')")
    key = f"reversal:{cursor.fetchone()[0]}"
    journal_id = journal_post(
        actor=actor,
        cursor=cursor,
        kind="reversal",
        key=key,
        occurred_on=occurred_on,
        source=source,
        lines=kept.select(LINE_COLUMNS),
    )
    owed = kept.filter((pl.col("owed_mg") > 0) | (pl.col("owed_points") > 0))
    Clawback.objects.bulk_create(
        Clawback(
            account_id=row["account_id"],
            journal_id=journal_id,
            scenario_no=row["scenario_no"],
            occurred_on=row["occurred_on"],
            reduction_mg=row["owed_mg"],
            points=row["owed_points"],
        )
        for row in owed.iter_rows(named=True)
    )
    return journal_id


def _within_balance(lines: pl.DataFrame, accounts: pl.DataFrame) -> pl.DataFrame:
    """Clip each account's lines to what it holds; owed_mg and owed_points are the rest."""
    joined = lines.join(
        accounts.select("account_id", have_mg="reduction_mg", have_points="points"),
        on="account_id",
        how="left",
        maintain_order="left",
    )
    for asset, have in (("reduction_mg", "have_mg"), ("points", "have_points")):
        taken = (-pl.col(asset)).cum_sum().over("account_id") + pl.col(asset)
        room = (pl.col(have).fill_null(0) - taken).clip(lower_bound=0)
        joined = joined.with_columns(pl.min_horizontal(-pl.col(asset), room).alias(f"take_{asset}"))
    return joined.with_columns(
        owed_mg=-pl.col("reduction_mg") - pl.col("take_reduction_mg"),
        owed_points=-pl.col("points") - pl.col("take_points"),
        reduction_mg=-pl.col("take_reduction_mg"),
        points=-pl.col("take_points"),
    )


def clawbacks_settle(*, actor: Actor) -> int:
    """Take open claw-backs from what accounts hold by now; the number settled in full or part."""
    permit(actor, "ledger.post")
    with transaction.atomic():
        cursor = columns.plain_cursor()
        waiting = list(
            Clawback.objects.select_for_update().filter(settled_journal_id=None).order_by("id")
        )
        if not waiting:
            return 0
        debtors = np.array(sorted({row.account_id for row in waiting}), dtype=np.int64)
        locked = accounts_lock(cursor, debtors)
        balances = zip(locked["reduction_mg"].tolist(), locked["points"].tolist(), strict=True)
        held = dict(zip(locked["account_id"].tolist(), balances, strict=True))
        payable = [row for row in waiting if _can_pay(row, held[row.account_id])]
        if not payable:
            return 0
        lines = pl.DataFrame(
            [
                (r.account_id, r.occurred_on, r.scenario_no, -r.reduction_mg, -r.points, 0)
                for r in payable
            ],
            schema=LINE_SCHEMA,
            orient="row",
        )
        # The months exist: the corrections that left these claw-backs posted to the same days.
        journal_id = journal_reverse_lines(
            actor=actor,
            cursor=cursor,
            occurred_on=max(row.occurred_on for row in payable),
            source="clawback",
            lines=lines.group_by("account_id", "occurred_on", "scenario_no").agg(pl.all().sum()),
        )
        Clawback.objects.filter(pk__in=[row.pk for row in payable]).update(
            settled_journal_id=journal_id
        )
    return len(payable)


def _can_pay(row: Clawback, held: tuple[int, int]) -> bool:
    """Whether the account has anything of what it owes; held is (mg, free points)."""
    return (row.reduction_mg > 0 and held[0] > 0) or (row.points > 0 and held[1] > 0)
