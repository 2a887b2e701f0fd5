"""What the book already holds for the people of a batch: read once, under the accounts' locks."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tanpuhui.domain.ledger import selectors as ledger
from tanpuhui.domain.scenarios.pipeline.work import Ints, Work
from tanpuhui.domain.scenarios.selectors.rules import Ceiling, ceilings_in_force
from tanpuhui.kernel.columns import Columns, grouped
from tanpuhui.packs import Overlap, Pack

CALENDAR = {"day": "datetime64[D]", "month": "datetime64[M]", "year": "datetime64[Y]"}
LINE = ("account_id", "day", "journal_id", "scenario_no")
AMOUNTS = ("acts", "reduction_mg")


@dataclass(frozen=True)
class Held:
    """What the book holds, and the caps against which it counts.

    lines: account_id, day, journal_id, scenario_no, acts, reduction_mg; each line once.
    ceilings: the pack's caps with the changes that were approved since.
    """

    lines: Columns
    ceilings: tuple[Ceiling, ...]


def held_for(work: Work, cursor: Any, city: Pack) -> Held:
    """What caps and overlaps need to know about the accounts of live records, and no more.

    Trips of the day before to the day after those of a person under way; for a scenario with a
    cap, its own lines of the cap's period.
    """
    live = work.live
    account_id, scenario_no = work.account_id[live], work.scenario_no[live]
    days = work.days[live].astype(np.int64)
    ceilings = ceilings_in_force(cursor, city)
    present = set(np.unique(scenario_no).tolist())
    read_by_day: set[int] = set()
    parts = []
    for rule in city.overlaps:
        numbers = scenario_nos(city, rule)
        if rule.match != "time" or present.isdisjoint(numbers):
            continue
        mine = np.isin(scenario_no, numbers)
        windows = _windows(account_id[mine], days[mine] - 1, days[mine] + 1)
        parts.append(ledger.entries_of(cursor, windows, numbers))
        read_by_day |= set(numbers)
    for per, calendar in CALENDAR.items():
        capped = {one.scenario_no for one in ceilings if one.per == per} & present
        numbers = sorted(capped - read_by_day if per == "day" else capped)
        if not numbers:
            continue
        mine = np.isin(scenario_no, numbers)
        begun = days[mine].astype("datetime64[D]").astype(calendar)
        windows = _windows(account_id[mine], _day_of(begun), _day_of(begun + 1) - 1)
        parts.append(ledger.entries_of(cursor, windows, numbers))
    return Held(_each_once(parts), ceilings)


def scenario_nos(city: Pack, rule: Overlap) -> list[int]:
    """The numbers of the scenarios that an overlap rule is about."""
    return [city.scenarios[scenario].no for scenario in rule.scenarios]


def _day_of(begun: np.ndarray[Any, Any]) -> Ints:
    """The first day of months or years, counted from 1970-01-01."""
    return begun.astype("datetime64[D]").astype(np.int64)


def _windows(account_id: Ints, first: Ints, last: Ints) -> Columns:
    """One window an account: from the least first day to the greatest last day."""
    same = grouped(account_id)
    return {
        "account_id": same.first(account_id),
        "first": same.least(first),
        "last": same.greatest(last),
    }


def _each_once(parts: list[Columns]) -> Columns:
    """All lines of windows that may share some."""
    if len(parts) == 1:
        return parts[0]
    nothing = np.zeros(0, dtype=np.int64)
    lines = {
        name: np.concatenate([nothing, *(part[name] for part in parts)]) for name in LINE + AMOUNTS
    }
    same = grouped(*(lines[name] for name in LINE))
    return {name: same.first(values) for name, values in lines.items()}
