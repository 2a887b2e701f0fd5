"""A person's inbox: told once, read by them alone, silent when they wish, erased with the account."""

import pytest
from tests.factories.database import rows, value
from tests.factories.town import SYSTEM, people_open

from tanpuhui.domain.notify import errors, selectors, services
from tanpuhui.domain.notify.services import (
    email_queue,
    inbox_erase,
    message_read,
    messages_read_all,
    messages_send_many,
    preference_set,
)
from tanpuhui.domain.notify.templates import TEMPLATES
from tanpuhui.domain.parties import services as parties
from tanpuhui.kernel import actors
from tanpuhui.kernel.errors import NotPermitted

FACTS = {"provider": "地铁", "scenario": "地铁", "version": "1"}


@pytest.fixture
def two(db: None, example_city: object, fixed_clock: object) -> list[int]:
    return people_open(2)


def told(people: list[int], code: str = "consent_given") -> int:
    return messages_send_many(code=code, people=[(one, FACTS, "/m/") for one in people])


def choose(person: int, **changes: object) -> None:
    wanted = {"is_sms": False, "is_activity": False, "quiet_from": 22, "quiet_until": 8} | changes
    preference_set(actor=actors.person(person), **wanted)  # type: ignore[arg-type]


def test_reading_ones_own_messages(two: list[int]) -> None:
    assert told([]) == 0
    assert (told(two), told(two)) == (2, 2)
    mine = selectors.messages(two[0], limit=9)
    message_read(actor=actors.person(two[1]), public_id=mine[0].public_id)
    assert selectors.unread_count(two[0]) == 2, "nobody reads another's"
    message_read(actor=actors.person(two[0]), public_id=mine[0].public_id)
    assert selectors.unread_count(two[0]) == 1
    assert messages_read_all(actor=actors.person(two[0])) == 1
    assert messages_read_all(actor=actors.person(two[0])) == 0
    assert selectors.unread_count(two[1]) == 2


def test_text_messages_only_to_those_who_want_them_and_not_by_night(two: list[int]) -> None:
    code = next(code for code, one in TEMPLATES.items() if one.by_sms)
    person = parties.person_open(actor=SYSTEM, phone="13800000001").party_id
    parties.person_open(actor=SYSTEM, phone="13800000002")
    facts = dict.fromkeys(["provider", "scenario", "count", "day", "title", "state", "until"], "1")
    messages_send_many(code=code, people=[(person, facts, "")])
    assert value("select count(*) from notify_outgoing") == 0
    choose(person, is_sms=True, quiet_from=11, quiet_until=13)  # it is noon
    messages_send_many(code=code, people=[(person, facts, "")])
    ((next_at,),) = rows("select next_at from notify_outgoing")
    assert next_at.isoformat() == "2026-03-10T05:00:00+00:00", "when the quiet hours end"


def test_an_email_is_queued_once_a_call(two: list[int]) -> None:
    first, second = (
        email_queue(address="a@example.org", text=text, stale_after_s=60) for text in "ab"
    )
    assert first != second
    assert value("select count(*) from notify_outgoing") == 2


@pytest.mark.parametrize("hours", [(24, 8), (22, -1)])
def test_hours_that_are_none(two: list[int], hours: tuple[int, int]) -> None:
    with pytest.raises(errors.HoursRefused):
        choose(two[0], quiet_from=hours[0], quiet_until=hours[1])


def test_erasing_takes_messages_and_choices_of_one_person(two: list[int]) -> None:
    told(two)
    for person in two:
        choose(person, is_sms=True)
    with pytest.raises(NotPermitted):
        inbox_erase(actor=actors.person(two[1]), person_id=two[0])
    inbox_erase(actor=actors.person(two[0]), person_id=two[0])
    assert [len(selectors.messages(person, limit=9)) for person in two] == [0, 1]
    assert [one.is_sms for one in map(selectors.preference, two)] == [False, True]
    assert value("select count(*) from kernel_audit where tag = 'notify:inbox:erase'") == 1


def test_providers_have_no_inbox(two: list[int]) -> None:
    told(two[:1])
    provider = actors.provider(two[0])
    for step in (
        lambda: messages_read_all(actor=provider),
        lambda: message_read(actor=provider, public_id="m"),
        lambda: services.preference_set(
            actor=provider, is_sms=True, is_activity=True, quiet_from=1, quiet_until=2
        ),
    ):
        with pytest.raises(NotPermitted):
            step()
    assert selectors.unread_count(two[0]) == 1
