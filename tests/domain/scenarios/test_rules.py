"""Caps and pauses that were approved later: what holds on the day before and on the day itself."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from tests.factories import town as towns
from tests.factories.town import codes, record

from tanpuhui.domain.scenarios import errors, selectors, services
from tanpuhui.kernel import actors
from tanpuhui.kernel.cityrules import pack
from tanpuhui.kernel.errors import NotPermitted

SYSTEM = actors.system()
METRO = "travel/metro"


@pytest.fixture
def town(db, fixed_clock):
    return towns.town_open()


def no_of(scenario=METRO):
    return pack().scenarios[scenario].no


def cap(limit, start, request="c1", *, per="day", of="acts", scenario=METRO):
    services.rule_override(
        actor=SYSTEM,
        kind="cap",
        request_id=request,
        effective_from=start,
        scenario_no=no_of(scenario),
        per=per,
        of=of,
        limit=limit,
        reason="试行",
    )


def rides(day, count, prefix="r"):
    return [
        record(f"{prefix}{day}-{n}", occurred_at=f"2026-03-{day}T{8 + n:02d}:00:00+08:00")
        for n in range(count)
    ]


def test_a_cap_changes_on_its_day(town, fixed_clock):
    cap(2, date(2026, 3, 12))
    fixed_clock.set("2026-03-13T20:00+08:00")
    assert codes(town.send(*rides(11, 4))) == ["counted"] * 4
    assert codes(town.send(*rides(12, 4))) == ["counted", "counted", "cap.day", "cap.day"]


def test_a_later_change_replaces_an_earlier_one(town, fixed_clock):
    cap(2, date(2026, 3, 11), "c1")
    cap(None, date(2026, 3, 12), "c2")
    fixed_clock.set("2026-03-13T20:00+08:00")
    assert codes(town.send(*rides(11, 3))).count("counted") == 2
    assert codes(town.send(*rides(12, 9))) == ["counted"] * 9


def test_a_month_has_one_limit(town):
    with pytest.raises(errors.RuleRefused):
        cap(2, date(2026, 3, 20), per="month")
    with pytest.raises(errors.RuleRefused):
        cap(2, date(2026, 4, 1), per="year")
    cap(2, date(2026, 4, 1), per="month")


def test_a_new_monthly_cap_of_mass_counts_what_the_book_holds(town, fixed_clock):
    cap(1, date(2026, 4, 1), per="month", of="mass_g")
    fixed_clock.set("2026-04-03T20:00+08:00")
    april = [record(f"x{n}", occurred_at=f"2026-04-02T{8 + n:02d}:00:00+08:00") for n in range(2)]
    first, second = (town.send(one) for one in april)
    assert first.reduction_mg == 1000
    assert codes(second) == ["cap.month"]


def test_what_has_begun_is_not_changed(town):
    for day in (date(2026, 3, 10), date(2026, 3, 9)):
        with pytest.raises(errors.RuleRefused):
            cap(2, day)
    with pytest.raises(errors.RuleRefused):
        cap(0, date(2026, 3, 12))


def pause(kind, start, request):
    services.rule_override(
        actor=SYSTEM, kind=kind, request_id=request, effective_from=start, scenario_no=no_of()
    )


def test_a_pause_refuses_the_acts_of_its_days(town, fixed_clock):
    pause("pause", date(2026, 3, 12), "p1")
    pause("resume", date(2026, 3, 14), "p2")
    fixed_clock.set("2026-03-15T20:00+08:00")
    got = {day: set(codes(town.send(*rides(day, 2)))) for day in (11, 12, 13, 14)}
    assert got == {
        11: {"counted"},
        12: {"scenario.paused"},
        13: {"scenario.paused"},
        14: {"counted"},
    }
    assert set(codes(town.send(record("b", scenario="travel/bus", distance=3.0)))) == {"counted"}


def test_a_stopped_provider_counts_nothing_until_started(town, fixed_clock):
    other = towns.provider_open(town.people)
    for kind, request in (("stop", "s1"), ("start", "s2")):
        if kind == "start":
            assert codes(town.send(*rides(10, 1))) == ["intake.stopped"]
            assert codes(town.send(*rides(10, 1, "o"), provider=other)) == ["counted"]
        services.rule_override(
            actor=SYSTEM,
            kind=kind,
            request_id=request,
            effective_from=date(2026, 3, 10),
            provider_id=town.provider,
        )
    assert codes(town.send(record("new", occurred_at="2026-03-10T11:30:00+08:00"))) == ["counted"]


def test_without_consent_a_pause_keeps_nothing(town, fixed_clock):
    pause("pause", date(2026, 3, 11), "p1")
    fixed_clock.set("2026-03-12T20:00+08:00")
    stranger = record("z", subject="nobody", occurred_at="2026-03-11T08:00:00+08:00")
    assert codes(town.send(stranger)) == ["subject.unknown"]


def test_an_act_is_explained_by_the_cap_of_its_day(town, fixed_clock):
    cap(2, date(2026, 3, 12), "change-7")
    before = selectors.caps_on(no_of(), date(2026, 3, 11))
    after = selectors.caps_on(no_of(), date(2026, 3, 12))
    assert [one.request for one in before if one.of == "acts"] != ["change-7"]
    assert ("change-7", 2) in [(one.request, one.limit) for one in after]
    fixed_clock.set("2026-03-13T20:00+08:00")
    town.send(*rides(12, 1))
    (act,) = selectors.acts_recent(town.people[0], 1)
    assert any(
        "change-7" in line for line in selectors.act_explained(town.people[0], act.token).caps
    )


def test_a_request_is_applied_once_and_stays(town):
    cap(2, date(2026, 3, 12), "once")
    with pytest.raises(IntegrityError), transaction.atomic():
        cap(3, date(2026, 3, 12), "once")
    with pytest.raises(Exception, match="append_only"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("delete from scenarios_override")


def test_only_an_approved_change_writes(town):
    with pytest.raises(NotPermitted):
        services.rule_override(
            actor=actors.staff(1, "operator", 1),
            kind="stop",
            request_id="x",
            effective_from=date(2026, 3, 10),
            provider_id=town.provider,
        )


def test_the_table_is_read_once_for_a_version(town, django_assert_num_queries):
    from tanpuhui.domain.scenarios.selectors import rules

    cap(2, date(2026, 3, 12))
    rules.overrides_now()
    with django_assert_num_queries(1):
        rules.overrides_now()


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"scenario_no": 99},
        {"per": "week"},
        {"of": "kg"},
        {"limit": 0},
        {"limit": 10**13},
        {"effective_from": date(2026, 3, 10)},
        {"per": "month", "effective_from": date(2026, 4, 2)},
        {"per": "year", "effective_from": date(2026, 7, 1)},
    ],
)
def test_a_change_is_looked_at_before_anybody_approves_it(town, given):
    fine = {"per": "day", "of": "acts", "limit": 3, "effective_from": date(2026, 3, 11)}
    wanted = {"scenario_no": no_of()} | fine | given
    if not given:
        services.cap_check(**wanted)
        services.cap_check(**wanted | {"limit": None})
        return
    with pytest.raises(errors.RuleRefused):
        services.cap_check(**wanted)


def test_a_pause_is_looked_at_too(town):
    services.pause_check(scenario_no=no_of(), effective_from=date(2026, 3, 11))
    for number, day in ((99, date(2026, 3, 11)), (no_of(), date(2026, 3, 10))):
        with pytest.raises(errors.RuleRefused):
            services.pause_check(scenario_no=number, effective_from=day)
