"""The floor: binary COPY of the very evidence rows that the platform has just written.

Same columns and dtypes, same partitions, same indexes and checks, one connection, one commit a
slice; no triggers, no look-ups, no balances. `bare` is the same without indexes.
"""

import time
from typing import Any

import pgpq
import polars as pl
import psutil
import psycopg

from bench import stage

EVIDENCE = "scenarios_act"
PARTS = """
select c.relname, pg_get_expr(c.relpartbound, c.oid)
from pg_inherits join pg_class c on c.oid = inhrelid
where inhparent = %s::regclass
"""


def like_evidence(connection: psycopg.Connection[Any], table: str, like: str) -> None:
    """A table like the evidence; its partitions come with `partitions`."""
    connection.execute(
        f"create table {table} (like {EVIDENCE} {like}) partition by range (occurred_on)"
    )


def partitions(connection: psycopg.Connection[Any], table: str) -> None:
    """The evidence's months, for a table like it."""
    for name, bound in connection.execute(PARTS, [EVIDENCE]).fetchall():
        connection.execute(
            f"create table if not exists {table}_{name} partition of {table} {bound}"
        )


class Floor:
    """Two tables like the evidence, filled slice by slice."""

    def __init__(self, database: str) -> None:
        self.connection = psycopg.connect(**stage.keywords(database), autocommit=True)
        self.seconds = {"indexed": 0.0, "bare": 0.0}
        self.cpu = {"indexed": 0.0, "bare": 0.0}
        self.rows = 0
        self._slices = 0
        for kind, like in (("indexed", "including all"), ("bare", "including defaults")):
            like_evidence(self.connection, f"bench_{kind}", like)

    def copy(self, frame: pl.DataFrame) -> float:
        """COPY a slice into both tables, in turns; the seconds that this took altogether."""
        begun = time.perf_counter()
        for kind in self.seconds:
            partitions(self.connection, f"bench_{kind}")
        kinds = ["indexed", "bare"]
        for kind in kinds if self._slices % 2 else reversed(kinds):
            at, cpu = time.perf_counter(), self._cpu()
            with self.connection.transaction(), self.connection.cursor() as cursor:
                copy_frame(cursor, f"bench_{kind}", frame)
            self.seconds[kind] += time.perf_counter() - at
            self.cpu[kind] += self._cpu() - cpu
        self._slices += 1
        self.rows += frame.height
        return time.perf_counter() - begun

    def _cpu(self) -> float:
        """Processor seconds of this process and of its server process."""
        return time.process_time() + backend_cpu(self.connection)

    def rate(self, kind: str) -> float:
        """Rows a second."""
        return self.rows / self.seconds[kind]


def backend_cpu(connection: psycopg.Connection[Any]) -> float:
    """Processor seconds of the server process behind a connection; 0 where it is elsewhere."""
    if not str(stage.keywords("")["host"]).startswith("/"):
        return 0.0
    times = psutil.Process(connection.info.backend_pid).cpu_times()
    return float(times.user + times.system)


def copy_frame(cursor: psycopg.Cursor[Any], table: str, frame: pl.DataFrame) -> None:
    """Binary COPY of a frame; columns are named after the frame's."""
    batches = frame.to_arrow(compat_level=pl.CompatLevel.oldest()).combine_chunks().to_batches()
    encoder = pgpq.ArrowToPostgresBinaryEncoder(batches[0].schema)
    names = ", ".join(frame.columns)
    with cursor.copy(f"copy {table} ({names}) from stdin with (format binary)") as copy:
        copy.write(encoder.write_header())
        for batch in batches:
            copy.write(encoder.write_batch(batch))
        copy.write(encoder.finish())
