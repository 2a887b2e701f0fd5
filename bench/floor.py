"""The floor: binary COPY of the very evidence rows that the platform has just written.

Same columns and dtypes, same partitions, same indexes and checks, one connection, one commit a
slice; no triggers, no look-ups, no balances. `bare` is the same without indexes.
"""

import time
from typing import Any

import pgpq
import polars as pl
import psycopg

from bench import stage

EVIDENCE = "scenarios_act"
PARTS = """
select c.relname, pg_get_expr(c.relpartbound, c.oid)
from pg_inherits join pg_class c on c.oid = inhrelid
where inhparent = %s::regclass
"""


class Floor:
    """Two tables like the evidence, filled slice by slice."""

    def __init__(self, database: str) -> None:
        self.connection = psycopg.connect(**stage.keywords(database), autocommit=True)
        self.seconds = {"indexed": 0.0, "bare": 0.0}
        self.rows = 0
        self._slices = 0
        for kind, like in (("indexed", "including all"), ("bare", "including defaults")):
            self.connection.execute(
                f"create table bench_{kind} (like {EVIDENCE} {like})"
                " partition by range (occurred_on)"
            )

    def copy(self, frame: pl.DataFrame) -> float:
        """COPY a slice into both tables, in turns; the seconds that this took altogether."""
        begun = time.perf_counter()
        self._partitions()
        kinds = ["indexed", "bare"]
        for kind in kinds if self._slices % 2 else reversed(kinds):
            at = time.perf_counter()
            with self.connection.transaction(), self.connection.cursor() as cursor:
                _copy(cursor, f"bench_{kind}", frame)
            self.seconds[kind] += time.perf_counter() - at
        self._slices += 1
        self.rows += frame.height
        return time.perf_counter() - begun

    def _partitions(self) -> None:
        parts = self.connection.execute(PARTS, [EVIDENCE]).fetchall()
        for name, bound in parts:
            for kind in self.seconds:
                self.connection.execute(
                    f"create table if not exists bench_{kind}_{name}"
                    f" partition of bench_{kind} {bound}"
                )

    def rate(self, kind: str) -> float:
        """Rows a second."""
        return self.rows / self.seconds[kind]


def _copy(cursor: psycopg.Cursor[Any], table: str, frame: pl.DataFrame) -> None:
    batches = frame.to_arrow(compat_level=pl.CompatLevel.oldest()).combine_chunks().to_batches()
    encoder = pgpq.ArrowToPostgresBinaryEncoder(batches[0].schema)
    names = ", ".join(frame.columns)
    with cursor.copy(f"copy {table} ({names}) from stdin with (format binary)") as copy:
        copy.write(encoder.write_header())
        for batch in batches:
            copy.write(encoder.write_batch(batch))
        copy.write(encoder.finish())
