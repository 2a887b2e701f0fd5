"""How many different people: one bit a person, so that a repeated visit costs a comparison."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from tanpuhui.domain.insight.services.sums import spans_of
from tanpuhui.domain.ledger import selectors as ledger
from tanpuhui.kernel import sqlfiles
from tanpuhui.kernel.columns import ints

BLOCK = 2048
BITS = 8
KEY = ["span", "first_on", "scenario_no", "block"]
Bytes = npt.NDArray[np.uint8]


def people_change(
    cursor: Any, lines: pl.DataFrame, homes: pl.DataFrame, *, floor: int, seen: Sequence[int]
) -> pl.DataFrame:
    """Mark who has a counted act in which period.

    Args:
        cursor: plain cursor.
        lines: the book's new lines.
        homes: what `homes_of` gave for them; holders that are not people are absent.
        floor: all journals up to it are in the sums.
        seen: journals above it that are, the new ones included.

    Returns:
        span, first_on, scenario_no, region_no, people: by how many the cell changes.
    """
    month = pl.col("day").cast(pl.Int32).cast(pl.Date).dt.month_start().cast(pl.Int32)
    given = (
        lines.filter(pl.col("acts") != 0)
        .join(homes.select("account_id").unique(), on="account_id", how="semi")
        .with_columns(month=month.cast(pl.Int64))
    )
    lowered = given.filter(pl.col("acts") < 0)["account_id"].unique()
    is_lowered = pl.col("account_id").is_in(lowered.implode())
    who = ["month", "scenario_no", "account_id"]
    risen = spans_of(given.filter(~is_lowered).select(who).unique(), "month").unique()
    wanted = [risen.with_columns(present=pl.lit(value=True))]
    if not lowered.is_empty():
        touched = spans_of(given.filter(is_lowered).select(who).unique(), "month").unique()
        wanted.append(_present(cursor, touched, lowered, floor=floor, seen=seen))
    whole = pl.concat([part.select(wanted[0].columns) for part in wanted])
    return _flip(cursor, whole.join(homes, on=["span", "first_on", "account_id"]))


def _present(
    cursor: Any, touched: pl.DataFrame, people: pl.Series, *, floor: int, seen: Sequence[int]
) -> pl.DataFrame:
    """Whether somebody whose acts were taken back still has one in the period: the book says."""
    book = ledger.acts_by_month(cursor, people, floor=floor, journal_ids=seen)
    keys = ["span", "first_on", "scenario_no", "account_id"]
    sums = spans_of(book, "month").group_by(keys).agg(pl.col("acts").sum())
    return (
        touched.join(sums, on=keys, how="left")
        .with_columns(present=pl.col("acts").fill_null(0) > 0)
        .drop("acts")
    )


def _flip(cursor: Any, wanted: pl.DataFrame) -> pl.DataFrame:
    """Set and clear bits where they differ from what is wanted; count by cell."""
    cells = [*KEY[:3], "region_no"]
    if wanted.is_empty():
        return pl.DataFrame(schema=dict.fromkeys([*cells, "people"], pl.Int64))
    wanted = wanted.with_columns(block=pl.col("account_id") // BLOCK)
    blocks = wanted.select(KEY).unique().sort(KEY).with_row_index("row")
    wanted = wanted.join(blocks, on=KEY, maintain_order="left")
    bits = _blocks(cursor, blocks)
    row = wanted["row"].to_numpy().astype(np.int64)
    place = wanted["account_id"].to_numpy() % BLOCK
    byte, mask = place // BITS, (1 << (place % BITS)).astype(np.uint8)
    present = wanted["present"].to_numpy()
    flips = ((bits[row, byte] & mask) != 0) != present
    np.bitwise_xor.at(bits, (row[flips], byte[flips]), mask[flips])
    changed = np.unique(row[flips])
    if len(changed):
        _blocks_put(cursor, blocks[changed], bits[changed])
    return (
        wanted.filter(pl.Series(flips))
        .group_by(cells)
        .agg(people=pl.when("present").then(1).otherwise(-1).cast(pl.Int64).sum())
    )


def _blocks(cursor: Any, blocks: pl.DataFrame) -> Bytes:
    bits = np.zeros((blocks.height, BLOCK // BITS), dtype=np.uint8)
    cursor.execute(
        sqlfiles.query(__file__, "blocks_of"), {name: ints(blocks[name]) for name in KEY}
    )
    for place, kept in cursor.fetchall():
        bits[place - 1] = np.frombuffer(kept, dtype=np.uint8)
    return bits


def _blocks_put(cursor: Any, blocks: pl.DataFrame, bits: Bytes) -> None:
    values: dict[str, Any] = {name: ints(blocks[name]) for name in KEY}
    values["bits"] = [row.tobytes() for row in bits]
    cursor.execute(sqlfiles.query(__file__, "blocks_put"), values)
