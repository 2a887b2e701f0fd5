"""Rules find the unusual once; people clear or confirm it."""

from datetime import date

import pytest
from tests.domain.supervision.conftest import ANN, SUPERVISOR
from tests.factories import town as towns
from tests.factories.town import record

from tanpuhui.domain.supervision import errors, selectors, services
from tanpuhui.domain.supervision.services import anomalies
from tanpuhui.kernel import actors
from tanpuhui.kernel.errors import NotPermitted

SYSTEM = actors.system()
TODAY = date(2026, 3, 10)


def look(first=TODAY, last=TODAY):
    return services.anomalies_find(actor=SYSTEM, first=first, last=last)


def found(rule):
    return selectors.findings(rule=rule)


def test_many_refusals_of_one_day(town, monkeypatch):
    monkeypatch.setattr(anomalies, "REFUSAL_RECORDS", 5)
    bad = [record(f"x{n}", distance=900) for n in range(2)]
    good = [record(f"g{n}", occurred_at=f"2026-03-10T{6 + n:02d}:00:00+08:00") for n in range(4)]
    town.send(*bad, *good)
    assert look() >= 1
    (one,) = found("refusals")
    assert one.evidence["figures"] == {"records": 6, "refused": 2}
    assert one.evidence["parameters"]["percent"] == 20
    assert "33%" in one.sentence
    assert look() == 0


def test_a_jump_against_the_days_before(town, monkeypatch):
    monkeypatch.setattr(anomalies, "JUMP_ACTS", 3)
    for day in range(1, 10):
        town.send(record(f"d{day}", occurred_at=f"2026-03-{day:02d}T08:00:00+08:00"))
    town.send(
        *[record(f"t{n}", occurred_at=f"2026-03-10T{6 + n:02d}:00:00+08:00") for n in range(4)]
    )
    look()
    (one,) = found("jump")
    assert one.evidence["figures"] == {"acts": 4, "usual": 1}


def test_one_person_many_providers_and_one_dominates(town, monkeypatch):
    monkeypatch.setattr(anomalies, "PROVIDERS_LEAST", 2)
    monkeypatch.setattr(anomalies, "SHARE_ACTS", 1)
    other = towns.provider_open(town.people, ["travel/bus"])
    town.send(record("m"))
    town.send(
        record("b", scenario="travel/bus", distance=1, occurred_at="2026-03-10T10:00:00+08:00"),
        provider=other,
    )
    look()
    (person,) = found("many_providers")
    assert person.subject == f"person:{town.people[0]}"
    assert str(town.people[0]) not in person.sentence
    assert {one.subject.partition(":")[0] for one in found("concentration")} == {
        "provider",
        "scenario",
    }


def test_identical_quantities(town, monkeypatch):
    monkeypatch.setattr(anomalies, "SAME_LEAST", 3)
    town.send(
        *[record(f"s{n}", occurred_at=f"2026-03-10T{6 + n:02d}:00:00+08:00") for n in range(3)]
    )
    look()
    (one,) = found("same_inputs")
    assert one.evidence["figures"]["same"] == 3


def test_a_finding_is_decided_once_with_a_note(town, monkeypatch):
    monkeypatch.setattr(anomalies, "SAME_LEAST", 1)
    town.send(record("s"))
    look()
    (one,) = found("same_inputs")
    with pytest.raises(errors.ReasonMissing):
        services.anomaly_decide(actor=ANN, public_id=one.public_id, confirmed=True, note="")
    done = services.anomaly_decide(
        actor=SUPERVISOR, public_id=one.public_id, confirmed=False, note="固定里程的线路"
    )
    assert (done.state, done.decided_by) == ("cleared", "login:5")
    with pytest.raises(errors.StepRefused):
        services.anomaly_decide(actor=ANN, public_id=one.public_id, confirmed=True, note="再看一次")
    assert selectors.finding_counts() == {"cleared": 1}
    with pytest.raises(NotPermitted):
        services.anomalies_find(actor=actors.person(1), first=TODAY, last=TODAY)


def test_the_queries_do_not_grow_with_the_findings(
    town, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr(anomalies, "SAME_LEAST", 1)
    town.send(
        *[
            record(f"s{n}", distance=2 + n, occurred_at=f"2026-03-10T{6 + n:02d}:00:00+08:00")
            for n in range(5)
        ]
    )
    with django_assert_max_num_queries(14):
        look()
    with django_assert_max_num_queries(2):
        selectors.findings()
