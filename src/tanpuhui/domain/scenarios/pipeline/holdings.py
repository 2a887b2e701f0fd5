"""What the book already holds for the people of a batch: read once, under the accounts' locks."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from tanpuhui.domain.ledger import selectors as ledger
from tanpuhui.domain.scenarios.pipeline.work import Work
from tanpuhui.domain.scenarios.selectors.rules import Ceiling, ceilings_in_force
from tanpuhui.packs import Pack

PERIODS = ("month", "year")
FIRST_OF = {"month": "1mo", "year": "1y"}


@dataclass(frozen=True)
class Held:
    """What the book holds, and the caps against which it counts.

    lines: account_id, day, journal_id, scenario_no, acts, reduction_mg.
    ceilings: the pack's caps with the changes that were approved since.
    """

    lines: pl.DataFrame
    ceilings: tuple[Ceiling, ...]


def held_for(work: Work, cursor: Any, city: Pack) -> Held:
    """What caps and overlaps need to know about the accounts of live records.

    Lines from the day before to the day after an account's acts; whole months or years for the
    scenarios that have a cap for them.
    """
    rows = pl.DataFrame(
        {
            "account_id": work.account_id[work.live],
            "scenario_no": work.scenario_no[work.live].astype(np.int64),
            "day": pl.Series(work.days[work.live]).cast(pl.Date),
        }
    )
    ceilings = ceilings_in_force(cursor, city)
    near = _windows(rows, pl.col("day").dt.offset_by("-1d"), pl.col("day").dt.offset_by("1d"))
    parts = [ledger.entries_of(cursor, near, [s.no for s in city.scenarios.values()])]
    present = set(rows["scenario_no"].unique())
    for period in PERIODS:
        capped = {one.scenario_no for one in ceilings if one.per == period}
        numbers = sorted(capped & present)
        if not numbers:
            continue
        mine = rows.filter(pl.col("scenario_no").is_in(numbers))
        first = pl.col("day").dt.truncate(FIRST_OF[period])
        last = first.dt.offset_by(FIRST_OF[period]).dt.offset_by("-1d")
        parts.append(ledger.entries_of(cursor, _windows(mine, first, last), numbers))
    return Held(pl.concat(parts).unique() if len(parts) > 1 else parts[0], ceilings)


def _windows(rows: pl.DataFrame, first: pl.Expr, last: pl.Expr) -> pl.DataFrame:
    """One window an account: from the least first day to the greatest last day."""
    return rows.group_by("account_id").agg(first=first.min(), last=last.max()).sort("account_id")
