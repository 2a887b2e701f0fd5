"""What a person does with their own data, and the ways in that hang on a person."""

from datetime import date

import pytest
from tests.conftest import FixedClock
from tests.factories.database import rows, value
from tests.factories.town import SYSTEM, people_open

from tanpuhui.domain.parties import errors, selectors
from tanpuhui.domain.parties.services import (
    child_hand_over,
    child_open,
    external_login_link,
    person_correct,
    person_export,
    person_open,
    subject_index,
)
from tanpuhui.kernel import actors
from tanpuhui.kernel.errors import NotPermitted

PHONE = "13800000001"


@pytest.fixture
def person(db: None, example_city: object, fixed_clock: object) -> int:
    return person_open(actor=SYSTEM, phone=PHONE, name="张三").party_id


def test_a_copy_of_ones_own_data_is_audited(person: int) -> None:
    mine = person_export(actor=actors.person(person))
    assert (mine.phone, mine.name) == (PHONE, "张三")
    assert rows("select subject from kernel_audit where tag = 'parties:person:export'") == [
        (f"person:{person}",)
    ]
    with pytest.raises(NotPermitted):
        person_export(actor=actors.provider(person))


def test_correcting_oneself(person: int) -> None:
    me = actors.person(person)
    person_correct(actor=me, nickname=" 早起 ", region="340102")
    view = selectors.person(person)
    assert view is not None
    assert (view.nickname, view.region) == ("早起", "340102")
    with pytest.raises(errors.DetailsRefused):
        person_correct(actor=me, nickname="长" * 21, region="")
    assert value("select count(*) from kernel_audit where tag = 'parties:person:correct'") == 1


def test_a_city_apps_number_stands_for_one_person(person: int) -> None:
    visitor = actors.visitor()
    (other,) = people_open(1)
    index = subject_index("wanshitong", "u-1")
    assert "u-1" not in index
    assert index != subject_index("alipay", "u-1"), "numbers of two apps are no one's pair"
    external_login_link(actor=visitor, service="wanshitong", subject_index=index, person_id=person)
    external_login_link(actor=visitor, service="wanshitong", subject_index=index, person_id=person)
    assert selectors.person_by_external("wanshitong", index) == person
    with pytest.raises(errors.SubjectTaken):
        external_login_link(
            actor=visitor, service="wanshitong", subject_index=index, person_id=other
        )


def test_a_young_person_takes_the_account_over(person: int, fixed_clock: FixedClock) -> None:
    guardian = actors.person(person)
    child = child_open(
        actor=guardian, nickname="小明", born_on=date(2012, 6, 1), texts={"child": "child/1"}
    )
    with pytest.raises(errors.NotAChild):
        child_hand_over(actor=guardian, child=child.public_id, phone="13800000009")
    fixed_clock.set("2026-06-02T12:00:00+08:00")
    with pytest.raises(errors.PhoneTaken):
        child_hand_over(actor=guardian, child=child.public_id, phone=PHONE)
    child_hand_over(actor=guardian, child=child.public_id, phone="13800000009")
    found = selectors.person_by_phone("13800000009")
    assert found is not None
    assert found.party_id == child.party_id
    assert selectors.agreed([child.party_id], "child") == frozenset()
