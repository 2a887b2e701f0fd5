"""What a batch leaves behind: evidence, entries, refusals, its own row; and its receipts."""

from collections import Counter
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from tanpuhui.domain.ledger import services as ledger
from tanpuhui.domain.scenarios.data import RECEIPT_SCHEMA
from tanpuhui.domain.scenarios.pipeline.checks import is_silent
from tanpuhui.domain.scenarios.pipeline.work import Work
from tanpuhui.domain.scenarios.reasons import BY_NO, REASONS
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.columns import copy_rows

ACT_TABLE = "scenarios_act"
ACT_KINDS = [reason.no for reason in REASONS if reason.kind in {"counted", "act"}]
RAW_MAX = 4000
ITEM_NO_MAX = 120


def is_stored(work: Work) -> Any:
    """Records that become evidence: counted, or kept with a reason."""
    return np.isin(work.reason, ACT_KINDS) & ~work.repeated


def post(work: Work, cursor: Any, actor: Actor, *, kind: str, key: str, source: str) -> int | None:
    """Journal and evidence of a batch; None where nothing is kept."""
    positions = np.flatnonzero(is_stored(work))
    if not len(positions):
        return None
    acts = _acts(work, positions)
    lines = acts.group_by("account_id", "occurred_on", "scenario_no").agg(
        pl.col("reduction_mg").sum(),
        pl.col("points").sum(),
        acts=(pl.col("reason_no") == 0).sum().cast(pl.Int32),
    )
    last = acts["occurred_on"].max()
    assert isinstance(last, date)
    journal_id = ledger.journal_post(
        actor=actor,
        cursor=cursor,
        kind=kind,
        key=key,
        occurred_on=last,
        source=source,
        lines=lines,
    )
    copy_rows(
        cursor,
        ACT_TABLE,
        acts.with_columns(journal_id=pl.lit(journal_id, dtype=pl.Int64)),
    )
    return journal_id


def _acts(work: Work, positions: Any) -> pl.DataFrame:
    """Evidence rows in account order, so that the second index grows at its end."""
    assert work.inputs is not None
    rows = work.frame[positions]
    ended = pl.Series(work.ended[positions])
    started = pl.Series(work.started[positions])
    notes = [work.notes.get(int(p)) for p in positions] if work.notes else [None] * len(positions)
    return pl.DataFrame(
        {
            "provider_id": np.full(len(positions), work.provider_id, dtype=np.int64),
            "item_no": rows["item_no"],
            "revision": work.revision[positions],
            "account_id": work.account_id[positions],
            "occurred_on": pl.Series(work.days[positions]).cast(pl.Date),
            "occurred_at": started.cast(pl.Datetime("us", "UTC")),
            "ended_at": ended.set(ended == started, None).cast(pl.Datetime("us", "UTC")),
            "scenario_no": work.scenario_no[positions],
            "filing_id": work.filing_id[positions],
            "inputs": work.inputs.gather(positions),
            "asset_key": rows["asset_key"],
            "quantified_mg": work.quantified_mg[positions],
            "reduction_mg": work.reduction_mg[positions],
            "points": work.points[positions],
            "reason_no": work.reason[positions],
            "note": pl.Series(notes, dtype=pl.String),
        }
    ).sort("account_id", maintain_order=True)


def write_refusals(work: Work, cursor: Any, batch_id: int) -> None:
    """Refused rows with reasons; of silent ones only the line and the reason."""
    refused = (work.reason != 0) & ~np.isin(work.reason, ACT_KINDS)
    positions = np.flatnonzero(refused)
    if not len(positions):
        return
    silent = pl.Series(is_silent(work)[positions])
    rows = work.frame[positions]
    notes = pl.Series([work.notes.get(int(p)) for p in positions], dtype=pl.String)
    frame = pl.DataFrame(
        {
            "batch_id": np.full(len(positions), batch_id, dtype=np.int64),
            "line": rows["line"],
            "item_no": rows["item_no"].str.slice(0, ITEM_NO_MAX).set(silent, None),
            "reason_no": work.reason[positions],
            "note": notes.set(silent, None),
            "raw": _raw(rows).set(silent, None),
        }
    )
    unstorable = pl.col("item_no", "note", "raw").str.replace_all("\x00", "␀", literal=True)
    copy_rows(cursor, "scenarios_refusal", frame.with_columns(unstorable))


def _raw(rows: pl.DataFrame) -> pl.Series:
    """The reader's own text of the row, or the record as JSON where it gave none."""
    shown = [c for c in rows.columns if c not in {"raw", "refused", "line"}]
    made = rows.select(pl.struct(shown).struct.json_encode()).to_series()
    return rows.select(pl.coalesce("raw", made)).to_series().str.slice(0, RAW_MAX)


def counts_of(work: Work) -> dict[str, int]:
    """Reason code → number of records; repetitions under `repeated`."""
    numbers = Counter(work.reason[~work.repeated].tolist())
    counts = {BY_NO[no].code: count for no, count in sorted(numbers.items())}
    repeated = int(work.repeated.sum())
    return {**counts, "repeated": repeated} if repeated else counts


def receipts_of(work: Work) -> pl.DataFrame:
    """One receipt a record, in the order received."""
    reason = work.reason.copy()
    mg, points = work.reduction_mg.copy(), work.points.copy()
    notes = dict(work.notes)
    for position, row in work.answers.items():
        reason[position] = row["reason_no"]
        mg[position], points[position] = row["reduction_mg"], row["points"]
        if row["note"]:
            notes[position] = row["note"]
    for position, leader in work.leaders.items():
        reason[position], mg[position], points[position] = (
            reason[leader],
            mg[leader],
            points[leader],
        )
    status = np.select(
        [work.repeated, reason == 0, np.isin(reason, ACT_KINDS)],
        ["duplicate", "counted", "not_counted"],
        "refused",
    )
    counted = np.isin(reason, ACT_KINDS)
    frame = pl.DataFrame(
        {
            "line": work.frame["line"],
            "item_no": work.frame["item_no"],
            "status": status,
            "code": pl.Series(reason).replace_strict({r.no: r.code for r in REASONS}),
            "message": pl.Series(reason).replace_strict({r.no: r.sentence for r in REASONS}),
            "reduction_mg": np.where(counted, mg, 0),
            "points": np.where(counted, points, 0),
        }
    ).cast(pl.Schema(RECEIPT_SCHEMA))
    if not notes:
        return frame
    extra = pl.DataFrame(
        {"at": list(notes), "note": list(notes.values())},
        schema={"at": pl.UInt32, "note": pl.String},
    )
    return (
        frame.with_row_index("at")
        .join(extra, on="at", how="left", maintain_order="left")
        .with_columns(
            message=pl.when(pl.col("note").is_null())
            .then("message")
            .otherwise(pl.format("{}（{}）", "message", "note"))
        )
        .select(list(RECEIPT_SCHEMA))
    )
