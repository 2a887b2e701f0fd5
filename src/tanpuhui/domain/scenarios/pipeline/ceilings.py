"""Caps per person, scenario and period: where there is not room for everything a batch brings.

The accounts are locked, so what the book holds for a period is final. Who gets the room that is
short is decided in `counting`; here is found where it is short, in columns.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from tanpuhui.domain.scenarios.pipeline.checks import EPOCH
from tanpuhui.domain.scenarios.pipeline.holdings import Held
from tanpuhui.domain.scenarios.pipeline.work import Ints, Positions, Work
from tanpuhui.domain.scenarios.selectors.rules import UNLIMITED, Ceiling
from tanpuhui.engine.caps import Of, Per, Room, Share, allot
from tanpuhui.kernel.columns import Columns, grouped

PERIODS: tuple[Per, ...] = ("day", "month", "year")
PERIOD_WORDS = {"day": "每日", "month": "每月", "year": "每年"}
Group = tuple[Per, int, int, int]  # per, period, account id, scenario number
Rooms = dict[Group, list[tuple[Ceiling, Room]]]


@dataclass(frozen=True)
class Shortage:
    """Where caps cannot bear everything that a batch brings.

    positions: the records concerned. rooms: what is left, by group; in other groups there is room
    for all.
    """

    positions: Positions
    rooms: Rooms

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
    present = set(np.unique(work.scenario_no[positions]).tolist())
    parts = [positions[:0]]
    rooms: Rooms = {}
    for per in PERIODS:
        caps = [cap for cap in held.ceilings if cap.per == per and cap.scenario_no in present]
        if caps:
            short, left = _short(work, positions, held.lines, caps)
            parts.append(short)
            rooms |= left
    return Shortage(np.unique(np.concatenate(parts)), rooms)


def _short(
    work: Work, positions: Positions, lines: Columns, caps: list[Ceiling]
) -> tuple[Positions, Rooms]:
    """Positions of the records in groups without room for all, and what is left there.

    `caps` are of one period.
    """
    numbers, per = sorted({cap.scenario_no for cap in caps}), caps[0].per
    rows = positions[np.isin(work.scenario_no[positions], numbers)]
    book = np.flatnonzero(np.isin(lines["scenario_no"], numbers))
    # The records first, then the book's lines: a group's first row is a record, if it has one.
    account_id = np.concatenate([work.account_id[rows], lines["account_id"][book]])
    scenario_no = np.concatenate(
        [work.scenario_no[rows].astype(np.int64), lines["scenario_no"][book]]
    )
    days = np.concatenate([work.days[rows].astype(np.int64), lines["day"][book]])
    same = grouped(account_id, scenario_no, _periods(days, per))
    nothing = np.zeros(len(rows), dtype=np.int64)
    used: dict[Of, Ints] = {
        "acts": same.sums(np.concatenate([nothing, lines["acts"][book]])),
        "mass_g": same.sums(np.concatenate([nothing, lines["reduction_mg"][book]])),
    }
    brought: dict[Of, Ints] = {"acts": np.ones_like(nothing), "mass_g": work.reduction_mg[rows]}
    left: dict[Of, Ints] = {}
    short = np.zeros(len(same.starts), dtype=np.bool_)
    for of, amounts in brought.items():
        chosen = [cap for cap in caps if cap.of == of]
        left[of] = _limits(same.first(scenario_no), same.first(days), chosen) - used[of]
        short |= same.sums(np.concatenate([amounts, np.zeros_like(book)])) > left[of]
    found = rows[short[same.place[: len(rows)]]]
    if not len(found):
        return found, {}
    of_scenario: dict[int, list[Ceiling]] = {}
    for cap in sorted(caps, key=lambda one: one.of):  # number before mass
        of_scenario.setdefault(cap.scenario_no, []).append(cap)
    rooms: Rooms = {}
    for group in np.flatnonzero(short).tolist():
        at = same.order[same.starts[group]]
        no = int(scenario_no[at])
        rooms[per, _period_of(int(days[at]), per), int(account_id[at]), no] = [
            (cap, Room(cap.of, int(left[cap.of][group]))) for cap in of_scenario[no]
        ]
    return found, rooms


def _limits(numbers: Ints, days: Ints, caps: Iterable[Ceiling]) -> Ints:
    """The limit of each group in acts or mg.

    A limit changes at the start of its period only, so any day of the group tells it.
    """
    found = np.full(len(numbers), UNLIMITED, dtype=np.int64)
    for cap in caps:
        mine = numbers == cap.scenario_no
        found[mine] = cap.limits(days[mine])
    return found


def _periods(days: Ints, per: Per) -> Ints:
    """The day, month or year of days since 1970-01-01 as numbers that rise with time."""
    if per == "day":
        return days
    calendar = "datetime64[M]" if per == "month" else "datetime64[Y]"
    return days.astype("datetime64[D]").astype(calendar).astype(np.int64)


def _period_of(day: int, per: Per) -> int:
    """The day, month or year of one day as a number."""
    if per == "day":
        return day
    calendar: date = EPOCH + timedelta(days=day)
    return calendar.year if per == "year" else calendar.year * 12 + calendar.month


def words(cap: Ceiling, day: int) -> str:
    """A cap as it is named to people, on one day."""
    unit = "次" if cap.of == "acts" else "克"
    return f"{PERIOD_WORDS[cap.per]}上限 {cap.limit_on(day)} {unit}"
