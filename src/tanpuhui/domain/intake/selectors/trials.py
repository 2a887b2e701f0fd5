"""Calls in the sandbox."""

from tanpuhui.domain.intake.data import TrialView
from tanpuhui.domain.intake.models import Trial


def trials(provider_id: int, *, limit: int = 20, offset: int = 0) -> list[TrialView]:
    """A provider's sandbox calls, newest first."""
    rows = Trial.objects.filter(provider_id=provider_id).order_by("-id")
    return [_view(row) for row in rows[offset : offset + limit]]


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
