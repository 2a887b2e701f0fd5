"""What goes wrong on the way: records sent twice, and records that cannot be counted."""

from datetime import timedelta

import numpy as np
import polars as pl

TWICE = 0.02  # of what is sent, close behind the first
INVALID = 0.01
NEAR = 300  # rows between a record and its repetition
MEASURED = ("distance", "energy", "weight", "consumption", "steps", "limit_use")


def with_mistakes(acts: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Spoil one in a hundred records in one of nine ways; repeat two in a hundred.

    Returns:
        the columns sent; `person` and `is_silent` are gone.
    """
    spoilt = _spoil(acts, rng).drop("person", "is_silent")
    size = spoilt.height
    again = np.flatnonzero(rng.random(size) < TWICE / (1 - TWICE))
    copies = spoilt[again]
    place = np.concatenate(
        [np.arange(size, dtype=np.float64), again + rng.integers(1, NEAR, len(again)) + 0.5]
    )
    return pl.concat([spoilt, copies])[np.argsort(place, kind="stable")]


def _spoil(acts: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    size = acts.height
    way = np.where(rng.random(size) < INVALID - 0.001, rng.integers(1, 8, size), 0)
    found = [name for name in MEASURED if name in acts.columns]
    is_way = {n: pl.lit(pl.Series(way == n)) for n in range(1, 8)}
    later = pl.col("occurred_at")
    return acts.with_columns(
        subject=pl.when(is_way[1])
        .then(pl.format("x{}", "subject"))
        .when(is_way[2])
        .then(pl.lit(None, pl.String))
        .otherwise("subject"),
        scenario=pl.when(is_way[3]).then(pl.lit("travel/hoverboard")).otherwise("scenario"),
        occurred_at=pl.when(is_way[4])
        .then(later + timedelta(days=400))
        .when(is_way[5])
        .then(later - timedelta(days=1200))
        .otherwise(later),
        **{
            name: pl.when(is_way[6])
            .then(pl.col(name) * 1000)  # another unit
            .when(is_way[7])
            .then(None)
            .otherwise(name)
            for name in found
        },
    )
