"""Postings, statements, sums, reversals and claw-backs."""

from datetime import date

import numpy as np
import pytest
from tests.domain.ledger import book
from tests.factories.database import counts, rows, tamper, value

from tanpuhui.domain.ledger import errors, selectors
from tanpuhui.domain.ledger import services as ledger
from tanpuhui.domain.ledger.states import AccountState
from tanpuhui.kernel import actors, columns
from tanpuhui.kernel.errors import NotPermitted


def balance(account: int) -> tuple[int, int]:
    found = selectors.balance(account)
    return found.reduction_mg, found.points


def test_one_line_each_for_holders_and_one_for_the_source(two: list[int]) -> None:
    first, second = two
    journal = book.post((first, book.DAY, 1, 500, 5, 2), (second, book.DAY, 1, 300, 3, 1))
    found = rows(
        "select account_id, scenario_no, reduction_mg, points, acts from ledger_entry"
        " where journal_id = %s order by account_id",
        journal,
    )
    assert found == [(-1, 1, -800, -8, -3), (first, 1, 500, 5, 2), (second, 1, 300, 3, 1)]
    assert balance(first) == (500, 5)
    assert balance(second) == (300, 3)
    assert selectors.proof().is_clean


def test_the_source_has_one_line_a_day_and_scenario(two: list[int]) -> None:
    other = date(2026, 3, 9)
    journal = book.post(
        (two[0], book.DAY, 1, 5, 0, 1),
        (two[1], book.DAY, 1, 6, 0, 1),
        (two[0], other, 1, 7, 0, 1),
        (two[0], book.DAY, 2, 8, 0, 1),
    )
    found = rows(
        "select account_id, occurred_on, reduction_mg from ledger_entry"
        " where journal_id = %s and account_id < 0 order by 1, 2",
        journal,
    )
    assert found == [(-2, book.DAY, -8), (-1, other, -7), (-1, book.DAY, -11)]


def test_a_statement_runs(account: int) -> None:
    book.give(account, mg=100, points=1, day=date(2026, 2, 27))
    book.give(account, mg=1000, points=10, day=date(2026, 3, 2))
    book.give(account, mg=200, points=2, day=date(2026, 3, 1))
    book.spend(account, 4, "s")
    book.take(account, mg=1000, points=9, day=date(2026, 3, 2))
    march = selectors.statement(account, date(2026, 3, 15))
    assert [
        (
            line.occurred_on.day,
            line.journal_kind,
            line.reduction_mg,
            line.points,
            line.running_mg,
            line.running_points,
        )
        for line in march
    ] == [
        (1, "acts", 200, 2, 300, 3),
        (2, "acts", 1000, 10, 1300, 13),
        (2, "reversal", -1000, -9, 300, 4),
        (10, "spend", 0, -4, 300, 0),
    ]
    february = selectors.statement(account, date(2026, 2, 1))
    assert [(line.running_mg, line.running_points) for line in february] == [(100, 1)]
    assert selectors.statement(account, date(2026, 1, 1)) == []
    assert (march[-1].running_mg, march[-1].running_points) == balance(account)


def test_sums_by_month_and_day(account: int) -> None:
    book.give(account, mg=100, points=1, day=date(2025, 12, 31))
    book.give(account, mg=10, points=2, day=date(2026, 1, 1))
    book.give(account, mg=20, points=3, day=date(2026, 1, 31))
    months = selectors.month_sums(account, until=date(2026, 1, 31))
    assert [(m.month, m.reduction_mg, m.points, m.acts) for m in months] == [
        (date(2026, 1, 1), 30, 5, 2),
        (date(2025, 12, 1), 100, 1, 1),
    ]
    assert len(selectors.month_sums(account, until=date(2026, 1, 31), months=1)) == 1
    days = selectors.day_sums(account, until=date(2026, 1, 1), days=3)
    assert [(d.day.day, d.reduction_mg, d.acts) for d in days] == [
        (30, 0, 0),
        (31, 100, 1),
        (1, 10, 1),
    ]


