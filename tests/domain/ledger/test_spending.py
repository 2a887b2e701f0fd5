"""Spending once: at once, after a hold, twenty at a time."""

from datetime import timedelta

import pytest
from tests.conftest import FixedClock
from tests.domain.ledger import book
from tests.factories.database import counts, rows, value
from tests.factories.parallel import at_once
from tests.factories.town import people_open

from tanpuhui.domain.ledger import errors, selectors
from tanpuhui.domain.ledger import services as ledger
from tanpuhui.domain.ledger.states import AccountState, HoldState
from tanpuhui.kernel import actors
from tanpuhui.kernel.errors import NotPermitted


def points(account: int) -> tuple[int, int]:
    """(all, held)."""
    found = selectors.balance(account)
    return found.points, found.held_points


def place(account: int, amount: int, key: str, minutes: int = 15) -> None:
    ledger.hold_place(
        actor=actors.person(account), account_id=account, points=amount, key=key, minutes=minutes
    )


def capture(account: int, key: str) -> int:
    return ledger.hold_capture(actor=actors.person(account), key=key, source="test")


def release(account: int, key: str) -> None:
    ledger.hold_release(actor=actors.person(account), key=key)


def state(key: str) -> str:
    return value("select state from ledger_hold where key = %s", key)


def freeze(account: int, to: AccountState = AccountState.FROZEN) -> None:
    ledger.account_set_state(actor=book.SYSTEM, account_id=account, state=to, reason="测试")


@pytest.fixture
def ten(account: int) -> int:
    """An account with ten points and a kilogram."""
    book.give(account, mg=1_000_000, points=10)
    return account


# -- at once


def test_spending_moves_points_and_no_grams(ten: int) -> None:
    journal = book.spend(ten, 4, "s1")
    assert points(ten) == (6, 0)
    assert selectors.balance(ten).reduction_mg == 1_000_000
    assert rows(
        "select account_id, scenario_no, reduction_mg, points, acts from ledger_entry"
        " where journal_id = %s order by account_id",
        journal,
    ) == [(-1000, 0, 0, 4, 0), (ten, 0, 0, -4, 0)]
    assert selectors.proof().is_clean


def test_the_same_key_spends_once(ten: int) -> None:
    journal = book.spend(ten, 4, "s1")
    before = counts()
    assert book.spend(ten, 4, "s1") == journal
    assert book.spend(ten, 4, "s1") == journal
    assert (points(ten), counts()) == ((6, 0), before)


def test_the_same_key_for_something_else_is_a_conflict(ten: int) -> None:
    book.spend(ten, 4, "s1")
    other = people_open(1)[0]
    book.give(other, points=10)
    before = counts()
    for account, amount in ((ten, 5), (other, 4)):
        with pytest.raises(errors.KeyConflict):
            book.spend(account, amount, "s1")
    assert (points(ten), points(other), counts()) == ((6, 0), (10, 0), before)


@pytest.mark.parametrize("key", ["batch:1", "hold:h1", "reversal:1"])
def test_a_spender_cannot_take_the_key_of_something_else(ten: int, key: str) -> None:
    book.spend(ten, 1, key)
    place(ten, 2, "h1")
    assert capture(ten, "h1") > 0
    book.take(ten, points=1)
    assert points(ten) == (6, 0)
    assert selectors.proof().is_clean


def test_all_may_be_spent_and_not_one_more(ten: int) -> None:
    with pytest.raises(errors.InsufficientBalance):
        book.spend(ten, 11, "s1")
    assert points(ten) == (10, 0)
    book.spend(ten, 10, "s2")
    assert points(ten) == (0, 0)
    with pytest.raises(errors.InsufficientBalance):
        book.spend(ten, 1, "s3")


