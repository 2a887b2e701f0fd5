"""Sums against the book: whatever happens to acts, in whatever order, each journal once."""

import random
import threading
import time
from datetime import date
from typing import Any

import pytest
from django.db import connections, transaction
from tests.conftest import FixedClock
from tests.factories.cities import EXAMPLE, living_in
from tests.factories.database import execute, rows, value
from tests.factories.parallel import at_once
from tests.factories.town import SYSTEM, Town, provider_open, record, town_open

from tanpuhui.domain.insight import selectors as insight
from tanpuhui.domain.insight import services
from tanpuhui.domain.insight.models import DaySum, PeopleBlock, PeriodSum, Progress, Seen
from tanpuhui.domain.ledger import selectors as book
from tanpuhui.domain.ledger import services as ledger

TABLES = ("insight_day", "insight_period", "insight_people", "insight_hour", "insight_intake")
MARCH = date(2026, 3, 1)


def advance() -> int:
    return services.rollup_advance(actor=SYSTEM)


def settle(town: Town) -> None:
    """People of a town live in its two districts, and one nowhere."""
    for person, region in zip(town.people, ("000101", "000102", ""), strict=False):
        execute("update parties_person set region = %s where party_id = %s", region, person)


def ride(no: str, person: int = 0, hour: int = 8, day: int = 10, **given: Any) -> dict[str, Any]:
    at = f"2026-03-{day:02d}T{hour:02d}:00:00+08:00"
    return record(no, subject=f"u{person}", occurred_at=at, **given)


@pytest.fixture
def lived(town: Town) -> Town:
    settle(town)
    return town


@pytest.fixture
def standing(committed: None, fixed_clock: FixedClock):
    with living_in(EXAMPLE):
        town = town_open()
        settle(town)
        yield town


def contents() -> dict[str, list[tuple[Any, ...]]]:
    """All sums, without cells that are zero throughout."""
    found = {name: sorted(rows(f"select * from {name}"), key=str) for name in TABLES}
    found["insight_people"] = [
        (*row[:-1], bytes(row[-1])) for row in found["insight_people"] if any(bytes(row[-1]))
    ]
    for name in ("insight_day", "insight_period", "insight_hour"):
        keys = {"insight_day": 4, "insight_period": 4, "insight_hour": 1}[name]
        found[name] = [row for row in found[name] if any(row[keys:])]
    return found


def test_nothing_yet(lived: Town) -> None:
    assert advance() == 0
    assert insight.totals() == insight.NOTHING
    assert insight.last_day() is None
    assert services.sums_prove(actor=SYSTEM) == []


def test_a_batch_stands_in_every_sum(lived: Town) -> None:
    sent = lived.send(ride("a", 0), ride("b", 0, 9), ride("c", 1), ride("d", 2))
    assert advance() == 1
    totals = insight.totals()
    assert (totals.acts, totals.reduction_mg, totals.points, totals.people) == (
        4,
        sent.reduction_mg,
        sent.points,
        3,
    )
    each = sent.reduction_mg // 4
    cells = {(c.scenario_no, c.region): c.figures for c in insight.month_cells(MARCH)}
    metro = max(no for no, _ in cells)
    assert cells[metro, "000101"].reduction_mg == 2 * each
    assert cells[metro, "000101"].people == 1
    assert cells[metro, ""].people == 1
    assert cells[0, "000102"] == cells[metro, "000102"]
    assert (
        sum(
            hour.acts
            for hour in insight.hours(value("select min(started_at) from insight_hour"), 4)
        )
        == 4
    )
    (intake,) = insight.intake(24 * 400)
    assert (intake.provider_id, intake.journals, intake.acts) == (lived.provider, 1, 4)
    assert insight.last_day() == date(2026, 3, 10)


def test_a_second_look_reads_nothing(lived: Town) -> None:
    lived.send(ride("a"))
    assert [advance(), advance(), advance()] == [1, 0, 0]
    assert insight.totals().acts == 1


def test_withdrawn_and_corrected_acts_leave_and_move(lived: Town) -> None:
    lived.send(ride("a", 0), ride("b", 1))
    advance()
    lived.withdraw("a")
    lived.correct(ride("b", 1, day=9, distance=3.0))
    advance()
    totals = insight.totals()
    assert (totals.acts, totals.people, totals.uncounted) == (1, 1, 1)
    days = {day.day.day: day for day in insight.days(date(2026, 3, 8), date(2026, 3, 10))}
    assert (days[10].acts, days[10].withdrawn, days[10].reduction_mg) == (0, 1, 0)
    assert days[9].acts == 1
    assert totals.reduction_mg == book.circulation().reduction_mg
    assert services.sums_prove(actor=SYSTEM) == []


def test_acts_not_counted_are_told_apart(lived: Town) -> None:
    lived.send(*(ride(f"a{n}", 0, 6 + n) for n in range(8)))
    lived.send(ride("same", 0, 6), provider=provider_open(lived.people))
    advance()
    (day,) = insight.days(date(2026, 3, 10), date(2026, 3, 10))
    by_code = dict(rows("select reason_no, count(*) from scenarios_act group by 1"))
    assert day.acts == by_code[0]
    assert day.capped == sum(n for no, n in by_code.items() if no in {70, 71, 72})
    assert day.overlapped == sum(n for no, n in by_code.items() if no in {60, 61})
    assert day.capped + day.overlapped > 0


