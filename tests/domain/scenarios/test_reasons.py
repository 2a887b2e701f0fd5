"""Every reason for not counting a record is produced by a record, and keeps what its kind says."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, nan
from typing import Any

import pytest
from tests.factories.database import counts, rows, tables_holding
from tests.factories.town import SYSTEM, Town, codes, people_open, record, statuses

from tanpuhui.domain.ledger import selectors as book
from tanpuhui.domain.ledger import services as ledger
from tanpuhui.domain.ledger.states import AccountState
from tanpuhui.domain.parties import services as parties
from tanpuhui.domain.parties.data import PLATFORM
from tanpuhui.domain.scenarios.reasons import BY_CODE, REASONS
from tanpuhui.kernel import actors

LATER = "2026-03-10T10:00:00+08:00"


@dataclass
class Case:
    """What is sent, and what had to happen before."""

    given: dict[str, Any]
    before: Callable[[Town], object] = lambda town: None
    correcting: bool = False


def stranger(**given: Any) -> dict[str, Any]:
    return record(subject="nobody", **given)


def frozen(town: Town) -> None:
    ledger.account_set_state(
        actor=SYSTEM, account_id=town.people[0], state=AccountState.FROZEN, reason="测试"
    )


def withdrawn_consent(town: Town) -> None:
    parties.consent_withdraw(
        actor=actors.person(town.people[0]),
        provider_id=town.provider,
        person_id=town.people[0],
        scenario_nos=[1],
    )


def without_points(town: Town) -> None:
    parties.consent_withdraw(
        actor=actors.person(town.people[0]),
        provider_id=PLATFORM,
        person_id=town.people[0],
        scenario_nos=[PLATFORM],
        purpose="points",
    )


def metro_only(town: Town) -> None:
    """The provider keeps its consents but loses the other scenarios."""
    code = rows("select code from parties_organisation where party_id = %s", town.provider)[0][0]
    parties.organisation_open(
        actor=SYSTEM, code=code, kind="provider", title="地铁", scenario_mask=1 << 1
    )


def charge(item: str, **given: Any) -> dict[str, Any]:
    return record(item, scenario="travel/ev_charging", energy=10.0, **given)


def month_of_power(item: str, energy: float, **given: Any) -> dict[str, Any]:
    return record(item, scenario="living/electricity", energy=energy, persons="3", **given)


def recycled(item: str = "a1", **given: Any) -> dict[str, Any]:
    return record(
        item, scenario="living/recycling", **({"weight": 2.0, "category": "paper"} | given)
    )


def walk(item: str) -> dict[str, Any]:
    return record(item, scenario="travel/walking", steps=6000)


CASES: dict[str, list[Case]] = {
    "counted": [Case(record())],
    "subject.unknown": [
        Case(stranger()),
        Case(stranger(scenario="travel/tram")),
        Case(stranger(distance=-1)),
        Case(stranger(occurred_at=None)),
        Case(stranger(refused="record.wrong_unit|里程", raw="nobody,5 mile")),
    ],
    "consent.missing": [
        Case(record(), withdrawn_consent),
        Case(record(distance=-1), withdrawn_consent),
        Case(record(refused="record.malformed", raw="u0"), withdrawn_consent),
    ],
    "subject.missing": [Case(record(subject=None)), Case(record(subject=""))],
    "account.not_open": [Case(record(), frozen)],
    "scenario.unknown": [Case(record(scenario="travel/tram")), Case(record(scenario=None))],
    "scenario.not_permitted": [Case(record(scenario="travel/bus"), metro_only)],
    "record.item_missing": [Case(record(None)), Case(record(""))],
    "record.field_missing": [
        Case(record(distance=None)),
        Case(recycled(category=None)),
        Case(record(scenario="travel/shared_bike", distance=1.0)),
    ],
    "record.unknown_field": [
        Case(record(colour=1.0)),
        Case(record(colour="red")),
        Case(record(steps=100)),
    ],
    "record.not_a_number": [
        Case(record(distance="five")),
        Case(record(distance="5,5")),
        Case(record(distance="")),
    ],
    "record.not_finite": [
        Case(record(distance=nan)),
        Case(record(distance=inf)),
        Case(record(distance=-inf)),
        Case(record(distance="nan")),
        Case(record(distance="1e999")),
    ],
    "record.out_of_bounds": [
        Case(record(distance=200.001)),
        Case(record(distance=0.0)),
        Case(record(distance=0.0004)),
        Case(record(distance=-5.5)),
        Case(record(distance=1e300)),
        Case(record(distance=2.0**53)),
        Case(record(duration=29)),
        Case(record(duration=86401)),
    ],
    "record.unknown_choice": [
        Case(recycled(category="wood")),
        Case(recycled(category="")),
        Case(month_of_power("a1", 100.0) | {"persons": 8}),
        Case(month_of_power("a1", 100.0) | {"persons": 2.5}),
    ],
    "record.wrong_unit": [Case(record(refused="record.wrong_unit|distance: kWh"))],
    "record.implausible": [
        Case(record(distance=100.0, duration=600)),
        Case(charge("a1", duration=60)),
    ],
    "record.raw_track_refused": [Case(record(refused="record.raw_track_refused|track"))],
    "record.malformed": [Case(record(refused="record.malformed")), Case(record("x" * 121))],
    "time.missing": [Case(record(occurred_at=None))],
    "time.future": [
        Case(record(occurred_at="2026-03-10T12:10:00.000001+08:00")),
        Case(record(occurred_at="2026-03-10T16:00:00+08:00")),
        Case(record(occurred_at="2126-03-10T08:00:00+08:00")),
    ],
    "time.before_methodology": [
        Case(record(occurred_at="2009-12-31T23:59:59.999999+08:00")),
        Case(record(occurred_at="0001-01-02T00:00:00+00:00")),
    ],
    "record.conflict": [
        Case(record(distance=6.0), lambda town: town.send(record())),
        Case(record(occurred_at=LATER), lambda town: town.send(record())),
        Case(record(subject="u1"), lambda town: town.send(record())),
        Case(record(scenario="travel/bus"), lambda town: town.send(record())),
        Case(charge("a1", asset_key="k2"), lambda town: town.send(charge("a1", asset_key="k1"))),
    ],
    "record.unknown_item": [Case(record(), correcting=True)],
    "record.other_subject": [
        Case(record(subject="u1"), lambda town: town.send(record()), correcting=True)
    ],
    "overlap.time": [
        Case(
            record("a2", occurred_at="2026-03-10T08:09:59+08:00"),
            lambda town: town.send(record(duration=600)),
        )
    ],
    "overlap.key": [
        Case(charge("a2", asset_key="k"), lambda town: town.send(charge("a1", asset_key="k")))
    ],
    "cap.day": [Case(walk("a2"), lambda town: town.send(walk("a1")))],
    "cap.month": [
        Case(
            month_of_power("a2", 60.0, occurred_at="2026-03-01T00:00:00+08:00"),
            lambda town: town.send(month_of_power("a1", 100.0)),
        )
    ],
    "act.no_reduction": [Case(month_of_power("a1", 500.0))],
    "consent.no_points": [Case(walk("a1"), without_points)],
    "row.unreadable": [Case(record(refused="row.unreadable"))],
    "row.refused": [Case(record(refused="row.refused")), Case(record(refused="no_such_code"))],
}
# Produced in another city or by another service; see there.
ELSEWHERE = {
    "intake.stopped": "test_rules.py",
    "scenario.paused": "test_rules.py",
    "cap.year": "test_caps.py",
    "time.too_late": "test_times.py",
    "time.after_methodology": "test_times.py",
    "act.withdrawn": "test_corrections.py",
}


def test_every_reason_has_a_case() -> None:
    assert set(CASES) | set(ELSEWHERE) == set(BY_CODE)
    assert not set(CASES) & set(ELSEWHERE)


def test_numbers_and_codes_stand_for_one_reason_each() -> None:
    assert len({reason.no for reason in REASONS}) == len({r.code for r in REASONS}) == len(REASONS)
    for reason in REASONS:
        assert reason.sentence.endswith("。")


@pytest.mark.parametrize(
    ("code", "case"),
    [
        pytest.param(code, case, id=f"{code}-{n}")
        for code, cases in CASES.items()
        for n, case in enumerate(cases)
    ],
)
def test_reason(town: Town, code: str, case: Case) -> None:
    case.before(town)
    before, balance = counts(), town.balance()
    result = town.correct(case.given) if case.correcting else town.send(case.given)
    kind = BY_CODE[code].kind
    assert codes(result) == [code]
    assert result.counts == {code: 1}
    assert result.receipts["message"][0].startswith(BY_CODE[code].sentence.removesuffix("。"))
    found = {
        name: number - before[name] for name, number in counts().items() if number != before[name]
    }
    if kind == "counted":
        assert statuses(result) == ["counted"]
        assert found == {
            "ledger_journal": 1,
            "ledger_entry": 2,
            "scenarios_act": 1,
            "scenarios_batch": 1,
        }
        return
    assert (result.reduction_mg, result.points) == (0, 0)
    assert result.receipts.select("reduction_mg", "points").row(0) == (0, 0)
    assert town.balance() == balance, "nothing was posted"
    if kind == "act":
        assert statuses(result) == ["not_counted"]
        assert found == {
            "ledger_journal": 1,
            "ledger_entry": 2,
            "scenarios_act": 1,
            "scenarios_batch": 1,
        }
    else:
        assert statuses(result) == ["refused"]
        assert found == {"scenarios_batch": 1, "scenarios_refusal": 1}
        (refusal,) = rows("select line, item_no, note, raw from scenarios_refusal")
        if kind == "silent":
            assert refusal == (1, None, None, None)
        else:
            assert refusal[0] == 1
            assert (refusal[3] is None) == (case.given.get("subject") in {None, ""})
    assert book.proof().is_clean


# -- nothing personal


@pytest.mark.parametrize("given", [case.given for case in CASES["subject.unknown"]])
def test_of_an_unknown_subject_nothing_is_kept_anywhere(town: Town, given: dict[str, Any]) -> None:
    town.send(
        given | {"item_no": "secret-item", "subject": "secret-subject", "asset_key": "secret-key"}
    )
    for text in ("secret-subject", "secret-item", "secret-key"):
        assert tables_holding(text) == []


def test_the_search_for_texts_does_find_them(town: Town) -> None:
    town.send(record("visible-item"), record("refused-item", distance=-1))
    assert tables_holding("visible-item") == [
        "scenarios_act.item_no",
        "scenarios_act_202603.item_no",
    ]
    assert tables_holding("refused-item") == ["scenarios_refusal.item_no", "scenarios_refusal.raw"]


def link_without_consent(town: Town) -> None:
    (person,) = people_open(1)
    parties.links_bind_many(
        actor=SYSTEM, provider_id=town.provider, subjects=["linked-only"], person_ids=[person]
    )


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"distance": -1},
        {"scenario": "travel/tram"},
        {"scenario": None},
        {"occurred_at": None},
        {"refused": "row.unreadable", "raw": "linked-only;x"},
        {"item_no": None},
    ],
)
def test_without_any_consent_nothing_is_kept_anywhere(town: Town, given: dict[str, Any]) -> None:
    link_without_consent(town)
    result = town.send(record("secret-item", subject="linked-only") | given)
    assert codes(result) == ["consent.missing"]
    assert tables_holding("linked-only") == ["parties_subjectlink.subject"]
    assert tables_holding("secret-item") == []


@pytest.mark.parametrize(
    ("given", "code", "note"),
    [
        ({"refused": "row.unreadable|少了一列。"}, "row.unreadable", "少了一列。"),
        ({"refused": "row.refused|没有里程。"}, "row.refused", "没有里程。"),
        ({"refused": "record.malformed|secret-note"}, "record.malformed", None),
        ({"secret-field": 1.0}, "record.unknown_field", None),
        ({}, "subject.missing", None),
        ({"subject": ""}, "subject.missing", None),
        ({"scenario": "travel/tram"}, "scenario.unknown", None),
    ],
)
def test_of_a_row_without_a_subject_only_place_and_reason_are_kept(
    town: Town, given: dict[str, Any], code: str, note: str | None
) -> None:
    """Nobody can have consented to it; the row itself goes back to its provider alone."""
    sent = record("secret-item", subject=None, asset_key="secret-key", raw="secret-raw", line=7)
    result = town.send(sent | given)
    assert codes(result) == [code]
    assert rows("select line, item_no, note, raw from scenarios_refusal") == [(7, None, note, None)]
    for text in ("secret-item", "secret-key", "secret-raw", "secret-note", "secret-field"):
        assert tables_holding(text) == []


def test_only_a_count_by_reason_is_kept_of_the_silent(town: Town) -> None:
    result = town.send(record(), *(stranger() | {"item_no": f"s{n}"} for n in range(3)))
    assert result.counts == {"counted": 1, "subject.unknown": 3}
    assert rows("select counts from scenarios_batch") == [('{"counted": 1, "subject.unknown": 3}',)]
    assert rows(
        "select line, item_no, reason_no, note, raw from scenarios_refusal order by line"
    ) == [(line, None, BY_CODE["subject.unknown"].no, None, None) for line in (2, 3, 4)]


def test_another_providers_subject_is_unknown_here(town: Town) -> None:
    (person,) = people_open(1)
    other = parties.organisation_open(
        actor=SYSTEM, code="other", kind="provider", title="别家", scenario_mask=2
    ).party_id
    parties.links_bind_many(
        actor=SYSTEM, provider_id=other, subjects=["theirs"], person_ids=[person]
    )
    parties.consents_grant_many(
        actor=SYSTEM, provider_id=other, person_ids=[person], scenario_nos=[1], text_version="t/1"
    )
    assert codes(town.send(record(subject="theirs"))) == ["subject.unknown"]
    assert book.balance(person).reduction_mg == 0
