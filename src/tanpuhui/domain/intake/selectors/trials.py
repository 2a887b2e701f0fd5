"""Calls in the sandbox."""

from tanpuhui.domain.intake.data import TrialView
from tanpuhui.domain.intake.models import Trial
from tanpuhui.kernel.listing import ordered
from tanpuhui.kernel.views import view_of

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
    rows = ordered(rows, order, ORDERS, "id", "-id")
    return [view_of(TrialView, row) for row in rows[offset : offset + limit]]


def trial(provider_id: int, batch_no: str) -> TrialView | None:
    """The last sandbox call with this batch number, or None."""
    row = Trial.objects.filter(provider_id=provider_id, batch_no=batch_no).order_by("-id").first()
    return view_of(TrialView, row) if row else None
