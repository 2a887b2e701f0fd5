"""Clock, months, audit rows, locks, columns."""

from datetime import UTC, date, datetime

import numpy as np
import polars as pl
import pytest
from django.db import DatabaseError, transaction
from tests.conftest import FixedClock
from tests.factories.database import execute, rows, value
from tests.factories.parallel import at_once

from tanpuhui.kernel import actors, audit, clock, columns, partitions
from tanpuhui.kernel.locking import Space, lock


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-03-09T15:59:59+00:00", date(2026, 3, 9)),
        ("2026-03-09T16:00:00+00:00", date(2026, 3, 10)),
        ("2025-12-31T16:00:00+00:00", date(2026, 1, 1)),
        ("2026-03-10T00:00:00+08:00", date(2026, 3, 10)),
    ],
)
def test_the_citys_day(
    example_city: object, fixed_clock: FixedClock, instant: str, day: date
) -> None:
    fixed_clock.set(instant)
    assert clock.today() == clock.day_of(datetime.fromisoformat(instant)) == day
    assert clock.now().tzinfo == UTC


@pytest.mark.parametrize(
    ("day", "first", "following"),
    [
        (date(2026, 1, 31), date(2026, 1, 1), date(2026, 2, 1)),
        (date(2026, 12, 1), date(2026, 12, 1), date(2027, 1, 1)),
        (date(2024, 2, 29), date(2024, 2, 1), date(2024, 3, 1)),
    ],
)
def test_months(day: date, first: date, following: date) -> None:
    assert (partitions.month_of(day), partitions.month_after(day)) == (first, following)


def of_month(table: str, month: str) -> int:
    return value(
        "select count(*) from pg_inherits where inhrelid = to_regclass(%s)", f"{table}_{month}"
    )


def test_a_month_is_made_once_and_kept_closed(db: None, example_city: object) -> None:
    partitions.ensure("ledger_entry", [date(2031, 5, 31), date(2031, 5, 1), date(2031, 6, 1)])
    partitions.ensure("ledger_entry", [date(2031, 5, 2)])
    assert (of_month("ledger_entry", "203105"), of_month("ledger_entry", "203106")) == (1, 1)
    assert of_month("ledger_entry", "203107") == 0
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        execute("truncate ledger_entry_203105")


def test_a_month_whose_maker_rolled_back_is_made_again(db: None, example_city: object) -> None:
    with transaction.atomic():
        partitions.ensure("scenarios_act", [date(2032, 1, 1)])
        transaction.set_rollback(True)
    assert of_month("scenarios_act", "203201") == 0
    partitions.ensure("scenarios_act", [date(2032, 1, 1)])
    assert of_month("scenarios_act", "203201") == 1


def test_first_writers_of_a_month_at_once(committed: None, example_city: object) -> None:
    for table in ("ledger_entry", "scenarios_act"):
        execute(f"drop table if exists {table}_203301")

    def step(n: int) -> None:
        partitions.forget()
        for table in ("ledger_entry", "scenarios_act")[:: 1 if n % 2 else -1]:
            partitions.ensure(table, [date(2033, 1, 1)])

    at_once(8, step)
    assert [of_month(table, "203301") for table in ("ledger_entry", "scenarios_act")] == [1, 1]


def test_an_audit_row(db: None, example_city: object, fixed_clock: FixedClock) -> None:
    audit.record(
        actors.person(7), "a:b:c", "person:7", reason="为什么", before={"x": 1}, after={"x": 2}
    )
    assert rows(
        "select recorded_at, tag, actor, door, subject, reason, before, after from kernel_audit"
    ) == [
        (fixed_clock(), "a:b:c", "person:7", "page", "person:7", "为什么", '{"x": 1}', '{"x": 2}'),
    ]


def test_an_audit_row_goes_with_its_deed(db: None, example_city: object) -> None:
    with transaction.atomic():
        audit.record(actors.system(), "a:b:c", "x")
        transaction.set_rollback(True)
    assert value("select count(*) from kernel_audit") == 0


def test_a_lock_lets_one_in_at_a_time(committed: None) -> None:
    inside: list[int] = []
    most: list[int] = []

    def step(n: int) -> None:
        with transaction.atomic():
            lock(columns.plain_cursor(), Space.PROVIDER, 7)
            inside.append(n)
            most.append(len(inside))
            execute("select pg_sleep(0.02)")
            inside.remove(n)

    at_once(6, step)
    assert most == [1] * 6


def test_columns_there_and_back(db: None) -> None:
    with transaction.atomic():
        cursor = columns.plain_cursor()
        cursor.execute(
            "create temporary table round_trip (a bigint, b smallint, c date, d timestamptz, e text, f bigint[])"
            " on commit drop"
        )
        sent = pl.DataFrame(
            {
                "a": [2**63 - 1, -(2**63), None],
                "b": pl.Series([1, -1, None], dtype=pl.Int16),
                "c": [date(1, 1, 1), date(2026, 3, 10), None],
                "d": pl.Series(
                    [datetime(2026, 3, 10, 4, 0, 0, 1), datetime(1990, 1, 1), None]
                ).cast(pl.Datetime("us", "UTC")),
                "e": ["中文 🚲", "", None],
                "f": pl.Series([[1, None, -1], [], None], dtype=pl.List(pl.Int64)),
            }
        )
        columns.copy_rows(cursor, "round_trip", sent)
        columns.copy_rows(cursor, "round_trip", sent.head(0))
        cursor.execute("select * from round_trip")
        assert columns.fetch(cursor, dict(sent.schema)).equals(sent)


@pytest.mark.parametrize("size", [0, 1, 70_000])
def test_integers_as_one_parameter_and_one_answer(db: None, size: int) -> None:
    numbers = np.arange(size, dtype=np.int64) * 1_000_003 - 5
    with transaction.atomic():
        cursor = columns.plain_cursor()
        chosen = columns.packed("n", "-n")
        cursor.execute(
            f"select {chosen} from unnest(%(n)s::bigint[]) as g(n)", {"n": columns.ints(numbers)}
        )
        found = columns.fetch_packed(cursor, ["n", "minus"])
    assert found["n"].to_list() == numbers.tolist()
    assert found["minus"].to_list() == (-numbers).tolist()
