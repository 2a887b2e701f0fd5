"""Sums as they are kept, for staff and for what is published from them."""

from datetime import date, datetime, timedelta

from django.db.models import F, Max, QuerySet, Sum

from tanpuhui.domain.insight.data import (
    DayFigures,
    FeedLine,
    Figures,
    Freshness,
    HourFigures,
    IntakeFigures,
    PeriodFigures,
    ProofView,
    ProviderFigures,
)
from tanpuhui.domain.insight.models import (
    DaySum,
    FeedItem,
    HourSum,
    Intake,
    PeriodSum,
    Progress,
    ProofResult,
)
from tanpuhui.kernel import clock

EVER = date(1970, 1, 1)
FIGURES = ("people", "acts", "uncounted", "reduction_mg", "points")
NOTHING = Figures(0, 0, 0, 0, 0)


def freshness() -> Freshness:
    """When the sums were last brought on, the newest data in them, and the open accounts."""
    row = Progress.objects.filter(pk=1).first()
    return Freshness(row.rolled_at, row.data_at, row.accounts) if row else Freshness(None, None, 0)


def totals() -> Figures:
    """Everything since the beginning."""
    rows = PeriodSum.objects.filter(span=PeriodSum.Span.EVER, scenario_no=0)
    sums = rows.aggregate(**{name: Sum(name, default=0) for name in FIGURES})
    return Figures(*(int(sums[name]) for name in FIGURES))


def ever_by_scenario() -> list[PeriodFigures]:
    """All time by scenario, 0 (all) included."""
    return _sums(PeriodSum.objects.filter(span=PeriodSum.Span.EVER), ("scenario_no",))


def ever_by_region() -> list[PeriodFigures]:
    """All time by district."""
    rows = PeriodSum.objects.filter(span=PeriodSum.Span.EVER, scenario_no=0)
    return _sums(rows, ("region",))


def months_by_scenario(first: date, last: date) -> list[PeriodFigures]:
    """Months from `first` to `last` (first days) by scenario, 0 (all) included."""
    return _sums(_months(first, last), ("first_on", "scenario_no"))


def months_by_region(first: date, last: date) -> list[PeriodFigures]:
    """Months by district, all scenarios together."""
    return _sums(_months(first, last).filter(scenario_no=0), ("first_on", "region"))


def month_cells(month: date) -> list[PeriodFigures]:
    """One month by scenario (0 included) and district."""
    return _sums(_months(month, month), ("scenario_no", "region"))


def crossed(
    by: str,
    *,
    months: tuple[date, date] | None = None,
    scenario_no: int | None = None,
    region: str | None = None,
) -> list[PeriodFigures]:
    """Sums along one side, the other two sides chosen or taken whole.

    Args:
        by: `first_on`, `scenario_no` or `region`.
        months: first and last month; None for all time. Needed for `first_on`.
        scenario_no: one scenario, else all together (people counted once).
        region: one district, else all together.
    """
    rows = _months(*months) if months else PeriodSum.objects.filter(span=PeriodSum.Span.EVER)
    if by == "scenario_no":
        rows = rows.filter(scenario_no__gt=0)
    else:
        rows = rows.filter(scenario_no=scenario_no or 0)
    if region is not None and by != "region":
        rows = rows.filter(region=region)
    return _sums(rows, (by,))


def provider_sums(
    first: date, last: date, *, scenario_no: int | None = None, region: str | None = None
) -> list[ProviderFigures]:
    """What each provider's acts gave between two days; people may not be added up over days."""
    rows = _days(first, last, scenario_no, region)
    missed = Sum(F("capped") + F("overlapped") + F("empty") + F("withdrawn"))
    sums = rows.values_list("provider_id").annotate(
        Sum("acts"), missed, Sum("reduction_mg"), Sum("points")
    )
    return [
        ProviderFigures(provider_id, Figures(None, *(int(one) for one in amounts)))
        for provider_id, *amounts in sums.order_by("provider_id")
    ]


