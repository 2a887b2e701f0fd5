"""A corrected factor: differences first, then reversals; and the nightly replay."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from tests.factories.cities import changed_pack, living_in
from tests.factories.database import counts, rows, tamper, value
from tests.factories.town import SYSTEM, Town, codes, record

from tanpuhui.domain.ledger import selectors as book
from tanpuhui.domain.ledger import services as ledger
from tanpuhui.domain.ledger.states import AccountState
from tanpuhui.domain.methodology import services as methodology
from tanpuhui.domain.methodology.errors import NotFiled
from tanpuhui.domain.scenarios import selectors, services
from tanpuhui.domain.scenarios.data import Difference
from tanpuhui.kernel import actors, audit
from tanpuhui.kernel.cityrules import pack
from tanpuhui.kernel.errors import NotPermitted

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
GRID = {"factors/electricity.yaml": {"2020-01-01: {value: 0.6,": "2020-01-01: {value: 0.9,"}}


@contextmanager
def corrected(folder: Path, changes: dict = GRID) -> Iterator[None]:
    """From here on the city's rules say something else."""
    with living_in(changed_pack(folder, changes)):
        methodology.pack_load(actor=SYSTEM, pack=pack())
        yield


def recompute(*, dry_run: bool = False, first: date = FIRST, last: date = LAST) -> list[Difference]:
    return services.recompute(
        actor=SYSTEM, first=first, last=last, dry_run=dry_run, reason="因子更正"
    )


def proven() -> None:
    assert book.proof().is_clean
    assert selectors.evidence_proof().is_clean
    report = services.replay(first=date(2000, 1, 1), last=date(2030, 1, 1))
    assert report.differing == []
    assert report.checked == value("select count(*) from scenarios_act where reason_no <> 90")


@pytest.fixture
def lived(town: Town) -> Town:
    """Rides (grid factor), a bus (none), a household, of three people."""
    town.send(
        record("m1", distance=10.0),
        record("m2", distance=10.0, occurred_at="2026-03-09T08:00:00+08:00"),
        record("old", distance=10.0, occurred_at="2026-02-28T08:00:00+08:00"),
        record("bus", scenario="travel/bus", subject="u1"),
        record("home", scenario="living/electricity", subject="u2", energy=100.0),
        record(
            "cap",
            scenario="living/electricity",
            subject="u2",
            energy=90.0,
            occurred_at="2026-03-10T09:00:00+08:00",
        ),
    )
    assert [town.balance(n)[0] for n in range(3)] == [1_200_000, 250_500, 48_000_000]
    return town


def test_rules_that_were_not_loaded_are_refused(lived: Town, tmp_path: Path) -> None:
    with living_in(changed_pack(tmp_path / "p", GRID)), pytest.raises(NotFiled):
        lived.send(record("x", occurred_at="2026-03-10T11:00:00+08:00"))


def test_nothing_changed_nothing_done(lived: Town) -> None:
    before = counts()
    assert recompute() == []
    assert counts() == before


def test_a_dry_run_lists_and_keeps_nothing(lived: Town, tmp_path: Path) -> None:
    with corrected(tmp_path / "p"):
        before, audits = counts(), value("select count(*) from kernel_audit")
        found = recompute(dry_run=True)
        # metro: 120 − 0.125 × 900 = 7.5 g/km; household: 80 kWh × 900 g
        assert sorted((d.item_no, d.before_mg, d.after_mg) for d in found) == [
            ("cap", 54_000_000, 81_000_000),
            ("home", 48_000_000, 72_000_000),
            ("m1", 400_000, 75_000),
            ("m2", 400_000, 75_000),
        ]
        assert counts() == before
        assert value("select count(*) from kernel_audit") == audits
        assert lived.balance() == (1_200_000, 24)
        proven()


def test_for_real(lived: Town, tmp_path: Path) -> None:
    everything = "select act::text from scenarios_act as act"
    stored = set(rows(everything))
    with corrected(tmp_path / "p"):
        listed = recompute(dry_run=True)
        assert recompute() == listed
        assert [lived.balance(n) for n in range(3)] == [
            (75_000 * 2 + 400_000, 1 + 1 + 8),
            (250_500, 5),
            (72_000_000, 1440),
        ]
        assert stored < set(rows(everything)), "history stays"
        assert rows(
            "select item_no, revision, quantified_mg, reduction_mg, reason_no from scenarios_act"
            " where revision > 0 order by 1"
        ) == [
            ("cap", 1, 81_000_000, 0, 71),
            ("home", 1, 72_000_000, 72_000_000, 0),
            ("m1", 1, 75_000, 75_000, 0),
            ("m2", 1, 75_000, 75_000, 0),
        ]
        assert (
            rows("select subject, reason from kernel_audit where tag = 'scenarios:act:recompute'")
            == [(f"provider:{lived.provider}", "因子更正")] * 2
        ), "one for each day that changed"
        proven()
        before = counts()
        assert recompute() == [], "a second time there is nothing to do"
        assert counts() == before


