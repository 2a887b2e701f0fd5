"""Nothing is edited: corrections and withdrawals reverse, and what remains is proven."""

from datetime import date

import pytest
from tests.conftest import FixedClock
from tests.factories.database import counts, rows, value
from tests.factories.parallel import at_once
from tests.factories.town import SYSTEM, Town, codes, frame, record, statuses, town_open

from tanpuhui.domain.ledger import selectors as book
from tanpuhui.domain.ledger import services as ledger
from tanpuhui.domain.ledger.states import AccountState
from tanpuhui.domain.parties import services as parties
from tanpuhui.domain.scenarios import selectors, services
from tanpuhui.kernel import actors, audit
from tanpuhui.kernel.errors import NotPermitted

ACTS = "select act::text from scenarios_act as act"
ENTRIES = "select entry::text from ledger_entry as entry"
NINE = "2026-03-10T09:00:00+08:00"


def in_force(town: Town, person: int = 0) -> list[tuple[str, int, str]]:
    """(code, mg, state) of a person's acts as shown to them."""
    return [
        (act.code, act.reduction_mg, act.state)
        for act in selectors.acts_recent(town.people[person])
    ]


def revisions(item: str = "a1") -> list[tuple[int, int, int]]:
    return rows(
        "select revision, reduction_mg, reason_no from scenarios_act where item_no = %s order by 1",
        item,
    )


def journals() -> list[str]:
    return [kind for (kind,) in rows("select kind from ledger_journal order by id")]


@pytest.fixture(autouse=True)
def everything_is_proven(request: pytest.FixtureRequest):
    """Whatever a test does, the book and its evidence agree afterwards."""
    request.getfixturevalue("committed" if "committed" in request.fixturenames else "town")
    request.getfixturevalue("example_city")
    yield
    assert book.proof().is_clean
    assert selectors.evidence_proof().is_clean
    report = services.replay(first=date(2000, 1, 1), last=date(2030, 1, 1))
    assert report.differing == []


@pytest.mark.parametrize(("distance", "mg", "points"), [(9.0, 360_000, 7), (1.0, 40_000, 0)])
def test_more_and_less(town: Town, distance: float, mg: int, points: int) -> None:
    town.send(record("a1"))
    before = set(rows(ACTS)), set(rows(ENTRIES))
    result = town.correct(record("a1", distance=distance))
    assert (codes(result), statuses(result)) == (["counted"], ["counted"])
    assert (result.reduction_mg, result.points) == (mg, points)
    assert town.balance() == (mg, points)
    assert journals() == ["acts", "reversal", "correction"]
    assert revisions() == [(0, 220_000, 0), (1, mg, 0)]
    assert before[0] < set(rows(ACTS)), "the first revision stays as it was"
    assert before[1] < set(rows(ENTRIES))
    assert in_force(town) == [("counted", mg, "已入账")]


def test_another_day_and_month_and_scenario(town: Town) -> None:
    town.send(record("a1"))
    town.correct(record("a1", occurred_at="2026-02-27T08:00:00+08:00"))
    assert book.month_sums(town.people[0], until=date(2026, 3, 10), months=2) == [
        book.MonthSum(date(2026, 3, 1), 0, 0, 0),
        book.MonthSum(date(2026, 2, 1), 220_000, 4, 1),
    ]
    result = town.correct(record("a1", scenario="travel/bus"))
    assert codes(result) == ["counted"]
    assert town.balance() == (250_500, 5)
    assert rows(
        "select scenario_no, sum(reduction_mg)::bigint, sum(acts) from ledger_entry"
        " where account_id > 0 group by 1 order by 1"
    ) == [(1, 0, 0), (2, 250_500, 1)]
    assert in_force(town) == [("counted", 250_500, "已入账")]


def test_an_unchanged_correction_changes_nothing(town: Town) -> None:
    town.send(record("a1"))
    before = counts()
    result = town.correct(record("a1"))
    assert (codes(result), statuses(result)) == (["counted"], ["duplicate"])
    assert counts() | {"scenarios_batch": 0} == before | {"scenarios_batch": 0}
    town.correct(record("a1", distance=9.0))
    before = counts()
    assert statuses(town.correct(record("a1", distance=9.0))) == ["duplicate"]
    assert counts() | {"scenarios_batch": 0} == before | {"scenarios_batch": 0}


def test_the_redelivered_original_conflicts_after_a_correction(town: Town) -> None:
    town.send(record("a1"))
    town.correct(record("a1", distance=9.0))
    assert codes(town.send(record("a1"))) == ["record.conflict"]
    assert statuses(town.send(record("a1", distance=9.0))) == ["duplicate"]
    assert town.balance()[0] == 360_000


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"distance": -1}, "record.out_of_bounds"),
        ({"occurred_at": "2026-03-11T08:00:00+08:00"}, "time.future"),
        ({"subject": "u1"}, "record.other_subject"),
        ({"subject": "nobody"}, "subject.unknown"),
        ({"scenario": "travel/tram"}, "scenario.unknown"),
        ({"item_no": "a9"}, "record.unknown_item"),
        ({"distance": 100.0, "duration": 60}, "record.implausible"),
    ],
)
def test_a_refused_correction_leaves_the_act_in_force(town: Town, given: dict, code: str) -> None:
    town.send(record("a1"))
    before = counts()
    assert codes(town.correct(record("a1") | given)) == [code]
    grown = {name for name, number in counts().items() if number != before[name]}
    assert grown == {"scenarios_batch", "scenarios_refusal"}
    assert town.balance() == (220_000, 4)
    assert in_force(town) == [("counted", 220_000, "已入账")]


