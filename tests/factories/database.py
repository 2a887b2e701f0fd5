"""Looking at the database itself, and emptying tables that refuse to be emptied."""

from datetime import date
from typing import Any

from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations

from tanpuhui.kernel import partitions

UNMANAGED = ("ledger_entry", "scenarios_act")
MONTHS = [date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]


def allow_flush() -> None:
    """Let Django's flush empty append-only and partitioned tables too: in tests, only there."""
    original = DatabaseOperations.sql_flush

    def sql_flush(self: Any, style: Any, tables: Any, **options: Any) -> list[str]:
        if not tables:
            return []
        statements = original(self, style, [*tables, *UNMANAGED], **options)
        return [
            "set session_replication_role = replica;",
            *statements,
            "set session_replication_role = origin;",
        ]

    DatabaseOperations.sql_flush = sql_flush


def months_ready() -> None:
    """Make the months that most tests write to once, instead of in every test."""
    for table in UNMANAGED:
        partitions.ensure(table, MONTHS)


def rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return list(cursor.fetchall())


def execute(sql: str, *values: Any) -> None:
    """A statement without an answer."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)


def tamper(sql: str) -> None:
    """One statement as somebody with all rights might run it, past the triggers."""
    execute("select set_config('session_replication_role', 'replica', false)")
    execute(sql)
    execute("select set_config('session_replication_role', 'origin', false)")


def value(sql: str, *values: Any) -> Any:
    """The only value of a query."""
    ((found,),) = rows(sql, *values)
    return found


def tables_holding(text: str) -> list[str]:
    """Every `table.column` of ours in which a text occurs, whatever the column's type."""
    found = []
    for table, column in rows(
        "select table_name, column_name from information_schema.columns"
        " where table_schema = 'public' order by 1, 2"
    ):
        hit = value(
            f'select exists (select 1 from "{table}" where position(%s in "{column}"::text) > 0)',
            text,
        )
        if hit:
            found.append(f"{table}.{column}")
    return found


def counts() -> dict[str, int]:
    """Rows of every table of ours that holds business facts."""
    names = (
        "ledger_journal",
        "ledger_entry",
        "ledger_hold",
        "ledger_clawback",
        "scenarios_act",
        "scenarios_batch",
        "scenarios_refusal",
        "scenarios_claim",
    )
    return {name: value(f"select count(*) from {name}") for name in names}
