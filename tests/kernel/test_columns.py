"""Columns without Polars: groups, pairs, flags; small statements that the server keeps prepared."""

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from django.db import DatabaseError, connection
from hypothesis import given
from hypothesis import strategies as st

from tanpuhui.kernel import columns

ROWS = st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 2), st.integers(-9, 9)), max_size=30)


def arrays(rows: list[tuple[int, ...]], count: int) -> list[np.ndarray]:
    return [np.array([row[k] for row in rows], dtype=np.int64) for k in range(count)]


@given(ROWS)
def test_groups_are_those_of_polars(rows):
    one, two, value = arrays(rows, 3)
    same = columns.grouped(one, two)
    ours = [same.first(one), same.first(two), same.sums(value)]
    ours += [same.least(value), same.greatest(value), same.first(np.arange(len(rows)))]
    frame = pl.DataFrame({"one": one, "two": two, "value": value}).with_row_index("at")
    theirs = (
        frame.group_by("one", "two")
        .agg(
            pl.col("value").sum().alias("sum"),
            pl.col("value").min().alias("least"),
            pl.col("value").max().alias("greatest"),
            pl.col("at").min().cast(pl.Int64),
        )
        .sort("one", "two")
    )
    assert [tuple(row) for row in np.column_stack(ours)] == theirs.rows()
    assert np.array_equal(same.first(one)[same.place], one)


@given(st.lists(st.integers(0, 4), max_size=12), st.lists(st.integers(0, 4), max_size=12))
def test_pairs_are_all_that_match(left, right):
    ours = columns.matched(np.array(left, dtype=np.int64), np.array(right, dtype=np.int64))
    found = list(zip(*(places.tolist() for places in ours), strict=True))
    wanted = [(i, k) for i, one in enumerate(left) for k, other in enumerate(right) if one == other]
    assert sorted(found) == wanted


def test_null_flags_are_false():
    assert columns.mask(pa.array([True, None, False])).tolist() == [True, False, False]
    assert columns.mask(pa.array([True, False])).tolist() == [True, False]


@pytest.mark.django_db
def test_errors_of_small_statements_are_djangos():
    assert columns.one_row("select %(n)s::int + 1", {"n": 1}) == (2,)
    with pytest.raises(DatabaseError):
        columns.one_row("select 1 / %(n)s::int", {"n": 0})


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_was_lost_is_made_anew_with_the_next_request():
    cursor = columns.plain_cursor()
    pid = cursor.connection.info.backend_pid
    beside = connection.copy()
    with beside.cursor() as other:
        other.execute("select pg_terminate_backend(%s, 5000)", [pid])
    beside.close()
    connection.health_check_done = False  # as at the beginning of a request
    fresh = columns.plain_cursor()
    fresh.execute("select 1")
    assert fresh.connection.info.backend_pid != pid
