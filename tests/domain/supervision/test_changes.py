"""Four eyes: refused to the proposer by service and database, applied once, in one transaction."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from tests.domain.supervision.conftest import ANN, BOB, CHIEF, DEPUTY, SUPERVISOR
from tests.factories import database
from tests.factories import town as towns
from tests.factories.parallel import at_once
from tests.factories.town import codes, record

from tanpuhui.domain.ledger import selectors as ledger
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.domain.scenarios.errors import RuleRefused
from tanpuhui.domain.supervision import errors, selectors, services
from tanpuhui.domain.supervision.models import ChangeRequest
from tanpuhui.kernel import actors
from tanpuhui.kernel.cityrules import pack
from tanpuhui.kernel.errors import NotPermitted

METRO = "travel/metro"


def cap_payload(limit=2, start="2026-03-12", per="day", of="acts"):
    no = pack().scenarios[METRO].no
    return {"scenario_no": no, "per": per, "of": of, "limit": limit, "effective_from": start}


def propose(kind="cap", payload=None, actor=ANN, **more):
    return services.change_propose(
        actor=actor, kind=kind, payload=payload or cap_payload(), reason="试行一个月", **more
    )


def decide(change, actor=CHIEF, *, approve=True, opinion="同意执行"):
    return services.change_decide(
        actor=actor, public_id=change.public_id, approve=approve, opinion=opinion
    )


def test_a_cap_is_proposed_approved_and_counts_from_its_day(town, fixed_clock):
    change = propose()
    assert (change.state, change.effective_from) == ("submitted", date(2026, 3, 12))
    done = decide(change)
    assert (done.state, done.proposed_by, done.decided_by) == ("applied", "login:1", "login:3")
    fixed_clock.set("2026-03-13T20:00+08:00")
    for day, counted in ((11, 4), (12, 2)):
        sent = [
            record(f"{day}-{n}", occurred_at=f"2026-03-{day}T{8 + n:02d}:00:00+08:00")
            for n in range(4)
        ]
        assert codes(town.send(*sent)).count("counted") == counted
    (act, *_) = scenarios.acts_recent(town.people[0], 1)
    told = scenarios.act_explained(town.people[0], act.token).caps
    assert any(change.public_id in line for line in told)


def test_nobody_decides_on_their_own_change(town):
    change = propose(actor=CHIEF)
    with pytest.raises(errors.SamePerson):
        decide(change, CHIEF)
    assert selectors.change(change.public_id, viewer="").state == "submitted"
    assert scenarios.overrides_of(change.payload["scenario_no"]) == []
    assert decide(change, DEPUTY).state == "applied"


def test_the_database_refuses_it_too(town):
    change = propose(actor=CHIEF)
    row = ChangeRequest.objects.filter(public_id=change.public_id)
    with pytest.raises(IntegrityError, match="four_eyes"), transaction.atomic():
        row.update(decided_by="login:3")
    with pytest.raises(IntegrityError, match="decided"), transaction.atomic():
        row.update(state="applied")


def test_a_change_is_decided_once(town):
    change = propose()
    decide(change)
    for approve in (True, False):
        with pytest.raises(errors.StepRefused):
            decide(change, DEPUTY, approve=approve)
    other = propose(payload=cap_payload(3))
    decide(other, approve=False, opinion="先看数据")
    with pytest.raises(errors.StepRefused):
        decide(other, DEPUTY)


def test_two_at_once_apply_it_once(committed, fixed_clock):
    towns.town_open()
    change = propose()

    def approve(n):
        return decide(change, (CHIEF, DEPUTY)[n % 2]).state

    answers = at_once(4, approve)
    assert sorted(answers) == ["applied"] + ["supervision.step_refused"] * 3
    assert database.value("select count(*) from scenarios_override") == 1


def test_a_refused_application_leaves_the_change_waiting(town, fixed_clock):
    change = propose()
    fixed_clock.set("2026-03-12T08:00+08:00")
    with pytest.raises(RuleRefused):
        decide(change)
    assert selectors.change(change.public_id, viewer="").state == "submitted"
    assert decide(change, approve=False, opinion="已过日期").state == "rejected"


def test_rules_are_decided_by_the_authority(town):
    with pytest.raises(NotPermitted):
        decide(propose(), BOB)
    with pytest.raises(NotPermitted):
        propose(actor=SUPERVISOR)
    with pytest.raises(NotPermitted):
        propose(actor=actors.person(town.people[0]))


@pytest.mark.parametrize(
    "payload",
    [
        {
            "scenario_no": 999,
            "per": "day",
            "of": "acts",
            "limit": 2,
            "effective_from": "2026-04-01",
        },
        {"scenario_no": "x"},
        cap_payload(0),
        cap_payload("12.5"),
        cap_payload(start="gestern"),
    ],
)
def test_what_cannot_be_applied_is_not_proposed(town, payload):
    with pytest.raises((errors.PayloadRefused, RuleRefused)):
        propose(payload=payload)
    with pytest.raises(errors.PayloadRefused):
        propose(kind="make_me_rich")


def test_reason_and_opinion_are_asked_for(town):
    with pytest.raises(errors.ReasonMissing):
        services.change_propose(actor=ANN, kind="cap", payload=cap_payload(), reason=" 好 ")
    with pytest.raises(errors.ReasonMissing):
        decide(propose(), opinion="")


def test_a_draft_is_its_authors_until_submitted(town):
    draft = propose(is_draft=True)
    with pytest.raises(errors.UnknownChange):
        selectors.change(draft.public_id, viewer=CHIEF.label)
    with pytest.raises(errors.StepRefused):
        decide(draft)
    with pytest.raises(errors.UnknownChange):
        services.change_submit(actor=BOB, public_id=draft.public_id)
    services.change_submit(actor=ANN, public_id=draft.public_id)
    assert selectors.change(draft.public_id, viewer=CHIEF.label).is_waiting
    with pytest.raises(errors.UnknownChange):
        services.change_withdraw(actor=BOB, public_id=draft.public_id)
    assert services.change_withdraw(actor=ANN, public_id=draft.public_id).state == "withdrawn"


def test_acts_are_withdrawn_by_two_people(town):
    town.send(record("a"), record("b", occurred_at="2026-03-10T10:00:00+08:00"))
    before = town.balance()
    change = propose("acts_withdraw", {"provider_id": town.provider, "items": ["a", "a", " b "]})
    done = decide(change, BOB)
    assert done.result == {"withdrawn": 2}
    assert before[0] > 0
    assert town.balance() == (0, 0)
    assert database.value("select actor from ledger_journal order by id desc limit 1") == (
        "login:1+login:2"
    )
    with pytest.raises(errors.PayloadRefused):
        propose("acts_withdraw", {"provider_id": town.provider, "items": ["nobody"]})


def correct_payload(town, **quantities):
    return {"provider_id": town.provider, "item_no": "a", "quantities": quantities}


def test_an_act_is_corrected_by_two_people(town):
    town.send(record("a", distance=5.5))
    half = town.balance()[0]
    done = decide(propose("acts_correct", correct_payload(town, distance="11")), BOB)
    assert town.balance()[0] == done.result["after_mg"]
    assert abs(town.balance()[0] - 2 * half) <= 2
    for same in ({"distance": "11"}, {"colour": "1"}, {}):
        with pytest.raises(errors.PayloadRefused):
            propose("acts_correct", correct_payload(town, **same))


def test_a_correction_is_not_applied_to_something_else(town):
    town.send(record("a", distance=5.5))
    change = propose("acts_correct", correct_payload(town, distance="11"))
    town.correct(record("a", distance=7))
    with pytest.raises(errors.PayloadRefused):
        decide(change, BOB)
    wild = propose("acts_correct", correct_payload(town, distance="900"))
    before = town.balance()
    with pytest.raises(errors.PayloadRefused):
        decide(wild, BOB)
    assert town.balance() == before


def test_an_account_is_frozen_and_released(town):
    person = parties.person(town.people[0])
    assert person is not None
    payload = {"person": person.public_id}
    with pytest.raises(errors.PayloadRefused):
        propose("account_release", payload)
    decide(propose("account_freeze", payload), BOB)
    assert ledger.balance(person.party_id).state == "frozen"
    assert codes(town.send(record("x"))) == ["account.not_open"]
    decide(propose("account_release", payload, actor=BOB), ANN)
    assert ledger.balance(person.party_id).state == "open"
    assert [one.kind for one in selectors.changes_about(person=person.public_id)] == [
        "account_release",
        "account_freeze",
    ]


def test_intake_is_stopped_and_started(town):
    payload = {"provider_id": town.provider}
    with pytest.raises(errors.PayloadRefused):
        propose("intake_start", payload)
    decide(propose("intake_stop", payload), BOB)
    assert codes(town.send(record("x"))) == ["intake.stopped"]
    decide(propose("intake_start", payload), BOB)
    assert codes(town.send(record("x"))) == ["counted"]


def test_everything_is_audited_in_its_transaction(town):
    change = propose()
    decide(change)
    rows = database.rows(
        "select tag, actor from kernel_audit where subject = %s order by id",
        f"change:{change.public_id}",
    )
    assert rows == [
        ("supervision:change:propose", "login:1"),
        ("supervision:change:approve", "login:3"),
    ]
    assert database.value(
        "select actor from kernel_audit where tag = 'scenarios:rule:cap' order by id desc limit 1"
    ) == ("login:1+login:3")


def test_lists_filter_search_and_count(town):
    first, second = propose(), propose("intake_stop", {"provider_id": town.provider}, actor=BOB)
    decide(first)
    assert selectors.change_counts(viewer="") == {"applied": 1, "submitted": 1}
    assert [c.public_id for c in selectors.changes(viewer="", state="submitted")] == [
        second.public_id
    ]
    assert [c.public_id for c in selectors.changes(viewer="", kinds=["cap"])] == [first.public_id]
    assert selectors.changes(viewer="", text="没有这样的标题") == []
    assert len(selectors.changes(viewer="", order="title", limit=1, offset=1)) == 1
