"""Caps per person, scenario and period: what is above counts nothing, and says why.

The accounts are locked, so what the book holds for a window is final; within the batch earlier
acts come first. Caps of number apply before caps of mass, days before months before years.
"""

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from tanpuhui.domain.scenarios.pipeline.checks import EPOCH
from tanpuhui.domain.scenarios.pipeline.holdings import Held
from tanpuhui.domain.scenarios.pipeline.quantities import points_of
from tanpuhui.domain.scenarios.pipeline.rulebook import Rulebook
from tanpuhui.domain.scenarios.pipeline.work import Ints, Mask, Work
from tanpuhui.domain.scenarios.reasons import number
from tanpuhui.domain.scenarios.selectors.rules import Ceiling

PERIODS = ("day", "month", "year")


def apply(work: Work, rules: Rulebook, held: Held) -> None:
    """Reduce reduction_mg and points of live records to what the caps leave."""
    caps = sorted(held.ceilings, key=lambda one: (one.of != "acts", PERIODS.index(one.per)))
    present = set(np.unique(work.scenario_no[work.live]).tolist())
    for cap in caps:
        if cap.scenario_no in present:
            _apply_one(work, cap, held)
    _points_again(work, rules)


def _period(day: pl.Expr, cap: Ceiling) -> pl.Expr:
    """The day, month or year of days since 1970-01-01, as one number."""
    if cap.per == "day":
        return day
    calendar = day.cast(pl.Int32).cast(pl.Date)
    year = calendar.dt.year().cast(pl.Int64)
    return year if cap.per == "year" else year * 12 + calendar.dt.month()


def _apply_one(work: Work, cap: Ceiling, held: Held) -> None:
    no = cap.scenario_no
    positions = np.flatnonzero(work.live & (work.scenario_no == no))
    if not len(positions):
        return
    keys = ["account_id", "period"]
    mine = pl.DataFrame(
        {
            "record": positions.astype(np.int64),
            "account_id": work.account_id[positions],
            "day": work.days[positions].astype(np.int64),
            "started": work.started[positions],
        }
    ).with_columns(period=_period(pl.col("day"), cap))
    used = (
        held.lines.filter(pl.col("scenario_no") == no)
        .with_columns(period=_period(pl.col("day"), cap))
        .group_by(keys)
        .agg(used_acts=pl.col("acts").sum(), used_mg=pl.col("reduction_mg").sum())
    )
    ordered = (
        mine.join(used, on=keys, how="left", maintain_order="left")
        .with_columns(pl.col("used_acts", "used_mg").fill_null(0))
        .sort(*keys, "started", "record")
    )
    records = ordered["record"].to_numpy()
    group_start = ordered.select(pl.struct(keys).is_first_distinct()).to_series().to_numpy()
    # A limit changes at the start of its period only, so it is the same for all of a group.
    limits = cap.limits(ordered["day"].to_numpy())
    if cap.of == "acts":
        before = ordered["used_acts"].to_numpy() + _running(np.ones(len(records)), group_start)
        _nothing(work, records[before >= limits], cap)
    else:
        used_mg = ordered["used_mg"].to_numpy()
        _cut_mass(work, records, limits - used_mg, group_start, cap)


def _cut_mass(work: Work, records: Ints, room_mg: Ints, group_start: Mask, cap: Ceiling) -> None:
    mass = work.reduction_mg[records]
    room = np.clip(room_mg - _running(mass, group_start), 0, None)
    kept = np.minimum(mass, room)
    partly = (kept < mass) & (kept > 0)
    _nothing(work, records[(kept == 0) & (mass > 0)], cap)
    work.reduction_mg[records[partly]] = kept[partly]
    for record in records[partly]:
        work.notes[int(record)] = f"超出{_words(work, record, cap)}的部分未计入"


def _running(values: Any, group_start: Any) -> Ints:
    """Sum of the values before each row within its group."""
    values = values.astype(np.int64)
    total = np.cumsum(values) - values
    starts = np.maximum.accumulate(np.where(group_start, np.arange(len(values)), 0))
    return np.asarray(total - total[starts], dtype=np.int64)


def _nothing(work: Work, records: Any, cap: Ceiling) -> None:
    work.reason[records] = number(f"cap.{cap.per}")
    work.reduction_mg[records] = 0
    work.points[records] = 0
    for record in records:
        work.notes[int(record)] = f"已达到{_words(work, record, cap)}"


def _words(work: Work, record: Any, cap: Ceiling) -> str:
    period = {"day": "每日", "month": "每月", "year": "每年"}[cap.per]
    limit = cap.limit_on(int(work.days[record]))
    return f"{period}上限 {limit} {'次' if cap.of == 'acts' else '克'}"


def _points_again(work: Work, rules: Rulebook) -> None:
    """Points follow the mass that was counted, not the mass that was quantified."""
    cut = np.flatnonzero(work.live & (work.reduction_mg < work.quantified_mg))
    for position in cut:
        scenario = rules.city.scenario_by_no(int(work.scenario_no[position]))
        segment = rules.segment(scenario, _day(work, int(position)))
        work.points[position] = points_of(work.reduction_mg[position : position + 1], segment)[0]


def _day(work: Work, position: int) -> date:
    return EPOCH + timedelta(days=int(work.days[position]))
