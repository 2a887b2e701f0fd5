"""Calls in the sandbox."""

from tanpuhui.domain.intake.data import TrialView
from tanpuhui.domain.intake.models import Trial

ORDERS = {"tried": "id", "number": "batch_no", "records": "records"}


def trials(
    provider_id: int,
    *,
    operation: str = "",
    text: str = "",
    order: str = "-tried",
    limit: int = 20,
    offset: int = 0,
) -> list[TrialView]:
    """A provider's sandbox calls: those with a text in the batch number, in an order of ORDERS."""
    rows = Trial.objects.filter(provider_id=provider_id, batch_no__icontains=text)
    if operation:
        rows = rows.filter(operation=operation)
    field = ORDERS.get(order.removeprefix("-"), "id")
    sign = "-" if order.startswith("-") else ""
    return [_view(row) for row in rows.order_by(sign + field, "-id")[offset : offset + limit]]


def trial(provider_id: int, batch_no: str) -> TrialView | None:
    """The last sandbox call with this batch number, or None."""
    row = Trial.objects.filter(provider_id=provider_id, batch_no=batch_no).order_by("-id").first()
    return _view(row) if row else None


def _view(row: Trial) -> TrialView:
    return TrialView(
        id=row.pk,
        key_id=row.key_id,
        operation=row.operation,
        batch_no=row.batch_no,
        tried_at=row.tried_at,
        records=row.records,
        counts=row.counts,
        reduction_mg=row.reduction_mg,
        points=row.points,
        receipts=row.receipts,
    )
