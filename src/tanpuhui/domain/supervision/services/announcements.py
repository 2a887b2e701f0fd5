"""What the platform tells everybody."""

from datetime import date

from django.db import transaction

from tanpuhui.domain.supervision import errors, selectors
from tanpuhui.domain.supervision.data import AnnouncementView
from tanpuhui.domain.supervision.models import Announcement
from tanpuhui.domain.supervision.services.words import body_of
from tanpuhui.domain.supervision.states import AnnouncementState
from tanpuhui.kernel import audit, clock, ids
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.permissions import permit


def announcement_write(
    *,
    actor: Actor,
    title: str,
    body: str,
    audience: str,
    until: date | None = None,
    public_id: str = "",
) -> AnnouncementView:
    """Write a draft, or change one that is not published yet.

    Raises:
        ReasonMissing, PayloadRefused, StepRefused, UnknownAnnouncement, NotPermitted: as said.
    """
    permit(actor, "supervision.announce")
    said, head = body_of(body), title.strip()[:80]
    if not head:
        raise errors.ReasonMissing("请写一个标题。")
    if audience not in Announcement.Audience.values:
        raise errors.PayloadRefused("请选择公告给谁看。")
    with transaction.atomic():
        row = _locked(public_id) if public_id else Announcement(public_id=ids.fresh("n"))
        if row.state != AnnouncementState.DRAFT:
            raise errors.StepRefused("已发布的公告不能修改，请撤下后重新写一份。")
        row.title, row.body, row.audience, row.until = head, said, audience, until
        row.written_by, row.written_at = actor.label, clock.now()
        row.save()
        audit.record(
            actor,
            "supervision:announcement:write",
            f"announcement:{row.public_id}",
            after={"title": head, "audience": audience},
        )
    return selectors.announcement_view(row)


def announcement_publish(*, actor: Actor, public_id: str) -> AnnouncementView:
    """Show it from now on.

    Raises:
        UnknownAnnouncement, StepRefused, NotPermitted: as said.
    """
    return _turn(actor, public_id, AnnouncementState.DRAFT, AnnouncementState.PUBLISHED, "publish")


def announcement_withdraw(*, actor: Actor, public_id: str) -> AnnouncementView:
    """Show it no more.

    Raises:
        UnknownAnnouncement, StepRefused, NotPermitted: as said.
    """
    before, after = AnnouncementState.PUBLISHED, AnnouncementState.WITHDRAWN
    return _turn(actor, public_id, before, after, "withdraw")


def _turn(
    actor: Actor, public_id: str, before: AnnouncementState, after: AnnouncementState, verb: str
) -> AnnouncementView:
    permit(actor, "supervision.announce")
    with transaction.atomic():
        row = _locked(public_id)
        if row.state != before:
            now = AnnouncementState(row.state).label
            raise errors.StepRefused(f"公告{now}，不能改为“{after.label}”。请刷新页面。")
        row.state = after
        if after == AnnouncementState.PUBLISHED:
            row.published_at = clock.now()
        row.save(update_fields=["state", "published_at"])
        audit.record(actor, f"supervision:announcement:{verb}", f"announcement:{public_id}")
    return selectors.announcement_view(row)


def _locked(public_id: str) -> Announcement:
    row = Announcement.objects.select_for_update().filter(public_id=public_id).first()
    if row is None:
        raise errors.UnknownAnnouncement("没有这份公告，请从清单重新进入。")
    return row
