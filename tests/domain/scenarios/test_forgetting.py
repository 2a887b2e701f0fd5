"""What is kept of refused records, for how long, and what goes with an account."""

from tests.conftest import FixedClock
from tests.factories.database import rows, tables_holding, value
from tests.factories.town import SYSTEM, Town, record

from tanpuhui.domain.scenarios import services
from tanpuhui.kernel import actors


def test_words_of_refused_records_go_after_their_time(town: Town, fixed_clock: FixedClock) -> None:
    town.send(record("old-item", distance=-1))
    fixed_clock.set("2026-09-01T12:00:00+08:00")
    town.send(record("young-item", distance=-1, occurred_at="2026-09-01T08:00:00+08:00"))
    assert services.refusals_expire(actor=SYSTEM) == 0, "180 days are not over"
    fixed_clock.set("2026-09-07T12:00:00+08:00")
    assert services.refusals_expire(actor=SYSTEM) == 1
    assert services.refusals_expire(actor=SYSTEM) == 0
    assert rows("select item_no, raw is null from scenarios_refusal order by id") == [
        ("old-item", True),
        ("young-item", False),
    ]
    assert value("select count(*) from kernel_audit where tag = 'scenarios:refusal:expire'") == 1


def test_closing_takes_the_words_of_ones_refused_records(town: Town) -> None:
    town.send(record("a1", distance=-1), record("b1", subject="u1", distance=-1))
    person = town.people[0]
    assert services.refusals_forget(actor=actors.person(person), person_id=person) == 1
    assert rows("select item_no, raw is null from scenarios_refusal order by line") == [
        ("a1", True),
        ("b1", False),
    ]
    assert tables_holding('"u0"') == []
