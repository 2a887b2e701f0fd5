"""The book against a plain model of it, through random lives of three accounts."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from tests.conftest import FixedClock
from tests.domain.ledger import book
from tests.factories.database import rows
from tests.factories.town import people_open

from tanpuhui.domain.ledger import errors, selectors
from tanpuhui.domain.ledger import services as ledger
from tanpuhui.domain.ledger.states import ACCOUNT_MOVES, AccountState

DAYS = [book.DAY, book.DAY - timedelta(days=9), book.DAY - timedelta(days=40)]
amounts = st.integers(1, 40)
who = st.integers(0, 2)


@dataclass
class Plain:
    """What an account should hold."""

    state: str = "open"
    mg: int = 0
    points: int = 0
    held: int = 0
    owed: list[tuple[date, int, int]] = field(default_factory=list)  # day, mg, points

    def take(self, day: date, mg: int, points: int) -> None:
        taken_mg, taken = min(mg, self.mg), min(points, self.points - self.held)
        self.mg -= taken_mg
        self.points -= taken
        if mg > taken_mg or points > taken:
            self.owed.append((day, mg - taken_mg, points - taken))

    def can_pay(self, mg: int, points: int) -> bool:
        return (mg > 0 and self.mg > 0) or (points > 0 and self.points > self.held)

    def settle(self) -> int:
        due = [debt for debt in self.owed if self.can_pay(*debt[1:])]
        self.owed = [debt for debt in self.owed if not self.can_pay(*debt[1:])]
        for day in sorted({debt[0] for debt in due}):
            same = [debt for debt in due if debt[0] == day]
            self.take(day, sum(debt[1] for debt in same), sum(debt[2] for debt in same))
        return len(due)


@dataclass
class PlainHold:
    account: int
    points: int
    expires: int
    state: str = "placed"


class Book(RuleBasedStateMachine):
    """Every step is done to the database and to the model; they must agree at every moment."""

    clock: FixedClock
    given = Bundle("given")
    holds = Bundle("holds")

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.start = self.clock()
        self.minutes = 0
        self.accounts = people_open(3)
        self.model = [Plain() for _ in self.accounts]
        self.placed: dict[str, PlainHold] = {}
        self.spent: dict[str, tuple[int, int, int]] = {}
        self.n = 0

    def teardown(self) -> None:
        try:
            self.same_at_the_end()
        finally:
            self.clock.set(self.start)
            transaction.set_rollback(True)
            self.outer.__exit__(None, None, None)

    def same_at_the_end(self) -> None:
        proof = selectors.proof()
        assert proof.is_clean, proof
        months = {day.replace(day=1) for day in DAYS}
        for account, plain in zip(self.accounts, self.model, strict=True):
            lines = [line for month in months for line in selectors.statement(account, month)]
            assert sum(line.reduction_mg for line in lines) == plain.mg
            assert sum(line.points for line in lines) == plain.points

    def key(self) -> str:
        self.n += 1
        return f"k{self.n}"

    def attempt(self, step, *refusals) -> bool:
        """Whether it was done; refused for one of the given reasons otherwise."""
        try:
            with transaction.atomic():
                step()
        except refusals:
            return False
        return True

    @rule(
        target=given,
        n=who,
        mg=st.integers(0, 40),
        points=st.integers(0, 40),
        day=st.sampled_from(DAYS),
    )
    def post(self, n, mg, points, day):
        book.give(self.accounts[n], mg=mg, points=points, day=day)
        self.model[n].mg += mg
        self.model[n].points += points
        return (n, mg, points, day)

    @rule(gift=consumes(given))
    def reverse(self, gift):
        n, mg, points, day = gift
        book.take(self.accounts[n], mg=mg, points=points, day=day)
        self.model[n].take(day, mg, points)

    @rule(n=who, points=amounts)
    def spend(self, n, points):
        key, plain = self.key(), self.model[n]
        done = self.attempt(
            lambda: book.spend(self.accounts[n], points, key),
            errors.InsufficientBalance,
            errors.AccountNotOpen,
        )
        assert done == (plain.state == "open" and plain.points - plain.held >= points)
        if done:
            plain.points -= points
            journal = book.spend(self.accounts[n], points, key)
            self.spent[key] = (n, points, journal)

    @rule(turn=st.integers(0, 100))
    def spend_again(self, turn):
        if self.spent:
            key = sorted(self.spent)[turn % len(self.spent)]
            n, points, journal = self.spent[key]
            assert book.spend(self.accounts[n], points, key) == journal

    @rule(target=holds, n=who, points=amounts, minutes=st.integers(1, 30))
    def hold(self, n, points, minutes):
        key, plain = self.key(), self.model[n]
        done = self.attempt(
            lambda: ledger.hold_place(
                actor=book.SYSTEM,
                account_id=self.accounts[n],
                points=points,
                key=key,
                minutes=minutes,
            ),
            errors.InsufficientBalance,
            errors.AccountNotOpen,
        )
        assert done == (plain.state == "open" and plain.points - plain.held >= points)
        if not done:
            return multiple()
        plain.held += points
        self.placed[key] = PlainHold(n, points, self.minutes + minutes)
        return key

    @rule(key=holds)
    def capture(self, key):
        hold = self.placed[key]
        plain = self.model[hold.account]
        done = self.attempt(
            lambda: ledger.hold_capture(actor=book.SYSTEM, key=key, source="test"),
            errors.StateRefused,
            errors.AccountNotOpen,
        )
        fresh = hold.state == "placed" and hold.expires > self.minutes and plain.state == "open"
        assert done == (fresh or hold.state == "captured")
        if fresh:
            hold.state = "captured"
            plain.held -= hold.points
            plain.points -= hold.points

    @rule(key=holds)
    def release(self, key):
        hold = self.placed[key]
        done = self.attempt(
            lambda: ledger.hold_release(actor=book.SYSTEM, key=key), errors.StateRefused
        )
        assert done == (hold.state != "captured")
        if hold.state == "placed":
            hold.state = "released"
            self.model[hold.account].held -= hold.points

    @rule(minutes=st.integers(1, 20))
    def wait(self, minutes):
        self.minutes += minutes
        self.clock.set(self.start + timedelta(minutes=self.minutes))

    @rule()
    def expire(self):
        due = [h for h in self.placed.values() if h.state == "placed" and h.expires <= self.minutes]
        assert ledger.holds_expire(actor=book.SYSTEM) == len(due)
        for hold in due:
            hold.state = "expired"
            self.model[hold.account].held -= hold.points

    @rule()
    def settle(self):
        payable = sum(plain.settle() for plain in self.model)
        assert ledger.clawbacks_settle(actor=book.SYSTEM) == payable

    @rule(n=who, to=st.sampled_from([AccountState.OPEN, AccountState.FROZEN]))
    def freeze(self, n, to):
        plain = self.model[n]
        done = self.attempt(
            lambda: ledger.account_set_state(
                actor=book.SYSTEM, account_id=self.accounts[n], state=to, reason="t"
            ),
            errors.StateRefused,
        )
        assert done == ((AccountState(plain.state), to) in ACCOUNT_MOVES)
        if done:
            plain.state = str(to)

    @invariant()
    def same_balances(self):
        for account, plain in zip(self.accounts, self.model, strict=True):
            found = selectors.balance(account)
            assert (found.state, found.reduction_mg, found.points, found.held_points) == (
                plain.state,
                plain.mg,
                plain.points,
                plain.held,
            )
            assert plain.mg >= 0
            assert plain.points >= plain.held >= 0

    @invariant()
    def same_debts(self):
        owed = {
            account: (int(mg), int(points))
            for account, mg, points in rows(
                "select account_id, sum(reduction_mg), sum(points) from ledger_clawback"
                " where settled_journal_id is null group by account_id"
            )
        }
        for account, plain in zip(self.accounts, self.model, strict=True):
            debt = (sum(debt[1] for debt in plain.owed), sum(debt[2] for debt in plain.owed))
            assert owed.get(account, (0, 0)) == debt


@pytest.mark.django_db
def test_the_book_agrees_with_its_model(example_city: object, fixed_clock: FixedClock) -> None:
    Book.clock = fixed_clock
    run_state_machine_as_test(
        Book,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
