"""Between columns and PostgreSQL without an object a value: binary COPY in, arrays both ways."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pgpq
import polars as pl
import psycopg
import pyarrow as pa
from django.db import connection
from psycopg.adapt import Dumper
from psycopg.pq import Format

SLICE_ROWS = 16_384
BIGINT_OID, BIGINT_ARRAY_OID = 20, 1016
SEPARATOR = "\x1f"  # unit separator: refused inside numbers and pseudonyms at the door
_ELEMENT = np.dtype([("length", ">i4"), ("value", ">i8")])

Ints = npt.NDArray[np.int64]
Columns = dict[str, npt.NDArray[Any]]
"""Columns of one length, by name."""


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
    connection.close_if_health_check_failed()  # as Django's own cursors: once a request
    connection.ensure_connection()
    assert connection.connection is not None
    cursor = psycopg.Cursor(connection.connection)
    cursor.format = Format.BINARY
    cursor.adapters.register_dumper(np.ndarray, _BigintArrayDumper)
    return cursor


def one_row(sql: str, parameters: dict[str, Any]) -> tuple[Any, ...] | None:
    """The first row of a small statement that every call repeats, so that the server prepares it.

    Errors are Django's, as of its own cursors.
    """
    cursor = plain_cursor()
    with connection.wrap_database_errors:
        cursor.execute(sql, parameters)
        return cursor.fetchone() if cursor.description else None


@dataclass(frozen=True)
class Groups:
    """Rows with equal keys, side by side.

    order: positions of the rows, sorted by the keys. starts: where in `order` each group begins.
    """

    order: npt.NDArray[np.intp]
    starts: npt.NDArray[np.intp]

    @property
    def place(self) -> npt.NDArray[np.intp]:
        """The group of each row."""
        found = np.empty(len(self.order), dtype=np.intp)
        lengths = np.diff(self.starts, append=len(self.order))
        found[self.order] = np.repeat(np.arange(len(self.starts)), lengths)
        return found

    def first(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """One value a group: that of its first row."""
        return values[self.order[self.starts]]

    def least(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The least value of each group."""
        return np.minimum.reduceat(values[self.order], self.starts)

    def greatest(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The greatest value of each group."""
        return np.maximum.reduceat(values[self.order], self.starts)

    def sums(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The sum of each group, in the values' own type."""
        return np.add.reduceat(values[self.order], self.starts, dtype=values.dtype)


def grouped(*keys: npt.NDArray[Any]) -> Groups:
    """Group rows by keys of one length; groups come in the order of the keys, rows as they stood.

    NumPy rather than Polars: a call brings one row or a thousand, and every grouping there costs
    a third of a millisecond whatever its size.
    """
    order = np.lexsort(keys[::-1])
    is_start = np.zeros(len(order), dtype=np.bool_)
    is_start[:1] = True
    for key in keys:
        lined_up = key[order]
        is_start[1:] |= lined_up[1:] != lined_up[:-1]
    return Groups(order, np.flatnonzero(is_start))


def matched(
    left: npt.NDArray[Any], right: npt.NDArray[Any]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Every pair of places (in `left`, in `right`) that hold the same value."""
    order = np.argsort(right, kind="stable")
    lined_up = right[order]
    begin = np.searchsorted(lined_up, left, side="left")
    counts = np.searchsorted(lined_up, left, side="right") - begin
    rows = np.repeat(np.arange(len(left)), counts)
    nth = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    return rows, order[begin[rows] + nth]


def arrow(column: pl.Series) -> pa.Array:
    """A column for `pyarrow.compute`, whose calls cost microseconds where there are few rows."""
    return column.to_arrow(compat_level=pl.CompatLevel.oldest())


def mask(flags: pa.Array) -> npt.NDArray[np.bool_]:
    """Arrow's flags for NumPy; null is False."""
    return np.asarray(flags.to_numpy(zero_copy_only=False), dtype=np.bool_)


def copy_rows(cursor: Any, table: str, rows: pl.DataFrame | pa.RecordBatch) -> None:
    """Append rows by binary COPY; columns are named after those of the rows.

    Args:
        cursor: a psycopg cursor inside the caller's transaction.
        table: target table; never from outside.
        rows: types must be those of the table (Int64 bigint, Int32 integer, Int16 smallint,
            Date, Datetime("us", "UTC"), String, List(Int64)).
    """
    if isinstance(rows, pl.DataFrame):
        whole = rows.to_arrow(compat_level=pl.CompatLevel.oldest()).combine_chunks()
    else:
        whole = pa.Table.from_batches([rows])
    if not whole.num_rows:
        return
    encoder = pgpq.ArrowToPostgresBinaryEncoder(whole.schema)
    columns = ", ".join(whole.column_names)
    with cursor.copy(f"copy {table} ({columns}) from stdin with (format binary)") as copy:
        written = encoder.write_header()
        # In slices, so that the server indexes one while the next is encoded.
        for batch in whole.to_batches(max_chunksize=SLICE_ROWS):
            copy.write(written + encoder.write_batch(batch))
            written = b""
        copy.write(encoder.finish())


def ints(values: pl.Series | npt.NDArray[Any]) -> Ints:
    """A parameter for a `bigint[]`; dates become days since 1970-01-01."""
    if isinstance(values, pl.Series):
        if values.dtype == pl.Date:
            values = values.cast(pl.Int32)
        values = values.to_numpy()
    return values.astype(np.int64, copy=False)


def texts(values: pl.Series | pa.Array) -> str:
    """A parameter for `string_to_array(%s, chr(31))`; the values hold no such character."""
    return SEPARATOR.join(values.to_list() if isinstance(values, pl.Series) else values.to_pylist())


def fetch(cursor: Any, schema: dict[str, Any]) -> pl.DataFrame:
    """All rows of the last query as a frame with the given columns and dtypes."""
    return pl.DataFrame(cursor.fetchall(), schema=schema, orient="row")


def packed(*columns: str) -> str:
    """Select-list that returns integer columns packed, one value each; for `fetch_packed`."""
    return ", ".join(f"string_agg(int8send({column}), ''::bytea)" for column in columns)


def unpacked(cursor: Any, names: list[str]) -> Columns:
    """The one row of a `packed` query as arrays in the order of `names`."""
    row = cursor.fetchone()
    return {
        name: np.frombuffer(value or b"", dtype=">i8").astype(np.int64)
        for name, value in zip(names, row, strict=True)
    }


def fetch_packed(cursor: Any, names: list[str]) -> pl.DataFrame:
    """As `unpacked`, as a frame."""
    return pl.DataFrame(unpacked(cursor, names))
