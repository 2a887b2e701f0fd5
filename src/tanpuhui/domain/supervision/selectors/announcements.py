"""Announcements, newest first."""

from django.db.models import Q, QuerySet

from tanpuhui.domain.supervision import errors
from tanpuhui.domain.supervision.data import AnnouncementView
from tanpuhui.domain.supervision.models import Announcement
from tanpuhui.domain.supervision.states import AnnouncementState
from tanpuhui.kernel import clock
from tanpuhui.kernel.listing import ordered, state_counts

ORDERS = {"written": "written_at", "title": "title", "published": "published_at"}


def announcements(
    *, state: str = "", text: str = "", order: str = "-written", limit: int = 50, offset: int = 0
) -> list[AnnouncementView]:
    """A page of announcements for those who write them."""
    rows = _chosen(text)
    if state:
        rows = rows.filter(state=state)
    rows = ordered(rows, order, ORDERS, "written_at", "-pk")
    return [announcement_view(row) for row in rows[offset : offset + limit]]


def announcement_counts(*, text: str = "") -> dict[str, int]:
    """State → number of announcements."""
    return state_counts(_chosen(text))


def _chosen(text: str) -> "QuerySet[Announcement]":
    rows = Announcement.objects.all()
    return rows.filter(Q(title__icontains=text) | Q(body__icontains=text)) if text else rows


def announcement(public_id: str) -> AnnouncementView:
    """One announcement.

    Raises:
        UnknownAnnouncement: there is none.
    """
    row = Announcement.objects.filter(public_id=public_id).first()
    if row is None:
        raise errors.UnknownAnnouncement("没有这份公告，请从清单重新进入。")
    return announcement_view(row)


def announcements_shown(audience: str, *, limit: int = 5) -> list[AnnouncementView]:
    """What an audience sees today, newest first."""
    rows = Announcement.objects.filter(
        Q(until=None) | Q(until__gte=clock.today()),
        state=AnnouncementState.PUBLISHED,
        audience__in=["all", audience],
    )
    return [announcement_view(row) for row in rows.order_by("-published_at")[:limit]]


def announcement_view(row: Announcement) -> AnnouncementView:
    """A row as others see it."""
    return AnnouncementView(
        public_id=row.public_id,
        title=row.title,
        body=row.body,
        audience=row.audience,
        audience_label=Announcement.Audience(row.audience).label,
        state=row.state,
        state_label=AnnouncementState(row.state).label,
        written_by=row.written_by,
        written_at=row.written_at,
        published_at=row.published_at,
        until=row.until,
    )
