"""A batch against what people and authorities do at the same moment."""

import threading
import time

import pytest
from django.db import connections
from tests.conftest import FixedClock
from tests.factories.cities import EXAMPLE, living_in
from tests.factories.database import rows, tables_holding, value
from tests.factories.parallel import at_once
from tests.factories.town import SYSTEM, Town, codes, record, town_open

from tanpuhui.domain.ledger import selectors as book
from tanpuhui.domain.ledger import services as ledger
from tanpuhui.domain.ledger.states import AccountState
from tanpuhui.domain.parties import services as parties
from tanpuhui.domain.parties.data import PLATFORM
from tanpuhui.domain.scenarios import selectors
from tanpuhui.domain.scenarios.pipeline import writing
from tanpuhui.kernel import actors

RIDE = record("r1", subject="u0")


@pytest.fixture
def standing(committed: None, fixed_clock: FixedClock):
    with living_in(EXAMPLE):
        yield town_open()


def withdraw_consent(town: Town) -> None:
    parties.consent_withdraw(
        actor=actors.person(town.people[0]),
        provider_id=town.provider,
        person_id=town.people[0],
        scenario_nos=[1],
    )


class Beside:
    """Something that another thread does from a given moment on; it may have to wait."""

    def __init__(self, step) -> None:
        self.done_at = 0.0
        self.thread = threading.Thread(target=self.run, args=(step,))

    def run(self, step) -> None:
        try:
            step()
            self.done_at = time.monotonic()
        finally:
            connections.close_all()


def sent_with(standing: Town, beside: Beside, monkeypatch: pytest.MonkeyPatch):
    """A ride's answer and the moment it was written, while `beside` starts and waits for it."""
    seen: list[bool] = []

    def slow_post(*args, post=writing.post, **kwargs):
        beside.thread.start()
        beside.thread.join(timeout=0.5)
        seen.append(beside.thread.is_alive())
        return post(*args, **kwargs)

    with monkeypatch.context() as slowed:
        slowed.setattr(writing, "post", slow_post)
        result = standing.send(RIDE)
    written_at = time.monotonic()
    beside.thread.join()
    assert seen == [True], "the withdrawal waited"
    return result, written_at


def test_a_withdrawal_waits_for_the_batch_that_read_the_consent(
    standing: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = Beside(lambda: withdraw_consent(standing))
    result, written_at = sent_with(standing, beside, monkeypatch)
    assert beside.done_at >= written_at - 0.1
    assert codes(result) == ["counted"]
    assert codes(standing.send(record("refused-2", occurred_at="2026-03-10T10:00:00+08:00"))) == [
        "consent.missing"
    ]
    assert tables_holding("refused-2") == []


def test_a_word_for_points_is_taken_back_after_the_batch_that_read_it(
    standing: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = Beside(
        lambda: parties.consent_withdraw(
            actor=actors.person(standing.people[0]),
            provider_id=PLATFORM,
            person_id=standing.people[0],
            scenario_nos=[PLATFORM],
            purpose="points",
        )
    )
    first, _ = sent_with(standing, beside, monkeypatch)
    second = standing.send(record("r2", occurred_at="2026-03-10T10:00:00+08:00"))
    assert (first.points, second.points) == (4, 0)
    assert (codes(first), codes(second)) == (["counted"], ["counted"])


@pytest.mark.parametrize("turn", range(3))
def test_withdrawal_and_batches_at_once(standing: Town, turn: int) -> None:
    def step(n: int):
        if n == 2:
            return withdraw_consent(standing)
        return standing.send(
            *(
                record(f"b{n}-{k}", occurred_at=f"2026-03-0{1 + n}T{6 + k:02d}:00:00+08:00")
                for k in range(10)
            )
        )

    answers = [answer for answer in at_once(5, step) if answer is not None]
    assert all(set(codes(answer)) in ({"counted"}, {"consent.missing"}) for answer in answers), (
        "never half"
    )
    counted = sum(answer.counts.get("counted", 0) for answer in answers)
    assert value("select count(*) from scenarios_act") == counted
    assert standing.balance()[0] == counted * 220_000
    assert codes(standing.send(RIDE)) == ["consent.missing"]
    assert book.proof().is_clean


def test_freezing_and_batches_at_once(standing: Town) -> None:
    def step(n: int):
        if n == 3:
            return ledger.account_set_state(
                actor=SYSTEM,
                account_id=standing.people[0],
                state=AccountState.FROZEN,
                reason="测试",
            )
        return standing.send(
            record(f"f{n}", occurred_at=f"2026-03-0{1 + n}T08:00:00+08:00"),
            record(f"g{n}", subject="u1", occurred_at=f"2026-03-0{1 + n}T08:00:00+08:00"),
        )

    at_once(6, step)
    counted = value("select count(*) from scenarios_act where account_id = %s", standing.people[0])
    assert standing.balance(0)[0] == counted * 220_000
    assert standing.balance(1)[0] == 5 * 220_000, "the other person is not touched"
    assert codes(standing.send(RIDE)) == ["account.not_open"]
    assert value("select count(*) from scenarios_refusal where reason_no = 13") == 5 - counted + 1


def test_spending_while_batches_and_corrections_come_in(standing: Town) -> None:
    person = standing.people[0]
    batch = [
        record(f"s{n}", distance=50.0, occurred_at=f"2026-03-0{1 + n % 5}T{6 + n:02d}:00:00+08:00")
        for n in range(10)
    ]
    standing.send(*batch)

    def step(n: int):
        if n % 3 == 0:
            return ledger.points_spend(
                actor=actors.person(person), account_id=person, points=60, key=f"k{n}", source="t"
            )
        if n % 3 == 1:
            return standing.correct(*(one | {"distance": 10.0 + n} for one in batch))
        return standing.send(
            record(f"n{n}", distance=20.0, occurred_at=f"2026-02-0{1 + n % 9}T08:00:00+08:00")
        )

    at_once(12, step)
    found = book.balance(person)
    assert found.points >= found.held_points >= 0
    assert found.reduction_mg >= 0
    assert book.proof().is_clean
    assert selectors.evidence_proof().is_clean
    spent = rows(
        "select coalesce(sum(points), 0)::bigint from ledger_entry where account_id = -1000"
    )[0][0]
    assert spent % 60 == 0


def test_batches_over_the_same_people_in_opposite_orders_do_not_deadlock(
    committed: None, fixed_clock: FixedClock
) -> None:
    with living_in(EXAMPLE):
        town = town_open(people=40, providers=4)
        people = list(range(40))

        def step(n: int):
            order = people if n % 2 else people[::-1]
            return town.send(
                *(
                    record(f"d{k}", subject=f"u{k}", occurred_at=f"2026-03-0{1 + n}T08:00:00+08:00")
                    for k in order
                ),
                provider=town.providers[n],
            )

        answers = at_once(4, step)
        assert [answer.counts for answer in answers] == [{"counted": 40}] * 4
        assert {town.balance(n)[0] for n in people} == {4 * 220_000}
        assert book.proof().is_clean
