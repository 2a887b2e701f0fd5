"""Reads about logins, invitations and applications, for pages of staff and applicants."""

import json

from django.db.models import Q, QuerySet

from tanpuhui.domain.parties import selectors
from tanpuhui.domain.parties.data import (
    ApplicationForm,
    ApplicationView,
    DocumentView,
    InvitationView,
    StaffView,
)
from tanpuhui.domain.parties.models import Application, Invitation, Role, StaffMember
from tanpuhui.kernel import clock, crypto
from tanpuhui.kernel.listing import ordered

APPLICATION_ORDERS = {"submitted": "submitted_at", "title": "title", "kind": "kind"}
CONTACT_CONTEXT = "parties.application.contact"


def staff_list(*, role: str = "", organisation_code: str = "", search: str = "") -> list[StaffView]:
    """Logins by organisation and name, deactivated ones included."""
    rows = StaffMember.objects.select_related("organisation", "user")
    if role:
        rows = rows.filter(role=role)
    if organisation_code:
        rows = rows.filter(organisation__code=organisation_code)
    if search:
        rows = rows.filter(user__username__icontains=search)
    ordered = rows.order_by("organisation__title", "user__username")
    return [selectors.staff_view(row) for row in ordered]


def roles() -> list[tuple[str, str]]:
    """Every role and its Chinese name."""
    return [(str(value), str(label)) for value, label in Role.choices]


def invitations_open() -> list[InvitationView]:
    """Invitations that can still be used, newest first."""
    rows = Invitation.objects.select_related("organisation").filter(
        used_at=None, withdrawn_at=None, expires_at__gt=clock.now()
    )
    return [
        InvitationView(
            row.organisation.title, row.role, Role(row.role).label, row.expires_at, row.public_id
        )
        for row in rows.order_by("-invited_at")
    ]


def applications(
    state: str = "submitted",
    limit: int = 20,
    offset: int = 0,
    *,
    kind: str = "",
    text: str = "",
    order: str = "submitted",
) -> list[ApplicationView]:
    """Applications, the longest waiting first unless another order is asked for.

    Args:
        state: one of Application.State, or empty.
        limit: rows.
        offset: rows to skip.
        kind: what the applicant wants to be, or empty.
        text: part of the title or of the credit code.
        order: a key of APPLICATION_ORDERS, with a minus for descending.
    """
    rows = _applications(kind, text)
    if state:
        rows = rows.filter(state=state)
    rows = ordered(rows, order, APPLICATION_ORDERS, "submitted_at", "pk")
    return [_application(row) for row in rows[offset : offset + limit]]


def application_count(state: str = "submitted", *, kind: str = "", text: str = "") -> int:
    """How many applications are in a state."""
    return _applications(kind, text).filter(state=state).count()


def _applications(kind: str, text: str) -> "QuerySet[Application]":
    rows = Application.objects.filter(Q(title__icontains=text) | Q(credit_code__icontains=text))
    return rows.filter(kind=kind) if kind else rows


def application(public_id: str) -> ApplicationView | None:
    """One application by its public id, for who decides."""
    row = Application.objects.filter(public_id=public_id).first()
    return _application(row) if row else None


def application_by_token(token_mac: str) -> ApplicationView | None:
    """One application by its applicant's (hashed) token."""
    row = Application.objects.filter(token_mac=token_mac).first()
    return _application(row) if row else None


def _application(row: Application) -> ApplicationView:
    contact = json.loads(crypto.decrypt(row.contact_sealed, context=CONTACT_CONTEXT))
    form = ApplicationForm(
        kind=row.kind,
        title=row.title,
        credit_code=row.credit_code,
        contact=contact["name"],
        phone=contact["phone"],
        email=contact["email"],
        scenarios=tuple(row.scenarios),
        remark=row.remark,
    )
    return ApplicationView(
        public_id=row.public_id,
        state=row.state,
        state_title=Application.State(row.state).label,
        form=form,
        submitted_at=row.submitted_at,
        decided_at=row.decided_at,
        reason=row.reason,
        documents=tuple(
            DocumentView(one.public_id, one.media_type, one.bytes, one.added_at)
            for one in row.documents.order_by("pk")
        ),
        organisation_id=row.organisation_id,
    )
