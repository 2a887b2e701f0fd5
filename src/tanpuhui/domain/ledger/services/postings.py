"""Posting a journal: its lines, their counter-lines and the balances, set-wise."""

from datetime import date
from typing import Any

import polars as pl
import psycopg

from tanpuhui.domain.ledger import errors
from tanpuhui.kernel import columns, sqlfiles
from tanpuhui.kernel.actors import Actor

ENTRY_TABLE = "ledger_entry"
LINE_SCHEMA: dict[str, Any] = {
    "account_id": pl.Int64,
    "occurred_on": pl.Date,
    "scenario_no": pl.Int16,
    "reduction_mg": pl.Int64,
    "points": pl.Int64,
    "acts": pl.Int32,
}
LINE_COLUMNS = list(LINE_SCHEMA)
# The counter-account of points that are spent; a mall with its own accounts comes with rewards.
SPENT_POINTS_ACCOUNT = -1000


def journal_post(
    *,
    actor: Actor,
    cursor: Any,
    kind: str,
    key: str,
    occurred_on: date,
    source: str,
    lines: pl.DataFrame,
    reverses: int | None = None,
) -> int:
    """Post one journal: holders' lines, their counter-lines, balances. Inside a transaction.

    Args:
        actor: system, or a provider whose batch this is (the batch's service has permitted it).
        cursor: psycopg cursor of the caller's transaction; partitions must exist.
        kind: `acts`, `correction`, `spend`, …
        key: idempotency key, unique for ever.
        occurred_on: the journal's own day (that of its latest act).
        source: reference of what caused it, e.g. `batch:metro:20260301-7`.
        lines: LINE_SCHEMA, one row per (account, scenario, day), accounts already locked.
            The other side is the scenario's source account −scenario_no, one line a day.
        reverses: the journal that this one takes back.

    Returns:
        The journal's id.

    Raises:
        InsufficientBalance: a holder's balance would turn negative (the database refuses).
        KeyConflict: the key was used; the caller's transaction is lost.
    """
    try:
        cursor.execute(
            "insert into ledger_journal"
            " (kind, key, occurred_on, recorded_at, source, actor, reverses)"
            " values (%s, %s, %s, transaction_timestamp(), %s, %s, %s) returning id",
            (kind, key, occurred_on, source, actor.label or actor.kind, reverses),
        )
    except psycopg.errors.UniqueViolation as error:
        raise key_conflict() from error
    journal_id: int = cursor.fetchone()[0]
    entries = pl.concat([lines.select(LINE_COLUMNS), _counter_lines(lines)])
    columns.copy_rows(
        cursor,
        ENTRY_TABLE,
        entries.with_columns(journal_id=pl.lit(journal_id, dtype=pl.Int64)).sort(
            "account_id", "occurred_on", "scenario_no"
        ),
    )
    _balances_add(cursor, lines)
    return journal_id


def key_conflict() -> errors.KeyConflict:
    """The refusal of a key that stands for something else."""
    return errors.KeyConflict("该请求编号已用于另一笔记账，请换用新的编号。")


def _counter_lines(lines: pl.DataFrame) -> pl.DataFrame:
    """The source account of each scenario gives what the holders receive, one line a day."""
    return (
        lines.group_by("scenario_no", "occurred_on")
        .agg(
            reduction_mg=-pl.col("reduction_mg").sum(),
            points=-pl.col("points").sum(),
            acts=-pl.col("acts").sum(),
        )
        .with_columns(
            account_id=pl.when(pl.col("scenario_no") == 0)
            .then(SPENT_POINTS_ACCOUNT)
            .otherwise(-pl.col("scenario_no").cast(pl.Int64))
        )
        .select(pl.col(name).cast(dtype) for name, dtype in LINE_SCHEMA.items())
    )


def _balances_add(cursor: Any, lines: pl.DataFrame) -> None:
    sums = (
        lines.group_by("account_id")
        .agg(pl.col("reduction_mg").sum(), pl.col("points").sum())
        .filter((pl.col("reduction_mg") != 0) | (pl.col("points") != 0))
        .sort("account_id")
    )
    if sums.is_empty():
        return
    try:
        cursor.execute(
            sqlfiles.query(__file__, "balances_add"),
            {name: columns.ints(sums[name]) for name in sums.columns},
        )
    except Exception as error:
        if "ledger_account_never_negative" in str(error):
            message = "账户余额不足，本次记账未进行。请核对余额后重试。"
            raise errors.InsufficientBalance(message) from error
        raise
    if cursor.rowcount != sums.height:
        message = "部分碳账户不存在，本次记账未进行。请先开通账户。"
        raise errors.UnknownAccount(message, missing=sums.height - cursor.rowcount)
