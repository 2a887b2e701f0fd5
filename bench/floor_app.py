"""The floor of the HTTP API: decode the same body with msgspec, COPY it, answer. Nothing else.

Served by granian like the platform. One connection a thread, one commit a batch, into a table with
the columns, partitions and indexes of the evidence.
"""

import itertools
import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
import polars as pl
import psycopg
from django.conf import settings

from bench import stage
from bench.floor import copy_frame

stage.ready()

from tanpuhui.httpapi.records import Batch  # noqa: E402 - needs Django
from tanpuhui.kernel.cityrules import pack  # noqa: E402

TABLE, FLOOR = "bench_http", "bench floor"
TIME = "%Y-%m-%dT%H:%M:%S%#z"
OF_THREAD = threading.local()
DECODER = msgspec.json.Decoder(Batch)
NUMBERS = {scenario.id: scenario.no for scenario in pack().scenarios.values()}


BATCHES = itertools.count(os.getpid() * 97)


def connection() -> psycopg.Connection[Any]:
    """This thread's connection."""
    if not hasattr(OF_THREAD, "connection"):
        OF_THREAD.connection = psycopg.connect(
            **stage.keywords(settings.DATABASES["default"]["NAME"]),
            autocommit=True,
            application_name=FLOOR,
        )
    found: psycopg.Connection[Any] = OF_THREAD.connection
    return found


def frame_of(body: bytes) -> pl.DataFrame:
    """Evidence-shaped rows; what only the platform could know is a constant."""
    records = DECODER.decode(body).records
    times = pl.Series([r.occurred_at for r in records]).str.to_datetime(TIME, time_unit="us")
    scaled = [
        [int(v * 1000) for v in r.quantities.values() if isinstance(v, int | float)]
        for r in records
    ]
    frame = pl.DataFrame(
        {
            "item_no": [r.item_no for r in records],
            "subject": [r.subject for r in records],
            "occurred_at": times.dt.convert_time_zone("UTC"),
            "scenario": [r.scenario for r in records],
            "inputs": pl.Series(scaled, dtype=pl.List(pl.Int64)),
            "asset_key": pl.Series([r.asset_key for r in records], dtype=pl.String),
        }
    )
    big, small = pl.lit(0, pl.Int64), pl.lit(0, pl.Int16)
    batch = next(BATCHES) % 30_000  # a record sent twice must not stop the COPY
    return frame.select(
        provider_id=big,
        item_no="item_no",
        revision=pl.lit(batch, pl.Int16),
        account_id=pl.col("subject").str.slice(1).cast(pl.Int64, strict=False).fill_null(0),
        occurred_on=pl.col("occurred_at").dt.date(),
        occurred_at="occurred_at",
        scenario_no=pl.col("scenario").replace_strict(NUMBERS, default=0, return_dtype=pl.Int16),
        filing_id=small,
        inputs="inputs",
        asset_key="asset_key",
        quantified_mg=big,
        reduction_mg=big,
        points=big,
        reason_no=small,
        journal_id=big,
    ).unique(["item_no"], maintain_order=True)


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """WSGI."""
    body = environ["wsgi.input"].read()
    link = connection()
    with link.transaction(), link.cursor() as cursor:
        copy_frame(cursor, TABLE, frame_of(body))
    start("200 OK", [("Content-Type", "application/json")])
    return [b"{}"]
