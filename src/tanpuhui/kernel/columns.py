"""Between columns and PostgreSQL without an object a value: binary COPY in, arrays both ways."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pgpq
import polars as pl
import psycopg
from django.db import connection
from psycopg.adapt import Dumper
from psycopg.pq import Format

SLICE_ROWS = 16_384
BIGINT_OID, BIGINT_ARRAY_OID = 20, 1016
SEPARATOR = "\x1f"  # unit separator: refused inside numbers and pseudonyms at the door
_ELEMENT = np.dtype([("length", ">i4"), ("value", ">i8")])


class _BigintArrayDumper(Dumper):
    """A one-dimensional int64 array as PostgreSQL's binary `bigint[]`, without nulls."""

    format = Format.BINARY
    oid = BIGINT_ARRAY_OID

    def dump(self, obj: npt.NDArray[np.int64]) -> bytes:
        elements = np.empty(len(obj), dtype=_ELEMENT)
        elements["length"], elements["value"] = 8, obj
        header = np.array([1, 0, BIGINT_OID, len(obj), 1], dtype=">i4")
        return header.tobytes() + elements.tobytes()


def plain_cursor() -> psycopg.Cursor[Any]:
    """A psycopg cursor in Django's own transaction: server-side binding, binary results, COPY.

    NumPy int64 arrays may be given as parameters; they arrive as `bigint[]`.
    """
    connection.ensure_connection()
    assert connection.connection is not None
    cursor = psycopg.Cursor(connection.connection)
    cursor.format = Format.BINARY
    cursor.adapters.register_dumper(np.ndarray, _BigintArrayDumper)
    return cursor


def copy_rows(cursor: Any, table: str, frame: pl.DataFrame) -> None:
    """Append a frame by binary COPY; columns are named after the frame's.

    Args:
        cursor: a psycopg cursor inside the caller's transaction.
        table: target table; never from outside.
        frame: dtypes must be those of the table (Int64 bigint, Int32 integer, Int16 smallint,
            Date, Datetime("us", "UTC"), String, List(Int64)).
    """
    if frame.is_empty():
        return
    # In slices, so that the server indexes one while the next is encoded.
    whole = frame.to_arrow(compat_level=pl.CompatLevel.oldest()).combine_chunks()
    batches = whole.to_batches(max_chunksize=SLICE_ROWS)
    encoder = pgpq.ArrowToPostgresBinaryEncoder(batches[0].schema)
    columns = ", ".join(frame.columns)
    with cursor.copy(f"copy {table} ({columns}) from stdin with (format binary)") as copy:
        copy.write(encoder.write_header())
        for batch in batches:
            copy.write(encoder.write_batch(batch))
        copy.write(encoder.finish())


def ints(values: pl.Series | npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """A parameter for a `bigint[]`; dates become days since 1970-01-01."""
    if isinstance(values, pl.Series):
        if values.dtype == pl.Date:
            values = values.cast(pl.Int32)
        values = values.to_numpy()
    return values.astype(np.int64, copy=False)


def texts(values: pl.Series) -> str:
    """A parameter for `string_to_array(%s, chr(31))`; the values hold no such character."""
    return SEPARATOR.join(values.to_list())


def fetch(cursor: Any, schema: dict[str, Any]) -> pl.DataFrame:
    """All rows of the last query as a frame with the given columns and dtypes."""
    return pl.DataFrame(cursor.fetchall(), schema=schema, orient="row")


def packed(*columns: str) -> str:
    """Select-list that returns integer columns packed, one value each; for `fetch_packed`."""
    return ", ".join(f"string_agg(int8send({column}), ''::bytea)" for column in columns)


def fetch_packed(cursor: Any, names: list[str]) -> pl.DataFrame:
    """The one row of a `packed` query as Int64 columns in the order of `names`."""
    row = cursor.fetchone()
    return pl.DataFrame(
        {
            name: np.frombuffer(value or b"", dtype=">i8").astype(np.int64)
            for name, value in zip(names, row, strict=True)
        }
    )
