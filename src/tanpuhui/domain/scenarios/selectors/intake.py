"""How providers' data comes in: rate, refusals by reason, delay; bounded by days and batches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import QuerySet

from tanpuhui.domain.scenarios.models import ImportRun
from tanpuhui.domain.scenarios.reasons import BY_CODE
from tanpuhui.domain.scenarios.selectors.oddities import REFUSED, rows_of, span_of
from tanpuhui.kernel import clock, sqlfiles
from tanpuhui.kernel.listing import ordered, state_counts

DAYS = 14
IMPORT_ORDERS = {"started": "started_at", "file": "file_name", "rows": "rows_done"}


@dataclass(frozen=True)
class IntakeDay:
    """A provider's arrivals of one day."""

    provider_id: int
    day: date
    batches: int
    records: int
    refused: int
    counted: int
    reduction_mg: int
    last_at: datetime


@dataclass(frozen=True)
class ReasonCount:
    """How often a reason was met."""

    code: str
    sentence: str
    kind: str
    count: int


@dataclass(frozen=True)
class Delay:
    """Seconds from act to posting: median and 95th percentile of a sample."""

    median_s: int | None
    slow_s: int | None
    acts: int


@dataclass(frozen=True)
class ImportView:
    """A file's import and how far it came."""

    id: int
    provider_id: int
    file_name: str
    profile: str
    state: str
    state_label: str
    rows_done: int
    error: str
    started_at: datetime
    finished_at: datetime | None


def intake_days(*, days: int = DAYS, provider_id: int | None = None) -> list[IntakeDay]:
    """Arrivals of recent days by provider and day."""
    today = clock.today()
    span = span_of(today - timedelta(days=days - 1), today)
    rows = rows_of("intake_days", codes=REFUSED, provider_id=provider_id, **span)
    return [IntakeDay(*row) for row in rows]


def intake_reasons(*, days: int = DAYS, provider_id: int | None = None) -> list[ReasonCount]:
    """Reasons of recent days, the most frequent first."""
    today = clock.today()
    span = span_of(today - timedelta(days=days - 1), today)
    found = []
    for code, count in rows_of("intake_reasons", provider_id=provider_id, **span):
        reason = BY_CODE.get(code)
        sentence = reason.sentence if reason else "重复发送，已给出原来的结果。"
        found.append(ReasonCount(code, sentence, reason.kind if reason else "repeated", count))
    return found


def intake_delays(provider_ids: Sequence[int]) -> dict[int, Delay]:
    """The delay of each provider's last three batches, at most 300 acts of each; one query."""
    with connection.cursor() as cursor:
        values = {"provider_ids": list(provider_ids)}
        cursor.execute(sqlfiles.query(__file__, "intake_delay"), values)
        found = {}
        for provider_id, pair, acts in cursor.fetchall():
            median, slow = pair or (None, None)
            found[provider_id] = Delay(median, slow, acts)
        return found


def imports(
    *,
    states: tuple[str, ...] = (),
    provider_id: int | None = None,
    text: str = "",
    order: str = "-started",
    limit: int = 50,
    offset: int = 0,
) -> list[ImportView]:
    """File imports: those with a text in the file's name, in an order of IMPORT_ORDERS."""
    rows = _imports(provider_id, text)
    if states:
        rows = rows.filter(state__in=states)
    rows = ordered(rows, order, IMPORT_ORDERS, "started_at", "-pk")
    return [
        ImportView(
            row.pk,
            row.provider_id,
            row.file_name,
            row.profile,
            row.state,
            ImportRun.State(row.state).label,
            row.rows_done,
            row.error,
            row.started_at,
            row.finished_at,
        )
        for row in rows[offset : offset + limit]
    ]


def import_counts(*, provider_id: int | None = None, text: str = "") -> dict[str, int]:
    """State → number of file imports."""
    return state_counts(_imports(provider_id, text))


def import_states() -> dict[str, str]:
    """Every state of an import with its Chinese name."""
    return {str(value): str(label) for value, label in ImportRun.State.choices}


def _imports(provider_id: int | None, text: str) -> QuerySet[ImportRun]:
    rows = ImportRun.objects.filter(file_name__icontains=text)
    return rows if provider_id is None else rows.filter(provider_id=provider_id)