def test_a_frozen_account_is_not_corrected_and_loses_nothing(town: Town) -> None:
    town.send(record("a1"), record("b1", subject="u1"))
    ledger.account_set_state(
        actor=SYSTEM, account_id=town.people[0], state=AccountState.FROZEN, reason="t"
    )
    result = town.correct(record("a1", distance=9.0), record("b1", subject="u1", distance=9.0))
    assert codes(result) == ["account.not_open", "counted"]
    assert (town.balance(0)[0], town.balance(1)[0]) == (220_000, 360_000)
    assert revisions() == [(0, 220_000, 0)]


def test_without_consent_there_is_no_correction(town: Town) -> None:
    town.send(record("a1"))
    parties.consent_withdraw(
        actor=actors.person(town.people[0]),
        provider_id=town.provider,
        person_id=town.people[0],
        scenario_nos=[1],
    )
    assert codes(town.correct(record("a1", distance=9.0))) == ["consent.missing"]
    assert town.balance()[0] == 220_000


def test_a_correction_frees_room_under_the_cap_first(town: Town) -> None:
    walk = {"scenario": "travel/walking"}
    town.send(record("a1", **walk, steps=6000))
    assert codes(town.correct(record("a1", **walk, steps=7000))) == ["counted"]
    assert town.balance() == (0, 5)
    town.send(record("a2", **walk, steps=6000, occurred_at="2026-03-09T08:00:00+08:00"))
    assert codes(town.correct(record("a2", **walk, steps=6000))) == ["cap.day"]
    assert town.balance() == (0, 5)


def test_a_correction_to_nothing(town: Town) -> None:
    power = {"scenario": "living/electricity"}
    town.send(record("a1", **power, energy=100.0))
    result = town.correct(record("a1", **power, energy=500.0))
    assert (codes(result), statuses(result)) == (["act.no_reduction"], ["not_counted"])
    assert town.balance() == (0, 0)
    assert codes(town.send(record("a2", **power, energy=100.0))) == ["counted"], (
        "the month is free again"
    )


def test_a_correction_of_points_already_spent_is_a_claw_back(town: Town) -> None:
    town.send(record("a1"))
    ledger.points_spend(
        actor=actors.person(town.people[0]),
        account_id=town.people[0],
        points=4,
        key="s",
        source="t",
    )
    town.correct(record("a1", distance=2.5))
    # 4 points could not be taken back; the corrected act gives 2
    assert town.balance() == (100_000, 2)
    assert rows("select reduction_mg, points from ledger_clawback") == [(0, 4)]
    ledger.clawbacks_settle(actor=SYSTEM)
    assert town.balance() == (100_000, 0)
    assert rows("select points, settled_journal_id is null from ledger_clawback order by id") == [
        (4, False),
        (2, True),
    ]


def test_correction_and_withdrawal_leave_an_audit_row_with_reason(town: Town) -> None:
    town.send(record("a1"))
    town.correct(record("a1", distance=9.0), reason="里程表误读")
    town.withdraw("a1")
    assert rows(
        "select tag, subject, reason from kernel_audit where tag like 'scenarios:%' order by id"
    ) == [
        ("scenarios:act:correct", f"provider:{town.provider}", "里程表误读"),
        ("scenarios:act:withdraw", f"provider:{town.provider}", "撤回"),
    ]


@pytest.mark.parametrize("reason", ["长" * 401, "a\x00b"])
def test_a_reason_that_cannot_be_kept_is_refused(town: Town, reason: str) -> None:
    town.send(record("a1"))
    before = counts()
    with pytest.raises(audit.ReasonRefused) as caught:
        town.correct(record("a1", distance=9.0), reason=reason)
    assert caught.value.code == "audit.reason_refused"
    with pytest.raises(audit.ReasonRefused, match="原因"):
        services.acts_withdraw(
            actor=actors.provider(town.provider),
            provider_id=town.provider,
            items=["a1"],
            reason=reason,
        )
    assert counts() == before
    town.correct(record("a1", distance=9.0), reason="长" * 400)


# -- withdrawal


def test_withdrawal(town: Town) -> None:
    town.send(record("a1"), record("a2", occurred_at=NINE))
    assert town.withdraw("a1", "never") == {"a1": "withdrawn", "never": "unknown"}
    assert town.balance() == (220_000, 4)
    assert journals() == ["acts", "reversal"]
    assert revisions() == [(0, 220_000, 0), (1, 0, 90)]
    assert in_force(town) == [("counted", 220_000, "已入账"), ("act.withdrawn", 0, "未计入")]


