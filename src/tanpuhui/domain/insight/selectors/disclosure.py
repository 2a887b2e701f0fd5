"""What the public may read: sums with cells of few people left empty, the same on every page.

Months, scenarios and districts are published with their totals, and so is all time by scenario
and by district. Of the months before the window only their part of all time can be inferred; it
counts as one more row that nobody publishes.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from tanpuhui.domain.insight.data import Figures, PeriodFigures
from tanpuhui.domain.insight.selectors import cells
from tanpuhui.domain.insight.selectors.suppression import Mask, Table, protect
from tanpuhui.kernel import clock
from tanpuhui.kernel.cityrules import pack

MONTHS = 12
Axis = dict[int | str, dict[date | None, Figures]]


@dataclass(frozen=True)
class Side:
    """One side of the published tables: by scenario or by district.

    figures: (month or None for all time, scenario number or district) → figures; None is hidden,
        a missing key means that nothing happened.
    """

    figures: dict[tuple[date | None, int | str], Figures | None]

    def of(self, month: date | None, which: int | str) -> Figures | None:
        """The figures of a cell; None where it stays empty for privacy."""
        return self.figures.get((month, which), cells.NOTHING)


@dataclass(frozen=True)
class Published:
    """The last months as the public reads them; months newest first, `city` by month and None."""

    months: tuple[date, ...]
    city: dict[date | None, Figures]
    scenarios: Side
    regions: Side


def published() -> Published:
    """City, scenarios and districts by month and for all time; four queries."""
    months = months_until(clock.today())
    by_scenario = cells.months_by_scenario(months[-1], months[0])
    ever = cells.ever_by_scenario()
    city: dict[date | None, Figures] = dict.fromkeys(months, cells.NOTHING)
    city |= {row.first_on: row.figures for row in by_scenario if row.scenario_no == 0}
    city[None] = next((row.figures for row in ever if row.scenario_no == 0), cells.NOTHING)
    scenarios = _axis(by_scenario, ever, "scenario_no")
    scenarios.pop(0, None)
    districts = _axis(
        cells.months_by_region(months[-1], months[0]), cells.ever_by_region(), "region"
    )
    return Published(months, city, _side(months, scenarios, city), _side(months, districts, city))


def months_until(day: date) -> tuple[date, ...]:
    """The first days of the last months, newest first."""
    index = day.year * 12 + day.month - 1
    return tuple(date((index - back) // 12, (index - back) % 12 + 1, 1) for back in range(MONTHS))


def month_published(month: date, tables: Published) -> dict[tuple[int, str], Figures | None]:
    """One month by (scenario, district), None where hidden; agrees with the tables' margins.

    Args:
        month: one of `tables.months`.
        tables: what `published` gave.
    """
    rows = cells.month_cells(month)
    found = {(row.scenario_no, row.region): row.figures for row in rows}
    numbers = scenario_nos()
    codes = sorted({row.region for row in rows} | set(region_codes()))
    people = np.zeros((len(numbers) + 1, len(codes) + 1), dtype=np.int64)
    hidden = np.zeros(people.shape, dtype=np.bool_)
    for place, number in enumerate([*numbers, 0]):
        for other, code in enumerate(codes):
            people[place, other] = (found.get((number, code)) or cells.NOTHING).people or 0
    people[:, -1] = people[:, :-1].sum(axis=1)
    hidden[:-1, -1] = [tables.scenarios.of(month, number) is None for number in numbers]
    hidden[-1, :-1] = [tables.regions.of(month, code) is None for code in codes]
    mask = protect(people, hidden=hidden)
    return {
        (number, code): None if mask[place, other] else found[number, code]
        for place, number in enumerate(numbers)
        for other, code in enumerate(codes)
        if (number, code) in found or mask[place, other]
    }


def scenario_nos() -> list[int]:
    """Numbers of the city's scenarios."""
    return sorted(scenario.no for scenario in pack().scenarios.values())


def region_codes() -> list[str]:
    """District codes of the city."""
    return [row["code"] for row in (pack().regions or {}).get("regions", [])]


def _axis(months: list[PeriodFigures], ever: list[PeriodFigures], name: str) -> Axis:
    found: Axis = {}
    for row in months:
        found.setdefault(getattr(row, name), {})[row.first_on] = row.figures
    for row in ever:
        found.setdefault(getattr(row, name), {})[None] = row.figures
    return found


def _side(months: tuple[date, ...], axis: Axis, city: dict[date | None, Figures]) -> Side:
    """Rows: months, everything before them, all time. Columns: the axis, and all of it."""
    keys = list(axis)
    people: Table = np.zeros((len(months) + 2, len(keys) + 1), dtype=np.int64)
    for column, key in enumerate(keys):
        for row, month in enumerate([*months, None]):
            figures = axis[key].get(month, cells.NOTHING)
            people[row if month else -1, column] = figures.people or 0
    for row, month in enumerate([*months, None]):
        people[row if month else -1, -1] = city.get(month, cells.NOTHING).people or 0
    closed: Mask = np.zeros(people.shape, dtype=np.bool_)
    closed[-2, :] = True
    mask = protect(people, closed=closed)
    return Side(
        {
            (month, key): None if mask[row if month else -1, column] else shown
            for column, key in enumerate(keys)
            for row, month in enumerate([*months, None])
            if (shown := axis[key].get(month)) is not None or mask[row if month else -1, column]
        }
    )
