"""Records of a whole city, drawn in columns: who, when, how much, under which number.

The same sizes and seed give the same records. Quantities come from the simulator's draws, within
the bounds that the pack declares.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import polars as pl

from bench.records.shares import PLAIN, SHARES, STEPS_LEAST, Share
from tanpuhui.config.simulation.habits import habit
from tanpuhui.config.simulation.quantities import DRAWS
from tanpuhui.packs import Pack, Scenario

MICROSECONDS = 1_000_000
DAY_S = 86_400
SPREAD = 982_451_653  # prime: scatters consecutive people over the subjects, one to one
SUBJECTS = 10**10
HESITANT = 0.001  # people without consent to what they do
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Sizes:
    """What to draw. `acts` counts every record sent, repeated and invalid ones included."""

    acts: int = 2_000_000
    accounts: int = 500_000
    days: int = 30
    seed: int = 1
    random_numbers: bool = False

    @property
    def name(self) -> str:
        """A short name for files and databases."""
        numbers = "random" if self.random_numbers else "rising"
        return f"{self.acts}_{self.accounts}_{self.days}_{self.seed}_{numbers}"

    @property
    def people(self) -> str:
        """A short name for the people and consents, which the numbering does not change."""
        return f"{self.acts}_{self.accounts}_{self.days}_{self.seed}"


@dataclass(frozen=True)
class Provider:
    """Who sends: code and scenarios of the pack; subjects of its own for the people."""

    code: str
    place: int
    scenarios: tuple[str, ...]

    def subjects(self, people: Ints) -> pl.Series:
        """What this provider calls these people; unique, in no order."""
        scattered = (people * SPREAD + self.place * 7_919) % SUBJECTS
        return pl.select(pl.format("u{}", pl.Series(scattered))).to_series()


def providers(city: Pack) -> list[Provider]:
    """The pack's organisations that send, in its order."""
    rows = [row for row in city.organisations["organisations"] if row.get("scenarios")]
    return [Provider(row["code"], place, tuple(row["scenarios"])) for place, row in enumerate(rows)]


def doers(sizes: Sizes, scenario_id: str) -> tuple[Ints, Ints]:
    """People who do a scenario, and those of them who have not consented.

    Dealt out in turn from a shuffled city, so that everybody does something.
    """
    rng = np.random.default_rng([sizes.seed, 1])
    city = np.concatenate([rng.permutation(sizes.accounts) for _ in range(2)])
    at = 0
    for name, share in SHARES.items():
        count = _people(sizes, share)
        if name == scenario_id:
            people = np.take(city, np.arange(at, at + count), mode="wrap")
            return people, people[: int(count * HESITANT)]
        at += count
    raise KeyError(scenario_id)


def _people(sizes: Sizes, share: Share) -> int:
    count = round(sizes.acts * share.part / share.each)
    return max(1, min(count, sizes.accounts))


def acts_of(city: Pack, sizes: Sizes, provider: Provider, last: date) -> pl.DataFrame:
    """A provider's valid acts by time: item_no, subject, scenario, occurred_at, asset_key, fields.

    Also `person` (place in the city) and `is_silent` (no consent).
    """
    rng = np.random.default_rng([sizes.seed, 2, provider.place])
    tables = list(_tables(city, sizes, provider, last, rng))
    acts = pl.concat(tables, how="diagonal").sort("started", "person")
    people = acts["person"].to_numpy()
    local = pl.from_epoch("started", time_unit="us").dt.replace_time_zone("UTC")
    acts = acts.with_columns(
        occurred_at=local,
        day=local.dt.convert_time_zone(city.time_zone).dt.strftime("%Y%m%d"),
        subject=provider.subjects(people),
    )
    acts = acts.with_columns(item_no=_numbers(acts, provider, rng, at_random=sizes.random_numbers))
    keyed = [name for name, share in SHARES.items() if share.keyed]
    return acts.select(
        "item_no",
        "subject",
        "scenario",
        "occurred_at",
        pl.when(pl.col("scenario").is_in(keyed))
        .then(pl.format("K{}", "item_no"))
        .alias("asset_key"),
        pl.exclude("item_no", "subject", "scenario", "occurred_at", "started", "day"),
    )


