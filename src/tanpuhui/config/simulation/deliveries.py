"""From acts to what providers send: pseudonyms, item numbers, batches, and their usual mistakes."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

RECORDS_MAX = 10_000
FREQUENT = 250  # records a day from which a provider sends daily; others send weekly
WEEK = 7
# Share of the records that go wrong, and how.
TWICE, CHANGED, WRONG_UNIT, STRANGER, TOO_EARLY = 0.004, 0.0005, 0.002, 0.004, 0.0003


@dataclass(frozen=True)
class Sender:
    """A provider of the simulated city."""

    party_id: int
    code: str
    title: str
    scenarios: tuple[str, ...]


@dataclass(frozen=True)
class Delivery:
    """One batch: ready for the door."""

    sender: Sender
    sent_on: date
    batch_no: str
    records: pl.DataFrame


def pseudonyms(sender: Sender, first: int, count: int) -> list[str]:
    """What a provider calls the people number `first`, `first` + 1, …; nobody else uses it."""
    return [
        "u" + hashlib.blake2s(f"{sender.code}/{number}".encode(), digest_size=8).hexdigest()
        for number in range(first, first + count)
    ]


def records_of(
    sender: Sender, acts: pl.DataFrame, subjects: Sequence[str], run: str, zone: str
) -> pl.DataFrame:
    """A provider's records in the order in which they happened; one has a number and a key."""
    mine = acts.filter(pl.col("scenario").is_in(sender.scenarios)).sort("started", "person")
    empty = {name for name in mine.columns if mine[name].null_count() == mine.height}
    wanted = [name for name in mine.columns if name not in empty or not name.startswith("q_")]
    mine = mine.select(wanted).with_columns(pl.selectors.float().fill_nan(None))
    number = pl.format("{}-{}-{}", pl.lit(sender.code), pl.lit(run), pl.int_range(pl.len()))
    return mine.with_columns(
        item_no=number,
        subject=pl.Series(list(subjects), dtype=pl.String).gather(mine["person"]),
        occurred_at=pl.from_epoch("started", time_unit="us").dt.replace_time_zone("UTC"),
        asset_key=pl.format("k-{}", number),
    ).with_columns(day=pl.col("occurred_at").dt.convert_time_zone(zone).dt.date())


def with_mistakes(records: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Records as they arrive: a few twice, changed, in a wrong unit, of a stranger, too early."""
    size = records.height
    luck = rng.random((size, 4))
    measured = [name for name in ("q_distance", "q_energy", "q_weight") if name in records.columns]
    sent = records.with_columns(
        pl.when(pl.Series(luck[:, 0] < WRONG_UNIT)).then(pl.col(name) * 1000).otherwise(name)
        for name in measured
    )
    sent = sent.with_columns(
        subject=pl.when(pl.Series(luck[:, 1] < STRANGER))
        .then(pl.concat_str(pl.lit("x"), "subject"))
        .otherwise("subject"),
        occurred_at=pl.when(pl.Series(luck[:, 2] < TOO_EARLY))
        .then(pl.col("occurred_at") + pl.duration(days=400))
        .otherwise("occurred_at"),
    )
    again = sent.filter(pl.Series(luck[:, 3] < TWICE))
    changed = sent.filter(pl.Series(luck[:, 3] > 1 - CHANGED)).with_columns(
        (pl.col(name) * 1.5).round(2) for name in measured
    )
    late = pl.concat([again, changed]).with_columns(day=pl.col("day") + pl.duration(days=1))
    return pl.concat([sent, late]).sort("day", maintain_order=True)


def deliveries(sender: Sender, records: pl.DataFrame, run: str, last: date) -> Iterator[Delivery]:
    """Daily batches of a busy provider, weekly ones of a quiet one, none above the limit."""
    if records.is_empty():
        return
    days = max(1, records["day"].n_unique())
    every = 1 if records.height / days >= FREQUENT else WEEK
    back = pl.lit(last).sub(pl.col("day")).dt.total_days().clip(0)
    groups = records.with_columns(back=back - back % every).partition_by(
        "back", as_dict=True, include_key=False
    )
    for (behind,), group in sorted(groups.items(), reverse=True):
        sent_on = date.fromordinal(last.toordinal() - int(behind) + 1)
        for part, rows in enumerate(
            group.drop("day", "person", "started").iter_slices(RECORDS_MAX)
        ):
            yield Delivery(
                sender,
                sent_on,
                f"sim-{run}-{sent_on:%Y%m%d}-{part + 1}",
                rows.with_row_index("line", offset=1).with_columns(pl.col("line").cast(pl.Int64)),
            )