def test_points_that_are_spent_are_not_taken_back_from_what_was_given(lived: Town) -> None:
    lived.send(ride("a"))
    held = book.balance(lived.people[0])
    ledger.points_spend(
        actor=SYSTEM, account_id=held.account_id, points=held.points_free, key="k", source="mall"
    )
    lived.withdraw("a")  # the points are gone: a claw-back waits
    lived.send(ride("b", hour=12))
    ledger.clawbacks_settle(actor=SYSTEM)
    advance()
    assert insight.totals().points == book.circulation().points
    assert services.sums_prove(actor=SYSTEM) == []


@pytest.mark.parametrize("seed", range(4))
def test_random_lives_equal_the_book_and_a_fresh_start(lived: Town, seed: int) -> None:
    drawn = random.Random(seed)
    second = provider_open(lived.people)
    known: list[tuple[str, int, int]] = []
    for step in range(25):
        match drawn.randrange(4):
            case 0 | 1:
                provider = drawn.choice([lived.provider, second])
                sent = [
                    (f"s{step}-{n}", drawn.randrange(3), provider)
                    for n in range(drawn.randint(1, 6))
                ]
                lived.send(
                    *(
                        ride(no, person, drawn.randint(6, 11), drawn.randint(1, 10))
                        for no, person, _ in sent
                    ),
                    provider=provider,
                )
                known += sent
            case 2 if known:
                no, _, provider = drawn.choice(known)
                lived.withdraw(no, provider=provider)
            case 3 if known:
                no, person, provider = drawn.choice(known)
                lived.correct(
                    ride(no, person, drawn.randint(6, 11), drawn.randint(1, 10), distance=2.5),
                    provider=provider,
                )
        if drawn.random() < 0.4:
            advance()
    assert services.sums_prove(actor=SYSTEM) == []
    kept = contents()
    assert services.rollup_rebuild(actor=SYSTEM) == value("select count(*) from ledger_journal")
    assert contents() == kept
    assert services.sums_prove(actor=SYSTEM) == []


def test_a_changed_sum_is_found(lived: Town) -> None:
    lived.send(ride("a"))
    advance()
    DaySum.objects.update(reduction_mg=1)
    PeriodSum.objects.filter(span=1, scenario_no=0).update(people=5)
    what = " ".join(one.what for one in services.sums_prove(actor=SYSTEM))
    assert "毫克" in what
    assert "人数" in what
    PeopleBlock.objects.all().delete()
    assert any("月度人数" in one.what for one in services.sums_prove(actor=SYSTEM))


def test_callers_at_once_read_each_journal_once(standing: Town) -> None:
    providers = [provider_open(standing.people) for _ in range(3)]

    def step(n: int) -> int:
        if n < 3:
            for batch in range(4):
                standing.send(
                    *(ride(f"{n}-{batch}-{k}", k, 6 + n, 1 + batch) for k in range(3)),
                    provider=providers[n],
                )
                advance()
            return 0
        return sum(advance() for _ in range(6))

    at_once(6, step)
    advance()
    assert value("select sum(journals) from insight_intake") == 12
    assert insight.totals().acts == book.circulation().acts
    assert services.sums_prove(actor=SYSTEM) == []


def test_a_journal_that_commits_late_is_not_passed_over(standing: Town) -> None:
    written, go = threading.Event(), threading.Event()
    other = provider_open(standing.people[1:2])

    def late() -> None:
        try:
            with transaction.atomic():
                standing.send(ride("late", 2))
                written.set()
                assert go.wait(20)
        finally:
            connections.close_all()

    thread = threading.Thread(target=late)
    thread.start()
    assert written.wait(20)
    standing.send(
        record("early", subject="u0", occurred_at="2026-03-10T07:00:00+08:00"), provider=other
    )
    for _ in range(4):
        advance()
    assert insight.totals().acts == 1
    late_id = value("select last_value from ledger_journal_id_seq") - 1
    assert Progress.objects.get().floor_id < late_id, "the floor waits for the running transaction"
    go.set()
    thread.join()
    assert advance() == 1
    assert insight.totals().acts == 2
    assert services.sums_prove(actor=SYSTEM) == []


def test_the_floor_rises_and_what_is_below_is_forgotten(standing: Town) -> None:
    for n in range(3):
        standing.send(ride(f"n{n}", n))
        advance()
    newest = value("select max(id) from ledger_journal")
    # A transaction anywhere on the database server holds the floor down until it ends.
    until = time.monotonic() + 60
    while Progress.objects.get().floor_id < newest and time.monotonic() < until:
        advance()
    assert Progress.objects.get().floor_id == newest
    assert not Seen.objects.exists()


def test_the_feed_names_a_district_only_where_many_take_part(lived: Town) -> None:
    lived.send(ride("a"))
    advance()
    (line,) = insight.feed(5)
    assert line.region == ""
    assert line.reduction_mg > 0
    assert not {"account", "provider", "person"} & set(vars(line))


def test_who_moves_takes_nothing_back_from_the_new_district(lived: Town) -> None:
    lived.send(ride("a", 0), ride("b", 0, 9))
    advance()
    execute("update parties_person set region = '000102' where party_id = %s", lived.people[0])
    lived.send(ride("c", 0, 10))
    lived.withdraw("a", "b", "c")
    advance()
    cells = {(c.scenario_no, c.region): c.figures for c in insight.month_cells(MARCH)}
    assert (0, "000102") not in cells, "March was spent in the old district"
    assert cells[0, "000101"].people == cells[0, "000101"].acts == 0
    assert cells[0, "000101"].reduction_mg == 0
    assert cells[0, "000101"].uncounted == 3
    assert services.sums_prove(actor=SYSTEM) == []
    lived.send(ride("d", 0, 11))
    services.rollup_rebuild(actor=SYSTEM)
    cells = {(c.scenario_no, c.region): c.figures for c in insight.month_cells(MARCH)}
    assert cells[0, "000102"].people == 1
