"""A provider's deliveries, refusals and days."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Sum

from tanpuhui.domain.scenarios import errors
from tanpuhui.domain.scenarios.data import BatchTotals, BatchView, DayTotals, RefusalView
from tanpuhui.domain.scenarios.models import Batch, Refusal
from tanpuhui.domain.scenarios.reasons import BY_CODE, BY_NO
from tanpuhui.kernel import clock, sqlfiles
from tanpuhui.kernel.listing import ordered

BATCH_ORDERS = {
    "received": "id",
    "number": "batch_no",
    "records": "records",
    "mass": "reduction_mg",
}
REFUSAL_ORDERS = {"line": "line", "item": "item_no", "reason": "reason_no"}


def batches(
    provider_id: int,
    *,
    channel: str = "",
    text: str = "",
    first: date | None = None,
    last: date | None = None,
    order: str = "-received",
    limit: int = 50,
    offset: int = 0,
) -> list[BatchView]:
    """A provider's deliveries.

    Args:
        provider_id: whose.
        channel: only those of one channel.
        text: part of the batch's number.
        first: only those that arrived on this day of the city or later.
        last: only those that arrived on this day or earlier.
        order: a key of BATCH_ORDERS, with a minus for descending.
        limit: rows.
        offset: rows to skip.
    """
    rows = Batch.objects.filter(provider_id=provider_id)
    if channel:
        rows = rows.filter(channel=channel)
    if text:
        rows = rows.filter(batch_no__icontains=text)
    if first:
        rows = rows.filter(received_at__gte=_midnight(first))
    if last:
        rows = rows.filter(received_at__lt=_midnight(last + timedelta(days=1)))
    rows = ordered(rows, order, BATCH_ORDERS, "id", "-id")
    return [_batch_view(row) for row in rows[offset : offset + limit]]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.city_zone())


def batch(provider_id: int, batch_id: int) -> BatchView:
    """One delivery of this provider.

    Raises:
        UnknownBatch: there is none, or it is another provider's.
    """
    row = Batch.objects.filter(provider_id=provider_id, pk=batch_id).first()
    if row is None:
        raise errors.UnknownBatch("没有这个批次，请从批次列表重新进入。")
    return _batch_view(row)


def batches_by_no(provider_id: int, batch_no: str) -> list[BatchView]:
    """All deliveries under one number (a repeated delivery is a row of its own), oldest first."""
    rows = Batch.objects.filter(provider_id=provider_id, batch_no=batch_no).order_by("id")
    return [_batch_view(row) for row in rows]


def batch_totals(provider_id: int, *, days: int = 30) -> BatchTotals:
    """Sums over the deliveries that arrived in recent days."""
    since = clock.now() - timedelta(days=days)
    sums = Batch.objects.filter(provider_id=provider_id, received_at__gte=since).aggregate(
        number=Count("*"),
        records_sum=Sum("records", default=0),
        mg=Sum("reduction_mg", default=0),
        points_sum=Sum("points", default=0),
    )
    return BatchTotals(sums["number"], sums["records_sum"], sums["mg"], sums["points_sum"])


def _batch_view(row: Batch) -> BatchView:
    refused = sum(
        number
        for code, number in row.counts.items()
        if code in BY_CODE and BY_CODE[code].kind in {"refused", "silent"}
    )
    return BatchView(
        id=row.pk,
        batch_no=row.batch_no,
        channel=row.channel,
        received_at=row.received_at,
        records=row.records,
        counts=row.counts,
        counted=row.counts.get("counted", 0),
        refused=refused,
        reduction_mg=row.reduction_mg,
        points=row.points,
    )


def refusals(
    provider_id: int,
    batch_id: int,
    *,
    code: str = "",
    text: str = "",
    order: str = "line",
    limit: int = 50,
    offset: int = 0,
) -> list[RefusalView]:
    """Refused records of a batch, by line, number (`item`) or reason; `text`: part of a number."""
    rows = _refusal_rows(provider_id, batch_id, code)
    if text:
        rows = rows.filter(item_no__icontains=text)
    rows = ordered(rows, order, REFUSAL_ORDERS, "line", "line", "id")
    return [_refusal_view(row) for row in rows[offset : offset + limit]]


def refusals_all(provider_id: int, batch_id: int) -> Iterator[RefusalView]:
    """Every refused record of a batch, streamed."""
    for row in _refusal_rows(provider_id, batch_id, "").iterator(chunk_size=5000):
        yield _refusal_view(row)


def refusal_counts(provider_id: int, batch_id: int) -> list[tuple[str, str, int]]:
    """(code, sentence, number) of a batch's refusals, the most frequent first."""
    rows = (
        _refusal_rows(provider_id, batch_id, "")
        .order_by()
        .values("reason_no")
        .annotate(number=Count("*"))
        .order_by("-number", "reason_no")
    )
    return [(BY_NO[r["reason_no"]].code, BY_NO[r["reason_no"]].sentence, r["number"]) for r in rows]


def _refusal_rows(provider_id: int, batch_id: int, code: str) -> Any:
    rows = Refusal.objects.filter(batch_id=batch_id, batch__provider_id=provider_id)
    if code:
        wanted = [reason.no for reason in BY_NO.values() if reason.code == code]
        rows = rows.filter(reason_no__in=wanted)
    return rows.order_by("line", "id")


def _refusal_view(row: Refusal) -> RefusalView:
    reason = BY_NO[row.reason_no]
    return RefusalView(row.line, row.item_no, reason.code, reason.sentence, row.note, row.raw)


def day_totals(provider_id: int, *, days: int = 30) -> list[DayTotals]:
    """What stands in the book for a provider's recent days, newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            sqlfiles.query(__file__, "day_totals"),
            {"provider_id": provider_id, "first": clock.today() - timedelta(days=days)},
        )
        return [DayTotals(*row) for row in cursor.fetchall()]
