"""How a provider's calls go, and how many people let it report."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Max

from tanpuhui.domain.intake.data import (
    BUCKETS_MS,
    CallBoard,
    CallLine,
    ConsentMonth,
    ConsentSeries,
)
from tanpuhui.domain.intake.models import CallCount
from tanpuhui.domain.parties import counts
from tanpuhui.kernel import clock, sqlfiles
from tanpuhui.kernel.cityrules import pack
from tanpuhui.kernel.partitions import month_after

HALF, MOST = 50, 95
PERCENT = 100
FAILED = 500
MONTHS = 12


def call_board(
    provider_id: int, *, days: int, doors: Sequence[str] = ("api", "gateway")
) -> CallBoard:
    """A provider's calls in recent days; durations are upper bounds of their classes."""
    zone = clock.city_zone()
    first = clock.today() - timedelta(days=days - 1)
    values: dict[str, Any] = {
        "provider_id": provider_id,
        "since": datetime.combine(first, datetime.min.time(), zone),
        "doors": list(doors),
        "zone": zone.key,
    }
    with connection.cursor() as cursor:
        cursor.execute(sqlfiles.query(__file__, "calls_by_operation"), values)
        rows = cursor.fetchall()
        cursor.execute(sqlfiles.query(__file__, "calls_by_day"), values)
        by_day = {day: (calls, failed) for day, calls, failed in cursor.fetchall()}
    times: Counter[int] = Counter()
    by_operation: dict[str, list[tuple[str, int, int, int]]] = {}
    codes: Counter[tuple[str, int]] = Counter()
    for operation, code, status, bucket, calls, _ in rows:
        times[bucket] += calls
        by_operation.setdefault(operation, []).append((code, status, bucket, calls))
        if code != "ok":
            codes[code, status] += calls
    lines = [_line(name, found) for name, found in by_operation.items()]
    return CallBoard(
        calls=sum(line.calls for line in lines),
        refused=sum(line.refused for line in lines),
        failed=sum(line.failed for line in lines),
        p50_ms=_share(times, HALF),
        p95_ms=_share(times, MOST),
        lines=tuple(sorted(lines, key=lambda line: -line.calls)),
        codes=tuple((code, status, number) for (code, status), number in codes.most_common()),
        days=tuple(
            (day, *by_day.get(day, (0, 0))) for day in (first + timedelta(n) for n in range(days))
        ),
        last_at=max((row[5] for row in rows), default=None),
    )


def _line(operation: str, found: list[tuple[str, int, int, int]]) -> CallLine:
    times: Counter[int] = Counter()
    for _, _, bucket, calls in found:
        times[bucket] += calls
    failed = sum(calls for _, status, _, calls in found if status >= FAILED)
    refused = sum(calls for code, status, _, calls in found if code != "ok" and status < FAILED)
    return CallLine(
        operation, sum(times.values()), refused, failed, _share(times, HALF), _share(times, MOST)
    )


def _share(times: Mapping[int, int], percent: int) -> int | None:
    """The class in which this share of the calls has been answered, by its upper end."""
    total = sum(times.values())
    passed = 0
    for bucket in sorted(times):
        passed += times[bucket]
        if passed * PERCENT >= total * percent:
            return BUCKETS_MS[min(bucket, len(BUCKETS_MS) - 1)]
    return None


def keys_last_used(provider_id: int) -> dict[str, datetime]:
    """Key id -> its last call, refused ones included."""
    rows = CallCount.objects.filter(provider_id=provider_id).values("key_id")
    return {row["key_id"]: row["last"] for row in rows.annotate(last=Max("last_at"))}


def consent_series(provider_id: int) -> list[ConsentSeries]:
    """Consents by scenario at the ends of the last twelve months; numbers only."""
    changes: dict[int, dict[date, tuple[int, int]]] = {}
    for no, month, granted, withdrawn in counts.consent_months(provider_id):
        changes.setdefault(no, {})[month] = (granted, withdrawn)
    shown = _months(clock.today())
    return [_series(no, found, shown) for no, found in sorted(changes.items())]


def _months(today: date) -> list[date]:
    month = date(today.year - 1, today.month, 1)
    found = []
    for _ in range(MONTHS):
        month = month_after(month)
        found.append(month)
    return found


def _series(
    no: int, changes: Mapping[date, tuple[int, int]], shown: Sequence[date]
) -> ConsentSeries:
    active = sum(came - went for month, (came, went) in changes.items() if month < shown[0])
    months = []
    for month in shown:
        came, went = changes.get(month, (0, 0))
        active += came - went
        months.append(ConsentMonth(month, active, came, went))
    return ConsentSeries(no, pack().scenario_by_no(no).title, active, tuple(months))