def test_back_again(lived: Town, tmp_path: Path) -> None:
    balances = [lived.balance(n) for n in range(3)]
    with corrected(tmp_path / "p"):
        recompute()
    recompute()
    assert [lived.balance(n) for n in range(3)] == balances
    proven()


def test_redelivery_and_correction_after_a_recomputation(lived: Town, tmp_path: Path) -> None:
    with corrected(tmp_path / "p"):
        recompute()
        again = lived.send(record("m1", distance=10.0))
        assert (codes(again), again.receipts["reduction_mg"][0]) == (["counted"], 75_000)
        assert codes(lived.correct(record("m1", distance=20.0))) == ["counted"]
        assert lived.balance()[0] == 150_000 + 75_000 + 400_000
        lived.withdraw("m1", "m2")
        assert lived.balance()[0] == 400_000
        assert recompute() == []
        proven()


def test_acts_that_gave_nothing_may_give_something_and_the_other_way_round(
    town: Town, tmp_path: Path
) -> None:
    town.send(record("m1"), record("m2", subject="u1", occurred_at="2026-03-09T08:00:00+08:00"))
    dirty = {"factors/electricity.yaml": {"2020-01-01: {value: 0.6,": "2020-01-01: {value: 1.2,"}}
    with corrected(tmp_path / "dirty", dirty):
        assert len(recompute()) == 2
        assert town.balance() == (0, 0)
        assert {
            code for (code,) in rows("select reason_no from scenarios_act where revision = 1")
        } == {80}
        fresh = town.send(record("m3", occurred_at="2026-03-10T10:00:00+08:00"))
        assert codes(fresh) == ["act.no_reduction"]
        proven()
    assert sorted(d.item_no for d in recompute()) == ["m1", "m2", "m3"]
    assert town.balance() == (440_000, 8)
    proven()


def test_points_spent_meanwhile_become_a_claw_back(lived: Town, tmp_path: Path) -> None:
    person = lived.people[0]
    ledger.points_spend(
        actor=actors.person(person), account_id=person, points=24, key="s", source="t"
    )
    with corrected(tmp_path / "p"):
        recompute()
        assert lived.balance()[0] == 550_000
        assert book.balance(person).points >= 0
        # ten would be due after 24 were spent: one is held, fifteen are owed
        assert book.balance(person).points == 1
        assert value("select sum(points) from ledger_clawback where account_id = %s", person) == 15
        proven()


def test_caps_of_mass_hold_after_a_recomputation(town: Town, tmp_path: Path) -> None:
    cap = {
        "scenarios/travel/metro.yaml": {
            "{per: day, of: acts, limit: 20,": "{per: month, of: mass_g, limit: 700,"
        }
    }
    with corrected(tmp_path / "before", cap):
        town.send(
            *(
                record(f"m{n}", distance=10.0, occurred_at=f"2026-03-0{n}T08:00:00+08:00")
                for n in (1, 2, 3)
            )
        )
        assert town.balance()[0] == 700_000
        cleaner = cap | {
            "factors/electricity.yaml": {"2020-01-01: {value: 0.6,": "2020-01-01: {value: 0.8,"}
        }
        with corrected(tmp_path / "after", cleaner):
            recompute()  # 120 − 100 = 20 g/km: 200 g each
            assert town.balance()[0] == 600_000
            proven()
        recompute()
        assert town.balance()[0] <= 700_000
        proven()


def test_an_act_corrected_to_another_day_is_not_taken_back_on_its_first_day(
    town: Town, tmp_path: Path
) -> None:
    town.send(record("a1", distance=10.0))
    town.correct(record("a1", distance=10.0, occurred_at="2026-02-10T08:00:00+08:00"))
    with corrected(tmp_path / "p"):
        assert recompute() == []
        assert town.balance() == (400_000, 8)
        assert len(recompute(first=date(2026, 2, 1))) == 1
        assert town.balance() == (75_000, 1)
        proven()