def test_the_trial_balance_sums_to_zero(two: list[int]) -> None:
    book.post((two[0], book.DAY, 1, 500, 5, 1), (two[1], book.DAY, 2, 300, 3, 1))
    book.spend(two[0], 4, "s")
    found = selectors.trial_balance()
    assert found == [
        ("person", None, 800, 4, 3),
        ("source", 1, -500, -5, 1),
        ("source", 2, -300, -3, 1),
        ("spent", 1000, 0, 4, 1),
    ]
    assert (sum(row[2] for row in found), sum(row[3] for row in found)) == (0, 0)
    circulation = selectors.circulation()
    assert (circulation.reduction_mg, circulation.points, circulation.acts) == (800, 8, 2)


def test_proof_finds_a_balance_that_somebody_edited(two: list[int]) -> None:
    book.give(two[0], mg=5)
    assert selectors.proof().is_clean
    rows(f"update ledger_account set reduction_mg = 6 where id = {two[0]} returning id")
    proof = selectors.proof()
    assert (proof.is_clean, proof.accounts_off, proof.journals_off) == (False, [two[0]], [])


def test_proof_finds_an_entry_smuggled_past_the_triggers(two: list[int]) -> None:
    journal = book.give(two[0], mg=5)
    tamper(f"insert into ledger_entry values ({two[1]}, '2026-03-10', {journal}, 1, 9, 0, 1)")
    proof = selectors.proof()
    assert (proof.reduction_mg_sum, proof.accounts_off, proof.journals_off) == (
        9,
        [two[1]],
        [journal],
    )


# -- taking back


def test_a_reversal_is_the_negative_and_leaves_the_original(account: int) -> None:
    first = book.give(account, mg=1000, points=10)
    before = rows("select * from ledger_entry where journal_id = %s order by account_id", first)
    second = book.take(account, mg=1000, points=10)
    assert (
        rows("select * from ledger_entry where journal_id = %s order by account_id", first)
        == before
    )
    found = rows(
        "select account_id, reduction_mg, points, acts from ledger_entry where journal_id = %s"
        " order by account_id",
        second,
    )
    assert found == [(-1, 1000, 10, 1), (account, -1000, -10, -1)]
    assert balance(account) == (0, 0)
    assert counts()["ledger_clawback"] == 0
    assert selectors.proof().is_clean


def owed(account: int) -> list[tuple[int, int, bool]]:
    return rows(
        "select reduction_mg, points, settled_journal_id is null from ledger_clawback"
        " where account_id = %s order by id",
        account,
    )


def test_spent_points_become_a_claw_back_and_nobody_is_negative(account: int) -> None:
    book.give(account, mg=1000, points=10)
    book.spend(account, 7, "s")
    book.take(account, mg=1000, points=10)
    assert balance(account) == (0, 0)
    assert owed(account) == [(0, 7, True)]
    assert selectors.proof().is_clean


def test_held_points_are_not_taken_back(account: int) -> None:
    book.give(account, mg=0, points=10)
    ledger.hold_place(actor=book.SYSTEM, account_id=account, points=6, key="h")
    book.take(account, points=10)
    assert (balance(account), owed(account)) == ((0, 6), [(0, 6, True)])
    ledger.hold_capture(actor=book.SYSTEM, key="h", source="test")
    assert balance(account) == (0, 0)
    assert selectors.proof().is_clean


def test_several_lines_share_what_the_account_holds(account: int) -> None:
    book.post((account, book.DAY, 1, 60, 6, 1), (account, book.DAY, 2, 40, 4, 1))
    book.spend(account, 5, "s")
    with book.written() as cursor:
        ledger.journal_reverse_lines(
            actor=book.SYSTEM,
            cursor=cursor,
            occurred_on=book.DAY,
            source="t",
            lines=book.lines(
                (account, book.DAY, 1, -60, -6, -1), (account, book.DAY, 2, -40, -4, -1)
            ),
        )
    assert balance(account) == (0, 0)
    assert sum(points for _, points, _ in owed(account)) == 5
    assert selectors.proof().is_clean