def years() -> list[PeriodFigures]:
    """Years with all scenarios and districts together."""
    rows = PeriodSum.objects.filter(span=PeriodSum.Span.YEAR, scenario_no=0)
    return _sums(rows, ("first_on",))


def days(
    first: date,
    last: date,
    *,
    scenario_no: int | None = None,
    region: str | None = None,
    provider_id: int | None = None,
) -> list[DayFigures]:
    """Days from `first` to `last`, also those without an act; of one cell where asked for."""
    rows = _days(first, last, scenario_no, region)
    if provider_id is not None:
        rows = rows.filter(provider_id=provider_id)
    names = ("acts", "capped", "overlapped", "empty", "withdrawn", "reduction_mg", "points")
    sums = rows.values_list("occurred_on").annotate(*(Sum(name) for name in names))
    found = {row[0]: [int(amount) for amount in row[1:]] for row in sums}
    wanted = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    return [DayFigures(day, *found.get(day, [0] * len(names))) for day in wanted]


def last_day() -> date | None:
    """The newest day with an act, today at the latest."""
    rows = DaySum.objects.filter(occurred_on__lte=clock.today(), acts__gt=0)
    return rows.order_by("-occurred_on").values_list("occurred_on", flat=True).first()


def hours(first: datetime, hours_count: int) -> list[HourFigures]:
    """Hours from `first` on, also those without an act."""
    wanted = [first + timedelta(hours=offset) for offset in range(hours_count)]
    rows = HourSum.objects.filter(started_at__gte=first, started_at__lte=wanted[-1])
    found = {row.started_at: row for row in rows}
    return [
        HourFigures(at, found[at].acts, found[at].reduction_mg)
        if at in found
        else HourFigures(at, 0, 0)
        for at in wanted
    ]


def feed(limit: int) -> list[FeedLine]:
    """The newest acts, newest first, without personal data."""
    rows = FeedItem.objects.order_by("-occurred_at", "-id")[:limit]
    return [FeedLine(r.occurred_at, r.scenario_no, r.region, r.reduction_mg) for r in rows]


def intake(hours_count: int = 24) -> list[IntakeFigures]:
    """What each provider sent in recent hours, by provider id."""
    since = clock.now() - timedelta(hours=hours_count)
    rows = (
        Intake.objects.filter(started_at__gte=since)
        .values_list("provider_id")
        .annotate(Sum("journals"), Sum("acts"), Max("started_at"))
        .order_by("provider_id")
    )
    return [IntakeFigures(who, int(n), int(acts), last) for who, n, acts, last in rows]


def proof_last() -> ProofView | None:
    """The last check of the whole book."""
    row = ProofResult.objects.order_by("-checked_at").first()
    if row is None:
        return None
    return ProofView(
        row.checked_at, row.is_clean, row.accounts, row.journals, row.entries, row.cells_off
    )


def _days(first: date, last: date, scenario_no: int | None, region: str | None) -> QuerySet[DaySum]:
    rows = DaySum.objects.filter(occurred_on__range=(first, last))
    if scenario_no is not None:
        rows = rows.filter(scenario_no=scenario_no)
    return rows if region is None else rows.filter(region=region)


def _months(first: date, last: date) -> QuerySet[PeriodSum]:
    return PeriodSum.objects.filter(span=PeriodSum.Span.MONTH, first_on__range=(first, last))


def _sums(rows: QuerySet[PeriodSum], by: tuple[str, ...]) -> list[PeriodFigures]:
    """Rows added up over whatever is not in `by`."""
    grouped = rows.values(*by).annotate(**{f"{name}_sum": Sum(name) for name in FIGURES})
    return [
        PeriodFigures(
            row.get("first_on", EVER),
            row.get("scenario_no", 0),
            row.get("region", ""),
            Figures(*(int(row[f"{name}_sum"] or 0) for name in FIGURES)),
        )
        for row in grouped.order_by(*by)
    ]