@pytest.mark.parametrize("amount", [0, -1, -(10**12)])
def test_nothing_and_less_than_nothing_cannot_be_spent_or_held(ten: int, amount: int) -> None:
    before = counts()
    with pytest.raises(errors.AmountRefused) as caught:
        book.spend(ten, amount, "s1")
    assert (caught.value.code, caught.value.status) == ("ledger.amount_refused", 422)
    with pytest.raises(errors.AmountRefused):
        place(ten, amount, "h1")
    assert (points(ten), counts()) == ((10, 0), before)


def test_only_the_person_spends(ten: int) -> None:
    stranger = people_open(1)[0]
    for actor in (actors.person(stranger), actors.provider(ten)):
        with pytest.raises(NotPermitted):
            ledger.points_spend(actor=actor, account_id=ten, points=1, key="s", source="")
        with pytest.raises(NotPermitted):
            ledger.hold_place(actor=actor, account_id=ten, points=1, key="h")
    place(ten, 5, "mine")
    for step in (capture, release):
        with pytest.raises(NotPermitted):
            step(stranger, "mine")
    assert points(ten) == (10, 5)


def test_a_frozen_account_spends_nothing_and_says_so(ten: int) -> None:
    journal = book.spend(ten, 1, "before")
    place(ten, 2, "held")
    freeze(ten)
    for attempt in (
        lambda: book.spend(ten, 1, "s"),
        lambda: place(ten, 1, "h"),
        lambda: capture(ten, "held"),
    ):
        with pytest.raises(errors.AccountNotOpen):
            attempt()
    assert points(ten) == (9, 2)
    assert book.spend(ten, 1, "before") == journal, "a repeated request gets its first answer"
    release(ten, "held")
    assert points(ten) == (9, 0)
    freeze(ten, AccountState.OPEN)
    book.spend(ten, 1, "s")
    assert points(ten) == (8, 0)


def test_an_unknown_account_spends_nothing(ten: int) -> None:
    with pytest.raises(errors.UnknownAccount):
        book.spend(10**12, 1, "s")


# -- after a hold


def test_a_hold_keeps_points_from_being_spent(ten: int) -> None:
    place(ten, 7, "h")
    assert (points(ten), selectors.balance(ten).points_free) == ((10, 7), 3)
    with pytest.raises(errors.InsufficientBalance):
        book.spend(ten, 4, "s")
    with pytest.raises(errors.InsufficientBalance):
        place(ten, 4, "h2")
    book.spend(ten, 3, "s")
    assert points(ten) == (7, 7)
    capture(ten, "h")
    assert (points(ten), state("h")) == ((0, 0), "captured")
    assert selectors.proof().is_clean


def test_placing_twice_holds_once(ten: int) -> None:
    place(ten, 7, "h")
    place(ten, 7, "h")
    assert points(ten) == (10, 7)
    with pytest.raises(errors.KeyConflict):
        place(ten, 6, "h")


def test_a_key_held_by_somebody_else_is_a_conflict(ten: int) -> None:
    place(ten, 7, "h")
    other = people_open(1)[0]
    book.give(other, points=10)
    with pytest.raises(errors.KeyConflict):
        place(other, 7, "h")
    assert points(other) == (10, 0)


def test_capturing_twice_spends_once(ten: int) -> None:
    place(ten, 7, "h")
    journal = capture(ten, "h")
    assert capture(ten, "h") == journal
    assert points(ten) == (3, 0)
    with pytest.raises(errors.StateRefused):
        release(ten, "h")
    assert points(ten) == (3, 0)


def test_releasing_gives_back_and_ends_the_hold(ten: int) -> None:
    place(ten, 7, "h")
    release(ten, "h")
    release(ten, "h")
    assert (points(ten), state("h")) == ((10, 0), "released")
    with pytest.raises(errors.StateRefused):
        capture(ten, "h")
    assert points(ten) == (10, 0)


def test_an_unknown_hold_is_said_so(ten: int) -> None:
    for step in (capture, release):
        with pytest.raises(errors.StateRefused):
            step(ten, "never")


