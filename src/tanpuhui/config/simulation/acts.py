"""Who did what, when and how much: the records of a block of people, drawn scenario by scenario."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import polars as pl

from tanpuhui.config.simulation.habits import Habit, habit
from tanpuhui.config.simulation.quantities import DRAWS, Column, Columns, Floats, pick, spread
from tanpuhui.config.simulation.weather import Weather
from tanpuhui.engine.methodologies import Input
from tanpuhui.packs import Pack, Scenario

Ints = npt.NDArray[np.int64]
SECONDS_PER_DAY = 86_400
MICROSECONDS = 1_000_000
GAP_S = 120
CAR_OWNERS, ELECTRIC_OF_CARS = 0.52, 0.24
FORGETFUL = 0.35  # of the inputs that a provider may leave out


@dataclass(frozen=True)
class Population:
    """A block of people: traits that decide who does what. Columns have one value a person."""

    household: Floats
    eagerness: Floats
    has_car: npt.NDArray[np.bool_]
    has_electric_car: npt.NDArray[np.bool_]
    reading_day: Ints
    adopts: Mapping[int, npt.NDArray[np.bool_]]  # scenario number -> does it at all

    @property
    def size(self) -> int:
        """Number of people."""
        return len(self.household)


def population(city: Pack, count: int, rng: np.random.Generator) -> Population:
    """Households of one to six, some with cars; a few eager people, many lukewarm ones."""
    has_car = rng.random(count) < CAR_OWNERS
    has_electric = has_car & (rng.random(count) < ELECTRIC_OF_CARS)
    traits = {"": np.ones(count, dtype=np.bool_), "car": has_car, "electric_car": has_electric}
    eagerness = np.clip(spread(rng, count, 0.9, 0.5), 0.15, 3.0)
    adopts = {}
    for scenario in city.scenarios.values():
        ways = habit(scenario.id)
        adopts[scenario.no] = traits[ways.needs] & (rng.random(count) < ways.share * eagerness**0.3)
    return Population(
        household=rng.choice(np.arange(1.0, 7.0), count, p=[0.16, 0.27, 0.30, 0.17, 0.07, 0.03]),
        eagerness=eagerness,
        has_car=has_car,
        has_electric_car=has_electric,
        reading_day=rng.integers(1, 29, count),
        adopts=adopts,
    )


def draw(
    city: Pack, people: Population, days: Sequence[Weather], rng: np.random.Generator
) -> pl.DataFrame:
    """All acts of a block.

    Returns:
        person (index in the block), scenario, started (µs since 1970 UTC), and `q_<field>`.
    """
    tables = [
        table
        for scenario in city.scenarios.values()
        if (table := _scenario(city, scenario, people, days, rng)) is not None
    ]
    moving = {name for rule in city.overlaps if rule.match == "time" for name in rule.scenarios}
    return _one_after_another(pl.concat(tables, how="diagonal"), moving)


def _scenario(
    city: Pack,
    scenario: Scenario,
    people: Population,
    days: Sequence[Weather],
    rng: np.random.Generator,
) -> pl.DataFrame | None:
    ways = habit(scenario.id)
    timely = [day for day in days if (days[-1].day - day.day).days < scenario.late_days]
    person, day_index = _occasions(ways, people, people.adopts[scenario.no], timely, rng)
    if not len(person):
        return None
    zone = ZoneInfo(city.time_zone)
    midnights = np.array(
        [datetime.combine(day.day, time(), zone).timestamp() for day in timely], dtype=np.int64
    )
    started = midnights[day_index] * MICROSECONDS + _moments(ways, len(person), rng)
    columns = _columns(city, scenario, timely, people.household[person], rng)
    return pl.DataFrame(
        {"person": person, "started": started} | {f"q_{k}": v for k, v in columns.items()},
        strict=False,
    ).with_columns(scenario=pl.lit(scenario.id))


def _occasions(
    ways: Habit,
    people: Population,
    adopts: npt.NDArray[np.bool_],
    days: Sequence[Weather],
    rng: np.random.Generator,
) -> tuple[Ints, Ints]:
    """(person, day) of each act."""
    if ways.monthly:
        read_on = people.reading_day[:, None] == np.array([day.day.day for day in days])[None, :]
        times = (read_on & adopts[:, None]).astype(np.int64)
    else:
        mood = [
            (ways.weekend if day.is_weekend else ways.weekday)
            * (1 - ways.outdoors + ways.outdoors * day.outdoors)
            for day in days
        ]
        rate = (people.eagerness * adopts)[:, None] * np.array(mood)[None, :]
        times = rng.poisson(rate)
    person, day_index = np.nonzero(times)
    repeat = times[person, day_index]
    return np.repeat(person, repeat), np.repeat(day_index, repeat)


def _moments(ways: Habit, count: int, rng: np.random.Generator) -> Ints:
    """Microseconds after midnight, around the peaks."""
    hours, spreads, weights = (np.array(column) for column in zip(*ways.hours, strict=True))
    peak = rng.choice(len(hours), count, p=weights / weights.sum())
    seconds = (hours[peak] + rng.normal(0, 1, count) * spreads[peak]) * 3600
    inside = np.clip(seconds, 1800, SECONDS_PER_DAY - 1800) // 1
    moments: Ints = inside.astype(np.int64) * MICROSECONDS
    return moments


def _columns(
    city: Pack,
    scenario: Scenario,
    days: Sequence[Weather],
    household: Floats,
    rng: np.random.Generator,
) -> Columns:
    """The fields that the scenario declares, within its bounds and places."""
    declared = city.inputs_for(scenario.id, days[-1].day)
    count = len(household)
    drawn = DRAWS[scenario.id](rng, count, household) if scenario.id in DRAWS else {}
    columns: Columns = {}
    for name, field in declared.items():
        if name in drawn and _fits(drawn[name], field):
            values = drawn[name]
        elif field.required:
            values = _anything(field, count, rng)
        else:
            continue
        columns[name] = values if field.choices else _measured(values, field)
        if not field.required and not field.choices:
            columns[name] = np.where(rng.random(count) < FORGETFUL, np.nan, columns[name])
    return columns


def _fits(values: Column, field: Input) -> bool:
    """Whether what was drawn is of the kind that the pack declares today."""
    if field.choices:
        return set(values.tolist()) <= set(field.choices)
    return all(isinstance(value, int | float) for value in values[:1].tolist())


def _anything(field: Input, count: int, rng: np.random.Generator) -> Column:
    """A value of a field that this simulator does not know: small ones are likelier."""
    if field.choices:
        return pick(rng, count, dict.fromkeys(field.choices, 1.0))
    low, high = float(field.minimum), float(field.maximum)
    return low + (high - low) * rng.beta(1.2, 8, count)


def _measured(values: Column, field: Input) -> Floats:
    """Rounded to the field's places and kept within its bounds."""
    scale = 10**field.places
    inside = np.clip(np.rint(values.astype(np.float64) * scale), field.low, field.high)
    rounded: Floats = inside / scale
    return rounded


def _one_after_another(acts: pl.DataFrame, moving: set[str]) -> pl.DataFrame:
    """Push a person's trips apart, as nobody rides two vehicles at once; a few stay overlapped."""
    acts = acts.with_columns(
        is_trip=pl.col("scenario").is_in(sorted(moving)),
        lasts=(pl.col("q_duration").fill_nan(None).fill_null(900) + GAP_S).cast(pl.Int64)
        * MICROSECONDS
        if "q_duration" in acts.columns
        else pl.lit(0, pl.Int64),
    ).sort("person", "is_trip", "started")
    person = acts["person"].to_numpy()
    is_trip = acts["is_trip"].to_numpy()
    started, lasts = acts["started"].to_list(), acts["lasts"].to_list()
    follows = np.flatnonzero((person[1:] == person[:-1]) & is_trip[1:] & is_trip[:-1]) + 1
    for row in follows.tolist():
        free = started[row - 1] + lasts[row - 1]
        if started[row] < free and row % 29:  # every 29th is left as two providers saw it
            started[row] = free
    return acts.with_columns(started=pl.Series(started)).drop("is_trip", "lasts")