def test_withdrawing_twice_is_once(town: Town) -> None:
    town.send(record("a1"))
    town.withdraw("a1")
    before, audits = counts(), value("select count(*) from kernel_audit")
    assert town.withdraw("a1") == {"a1": "already"}
    assert town.withdraw("a1", "a1") == {"a1": "already"}
    assert counts() == before
    assert value("select count(*) from kernel_audit") == audits


def test_redelivery_after_withdrawal_counts_nothing(town: Town) -> None:
    town.send(record("a1"))
    town.withdraw("a1")
    before = counts()
    result = town.send(record("a1"))
    assert (codes(result), statuses(result)) == (["act.withdrawn"], ["duplicate"])
    assert codes(town.send(record("a1", distance=9.0))) == ["record.conflict"]
    assert town.balance() == (0, 0)
    assert counts()["scenarios_act"] == before["scenarios_act"]
    assert codes(town.send(record("a2"))) == ["counted"], "a new number may count"


@pytest.mark.parametrize(("distance", "mg"), [(5.5, 220_000), (9.0, 360_000)])
def test_a_correction_brings_a_withdrawn_act_back(town: Town, distance: float, mg: int) -> None:
    town.send(record("a1"))
    town.withdraw("a1")
    result = town.correct(record("a1", distance=distance))
    assert (codes(result), statuses(result)) == (["counted"], ["counted"])
    assert town.balance()[0] == mg
    assert revisions() == [(0, 220_000, 0), (1, 0, 90), (2, mg, 0)]
    town.withdraw("a1")
    assert town.balance() == (0, 0)


def test_a_capped_act_is_withdrawn_without_a_gram(town: Town) -> None:
    walk = {"scenario": "travel/walking", "steps": 6000}
    town.send(record("a1", **walk), record("a2", **walk, occurred_at=NINE))
    assert town.withdraw("a2") == {"a2": "withdrawn"}
    assert town.balance() == (0, 5)
    town.withdraw("a1")
    assert codes(town.send(record("a3", **walk))) == ["counted"]


def test_many_acts_of_many_days_and_people(town: Town) -> None:
    batch = [
        record(
            f"a{n}",
            subject=f"u{n % 3}",
            occurred_at=f"2026-0{1 + n % 3}-0{1 + n % 9}T{6 + n % 12:02d}:00:00+08:00",
        )
        for n in range(36)
    ]
    town.send(*batch)
    assert set(town.withdraw(*(f"a{n}" for n in range(36))).values()) == {"withdrawn"}
    assert [town.balance(n) for n in range(3)] == [(0, 0)] * 3
    assert value("select count(*) from ledger_journal") == 2


def test_a_withdrawal_when_points_are_spent(town: Town) -> None:
    town.send(record("a1"))
    ledger.points_spend(
        actor=actors.person(town.people[0]),
        account_id=town.people[0],
        points=3,
        key="s",
        source="t",
    )
    town.withdraw("a1")
    assert town.balance() == (0, 0)
    assert rows("select reduction_mg, points from ledger_clawback") == [(0, 3)]


def test_only_the_provider_itself(town: Town) -> None:
    town.send(record("a1"))
    stranger = actors.provider(town.provider + 10**6)
    with pytest.raises(NotPermitted):
        services.acts_withdraw(actor=stranger, provider_id=town.provider, items=["a1"], reason="t")
    with pytest.raises(NotPermitted):
        services.acts_correct(
            actor=stranger, provider_id=town.provider, batch_no="c", records=_records(), reason="t"
        )
    with pytest.raises(NotPermitted):
        services.acts_ingest(
            actor=stranger,
            provider_id=town.provider,
            batch_no="c",
            channel="api",
            records=_records(),
        )
    assert town.balance() == (220_000, 4)


def _records():
    return frame([record("a1", distance=9.0)])


def test_withdrawals_corrections_and_redeliveries_at_once(
    committed: None, example_city: object, fixed_clock: FixedClock
) -> None:
    town = town_open()
    batch = [
        record(f"a{n}", occurred_at=f"2026-03-10T{6 + n // 2:02d}:{n % 2 * 30:02d}:00+08:00")
        for n in range(6)
    ]
    town.send(*batch)
    items = [one["item_no"] for one in batch]

    def step(n: int) -> object:
        if n % 3 == 0:
            return town.withdraw(*items)
        if n % 3 == 1:
            return codes(town.correct(*({**one, "distance": 2.0 + n} for one in batch)))
        return codes(town.send(*batch))

    at_once(9, step)
    force = rows(
        "select reduction_mg, reason_no from (select distinct on (item_no) * from scenarios_act"
        " order by item_no, revision desc) as act"
    )
    assert len(force) == 6
    assert town.balance()[0] == sum(mg for mg, _ in force)
