"""Caps per person, scenario and period: what is above counts nothing, and says why.

The accounts are locked, so what the book holds for a window is final; within the batch earlier
acts come first. Caps of number apply before caps of mass, days before months before years.
"""

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from tanpuhui.domain.ledger import selectors as ledger
from tanpuhui.domain.scenarios.pipeline.checks import EPOCH
from tanpuhui.domain.scenarios.pipeline.quantities import points_of
from tanpuhui.domain.scenarios.pipeline.rulebook import Rulebook
from tanpuhui.domain.scenarios.pipeline.work import Ints, Work
from tanpuhui.domain.scenarios.reasons import number
from tanpuhui.engine.caps import Cap

PERIODS = ("day", "month", "year")


def apply(work: Work, cursor: Any, rules: Rulebook) -> None:
    """Reduce reduction_mg and points of live records to what the caps leave."""
    caps = [
        (scenario.no, cap) for scenario in rules.city.scenarios.values() for cap in scenario.caps
    ]
    caps.sort(key=lambda pair: (pair[1].of != "acts", PERIODS.index(pair[1].per)))
    for period in PERIODS:
        for_period = [(no, cap) for no, cap in caps if cap.per == period]
        windows = _windows(work, {no for no, _ in for_period}, period)
        if windows is None:
            continue
        for no, cap in for_period:
            _apply_one(work, windows.filter(pl.col("scenario_no") == no), cap, cursor)
    _points_again(work, rules)


def _windows(work: Work, numbers: set[int], period: str) -> pl.DataFrame | None:
    """One row a live record under a cap of this period, with its window of days."""
    mask = work.live & np.isin(work.scenario_no, list(numbers))
    positions = np.flatnonzero(mask)
    if not len(positions):
        return None
    day = pl.Series(work.days[positions]).cast(pl.Date)
    first = {"day": day, "month": day.dt.truncate("1mo"), "year": day.dt.truncate("1y")}[period]
    last = first.dt.offset_by({"day": "1d", "month": "1mo", "year": "1y"}[period])
    return pl.DataFrame(
        {
            "record": positions.astype(np.int64),
            "account_id": work.account_id[positions],
            "scenario_no": work.scenario_no[positions].astype(np.int64),
            "first": first,
            "last": last,
            "started": work.started[positions],
        }
    )


def _apply_one(work: Work, mine: pl.DataFrame, cap: Cap, cursor: Any) -> None:
    mine = mine.filter(pl.Series(work.live[mine["record"].to_numpy()]))
    if mine.is_empty():
        return
    keys = ["account_id", "scenario_no", "first", "last"]
    windows = mine.select(keys).unique(maintain_order=True).with_row_index("position")
    windows = windows.with_columns(pl.col("position").cast(pl.Int64))
    used = ledger.usage(cursor, windows)
    ordered = (mine.join(windows, on=keys).join(used, on="position", how="left").fill_null(0)).sort(
        "position", "started", "record"
    )
    records = ordered["record"].to_numpy()
    group_start = ordered["position"].is_first_distinct().to_numpy()
    if cap.of == "acts":
        before = ordered["used_acts"].to_numpy() + _running(np.ones(len(records)), group_start)
        _nothing(work, records[before >= cap.limit], cap)
        return
    mass = work.reduction_mg[records]
    before = ordered["used_mg"].to_numpy() + _running(mass, group_start)
    assert cap.limit_mg is not None
    room = np.clip(cap.limit_mg - before, 0, None)
    kept = np.minimum(mass, room)
    partly = (kept < mass) & (kept > 0)
    _nothing(work, records[(kept == 0) & (mass > 0)], cap)
    work.reduction_mg[records[partly]] = kept[partly]
    for record in records[partly]:
        work.notes[int(record)] = f"超出{_words(cap)}的部分未计入"


def _running(values: Any, group_start: Any) -> Ints:
    """Sum of the values before each row within its group."""
    values = values.astype(np.int64)
    total = np.cumsum(values) - values
    starts = np.maximum.accumulate(np.where(group_start, np.arange(len(values)), 0))
    return total - total[starts]


def _nothing(work: Work, records: Any, cap: Cap) -> None:
    work.reason[records] = number(f"cap.{cap.per}")
    work.reduction_mg[records] = 0
    work.points[records] = 0
    for record in records:
        work.notes[int(record)] = f"已达到{_words(cap)}"


def _words(cap: Cap) -> str:
    period = {"day": "每日", "month": "每月", "year": "每年"}[cap.per]
    amount = f"{cap.limit} 次" if cap.of == "acts" else f"{cap.limit} 克"
    return f"{period}上限 {amount}"


def _points_again(work: Work, rules: Rulebook) -> None:
    """Points follow the mass that was counted, not the mass that was quantified."""
    cut = np.flatnonzero(work.live & (work.reduction_mg < work.quantified_mg))
    for position in cut:
        scenario = rules.city.scenario_by_no(int(work.scenario_no[position]))
        segment = rules.segment(scenario, _day(work, int(position)))
        work.points[position] = points_of(work.reduction_mg[position : position + 1], segment)[0]


def _day(work: Work, position: int) -> date:
    return EPOCH + timedelta(days=int(work.days[position]))
