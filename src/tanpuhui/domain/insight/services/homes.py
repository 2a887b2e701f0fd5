"""The district for which a person counts in a period: fixed at the first act read in it."""

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from tanpuhui.domain.insight.services.sums import periods_of, region_codes
from tanpuhui.kernel import sqlfiles
from tanpuhui.kernel.columns import ints

BLOCK = 2048
BITS = 8
KEY = ["span", "first_on", "block"]
Bytes = npt.NDArray[np.uint8]


def homes_of(cursor: Any, seen: pl.DataFrame, current: pl.DataFrame) -> pl.DataFrame:
    """Look up and, where a period sees somebody for the first time, fix the present district.

    Args:
        cursor: plain cursor.
        seen: account_id and day (since 1970-01-01) of lines and acts.
        current: account_id and region_no of those who are people.

    Returns:
        span, first_on, account_id, region_no; only people.
    """
    month = pl.col("day").cast(pl.Int32).cast(pl.Date).dt.month_start().cast(pl.Int32)
    days = seen.select("account_id", day=month.cast(pl.Int64)).unique()
    wanted = periods_of(days.join(current, on="account_id"), "day").unique(
        ["span", "first_on", "account_id"]
    )
    if wanted.is_empty():
        return wanted
    wanted = wanted.with_columns(block=pl.col("account_id") // BLOCK)
    blocks = wanted.select(KEY).unique().sort(KEY).with_row_index("row")
    wanted = wanted.join(blocks, on=KEY, maintain_order="left")
    codes = region_codes()
    kept = _kept(cursor, blocks, codes)
    row = wanted["row"].to_numpy().astype(np.int64)
    place = wanted["account_id"].to_numpy() % BLOCK
    byte, mask = place // BITS, (1 << (place % BITS)).astype(np.uint8)
    found = np.full(len(row), -1, dtype=np.int64)
    for region_no, bits in kept.items():
        found[(bits[row, byte] & mask) != 0] = region_no
    fresh = found < 0
    found[fresh] = wanted["region_no"].to_numpy()[fresh]
    for region_no in np.unique(found[fresh]).tolist():
        here = fresh & (found == region_no)
        bits = kept.setdefault(region_no, np.zeros((blocks.height, BLOCK // BITS), dtype=np.uint8))
        np.bitwise_or.at(bits, (row[here], byte[here]), mask[here])
        changed = np.unique(row[here])
        _put(cursor, blocks[changed], codes[region_no], bits[changed])
    return wanted.with_columns(region_no=pl.Series(found)).drop("row", "block")


def _kept(cursor: Any, blocks: pl.DataFrame, codes: list[str]) -> dict[int, Bytes]:
    """District number → bits of the blocks; a district that the city no longer has is none."""
    cursor.execute(sqlfiles.query(__file__, "homes_of"), {name: ints(blocks[name]) for name in KEY})
    numbers = {code: number for number, code in enumerate(codes)}
    found: dict[int, Bytes] = {}
    for place, region, bits in cursor.fetchall():
        table = found.setdefault(
            numbers.get(region, 0), np.zeros((blocks.height, BLOCK // BITS), dtype=np.uint8)
        )
        table[place - 1] |= np.frombuffer(bits, dtype=np.uint8)
    return found


def _put(cursor: Any, blocks: pl.DataFrame, region: str, bits: Bytes) -> None:
    values: dict[str, Any] = {name: ints(blocks[name]) for name in KEY}
    values["region"] = [region] * blocks.height
    values["bits"] = [row.tobytes() for row in bits]
    cursor.execute(sqlfiles.query(__file__, "homes_put"), values)
