"""Months as partitions: made ahead of the first row that needs them, in their own transaction."""

from collections.abc import Iterable
from datetime import date

from django.db import connection, transaction

from tanpuhui.kernel.locking import Space, lock

_known: set[tuple[str, str, date]] = set()


def month_of(day: date) -> date:
    """The first day of the month."""
    return day.replace(day=1)


def month_after(month: date) -> date:
    """The first day of the next month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def ensure(table: str, days: Iterable[date]) -> None:
    """Make the partitions of `table` that hold these days; call it before the transaction.

    ATTACH takes a lock that lets readers and writers of other months go on. The SQL function
    `<table>_attach(text)` of the owning context adds what a partition needs (triggers).
    """
    database = str(connection.settings_dict["NAME"])
    for month in sorted({month_of(day) for day in days}):
        key = (database, table, month)
        if key in _known:
            continue
        _ensure_month(table, month)
        if not connection.in_atomic_block:  # a caller's rollback would take the partition along
            _known.add(key)


def _ensure_month(table: str, month: date) -> None:
    name = f"{table}_{month:%Y%m}"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select to_regclass(%s) is not null", [name])
        if cursor.fetchone()[0]:
            return
        lock(cursor, Space.PARTITIONS, 0)
        # Not to_regclass again: an advisory lock does not make the session hear of new tables, and
        # its cached "no such table" would win. Reading the catalogue itself does not lie.
        cursor.execute(
            "select exists (select from pg_class where relname = %s and pg_table_is_visible(oid))",
            [name],
        )
        if cursor.fetchone()[0]:
            return
        cursor.execute(f"create table {name} (like {table} including all)")
        cursor.execute(
            f"alter table {table} attach partition {name}"
            f" for values from ('{month}') to ('{month_after(month)}')"
        )
        cursor.execute(f"select {table}_attach(%s)", [name])


def forget() -> None:
    """Drop what this process remembers; for a database that was made anew."""
    _known.clear()
