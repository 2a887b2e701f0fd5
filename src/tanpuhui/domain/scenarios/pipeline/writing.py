"""What a batch leaves behind: evidence, entries, refusals, its own row; and its receipts."""

from collections import Counter
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from tanpuhui.domain.ledger import services as ledger
from tanpuhui.domain.scenarios.pipeline.checks import EPOCH, is_silent
from tanpuhui.domain.scenarios.pipeline.work import Positions, Work
from tanpuhui.domain.scenarios.reasons import BY_NO, REASONS, number
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.columns import arrow, copy_rows, grouped

ACT_TABLE = "scenarios_act"
ACT_KINDS = [reason.no for reason in REASONS if reason.kind in {"counted", "act"}]
# A note of these is the import profile's sentence; others may repeat what was sent.
OWN_WORDS = [number("row.unreadable"), number("row.refused")]
# Reasons as columns, in the order of their numbers.
_ORDERED = sorted(REASONS, key=lambda reason: reason.no)
NUMBERS = np.array([reason.no for reason in _ORDERED])
CODES = pl.Series([reason.code for reason in _ORDERED])
SENTENCES = pl.Series([reason.sentence for reason in _ORDERED])
STATUSES = pl.Series(["counted", "not_counted", "refused", "duplicate"])
COUNTED, NOT_COUNTED, REFUSED, DUPLICATE = range(4)
KINDS = np.array(
    [{"counted": COUNTED, "act": NOT_COUNTED}.get(reason.kind, REFUSED) for reason in _ORDERED]
)
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
    # In account order, so that the second index grows at its end.
    positions = positions[np.argsort(work.account_id[positions], kind="stable")]
    journal_id = ledger.journal_post(
        actor=actor,
        cursor=cursor,
        kind=kind,
        key=key,
        occurred_on=EPOCH + timedelta(days=int(work.days[positions].max())),
        source=source,
        lines=_lines(work, positions),
    )
    copy_rows(cursor, ACT_TABLE, _acts(work, positions, journal_id))
    return journal_id


def _lines(work: Work, positions: Positions) -> pl.DataFrame:
    """What the records give: one line an account, day and scenario."""
    account_id, days = work.account_id[positions], work.days[positions]
    scenario_no = work.scenario_no[positions]
    same = grouped(account_id, days, scenario_no)
    counted = (work.reason[positions] == 0).astype(np.int32)
    return pl.DataFrame(
        {
            "account_id": same.first(account_id),
            "occurred_on": pl.Series(same.first(days)).cast(pl.Date),
            "scenario_no": same.first(scenario_no),
            "reduction_mg": same.sums(work.reduction_mg[positions]),
            "points": same.sums(work.points[positions]),
            "acts": same.sums(counted),
        }
    )


def _acts(work: Work, positions: Positions, journal_id: int) -> pa.RecordBatch:
    """Evidence rows in the order of the positions."""
    assert work.inputs is not None
    size = len(positions)
    started, ended = work.started[positions], work.ended[positions]
    notes = [work.notes.get(place) for place in positions.tolist()]
    instant, rows = pa.timestamp("us", "UTC"), pa.array(positions)
    return pa.RecordBatch.from_pydict(
        {
            "provider_id": np.full(size, work.provider_id, dtype=np.int64),
            "item_no": arrow(work.frame["item_no"]).take(rows),
            "revision": work.revision[positions],
            "account_id": work.account_id[positions],
            "occurred_on": pa.array(work.days[positions], pa.date32()),
            "occurred_at": pa.array(started, instant),
            "ended_at": pa.array(ended, instant, mask=ended == started),
            "scenario_no": work.scenario_no[positions],
            "filing_id": work.filing_id[positions],
            "inputs": arrow(work.inputs).take(rows),
            "asset_key": arrow(work.frame["asset_key"]).take(rows),
            "quantified_mg": work.quantified_mg[positions],
            "reduction_mg": work.reduction_mg[positions],
            "points": work.points[positions],
            "reason_no": work.reason[positions],
            "note": pa.array(notes, pa.string()),
            "journal_id": np.full(size, journal_id, dtype=np.int64),
        }
    )


def write_refusals(work: Work, cursor: Any, batch_id: int) -> None:
    """Refused rows with reasons; only line and reason of those that no consent covers.

    Nothing personal may be kept without a link and consent, so neither of a row whose subject is
    missing or could not be read; what was sent goes back to its provider alone.
    """
    refused = (work.reason != 0) & ~np.isin(work.reason, ACT_KINDS)
    positions = np.flatnonzero(refused)
    if not len(positions):
        return
    bare = pl.Series((is_silent(work) | (work.account_id == 0))[positions])
    foreign = bare & ~pl.Series(np.isin(work.reason[positions], OWN_WORDS))
    rows = work.frame[positions]
    notes = pl.Series([work.notes.get(int(p)) for p in positions], dtype=pl.String)
    frame = pl.DataFrame(
        {
            "batch_id": np.full(len(positions), batch_id, dtype=np.int64),
            "line": rows["line"],
            "item_no": rows["item_no"].str.slice(0, ITEM_NO_MAX).set(bare, None),
            "reason_no": work.reason[positions],
            "note": notes.set(foreign, None),
            "raw": _raw(rows).set(bare, None),
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
    place = np.searchsorted(NUMBERS, reason)
    kind = KINDS[place]
    kind[work.repeated] = DUPLICATE
    message = SENTENCES.gather(place)
    if notes:
        noted = {at: f"{SENTENCES[int(place[at])]}（{note}）" for at, note in notes.items()}
        message = message.scatter(list(noted), list(noted.values()))
    kept = KINDS[place] != REFUSED
    return pl.DataFrame(
        {
            "line": work.frame["line"],
            "item_no": work.frame["item_no"],
            "status": STATUSES.gather(kind),
            "code": CODES.gather(place),
            "message": message,
            "reduction_mg": np.where(kept, mg, 0),
            "points": np.where(kept, points, 0),
        }
    )