def test_a_new_input_of_the_methodology(lived: Town, tmp_path: Path) -> None:
    changes = {
        "methodologies/QC-TR-101/v2/methodology.yaml": {
            "inputs:\n": "inputs:\n  riders: {unit: item, places: 0, min: 1, max: 9, absent: 1, label: 人数}\n",
            "value: 40, source": "value: 30, source",
            "distance * ceiling_factor": "distance * ceiling_factor * riders / riders",
        },
    }
    with corrected(tmp_path / "p", changes):
        assert {d.item_no for d in recompute()} == {"m1", "m2"}
        assert lived.balance()[0] == 300_000 * 2 + 400_000
        assert rows("select inputs from scenarios_act where item_no = 'm1' order by revision") == [
            ([10_000, None],),
            ([None, 10_000, None],),
        ]
        proven()
        again = lived.send(record("m1", distance=10.0))
        assert (again.counts, again.receipts["reduction_mg"][0]) == ({"repeated": 1}, 300_000)


def test_a_frozen_account_is_left_as_it_is(lived: Town, tmp_path: Path) -> None:
    ledger.account_set_state(
        actor=SYSTEM, account_id=lived.people[0], state=AccountState.FROZEN, reason="t"
    )
    with corrected(tmp_path / "p"):
        listed = recompute(dry_run=True)
        assert recompute() == listed
        assert {(d.item_no, d.code) for d in listed} == {
            ("m1", "account.not_open"),
            ("m2", "account.not_open"),
            ("home", "counted"),
            ("cap", "counted"),
        }
        assert all((d.before_mg == d.after_mg) == (d.code != "counted") for d in listed)
        assert [lived.balance(n)[0] for n in (0, 2)] == [1_200_000, 72_000_000]
        proven()
        ledger.account_set_state(
            actor=SYSTEM, account_id=lived.people[0], state=AccountState.OPEN, reason="t"
        )
        assert {d.item_no for d in recompute()} == {"m1", "m2"}
        assert lived.balance()[0] == 550_000
        proven()


def test_acts_whose_rules_have_ended_are_told_and_left(lived: Town, tmp_path: Path) -> None:
    ended = GRID | {
        "methodologies/QC-TR-101/v2/methodology.yaml": {
            "effective: {from: 2018-01-01": "effective: {from: 2018-01-01, to: 2026-03-10"
        }
    }
    with corrected(tmp_path / "p", ended):
        listed = recompute(dry_run=True)
        assert sorted((d.item_no, d.code, d.before_mg, d.after_mg) for d in listed) == [
            ("cap", "counted", 54_000_000, 81_000_000),
            ("home", "counted", 48_000_000, 72_000_000),
            ("m1", "time.after_methodology", 400_000, 400_000),
            ("m2", "counted", 400_000, 75_000),
        ]
        assert recompute() == listed, "what can be computed again is, the rest stays"
        assert lived.balance()[0] == 75_000 + 400_000 + 400_000
        assert [d.item_no for d in recompute()] == ["m1"]
        proven()


def test_a_reason_that_cannot_be_kept_is_refused_before_anything_is_done(
    lived: Town, tmp_path: Path
) -> None:
    with corrected(tmp_path / "p"):
        before = counts()
        for reason in ("长" * 401, "a\x00b"):
            with pytest.raises(audit.ReasonRefused) as caught:
                services.recompute(
                    actor=SYSTEM, first=FIRST, last=LAST, dry_run=False, reason=reason
                )
            assert caught.value.code == "audit.reason_refused"
        assert counts() == before


def test_only_the_authority_recomputes(lived: Town) -> None:
    for actor in (actors.provider(lived.provider), actors.person(lived.people[0])):
        with pytest.raises(NotPermitted):
            services.recompute(actor=actor, first=FIRST, last=LAST, dry_run=True)


def test_replay_finds_a_milligram(lived: Town) -> None:
    tamper("update scenarios_act set quantified_mg = quantified_mg + 1 where item_no = 'm1'")
    report = services.replay(first=FIRST, last=LAST)
    assert [(d.item_no, d.before_mg, d.after_mg) for d in report.differing] == [
        ("m1", 400_001, 400_000)
    ]


def test_replay_of_a_sample(lived: Town) -> None:
    assert services.replay(first=FIRST, last=LAST).checked == 5
    assert services.replay(first=date(2026, 2, 1), last=FIRST).checked == 1
    assert services.replay(first=FIRST, last=LAST, percent=Fraction(1, 1000)).checked <= 5


def test_replay_needs_the_database_alone(lived: Town, tmp_path: Path) -> None:
    with living_in(changed_pack(tmp_path / "p", GRID)):
        assert services.replay(first=FIRST, last=LAST).differing == []
