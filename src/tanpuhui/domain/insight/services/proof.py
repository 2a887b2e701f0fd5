"""The sums held against the book and against each other."""

from collections import Counter
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Sum

from tanpuhui.domain.insight.data import Difference
from tanpuhui.domain.insight.models import DaySum, PeriodSum, ProofResult
from tanpuhui.domain.insight.services.rollup import (
    progress_locked,
    rollup_advance,
    seen_above_floor,
)
from tanpuhui.domain.ledger import selectors as ledger
from tanpuhui.domain.ledger.data import Proof
from tanpuhui.kernel import clock, sqlfiles
from tanpuhui.kernel.actors import Actor

Key = tuple[Any, ...]
NAMES = ("行为", "毫克", "积分")
EVER = date(1970, 1, 1)


def sums_prove(*, actor: Actor) -> list[Difference]:
    """Bring the sums on, then compare them with the book and with each other.

    Days are held against the book by scenario; months, years and all time against the days;
    people against the bits and against the book.

    Returns:
        Every sum that differs; none is the proof.
    """
    rollup_advance(actor=actor)
    with transaction.atomic():
        floor = progress_locked().floor_id
        seen = seen_above_floor()
        book = ledger.scenario_days(floor=floor, journal_ids=seen)
        people = ledger.people_by_month(floor=floor, journal_ids=seen)
        found = _days_against(book)
        found += _periods_against_days()
        return found + _people_against(people)


def proof_keep(*, proof: Proof, is_clean: bool, differences: list[Difference]) -> None:
    """Remember what a check of the whole book found."""
    ProofResult.objects.create(
        checked_at=clock.now(),
        is_clean=is_clean and not differences,
        accounts=proof.accounts,
        journals=proof.journals,
        entries=proof.entries,
        cells_off=len(differences),
    )


def _days_against(book: dict[tuple[date, int], tuple[int, int, int]]) -> list[Difference]:
    rows = DaySum.objects.values_list("occurred_on", "scenario_no").annotate(
        Sum("acts"), Sum("reduction_mg"), Sum("points")
    )
    kept = {(day, no): tuple(map(int, sums)) for day, no, *sums in rows}
    return [
        Difference(f"{day} 场景 {no} {name}", mine, theirs)
        for day, no in sorted(kept.keys() | book.keys())
        for name, mine, theirs in zip(
            NAMES, kept.get((day, no), (0, 0, 0)), book.get((day, no), (0, 0, 0)), strict=True
        )
        if mine != theirs
    ]


def _periods_against_days() -> list[Difference]:
    uncounted = F("capped") + F("overlapped") + F("empty") + F("withdrawn")
    days = DaySum.objects.values_list("occurred_on", "scenario_no", "region").annotate(
        Sum("acts"), rest=Sum(uncounted), mg=Sum("reduction_mg"), given=Sum("points")
    )
    wanted: Counter[Key] = Counter()
    for day, no, region, *sums in days:
        for span, first in (
            (PeriodSum.Span.EVER, EVER),
            (PeriodSum.Span.MONTH, day.replace(day=1)),
            (PeriodSum.Span.YEAR, day.replace(month=1, day=1)),
        ):
            for scenario_no in (no, 0):
                for place, amount in enumerate(sums):
                    wanted[int(span), first, scenario_no, region, place] += int(amount)
    kept: Counter[Key] = Counter()
    for row in PeriodSum.objects.all():
        figures = (row.acts, row.uncounted, row.reduction_mg, row.points)
        for place, amount in enumerate(figures):
            kept[row.span, row.first_on, row.scenario_no, row.region, place] += amount
    return _differing("时段合计", kept, wanted)


def _people_against(book: dict[tuple[date, int], int]) -> list[Difference]:
    """People of each cell add up to the bits; the bits of months are the book's people."""
    rows = PeriodSum.objects.values_list("span", "first_on", "scenario_no").annotate(Sum("people"))
    kept: Counter[Key] = Counter({(span, on, no): int(n) for span, on, no, n in rows})
    with connection.cursor() as cursor:
        cursor.execute(sqlfiles.query(__file__, "people_marked"))
        bits: Counter[Key] = Counter({row[:3]: int(row[3]) for row in cursor.fetchall()})
    months = {key: n for key, n in bits.items() if key[0] == PeriodSum.Span.MONTH and key[2]}
    recount: Counter[Key] = Counter(
        {(int(PeriodSum.Span.MONTH), on, no): n for (on, no), n in book.items()}
    )
    return _differing("人数", kept, bits) + _differing("月度人数", Counter(months), recount)


def _differing(what: str, kept: Counter[Key], wanted: Counter[Key]) -> list[Difference]:
    return [
        Difference(f"{what} {' '.join(map(str, key))}", kept[key], wanted[key])
        for key in sorted(kept.keys() | wanted.keys(), key=str)
        if kept[key] != wanted[key]
    ]
