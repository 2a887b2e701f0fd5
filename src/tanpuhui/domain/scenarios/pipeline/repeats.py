"""The same act twice: within the batch, and against what is stored.

Same number and content → the first answer again. Same number, other content → conflict.
In a correction it is the other way round: the number must be known, the content different, or
the same where the act was withdrawn, which brings it back.
"""

from typing import Any

import numpy as np
import polars as pl
import pyarrow.compute as pc

from tanpuhui.domain.scenarios.pipeline.work import Work
from tanpuhui.domain.scenarios.reasons import number
from tanpuhui.kernel.columns import arrow, texts

WITHDRAWN = number("act.withdrawn")
STORED_SCHEMA: dict[str, Any] = {
    "item_no": pl.String,
    "revision": pl.Int16,
    "scenario_no": pl.Int16,
    "account_id": pl.Int64,
    "started": pl.Int64,
    "inputs": pl.List(pl.Int64),
    "asset_key": pl.String,
    "quantified_mg": pl.Int64,
    "reduction_mg": pl.Int64,
    "points": pl.Int64,
    "reason_no": pl.Int16,
    "note": pl.String,
    "occurred_on": pl.Date,
    "ended": pl.Int64,
    "filing_id": pl.Int16,
}
FIND = """
select distinct on (item_no) item_no, revision, scenario_no, account_id,
  (extract(epoch from occurred_at) * 1000000)::bigint, inputs, asset_key,
  quantified_mg, reduction_mg, points, reason_no, note, occurred_on,
  (extract(epoch from ended_at) * 1000000)::bigint, filing_id
from scenarios_act_find(%(provider_id)s, string_to_array(%(items)s, chr(31)))
order by item_no, revision desc
"""


def find_stored(cursor: Any, provider_id: int, items: pl.Series) -> pl.DataFrame:
    """The acts in force under these item numbers; STORED_SCHEMA."""
    rows = _find(cursor, provider_id, items)
    return pl.DataFrame(rows, schema=STORED_SCHEMA, orient="row")


def _find(cursor: Any, provider_id: int, items: pl.Series) -> list[tuple[Any, ...]]:
    if items.is_empty():
        return []
    cursor.execute(FIND, {"provider_id": provider_id, "items": texts(items)})
    found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def within_batch(work: Work) -> None:
    """The first of several records with one number counts; the others repeat or conflict."""
    items = work.frame["item_no"]
    if len(pc.unique(arrow(items))) == work.size:
        return
    live = work.live
    first = (items.is_first_distinct() | ~pl.Series(live)).to_numpy()
    again = np.flatnonzero(live & ~first)
    if not len(again):
        return
    leaders: dict[str, int] = {}
    several = np.flatnonzero(live & items.is_duplicated().to_numpy())
    for position, item in zip(several.tolist(), items.gather(several).to_list(), strict=True):
        leaders.setdefault(item, position)
    later: list[tuple[int, int]] = []
    for position in again.tolist():
        leader = leaders[items[position]]
        if leader != position:  # else: an earlier one of this number was refused
            later.append((position, leader))
    if not later:
        return
    ours = _contents(work, [position for position, _ in later])
    theirs = _contents(work, [leader for _, leader in later])
    for (position, leader), one, other in zip(later, ours, theirs, strict=True):
        if one == other:
            work.repeated[position] = True
            work.leaders[position] = leader
        else:
            work.refuse_one(position, "record.conflict", "与同一批中的前一条不一致")


def against_stored(work: Work, cursor: Any, *, correcting: bool) -> None:
    """Compare live records with what is in force under their numbers."""
    positions = np.flatnonzero(work.live)
    items = work.frame["item_no"].gather(positions)
    rows = {
        row[0]: dict(zip(STORED_SCHEMA, row, strict=True))
        for row in _find(cursor, work.provider_id, items)
    }
    if not rows:
        if correcting:
            work.refuse(work.live, "record.unknown_item")
        return
    is_known = items.is_in(list(rows)).to_numpy()
    if correcting:
        work.refuse_at(positions[~is_known], "record.unknown_item")
    known = positions[is_known].tolist()
    names = work.frame["item_no"].gather(known).to_list()
    for position, name, content in zip(known, names, _contents(work, known), strict=True):
        row = rows[name]
        same = content == _stored_content(row)
        if same and not (correcting and row["reason_no"] == WITHDRAWN):
            work.repeated[position] = True
            work.answers[position] = row
        elif correcting and work.account_id[position] != row["account_id"]:
            work.refuse_one(position, "record.other_subject")
        elif correcting:
            work.revision[position] = row["revision"] + 1
            work.replaced[position] = row
        else:
            work.refuse_one(position, "record.conflict")


def _contents(work: Work, positions: list[int]) -> list[tuple[Any, ...]]:
    """What makes two records the same, comparable with `_stored_content`."""
    assert work.inputs is not None
    return list(
        zip(
            work.scenario_no[positions].tolist(),
            work.account_id[positions].tolist(),
            work.started[positions].tolist(),
            work.inputs.gather(positions).to_list(),
            work.frame["asset_key"].gather(positions).to_list(),
            strict=True,
        )
    )


def _stored_content(row: dict[str, Any]) -> tuple[Any, ...]:
    return (
        row["scenario_no"],
        row["account_id"],
        row["started"],
        row["inputs"],
        row["asset_key"],
    )
