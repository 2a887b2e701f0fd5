"""Caps per person, scenario and period: where there is not room for everything a batch brings.

The accounts are locked, so what the book holds for a period is final. Who gets the room that is
short is decided in `counting`; here is found where it is short, in columns.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from tanpuhui.domain.scenarios.pipeline.checks import EPOCH
from tanpuhui.domain.scenarios.pipeline.holdings import Held
from tanpuhui.domain.scenarios.pipeline.work import Positions, Work
from tanpuhui.domain.scenarios.selectors.rules import UNLIMITED, Ceiling
from tanpuhui.engine.caps import Of, Per, Room, Share, allot

PERIODS: tuple[Per, ...] = ("day", "month", "year")
PERIOD_WORDS = {"day": "每日", "month": "每月", "year": "每年"}
Group = tuple[Per, int, int, int]  # per, period, account id, scenario number


@dataclass(frozen=True)
class Shortage:
    """Where caps cannot bear everything that a batch brings.

    positions: the records concerned. rooms: what is left, by group; in other groups there is room
    for all.
    """

    positions: Positions
    rooms: dict[Group, list[tuple[Ceiling, Room]]]

    def share(self, work: Work, position: int) -> tuple[Share, Ceiling | None]:
        """What of a record counts, and the cap that cut it; takes it out of the rooms."""
        day = int(work.days[position])
        account_id, no = int(work.account_id[position]), int(work.scenario_no[position])
        rooms = [
            room
            for per in PERIODS
            for room in self.rooms.get((per, _period_of(day, per), account_id, no), ())
        ]
        share = allot([room for _, room in rooms], int(work.reduction_mg[position]))
        return share, None if share.cut_by is None else rooms[share.cut_by][0]


def shortage(work: Work, held: Held) -> Shortage:
    """The groups in which what the book holds and what the batch brings pass a limit together."""
    positions = np.flatnonzero(work.live)
    mine = pl.DataFrame(
        {
            "position": positions,
            "account_id": work.account_id[positions],
            "scenario_no": work.scenario_no[positions].astype(np.int64),
            "day": work.days[positions].astype(np.int64),
            "reduction_mg": work.reduction_mg[positions],
        }
    )
    present = set(mine["scenario_no"].unique().to_list())
    parts: list[pl.Series] = []
    rooms: dict[Group, list[tuple[Ceiling, Room]]] = {}
    for per in PERIODS:
        caps = [cap for cap in held.ceilings if cap.per == per and cap.scenario_no in present]
        if caps:
            parts.append(_short(mine, held, per, caps, rooms))
    short = pl.concat(parts).unique() if parts else pl.Series([], dtype=pl.Int64)
    return Shortage(short.to_numpy(), rooms)


def _short(
    mine: pl.DataFrame,
    held: Held,
    per: Per,
    caps: list[Ceiling],
    rooms: dict[Group, list[tuple[Ceiling, Room]]],
) -> pl.Series:
    """Positions of the records in groups without room for all; fills `rooms` for these groups."""
    keys = ["account_id", "scenario_no", "period"]
    numbers = sorted({cap.scenario_no for cap in caps})
    rows = mine.filter(pl.col("scenario_no").is_in(numbers)).with_columns(period=_period(per))
    used = (
        held.lines.filter(pl.col("scenario_no").is_in(numbers))
        .with_columns(period=_period(per))
        .group_by(keys)
        .agg(used_acts=pl.col("acts").sum(), used_mg=pl.col("reduction_mg").sum())
    )
    groups = (
        rows.group_by(keys)
        .agg(pl.len().cast(pl.Int64).alias("acts"), pl.col("reduction_mg").sum(), pl.first("day"))
        .join(used, on=keys, how="left")
        .with_columns(pl.col("used_acts", "used_mg").fill_null(0))
    )
    limits = {
        of: _limits(groups, (cap for cap in caps if cap.of == of)) for of in ("acts", "mass_g")
    }
    short = groups.with_columns(limit_acts=limits["acts"], limit_mg=limits["mass_g"]).filter(
        (pl.col("used_acts") + pl.col("acts") > pl.col("limit_acts"))
        | (pl.col("used_mg") + pl.col("reduction_mg") > pl.col("limit_mg"))
    )
    of_scenario: dict[int, list[Ceiling]] = {}
    for cap in sorted(caps, key=lambda one: one.of):  # number before mass
        of_scenario.setdefault(cap.scenario_no, []).append(cap)
    for row in short.iter_rows(named=True):
        left: dict[Of, int] = {
            "acts": row["limit_acts"] - row["used_acts"],
            "mass_g": row["limit_mg"] - row["used_mg"],
        }
        rooms[per, row["period"], row["account_id"], row["scenario_no"]] = [
            (cap, Room(cap.of, left[cap.of])) for cap in of_scenario[row["scenario_no"]]
        ]
    return rows.join(short.select(keys), on=keys, how="semi")["position"]


def _limits(groups: pl.DataFrame, caps: Iterable[Ceiling]) -> pl.Series:
    """The limit of each group in acts or mg.

    A limit changes at the start of its period only, so any day of the group tells it.
    """
    numbers, days = groups["scenario_no"].to_numpy(), groups["day"].to_numpy()
    found = np.full(len(numbers), UNLIMITED, dtype=np.int64)
    for cap in caps:
        mine = numbers == cap.scenario_no
        found[mine] = cap.limits(days[mine])
    return pl.Series(found)


def _period(per: Per) -> pl.Expr:
    """The day, month or year of `day` (days since 1970-01-01) as one number."""
    day = pl.col("day")
    if per == "day":
        return day
    calendar = day.cast(pl.Int32).cast(pl.Date)
    year = calendar.dt.year().cast(pl.Int64)
    return year if per == "year" else year * 12 + calendar.dt.month()


def _period_of(day: int, per: Per) -> int:
    """As `_period`, for one day."""
    if per == "day":
        return day
    calendar: date = EPOCH + timedelta(days=day)
    return calendar.year if per == "year" else calendar.year * 12 + calendar.month


def words(cap: Ceiling, day: int) -> str:
    """A cap as it is named to people, on one day."""
    unit = "次" if cap.of == "acts" else "克"
    return f"{PERIOD_WORDS[cap.per]}上限 {cap.limit_on(day)} {unit}"
