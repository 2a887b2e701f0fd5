"""Messages inside the platform: sent with the deed that causes them, one or a set at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import translation

from tanpuhui.domain.notify import errors, selectors
from tanpuhui.domain.notify.data import PreferenceView
from tanpuhui.domain.notify.models import Message, Preference
from tanpuhui.domain.notify.services.sending import sms_queue
from tanpuhui.domain.notify.templates import ACTIVITY, TEMPLATES, filled
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.kernel import audit, clock, ids
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.permissions import permit

SMS_LIFE_S = 24 * 3600
HOURS = range(24)
SMS_AT_ONCE = 1000  # of one set: beyond it the inbox has to do


def message_send(
    *, person_id: int, code: str, facts: Mapping[str, Any] | None = None, link: str = ""
) -> None:
    """Tell one person, in the caller's transaction.

    Args:
        person_id: whom.
        code: a key of TEMPLATES; another one is a programming error.
        facts: what fills the template; no personal data.
        link: a page of this site about it.
    """
    messages_send_many(code=code, people=[(person_id, facts or {}, link)])


def messages_send_many(*, code: str, people: Sequence[tuple[int, Mapping[str, Any], str]]) -> int:
    """Tell many people, set-wise: one read of choices, one insert.

    Args:
        code: a key of TEMPLATES.
        people: (person id, facts, link) each.

    Returns:
        How many messages went to inboxes.
    """
    template = TEMPLATES[code]
    if not people:
        return 0
    now = clock.now()
    wants = selectors.preferences([one[0] for one in people])
    if template.kind == ACTIVITY:
        people = [one for one in people if wants.get(one[0], PreferenceView()).is_activity]
    with transaction.atomic():
        Message.objects.bulk_create(
            [
                Message(
                    public_id=ids.fresh("m"),
                    person_id=person_id,
                    code=code,
                    facts=dict(facts),
                    link=link,
                    sent_at=now,
                )
                for person_id, facts, link in people
            ],
            ignore_conflicts=True,
            batch_size=2000,
        )
        if template.by_sms:
            texting = [one for one in people if wants.get(one[0], PreferenceView()).is_sms]
            for person_id, facts, _ in texting[:SMS_AT_ONCE]:
                _text(person_id, code, facts, wants[person_id], now)
    return len(people)


def message_read(*, actor: Actor, public_id: str) -> None:
    """The acting person has seen a message; another's is left alone."""
    permit(actor, "notify.own", party_id=actor.party_id)
    assert actor.party_id is not None
    Message.objects.filter(person_id=actor.party_id, public_id=public_id, read_at=None).update(
        read_at=clock.now()
    )


def messages_read_all(*, actor: Actor) -> int:
    """The acting person has seen everything; how many were new."""
    permit(actor, "notify.own", party_id=actor.party_id)
    assert actor.party_id is not None
    rows = Message.objects.filter(person_id=actor.party_id, read_at=None)
    return rows.update(read_at=clock.now())


def preference_set(
    *,
    actor: Actor,
    is_sms: bool,
    is_activity: bool,
    quiet_from: int,
    quiet_until: int,
    language: str = "zh-hans",
) -> None:
    """What the acting person wants to be told, when, and in which language.

    Raises:
        HoursRefused: an hour outside 0 to 23.
    """
    permit(actor, "notify.own", party_id=actor.party_id)
    assert actor.party_id is not None
    if quiet_from not in HOURS or quiet_until not in HOURS:
        raise errors.HoursRefused("免打扰时间请选 0 点到 23 点的整点。")
    Preference.objects.update_or_create(
        person_id=actor.party_id,
        defaults={
            "is_sms": is_sms,
            "is_activity": is_activity,
            "quiet_from": quiet_from,
            "quiet_until": quiet_until,
            "language": language,
        },
    )


def language_set(*, actor: Actor, language: str) -> None:
    """The acting person reads this language now; who never chose short messages needs no row."""
    permit(actor, "notify.own", party_id=actor.party_id)
    assert actor.party_id is not None
    Preference.objects.filter(pk=actor.party_id).exclude(language=language).update(
        language=language
    )


def inbox_erase(*, actor: Actor, person_id: int) -> None:
    """Delete a person's messages and choices, with the account."""
    permit(actor, "notify.own", party_id=person_id)
    with transaction.atomic():
        count, _ = Message.objects.filter(person_id=person_id).delete()
        Preference.objects.filter(pk=person_id).delete()
        audit.record(actor, "notify:inbox:erase", f"person:{person_id}", after={"count": count})


def quiet_until(choice: PreferenceView, instant: datetime) -> datetime:
    """The instant itself, or the end of the quiet hours in which it lies."""
    local = instant.astimezone(clock.city_zone())
    if not choice.is_quiet(local.hour):
        return instant
    end = local.replace(hour=choice.quiet_until, minute=0, second=0, microsecond=0)
    return end if end > local else end + timedelta(days=1)


def _text(
    person_id: int, code: str, facts: Mapping[str, Any], choice: PreferenceView, now: datetime
) -> None:
    phone = parties.phone_of(person_id)
    if phone:
        with translation.override(choice.language):
            text = filled(code, facts).text
        sms_queue(
            phone=phone,
            text=text,
            stale_after_s=SMS_LIFE_S,
            not_before=quiet_until(choice, now),
        )
