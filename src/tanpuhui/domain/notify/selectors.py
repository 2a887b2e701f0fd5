"""Reads of notify: a person's inbox and choices."""

from collections.abc import Sequence

from django.db.models import Q

from tanpuhui.domain.notify import errors
from tanpuhui.domain.notify.data import MessageView, PreferenceView
from tanpuhui.domain.notify.models import Message, Preference
from tanpuhui.domain.notify.templates import TEMPLATES, filled, speaks_of


def messages(
    person_id: int,
    *,
    limit: int,
    offset: int = 0,
    is_unread: bool = False,
    kind: str = "",
    text: str = "",
    is_oldest_first: bool = False,
) -> list[MessageView]:
    """A page of somebody's messages.

    Args:
        person_id: whose.
        limit: rows.
        offset: rows to skip.
        is_unread: only those not read yet.
        kind: service or activity, or empty.
        text: part of the words or of the facts in them.
        is_oldest_first: else the newest stand first.
    """
    rows = Message.objects.filter(person_id=person_id).order_by("id" if is_oldest_first else "-id")
    if is_unread:
        rows = rows.filter(read_at=None)
    if kind:
        rows = rows.filter(code__in=[code for code, one in TEMPLATES.items() if one.kind == kind])
    if text:
        said = [code for code, one in TEMPLATES.items() if speaks_of(one, text)]
        rows = rows.filter(Q(code__in=said) | Q(facts__icontains=text))
    return [_view(row) for row in rows[offset : offset + limit]]


def message(person_id: int, public_id: str) -> MessageView:
    """One of somebody's messages.

    Raises:
        UnknownMessage: there is none, or it is somebody else's.
    """
    row = Message.objects.filter(person_id=person_id, public_id=public_id).first()
    if row is None:
        raise errors.UnknownMessage("没有这条消息，请从消息列表重新进入。")
    return _view(row)


def unread_count(person_id: int) -> int:
    """How many messages were not read yet."""
    return Message.objects.filter(person_id=person_id, read_at=None).count()


def preference(person_id: int) -> PreferenceView:
    """What somebody wants to be told."""
    row = Preference.objects.filter(pk=person_id).first()
    return preference_view(row) if row else PreferenceView()


def preferences(person_ids: Sequence[int]) -> dict[int, PreferenceView]:
    """The choices of those among these people who made any."""
    rows = Preference.objects.in_bulk(list(person_ids))
    return {pk: preference_view(row) for pk, row in rows.items()}


def preference_view(row: Preference) -> PreferenceView:
    """The choice as others see it."""
    return PreferenceView(
        row.is_sms, row.is_activity, row.quiet_from, row.quiet_until, row.language
    )


def _view(row: Message) -> MessageView:
    template = filled(row.code, row.facts)
    return MessageView(
        public_id=row.public_id,
        code=row.code,
        kind=template.kind,
        icon=template.icon,
        title=template.title,
        text=template.text,
        link=row.link,
        sent_at=row.sent_at,
        is_read=row.read_at is not None,
    )
