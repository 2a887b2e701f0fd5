"""Between Polars frames and PostgreSQL: binary COPY in, arrays as parameters, rows out."""

from typing import Any

import pgpq
import polars as pl
import psycopg
from django.db import connection


def plain_cursor() -> psycopg.Cursor[Any]:
    """A psycopg cursor in Django's own transaction: server-side binding, binary results, COPY."""
    connection.ensure_connection()
    assert connection.connection is not None
    cursor = psycopg.Cursor(connection.connection)
    cursor.format = psycopg.pq.Format.BINARY
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
    batches = frame.to_arrow(compat_level=pl.CompatLevel.oldest()).combine_chunks().to_batches()
    encoder = pgpq.ArrowToPostgresBinaryEncoder(batches[0].schema)
    columns = ", ".join(frame.columns)
    with cursor.copy(f"copy {table} ({columns}) from stdin with (format binary)") as copy:
        copy.write(encoder.write_header())
        for batch in batches:
            copy.write(encoder.write_batch(batch))
        copy.write(encoder.finish())


def array(values: pl.Series) -> str:
    """An array literal for a `%s::bigint[]` parameter: one string is cheaper than many objects."""
    return "{" + ",".join(values.cast(pl.String).to_list()) + "}"


def fetch(cursor: Any, schema: dict[str, Any]) -> pl.DataFrame:
    """All rows of the last query as a frame with the given columns and dtypes."""
    return pl.DataFrame(cursor.fetchall(), schema=schema, orient="row")
