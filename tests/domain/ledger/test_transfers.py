"""A reduction changes hands: once for a key, never below zero, points stay."""

import pytest
from tests.conftest import FixedClock
from tests.domain.ledger import book
from tests.factories.database import counts, rows
from tests.factories.parallel import at_once
from tests.factories.town import people_open

from tanpuhui.domain.ledger import errors, selectors
from tanpuhui.domain.ledger import services as ledger
from tanpuhui.domain.ledger.states import AccountState
from tanpuhui.kernel import actors


def move(source: int, target: int, mg: int, key: str = "t") -> int:
    return ledger.reduction_transfer(
        actor=actors.person(source),
        from_account_id=source,
        to_account_id=target,
        reduction_mg=mg,
        key=key,
        source="test",
    )


def held(*accounts: int) -> list[tuple[int, int]]:
    found = [selectors.balance(account) for account in accounts]
    return [(one.reduction_mg, one.points) for one in found]


def test_it_moves_and_points_stay(two: list[int]) -> None:
    book.give(two[0], mg=100, points=5)
    journal = move(*two, 60)
    assert held(*two) == [(40, 5), (60, 0)]
    assert rows(
        "select account_id, reduction_mg, points from ledger_entry where journal_id = %s"
        " and account_id > 0 order by 2",
        journal,
    ) == [(two[0], -60, 0), (two[1], 60, 0)]
    assert selectors.proof().is_clean


def test_the_same_key_moves_once(two: list[int]) -> None:
    book.give(two[0], mg=100)
    journal = move(*two, 60)
    before = counts()
    assert move(*two, 60) == journal
    for source, target, mg in ((*two, 59), (two[1], two[0], 60)):
        with pytest.raises(errors.KeyConflict):
            move(source, target, mg)
    assert (held(*two), counts()) == ([(40, 0), (60, 0)], before)


@pytest.mark.parametrize("mg", [101, 0, -1])
def test_more_than_is_there_or_nothing(two: list[int], mg: int) -> None:
    book.give(two[0], mg=100)
    before = counts()
    with pytest.raises((errors.InsufficientBalance, errors.StateRefused)):
        move(*two, mg)
    with pytest.raises(errors.StateRefused):
        move(two[0], two[0], 1)
    assert (held(*two), counts()) == ([(100, 0), (0, 0)], before)


@pytest.mark.parametrize("frozen", [0, 1])
def test_frozen_on_either_side(two: list[int], frozen: int) -> None:
    book.give(two[0], mg=100)
    ledger.account_set_state(
        actor=book.SYSTEM, account_id=two[frozen], state=AccountState.FROZEN, reason="t"
    )
    with pytest.raises(errors.AccountNotOpen):
        move(*two, 1)
    assert held(*two) == [(100, 0), (0, 0)]


def test_to_nobody(two: list[int]) -> None:
    book.give(two[0], mg=100)
    with pytest.raises(errors.UnknownAccount):
        move(two[0], 10**12, 1)


def test_back_and_forth_at_once(
    committed: None, example_city: object, fixed_clock: FixedClock
) -> None:
    two = people_open(2)
    for account in two:
        book.give(account, mg=100)
    answers = at_once(10, lambda n: move(two[n % 2], two[1 - n % 2], 30, f"k{n}"))
    assert all(
        isinstance(answer, int) or answer == "ledger.insufficient_balance" for answer in answers
    )
    assert sum(mg for mg, _ in held(*two)) == 200
    assert selectors.proof().is_clean