def _numbers(
    acts: pl.DataFrame, provider: Provider, rng: np.random.Generator, *, at_random: bool
) -> pl.Expr:
    """M202610010000123: rises with time. Or R and nineteen digits in no order."""
    if at_random:
        drawn = pl.Series(rng.integers(10**18, 9 * 10**18, acts.height))
        return pl.format("R{}", drawn)
    letter = chr(ord("A") + provider.place % 26)
    place = pl.int_range(pl.len()).over("day") + 1
    return pl.format(f"{letter}{{}}{{}}", "day", place.cast(pl.String).str.zfill(7))


def _tables(
    city: Pack, sizes: Sizes, provider: Provider, last: date, rng: np.random.Generator
) -> Iterator[pl.DataFrame]:
    for name in provider.scenarios:
        share, scenario = SHARES[name], city.scenarios[name]
        people, hesitant = doers(sizes, name)
        count = max(1, round(sizes.acts * share.part * 0.98))
        if share.monthly:
            person = people[: min(count, len(people))]
        else:
            person = np.concatenate([people, rng.choice(people, max(0, count - len(people)))])
        person = person[:count]
        back = min(sizes.days, scenario.late_days - 1)
        days = [last - timedelta(days=number) for number in range(back)]
        columns = _quantities(city, scenario, last, len(person), rng)
        yield pl.DataFrame(
            {
                "person": person.astype(np.int64),
                "is_silent": np.isin(person, hesitant),
                "started": _moments(city, scenario, days, len(person), rng),
                **columns,
            }
        ).with_columns(scenario=pl.lit(name))


def _moments(
    city: Pack, scenario: Scenario, days: Sequence[date], count: int, rng: np.random.Generator
) -> Ints:
    """Microseconds since 1970: any of the days, around the scenario's hours."""
    zone = ZoneInfo(city.time_zone)
    midnights = np.array(
        [datetime.combine(day, time(), zone).timestamp() for day in days],
        dtype=np.int64,
    )
    hours, spreads, weights = (
        np.array(column) for column in zip(*habit(scenario.id).hours, strict=True)
    )
    peak = rng.choice(len(hours), count, p=weights / weights.sum())
    seconds = (hours[peak] + rng.normal(0, 1, count) * spreads[peak]) * 3600
    inside = np.clip(seconds, 1800, DAY_S - 1800).astype(np.int64)
    return (midnights[rng.integers(0, len(days), count)] + inside) * MICROSECONDS


def _quantities(
    city: Pack, scenario: Scenario, last: date, count: int, rng: np.random.Generator
) -> Mapping[str, Any]:
    """The scenario's declared fields, each within its bounds and places."""
    draw = DRAWS.get(scenario.id)
    household = rng.integers(1, 7, count).astype(np.float64)
    drawn = draw(rng, count, household) if draw else {}
    columns: dict[str, Any] = {}
    for name, declared in city.inputs_for(scenario.id, last).items():
        if name in PLAIN:
            columns[name] = np.full(count, float(PLAIN[name]))
        elif declared.choices:
            columns[name] = pl.Series(drawn[name].tolist(), dtype=pl.String)
        elif name in drawn:
            scale = 10**declared.places
            scaled = np.rint(drawn[name].astype(np.float64) * scale)
            columns[name] = np.clip(scaled, declared.low, declared.high) / scale
        elif declared.required:
            message = f"{scenario.id}: no way to draw {name}; add it to bench/records/shares.py"
            raise ValueError(message)
    if "steps" in columns:
        columns["steps"] = np.maximum(columns["steps"], STEPS_LEAST)
    return columns
