"""What the database itself refuses, whoever asks: also the owner role, also without our services."""

from datetime import date

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from tests.domain.ledger import book
from tests.factories.database import counts, rows, value
from tests.factories.town import Town, people_open, record

from tanpuhui.domain.ledger import errors, selectors
from tanpuhui.domain.ledger import services as ledger

KEPT = ["ledger_journal", "ledger_entry", "scenarios_act", "kernel_audit", "methodology_filing"]
PARTITIONS = ["ledger_entry_202603", "scenarios_act_202603"]


def refused(sql: str, match: str) -> None:
    with pytest.raises(DatabaseError, match=match), transaction.atomic(), connection.cursor() as c:
        c.execute(sql)


@pytest.fixture
def filled(town: Town) -> Town:
    """Every kept table has a row."""
    town.send(record())
    assert all(value(f"select count(*) from {table}") > 0 for table in KEPT)
    return town


@pytest.mark.parametrize("table", KEPT + PARTITIONS)
def test_history_is_not_deleted(filled: Town, table: str) -> None:
    before = rows(f"select * from {table}")
    refused(f"delete from {table}", "append_only")
    refused(f"truncate {table} cascade", "append_only")
    assert rows(f"select * from {table}") == before


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("ledger_journal", "kind = 'acts'"),
        ("ledger_entry", "points = points + 1"),
        ("ledger_entry_202603", "points = points + 1"),
        ("scenarios_act", "reduction_mg = 0"),
        ("scenarios_act_202603", "reduction_mg = 0"),
        ("kernel_audit", "reason = ''"),
        ("methodology_filing", "digest = ''"),
    ],
)
def test_history_is_not_changed(filled: Town, table: str, change: str) -> None:
    before = rows(f"select * from {table}")
    refused(f"update {table} set {change}", "append_only")
    refused(f"update {table} set {change} where false", "append_only")
    assert rows(f"select * from {table}") == before


def journal_row(key: str = "bare") -> int:
    return value(
        "insert into ledger_journal (kind, key, occurred_on, recorded_at, source, actor)"
        " values ('acts', %s, '2026-03-10', transaction_timestamp(), '', '') returning id",
        key,
    )


def entry(journal: int, account: int, mg: int, points: int = 0, day: str = "2026-03-10") -> str:
    return f"({account}, '{day}', {journal}, 1, {mg}, {points}, 1)"


@pytest.mark.parametrize(("mg", "points"), [(1, 0), (-1, 0), (0, 1), (0, -1), (1, -1)])
def test_a_journal_that_does_not_sum_to_zero_is_refused(account: int, mg: int, points: int) -> None:
    journal = journal_row()
    given = [entry(journal, account, 100 + mg, 10 + points), entry(journal, -1, -100, -10)]
    refused(f"insert into ledger_entry values {','.join(given)}", "ledger_unbalanced")
    assert counts()["ledger_entry"] == 0


def test_one_unbalanced_journal_among_many_refuses_the_statement(account: int) -> None:
    good, bad = journal_row("good"), journal_row("bad")
    given = [
        entry(good, account, 5),
        entry(good, -1, -5),
        entry(bad, account, 5),
        entry(bad, -1, -6),
    ]
    refused(f"insert into ledger_entry values {','.join(given)}", f"journal {bad} do not sum")
    assert counts()["ledger_entry"] == 0


def test_the_partition_itself_refuses_too(account: int) -> None:
    journal = journal_row()
    sql = f"insert into ledger_entry_202603 values {entry(journal, account, 5)}"
    refused(sql, "ledger_unbalanced")


def test_a_journal_over_two_months_is_one_sum(account: int) -> None:
    journal = journal_row()
    given = [entry(journal, account, 5, day="2026-02-28"), entry(journal, -1, -5, day="2026-03-01")]
    with connection.cursor() as cursor:
        cursor.execute(f"insert into ledger_entry values {','.join(given)}")
    assert selectors.proof().journals_off == []


def test_entries_of_an_unknown_journal_are_refused(account: int) -> None:
    given = [entry(999_999_999, account, 5), entry(999_999_999, -1, -5)]
    refused(f"insert into ledger_entry values {','.join(given)}", "ledger_closed_journal")


@pytest.mark.django_db(transaction=True)
def test_entries_added_later_to_a_journal_are_refused(example_city: object) -> None:
    account = people_open(1)[0]
    journal = book.give(account, mg=5)
    more = [entry(journal, account, 7, day="2026-03-11"), entry(journal, -1, -7, day="2026-03-11")]
    refused(f"insert into ledger_entry values {','.join(more)}", "ledger_closed_journal")
    assert selectors.proof().is_clean
    assert selectors.balance(account).reduction_mg == 5


@pytest.mark.parametrize(
    "change", ["reduction_mg = -1", "points = -1", "held_points = -1", "held_points = points + 1"]
)
def test_a_holder_is_never_negative(account: int, change: str) -> None:
    refused(f"update ledger_account set {change} where id = {account}", "ledger_account_")
    assert selectors.balance(account) == selectors.Balance(account, "open", 0, 0, 0)


def test_a_posting_below_zero_keeps_nothing(account: int) -> None:
    book.give(account, mg=100, points=10)
    before = counts()
    with pytest.raises(errors.InsufficientBalance) as caught:
        book.post((account, book.DAY, 1, -101, 0, 0))
    assert caught.value.code == "ledger.insufficient_balance"
    assert counts() == before
    assert selectors.balance(account).reduction_mg == 100
    assert selectors.proof().is_clean


def test_a_posting_to_nobody_keeps_nothing(account: int) -> None:
    before = counts()
    with pytest.raises(errors.UnknownAccount):
        book.post((account, book.DAY, 1, 5, 1, 1), (10**12, book.DAY, 1, 5, 1, 1))
    assert counts() == before
    assert selectors.balance(account).reduction_mg == 0


def test_a_key_posts_once(account: int) -> None:
    book.post((account, book.DAY, 1, 5, 1, 1), key="once")
    with pytest.raises(errors.KeyConflict), transaction.atomic():
        book.post((account, book.DAY, 1, 5, 1, 1), key="once")
    assert selectors.balance(account).reduction_mg == 5


def test_a_month_without_a_partition_is_refused_not_lost(account: int) -> None:
    far = date(2031, 1, 1)
    with (
        pytest.raises(psycopg.errors.CheckViolation, match="no partition"),
        book.written() as cursor,
    ):
        ledger.journal_post(
            actor=book.SYSTEM,
            cursor=cursor,
            kind="acts",
            key="far",
            occurred_on=far,
            source="",
            lines=book.lines((account, far, 1, 5, 1, 1)),
        )
    assert selectors.balance(account).reduction_mg == 0
