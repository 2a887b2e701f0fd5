"""Rules that look for the unusual in a span of days, and what people made of it.

Thresholds are working values of the operator, not of the notice; each finding keeps the ones by
which it was found.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.domain.supervision import errors, selectors
from tanpuhui.domain.supervision.data import FindingView
from tanpuhui.domain.supervision.models import AnomalyFinding
from tanpuhui.domain.supervision.services.words import reason_of
from tanpuhui.domain.supervision.states import AnomalyState
from tanpuhui.kernel import audit, clock, ids
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.cityrules import pack
from tanpuhui.kernel.permissions import permit

REFUSAL_PERCENT, REFUSAL_RECORDS = 20, 50
JUMP_TIMES, JUMP_ACTS, JUMP_DAYS = 3, 100, 14
PROVIDERS_LEAST = 10
SHARE_PERCENT, SHARE_ACTS = 60, 200
SAME_LEAST, SAME_PERCENT = 30, 30
HUNDRED = 100


@dataclass(frozen=True)
class Found:
    """One hit of a rule."""

    rule: str
    subject: str
    day: date
    figures: dict[str, Any]
    parameters: dict[str, Any]


def anomalies_find(*, actor: Actor, first: date, last: date) -> int:
    """Look at some days; a finding that is known already stays as it is.

    Args:
        actor: the system, hourly, or somebody who wants to know now.
        first: first day.
        last: last day, inclusive.

    Returns:
        How many new findings there are.
    """
    permit(actor, "supervision.anomaly_find")
    hits = [*_refusals(first, last), *_jumps(first, last), *_people(first, last)]
    hits += [*_shares(first, last), *_same(first, last)]
    now = clock.now()
    with transaction.atomic():
        made = AnomalyFinding.objects.bulk_create(
            [
                AnomalyFinding(
                    public_id=ids.fresh("a"),
                    rule=hit.rule,
                    subject=hit.subject,
                    day=hit.day,
                    evidence={"figures": hit.figures, "parameters": hit.parameters},
                    found_at=now,
                )
                for hit in hits
            ],
            ignore_conflicts=True,
        )
        new = AnomalyFinding.objects.filter(public_id__in=[row.public_id for row in made]).count()
        if new:
            days = {"first": str(first), "last": str(last), "new": new}
            audit.record(actor, "supervision:anomaly:find", "anomaly:*", after=days)
    return new


def anomaly_decide(*, actor: Actor, public_id: str, confirmed: bool, note: str) -> FindingView:
    """Clear or confirm a finding, with what was looked at.

    Raises:
        UnknownFinding, StepRefused, ReasonMissing, NotPermitted: as said.
    """
    permit(actor, "supervision.anomaly_decide")
    said = reason_of(note, "核查情况")
    with transaction.atomic():
        row = AnomalyFinding.objects.select_for_update().filter(public_id=public_id).first()
        if row is None:
            raise errors.UnknownFinding("没有这条异常，请从清单重新进入。")
        if row.state != AnomalyState.OPEN:
            label = AnomalyState(row.state).label
            raise errors.StepRefused(f"这条异常{label}，不能再改。请刷新页面看最新情况。")
        row.state = AnomalyState.CONFIRMED if confirmed else AnomalyState.CLEARED
        row.decided_by, row.decided_at, row.note = actor.label, clock.now(), said
        row.save(update_fields=["state", "decided_by", "decided_at", "note"])
        audit.record(
            actor,
            "supervision:anomaly:decide",
            f"anomaly:{public_id}",
            reason=said,
            after={"state": row.state},
        )
    return selectors.finding_view(row)


def _refusals(first: date, last: date) -> Iterator[Found]:
    parameters = {"percent": REFUSAL_PERCENT, "records": REFUSAL_RECORDS}
    for one in scenarios.refusal_days(first, last):
        if one.records < REFUSAL_RECORDS or one.refused * HUNDRED < one.records * REFUSAL_PERCENT:
            continue
        figures = {"records": one.records, "refused": one.refused}
        yield Found("refusals", f"provider:{one.provider_id}", one.day, figures, parameters)


def _jumps(first: date, last: date) -> Iterator[Found]:
    series: dict[tuple[int, int], dict[date, int]] = defaultdict(dict)
    for one in scenarios.giving_days(first - timedelta(days=JUMP_DAYS), last):
        series[one.provider_id, one.scenario_no][one.day] = one.acts
    parameters = {"times": JUMP_TIMES, "acts": JUMP_ACTS, "days": JUMP_DAYS}
    for (provider_id, no), days in series.items():
        for day, acts in days.items():
            if day < first or acts < JUMP_ACTS:
                continue
            before = [
                days[day - timedelta(days=back)]
                for back in range(1, JUMP_DAYS + 1)
                if day - timedelta(days=back) in days
            ]
            if len(before) * 2 < JUMP_DAYS or acts * len(before) < sum(before) * JUMP_TIMES:
                continue
            figures = {"acts": acts, "usual": sum(before) // len(before)}
            yield Found("jump", f"provider:{provider_id}/scenario:{no}", day, figures, parameters)


def _people(first: date, last: date) -> Iterator[Found]:
    parameters = {"providers": PROVIDERS_LEAST}
    for one in scenarios.people_of_many_providers(first, last, least=PROVIDERS_LEAST):
        figures = {"providers": one.providers, "acts": one.acts, "reduction_mg": one.reduction_mg}
        yield Found("many_providers", f"person:{one.person_id}", one.day, figures, parameters)


def _shares(first: date, last: date) -> Iterator[Found]:
    totals: dict[date, int] = defaultdict(int)
    acts: dict[date, int] = defaultdict(int)
    parts: dict[tuple[date, str], int] = defaultdict(int)
    for one in scenarios.giving_days(first, last):
        totals[one.day] += one.reduction_mg
        acts[one.day] += one.acts
        parts[one.day, f"provider:{one.provider_id}"] += one.reduction_mg
        parts[one.day, f"scenario:{one.scenario_no}"] += one.reduction_mg
    parameters = {"percent": SHARE_PERCENT, "acts": SHARE_ACTS}
    for (day, subject), mg in parts.items():
        if acts[day] >= SHARE_ACTS and mg * HUNDRED >= totals[day] * SHARE_PERCENT > 0:
            figures = {"reduction_mg": mg, "total_mg": totals[day]}
            yield Found("concentration", subject, day, figures, parameters)


def _same(first: date, last: date) -> Iterator[Found]:
    parameters = {"least": SAME_LEAST, "percent": SAME_PERCENT}
    measured = _measured(last)
    for one in scenarios.same_inputs(
        first, last, least=SAME_LEAST, percent=SAME_PERCENT, scenario_nos=measured
    ):
        figures = {"same": one.same, "acts": one.acts, "people": one.people, "inputs": one.inputs}
        subject = f"provider:{one.provider_id}/scenario:{one.scenario_no}"
        yield Found("same_inputs", subject, one.day, figures, parameters)


def _measured(day: date) -> list[int]:
    """Scenarios with a quantity that is measured: only there are equal numbers strange."""
    city = pack()
    return [
        scenario.no
        for scenario in city.scenarios.values()
        if any(one.places > 0 for one in city.inputs_for(scenario.id, day).values())
    ]