def test_a_claw_back_is_settled_from_later_income(account: int) -> None:
    book.give(account, points=10)
    book.spend(account, 7, "s")
    book.take(account, points=10)
    book.give(account, mg=500, points=9, day=date(2026, 3, 11))
    assert ledger.clawbacks_settle(actor=book.SYSTEM) == 1
    assert (balance(account), owed(account)) == ((500, 2), [(0, 7, False)])
    assert ledger.clawbacks_settle(actor=book.SYSTEM) == 0
    assert balance(account) == (500, 2)
    assert selectors.proof().is_clean


def test_a_claw_back_is_settled_in_parts(account: int) -> None:
    book.give(account, points=10)
    book.spend(account, 7, "s")
    book.take(account, points=10)
    book.give(account, points=3)
    assert ledger.clawbacks_settle(actor=book.SYSTEM) == 1
    assert (balance(account), owed(account)) == ((0, 0), [(0, 7, False), (0, 4, True)])
    book.give(account, points=10)
    assert ledger.clawbacks_settle(actor=book.SYSTEM) == 1
    assert (balance(account), owed(account)) == ((0, 6), [(0, 7, False), (0, 4, False)])
    assert selectors.proof().is_clean


def test_an_account_with_nothing_is_not_asked_again_and_again(account: int) -> None:
    book.give(account, points=10)
    book.spend(account, 10, "s")
    book.take(account, points=10)
    before = counts()
    for _ in range(3):
        assert ledger.clawbacks_settle(actor=book.SYSTEM) == 0
    assert counts() == before
    assert owed(account) == [(0, 10, True)]


def test_only_the_system_settles(account: int) -> None:
    with pytest.raises(NotPermitted):
        ledger.clawbacks_settle(actor=actors.person(account))


# -- accounts


def test_an_account_is_opened_once(two: list[int]) -> None:
    book.give(two[0], mg=5)
    ledger.accounts_open(actor=book.SYSTEM, kind="person", party_ids=two)
    assert balance(two[0]) == (5, 0)
    assert value("select count(*) from ledger_account where id = any(%s)", two) == 2


def test_an_unknown_account_is_said_so(account: int) -> None:
    with pytest.raises(errors.UnknownAccount) as caught:
        selectors.balance(10**12)
    assert (caught.value.code, caught.value.status) == ("ledger.unknown_account", 404)


def test_locked_accounts_tell_what_is_free(two: list[int]) -> None:
    book.give(two[0], mg=10, points=100)
    ledger.hold_place(actor=book.SYSTEM, account_id=two[0], points=30, key="h")
    ledger.account_set_state(
        actor=book.SYSTEM, account_id=two[1], state=AccountState.FROZEN, reason="t"
    )
    cursor = columns.plain_cursor()
    found = ledger.accounts_lock(cursor, np.array([two[1], two[0], 10**9], dtype=np.int64))
    assert {name: values.tolist() for name, values in found.items()} == {
        "account_id": two,
        "is_open": [1, 0],
        "reduction_mg": [10, 0],
        "points": [70, 0],
    }


MOVES = [("open", "frozen"), ("frozen", "open"), ("open", "closed"), ("frozen", "closed")]


@pytest.mark.parametrize("before", AccountState.values)
@pytest.mark.parametrize("after", AccountState.values)
def test_the_lifecycle_of_an_account(account: int, before: str, after: str) -> None:
    if before != "open":
        ledger.account_set_state(
            actor=book.SYSTEM, account_id=account, state=AccountState(before), reason="t"
        )
    audits = value("select count(*) from kernel_audit where tag = 'ledger:account:state'")

    def move() -> None:
        ledger.account_set_state(
            actor=book.SYSTEM, account_id=account, state=AccountState(after), reason="查实"
        )

    if (before, after) in MOVES:
        move()
        assert selectors.balance(account).state == after
        assert rows(
            "select subject, reason, before, after from kernel_audit"
            " where tag = 'ledger:account:state' order by id desc limit 1"
        ) == [(f"account:{account}", "查实", f'{{"state": "{before}"}}', f'{{"state": "{after}"}}')]
    else:
        with pytest.raises(errors.StateRefused):
            move()
        assert selectors.balance(account).state == before
        assert (
            value("select count(*) from kernel_audit where tag = 'ledger:account:state'") == audits
        )
