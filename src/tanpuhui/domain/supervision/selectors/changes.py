"""Change requests, newest first."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from tanpuhui.domain.supervision import errors
from tanpuhui.domain.supervision.data import ChangeView
from tanpuhui.domain.supervision.models import ChangeRequest
from tanpuhui.domain.supervision.states import ChangeKind, ChangeState
from tanpuhui.kernel.listing import ordered, state_counts
from tanpuhui.kernel.views import view_of

ORDERS = {
    "proposed": "proposed_at",
    "effective": "effective_from",
    "kind": "kind",
    "title": "title",
}


def changes(
    *,
    viewer: str,
    state: str = "",
    kinds: Sequence[str] = (),
    text: str = "",
    order: str = "-proposed",
    limit: int = 50,
    offset: int = 0,
) -> list[ChangeView]:
    """A page of change requests; drafts are seen by their author only.

    Args:
        viewer: audit label of whoever looks.
        state: one of ChangeState, or empty for all.
        kinds: only these kinds.
        text: part of the title or the whole number.
        order: a key of ORDERS, with a minus for descending.
        limit: rows.
        offset: rows to skip.
    """
    rows = _visible(viewer, kinds, text)
    if state:
        rows = rows.filter(state=state)
    rows = ordered(rows, order, ORDERS, "proposed_at", "-pk")
    return [change_view(row) for row in rows[offset : offset + limit]]


def change_counts(*, viewer: str, kinds: Sequence[str] = (), text: str = "") -> dict[str, int]:
    """State → number of changes that the viewer may see."""
    return state_counts(_visible(viewer, kinds, text))


def change_count_for(viewer: str, kinds: Sequence[str]) -> int:
    """How many changes of these kinds wait for a decision of somebody who did not propose them."""
    rows = ChangeRequest.objects.filter(state=ChangeState.SUBMITTED, kind__in=kinds)
    return rows.exclude(proposed_by=viewer).count()


def _visible(viewer: str, kinds: Sequence[str], text: str) -> "QuerySet[ChangeRequest]":
    rows = ChangeRequest.objects.select_related("ticket")
    rows = rows.filter(~Q(state=ChangeState.DRAFT) | Q(proposed_by=viewer))
    if kinds:
        rows = rows.filter(kind__in=kinds)
    if text:
        rows = rows.filter(Q(title__icontains=text) | Q(public_id=text))
    return rows


def change(public_id: str, *, viewer: str) -> ChangeView:
    """One change request.

    Raises:
        UnknownChange: none, or somebody else's draft.
    """
    row = ChangeRequest.objects.select_related("ticket").filter(public_id=public_id).first()
    if row is None or (row.state == ChangeState.DRAFT and row.proposed_by != viewer):
        raise errors.UnknownChange("没有这份变更，请从清单重新进入。")
    return change_view(row)


def changes_about(*, ticket: str = "", person: str = "") -> list[ChangeView]:
    """Changes that came from a ticket, or are about a person's account."""
    rows = ChangeRequest.objects.select_related("ticket").exclude(state=ChangeState.DRAFT)
    if ticket:
        rows = rows.filter(ticket__public_id=ticket)
    if person:
        rows = rows.filter(payload__person=person)
    return [change_view(row) for row in rows.order_by("-proposed_at", "-pk")[:20]]


def change_view(row: ChangeRequest) -> ChangeView:
    """A row as others see it."""
    return view_of(
        ChangeView,
        row,
        kind_label=ChangeKind(row.kind).label,
        state_label=ChangeState(row.state).label,
        ticket=row.ticket.public_id if row.ticket else "",
    )
