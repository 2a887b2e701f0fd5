"""One law of what counts: columns decide as one act after another would, however acts are cut up."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.factories.database import rows, value
from tests.factories.town import Town, codes, record

from tanpuhui.domain.ledger import selectors as book
from tanpuhui.domain.scenarios.pipeline import holdings
from tanpuhui.domain.scenarios.selectors.rules import FOREVER, Ceiling, Step
from tanpuhui.kernel.cityrules import pack

METRO, BIKE, CHARGE = "travel/metro", "travel/shared_bike", "travel/ev_charging"
START = datetime(2026, 2, 27, 0, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Sent:
    """One record: when in quarters of an hour from START, how long, how much, of whom, with a key."""

    quarter: int
    quarters: int
    scenario: str
    amount: int
    person: int
    key: str | None

    @property
    def started(self) -> datetime:
        return START + self.quarter * QUARTER

    @property
    def seconds(self) -> int | None:
        """What is sent: a bike needs a length, a charge is no trip."""
        if self.scenario == CHARGE:
            return None
        least = 900 if self.scenario == BIKE else 0
        return max(self.quarters * 900, least) or None

    @property
    def ended(self) -> datetime:
        return self.started + timedelta(seconds=self.seconds or 1)

    @property
    def day(self) -> date:
        return (self.started + timedelta(hours=8)).date()

    def as_record(self, item: str) -> dict[str, Any]:
        quantity = "energy" if self.scenario == CHARGE else "distance"
        return record(
            item,
            subject=f"u{self.person}",
            scenario=self.scenario,
            occurred_at=self.started.isoformat(),
            duration=self.seconds,
            asset_key=self.key if self.scenario == CHARGE else None,
            distance=None,
        ) | {quantity: float(self.amount)}


@dataclass
class Law:
    """The same law once more, one act at a time, as simply as it can be said."""

    caps: list[tuple[str, str, str, int]]  # scenario, per, of, limit
    counted: list[tuple[Sent, int]] = field(default_factory=list)

    def one(self, act: Sent, mg: int) -> tuple[str, int]:
        """(code, mg) of the next act."""
        claimed = {c.key for c, _ in self.counted if c.scenario == CHARGE and c.key}
        if act.scenario == CHARGE and act.key in claimed:
            return "overlap.key", 0
        trips = [c for c, _ in self.counted if c.person == act.person and c.scenario != CHARGE]
        if act.scenario != CHARGE and any(
            t.started < act.ended and act.started < t.ended for t in trips
        ):
            return "overlap.time", 0
        room = [(of, per, limit - self._used(act, per, of)) for per, of, limit in self._caps(act)]
        for of, per, left in room:
            if of == "acts" and left <= 0:
                return f"cap.{per}", 0
        masses = [(left, place, per) for place, (of, per, left) in enumerate(room) if of != "acts"]
        left, _, per = min(masses, default=(mg, 0, ""))
        if left <= 0:
            return f"cap.{per}", 0
        self.counted.append((act, min(mg, left)))
        return "counted", min(mg, left)

    def _caps(self, act: Sent) -> list[tuple[str, str, int]]:
        return [
            (per, of, limit * (1 if of == "acts" else 1000))
            for name, per, of, limit in self.caps
            if name == act.scenario
        ]

    def _used(self, act: Sent, per: str, of: str) -> int:
        size = {"day": 3, "month": 2, "year": 1}[per]
        same = [
            mg
            for one, mg in self.counted
            if (one.person, one.scenario) == (act.person, act.scenario)
            and one.day.timetuple()[:size] == act.day.timetuple()[:size]
        ]
        return len(same) if of == "acts" else sum(same)


sent = st.builds(
    Sent,
    quarter=st.integers(0, 4 * 96),
    quarters=st.integers(0, 12),
    scenario=st.sampled_from([METRO, METRO, BIKE, CHARGE]),
    amount=st.integers(1, 5),
    person=st.integers(0, 1),
    key=st.sampled_from(["a", "b", None]),
)
caps = st.lists(
    st.tuples(
        st.sampled_from([METRO, METRO, BIKE, CHARGE]),
        st.sampled_from(["day", "month", "year"]),
        st.sampled_from(["acts", "mass_g"]),
        st.integers(1, 5),
    ),
    max_size=5,
    unique_by=lambda cap: cap[:3],
)
GRAMS = {METRO: 40, BIKE: 40, CHARGE: 650}  # of one unit, roughly: limits of mass that bite


def ceilings_of(plan: Sequence[tuple[str, str, str, int]]) -> list[tuple[str, str, str, int]]:
    """Limits of mass in grams, from small numbers; days before months before years."""
    order = ["day", "month", "year"]
    return sorted(
        (
            (name, per, of, limit if of == "acts" else limit * GRAMS[name])
            for name, per, of, limit in plan
        ),
        key=lambda cap: order.index(cap[1]),
    )


def answers(town: Town, batches: Sequence[Sequence[tuple[int, Sent]]]) -> dict[int, Any]:
    """Number of the act → (code, mg), after delivering the batches one after another."""
    found = {}
    for batch in batches:
        result = town.send(*(act.as_record(f"i{n}") for n, act in batch))
        receipts = zip(codes(result), result.receipts["reduction_mg"].to_list(), strict=True)
        found |= {n: receipt for (n, _), receipt in zip(batch, receipts, strict=True)}
    return found


@given(st.lists(sent, min_size=1, max_size=14), caps, st.data())
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking takes minutes here
)
def test_any_cut_counts_as_one_act_after_another(
    town: Town, acts: list[Sent], plan: list[Any], data: st.DataObject
) -> None:
    numbered = list(enumerate(acts))
    in_turn = sorted(numbered, key=lambda one: (one[1].started, one[0]))
    cuts = data.draw(st.sets(st.integers(1, len(acts)), max_size=4))
    edges = [0, *sorted(cuts), len(acts)]
    cut_up = [in_turn[a:b] for a, b in pairwise(edges) if a < b]
    late = data.draw(st.permutations(cut_up))
    limits = ceilings_of(plan)
    steps = {cap[:3]: (Step(FOREVER, cap[3]),) for cap in limits}
    found = tuple(
        Ceiling(pack().scenarios[name].no, per, of, step)  # type: ignore[arg-type]
        for (name, per, of), step in steps.items()
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(holdings, "ceilings_in_force", lambda *_: found)
        got = [_undone(town, batches) for batches in ([numbered], cut_up, late)]
    full = dict(
        rows_of(town, numbered)  # what each act would give with nothing in its way
    )
    wanted = []
    for batches in ([in_turn], cut_up, late):
        law = Law(limits)
        wanted.append({n: law.one(act, full[n]) for batch in batches for n, act in batch})
    assert got == wanted
    assert wanted[0] == wanted[1], "cutting a batch in its own order changes nothing"


def rows_of(town: Town, numbered: Sequence[tuple[int, Sent]]) -> list[tuple[int, int]]:
    """(number, quantified mg) of each act."""
    with transaction.atomic():
        town.send(*(act.as_record(f"i{n}") for n, act in numbered))
        found = rows("select substr(item_no, 2)::int, quantified_mg from scenarios_act")
        transaction.set_rollback(True)
    return found


def _undone(town: Town, batches: Sequence[Sequence[tuple[int, Sent]]]) -> dict[int, Any]:
    with transaction.atomic():
        found = answers(town, batches)
        assert book.proof().is_clean
        transaction.set_rollback(True)
    return found


# -- the cases that used to depend on the cut


def charge(item: str, hour: int, key: str | None = None, **given: Any) -> dict[str, Any]:
    return record(
        item,
        scenario=CHARGE,
        energy=10.0,
        asset_key=key,
        occurred_at=f"2026-03-10T{hour:02d}:00:00+08:00",
        **given,
    )


@pytest.fixture
def tight(town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    """One charge a day."""
    no = pack().scenarios[CHARGE].no
    one_a_day = Ceiling(no, "day", "acts", (Step(FOREVER, 1),))
    monkeypatch.setattr(holdings, "ceilings_in_force", lambda *_: (one_a_day,))
    return town


@pytest.mark.parametrize("together", [True, False])
def test_a_key_is_claimed_only_by_an_act_that_counts(tight: Town, together: bool) -> None:
    batch = [
        charge("a1", 7, "k1"),
        charge("a2", 8, "k2"),  # capped: it claims nothing
        charge("b1", 9, "k2", subject="u1"),
    ]
    if together:
        assert codes(tight.send(*batch)) == ["counted", "cap.day", "counted"]
    else:
        assert [codes(tight.send(one))[0] for one in batch] == ["counted", "cap.day", "counted"]
    assert value("select count(*) from scenarios_claim") == 2


@pytest.mark.parametrize("together", [True, False])
def test_an_act_beyond_the_mass_of_a_day_takes_no_number_of_the_year(
    town: Town, monkeypatch: pytest.MonkeyPatch, together: bool
) -> None:
    no = pack().scenarios[METRO].no
    found = (
        Ceiling(no, "day", "mass_g", (Step(FOREVER, 100),)),
        Ceiling(no, "year", "acts", (Step(FOREVER, 3),)),
    )
    monkeypatch.setattr(holdings, "ceilings_in_force", lambda *_: found)
    batch = [
        record(f"r{day}{n}", occurred_at=f"2026-03-0{day}T{8 + n:02d}:00:00+08:00", distance=2.0)
        for day in (1, 2)
        for n in range(3)
    ]
    wanted = ["counted", "counted", "cap.day", "counted", "cap.year", "cap.year"]
    if together:
        assert codes(town.send(*batch)) == wanted
    else:
        assert [codes(town.send(one))[0] for one in batch] == wanted


def test_two_trips_within_one_second_are_one(town: Town) -> None:
    result = town.send(
        record("a", occurred_at="2026-03-10T08:00:00.100+08:00"),
        record("b", occurred_at="2026-03-10T08:00:00.900+08:00"),
        record("c", occurred_at="2026-03-10T08:00:01.100+08:00"),
    )
    assert codes(result) == ["counted", "overlap.time", "counted"]


def test_a_new_period_of_a_cap_reads_what_the_book_holds(town: Town) -> None:
    """A cap that the pack does not know (approved later) sees the whole of its period."""
    no = pack().scenarios[METRO].no
    with pytest.MonkeyPatch.context() as patch:
        month = Ceiling(no, "month", "acts", (Step(FOREVER, 1),))
        patch.setattr(holdings, "ceilings_in_force", lambda *_: (month,))
        assert codes(town.send(record("a", occurred_at="2026-03-01T08:00:00+08:00"))) == ["counted"]
        assert codes(town.send(record("b"))) == ["cap.month"]
