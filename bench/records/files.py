"""Providers' files: drawn once, kept as Parquet and CSV, with the profile that reads them."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from bench.records.drawing import Provider, Sizes, acts_of, providers
from bench.records.mistakes import with_mistakes
from tanpuhui.packs import Pack
from tanpuhui.packs.profiles import FileForm, Profile, Quantity, TimeForm
from tanpuhui.packs.profiles import Scenario as ScenarioOf

FORM = 1  # raise it when the same sizes give other records
FIXED = ("item_no", "subject", "scenario", "occurred_at", "asset_key")
TIME = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Sent:
    """One provider's file."""

    provider: Provider
    parquet: Path
    csv: Path
    rows: int


def drawn(city: Pack, sizes: Sizes, last: date, folder: Path) -> list[Sent]:
    """The files of these sizes; made where they are not there yet."""
    home = folder / f"records_{FORM}_{sizes.name}_{last:%Y%m%d}"
    home.mkdir(parents=True, exist_ok=True)
    index = home / "rows.json"
    known = providers(city)
    if not index.exists():
        rows = {p.code: _make(city, sizes, p, last, home) for p in known}
        index.write_text(json.dumps(rows))
    rows = json.loads(index.read_text())
    return [
        Sent(p, home / f"{p.code}.parquet", home / f"{p.code}.csv", rows[p.code]) for p in known
    ]


def _make(city: Pack, sizes: Sizes, provider: Provider, last: date, home: Path) -> int:
    acts = acts_of(city, sizes, provider, last)
    sent = with_mistakes(acts, np.random.default_rng([sizes.seed, 3, provider.place]))
    sent.write_parquet(home / f"{provider.code}.parquet", row_group_size=50_000)
    sent.write_csv(home / f"{provider.code}.csv", datetime_format=TIME)
    return sent.height


def profile_of(city: Pack, code: str, path: Path) -> Profile:
    """How the file import reads such a file.

    Args:
        city: whose scenarios.
        code: the provider's.
        path: Parquet or CSV; the columns stand in the Parquet file beside it.
    """
    columns = pl.read_parquet_schema(path.with_suffix(".parquet"))
    quantities = [
        Quantity(
            name=name,
            kind="text" if dtype == pl.String else "number",
            column=name,
            values={} if dtype == pl.String else None,
        )
        for name, dtype in columns.items()
        if name not in FIXED
    ]
    return Profile(
        id=f"bench-{code}",
        title=code,
        file=FileForm(kind="csv" if path.suffix == ".csv" else "parquet"),
        time_zone=city.time_zone,
        item_no=("item_no",),
        subject="subject",
        scenario=ScenarioOf(column="scenario", values={name: name for name in city.scenarios}),
        occurred_at=TimeForm(column="occurred_at", formats=("%Y-%m-%dT%H:%M:%S%#z",)),
        asset_key=("asset_key",),
        quantities=tuple(quantities),
    )


def record_frame(rows: pl.DataFrame) -> pl.DataFrame:
    """A file's rows as the pipeline takes them."""
    named = {name: f"q_{name}" for name in rows.columns if name not in FIXED}
    return (
        rows.rename(named)
        .with_row_index("line", offset=1)
        .with_columns(pl.col("line").cast(pl.Int64))
    )