def test_holds_expire(ten: int, fixed_clock: FixedClock) -> None:
    place(ten, 3, "short", minutes=5)
    place(ten, 4, "long", minutes=60)
    fixed_clock.set(fixed_clock() + timedelta(minutes=5))
    assert ledger.holds_expire(actor=book.SYSTEM) == 1
    assert (state("short"), state("long"), points(ten)) == ("expired", "placed", (10, 4))
    assert ledger.holds_expire(actor=book.SYSTEM) == 0
    with pytest.raises(errors.StateRefused):
        capture(ten, "short")
    release(ten, "short")
    assert (state("short"), points(ten)) == ("expired", (10, 4))


def test_a_hold_past_its_time_is_not_captured_even_before_the_job_ran(
    ten: int, fixed_clock: FixedClock
) -> None:
    place(ten, 3, "h", minutes=5)
    fixed_clock.set(fixed_clock() + timedelta(minutes=5))
    with pytest.raises(errors.StateRefused):
        capture(ten, "h")
    assert (points(ten), state("h")) == ((10, 3), "placed")
    assert ledger.holds_expire(actor=book.SYSTEM) == 1
    assert points(ten) == (10, 0)


def test_states_of_holds_are_all_tested() -> None:
    assert set(HoldState.values) == {"placed", "captured", "released", "expired"}


# -- many at once


@pytest.fixture
def rich(committed: None, example_city: object, fixed_clock: FixedClock) -> int:
    """A committed account with ten points."""
    account = people_open(1)[0]
    book.give(account, points=10)
    return account


def test_twenty_spends_of_one_balance_spend_it_once(rich: int) -> None:
    answers = at_once(20, lambda n: book.spend(rich, 10, f"s{n}"))
    journals = [answer for answer in answers if isinstance(answer, int)]
    assert len(journals) == 1
    assert answers.count("ledger.insufficient_balance") == 19
    assert points(rich) == (0, 0)
    assert value("select count(*) from ledger_journal where kind = 'spend'") == 1
    assert selectors.proof().is_clean


def test_twenty_spends_with_one_key_are_one(rich: int) -> None:
    answers = at_once(20, lambda n: book.spend(rich, 3, "same"))
    assert len(set(answers)) == 1
    assert isinstance(answers[0], int)
    assert points(rich) == (7, 0)
    assert selectors.proof().is_clean


def test_one_key_of_two_people_at_once_is_one_spend_and_one_conflict(rich: int) -> None:
    other = people_open(1)[0]
    book.give(other, points=10)
    for turn in range(5):
        answers = at_once(2, lambda n, t=turn: book.spend((rich, other)[n], 1, f"k{t}"))
        assert sorted(type(answer).__name__ for answer in answers) == ["int", "str"], answers
        assert "ledger.key_conflict" in answers
    assert sum(points(account)[0] for account in (rich, other)) == 15


def test_spends_and_holds_race_for_the_same_points(rich: int) -> None:
    def step(n: int) -> object:
        if n % 2:
            return book.spend(rich, 3, f"s{n}")
        place(rich, 3, f"h{n}")
        return "placed"

    answers = at_once(12, step)
    assert answers.count("ledger.insufficient_balance") == 9
    total, held = points(rich)
    spent = value("select count(*) from ledger_journal where kind = 'spend'")
    assert (total, held) == (10 - 3 * spent, 3 * (3 - spent))
    assert selectors.proof().is_clean


def test_capture_release_and_expiry_race_for_one_hold(rich: int, fixed_clock: FixedClock) -> None:
    place(rich, 10, "h", minutes=10)

    def step(n: int) -> object:
        return capture(rich, "h") if n % 2 else release(rich, "h")

    at_once(8, step)
    assert state("h") in {"captured", "released"}
    assert points(rich) == ((0, 0) if state("h") == "captured" else (10, 0))
    assert selectors.proof().is_clean
