"""Posting a journal: its lines, their counter-lines and the balances, set-wise."""

from datetime import date
from typing import Any

import numpy as np
import polars as pl
import psycopg
import pyarrow as pa

from tanpuhui.domain.ledger import errors
from tanpuhui.kernel import columns, sqlfiles
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.columns import Columns

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
    # As arrays; days since 1970-01-01.
    holders = {name: lines[name].to_physical().to_numpy() for name in LINE_COLUMNS}
    counters = _counter_lines(holders)
    entries = {name: np.concatenate([holders[name], counters[name]]) for name in LINE_COLUMNS}
    columns.copy_rows(cursor, ENTRY_TABLE, _rows(entries, journal_id))
    _balances_add(cursor, holders)
    return journal_id


def key_conflict() -> errors.KeyConflict:
    """The refusal of a key that stands for something else."""
    return errors.KeyConflict("该请求编号已用于另一笔记账，请换用新的编号。")


def _counter_lines(holders: Columns) -> Columns:
    """The source account of each scenario gives what the holders receive, one line a day."""
    same = columns.grouped(holders["scenario_no"], holders["occurred_on"])
    scenario_no = same.first(holders["scenario_no"])
    account_id = np.where(scenario_no == 0, SPENT_POINTS_ACCOUNT, -scenario_no.astype(np.int64))
    return {
        "account_id": account_id,
        "occurred_on": same.first(holders["occurred_on"]),
        "scenario_no": scenario_no,
        **{name: -same.sums(holders[name]) for name in ("reduction_mg", "points", "acts")},
    }


def _rows(entries: Columns, journal_id: int) -> pa.RecordBatch:
    """Entries in the order of their key."""
    order = np.lexsort([entries[name] for name in ("scenario_no", "occurred_on", "account_id")])
    held = {name: pa.array(values[order]) for name, values in entries.items()}
    held["occurred_on"] = held["occurred_on"].cast(pa.date32())
    held["journal_id"] = pa.array(np.full(len(order), journal_id, dtype=np.int64))
    return pa.RecordBatch.from_pydict(held)


def _balances_add(cursor: Any, holders: Columns) -> None:
    same = columns.grouped(holders["account_id"])
    sums = {name: same.sums(holders[name]) for name in ("reduction_mg", "points")}
    moved = (sums["reduction_mg"] != 0) | (sums["points"] != 0)
    given = {"account_id": same.first(holders["account_id"]), **sums}
    given = {name: values[moved] for name, values in given.items()}
    count = int(moved.sum())
    if not count:
        return
    try:
        cursor.execute(sqlfiles.query(__file__, "balances_add"), given)
    except Exception as error:
        if "ledger_account_never_negative" in str(error):
            message = "账户余额不足，本次记账未进行。请核对余额后重试。"
            raise errors.InsufficientBalance(message) from error
        raise
    if cursor.rowcount != count:
        message = "部分碳账户不存在，本次记账未进行。请先开通账户。"
        raise errors.UnknownAccount(message, missing=count - cursor.rowcount)
