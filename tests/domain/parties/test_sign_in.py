"""Codes, tickets, children, identity: what is let in, and what is not."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection

from tanpuhui.domain.parties import errors, selectors, services
from tanpuhui.domain.parties.models import OneTimeCode, Person, Ticket
from tanpuhui.domain.parties.services.identity import born_on
from tanpuhui.kernel import actors

VISITOR, SYSTEM = actors.visitor(), actors.system()
PHONE = "13800001234"
HERE = "10.0.0.1"


def issue(phone=PHONE, address=HERE):
    return services.code_issue(actor=VISITOR, phone=phone, address=address)


def check(code, phone=PHONE, address=HERE):
    services.code_check(actor=VISITOR, phone=phone, code=code, address=address)


def wrong(code):
    return f"{(int(code) + 1) % 1_000_000:06d}"


@pytest.mark.parametrize(
    "typed",
    ["13800001234", "138 0000 1234", "+86 138-0000-1234", "8613800001234", "１３８０００0１２３４"],
)
def test_phones_are_read_generously(typed):
    assert services.phone_read(typed) == PHONE


@pytest.mark.parametrize(
    "typed", ["", "1380000123", "12800001234", "138000012345", "abc", "1380000123４5"]
)
def test_other_numbers_are_refused(typed):
    with pytest.raises(errors.PhoneMalformed):
        services.phone_read(typed)


def test_a_code_opens_once(db, fixed_clock):
    code = issue()
    assert len(code) == 6
    row = OneTimeCode.objects.get()
    assert PHONE not in str(vars(row))
    assert code not in row.code_mac
    check(f" {code[:3]} {code[3:]} ")
    with pytest.raises(errors.WrongCode):
        check(code)


def test_a_code_lives_five_minutes(db, fixed_clock):
    code = issue()
    fixed_clock.set(fixed_clock() + timedelta(seconds=300))
    with pytest.raises(errors.WrongCode):
        check(code)


def test_five_wrong_tries_end_a_code(db, fixed_clock):
    code = issue()
    for _ in range(5):
        with pytest.raises(errors.WrongCode):
            check(wrong(code))
    with pytest.raises(errors.WrongCode):
        check(code)


def test_a_new_code_replaces_the_old(db, fixed_clock):
    old = issue()
    fixed_clock.set(fixed_clock() + timedelta(seconds=61))
    new = issue()
    if old != new:
        with pytest.raises(errors.WrongCode):
            check(old)
    check(new)


def test_a_code_is_for_its_phone(db, fixed_clock):
    code = issue()
    with pytest.raises(errors.WrongCode):
        check(code, phone="13900001234")


def test_phones_are_limited(db, fixed_clock):
    issue()
    with pytest.raises(errors.TooOften) as refused:
        issue(address="10.0.0.2")
    assert refused.value.status == 429
    assert 0 < refused.value.detail["retry_after_s"] <= 60
    for _ in range(4):
        fixed_clock.set(fixed_clock() + timedelta(seconds=60))
        issue()
    fixed_clock.set(fixed_clock() + timedelta(seconds=60))
    with pytest.raises(errors.TooOften) as refused:
        issue()
    assert refused.value.detail["retry_after_s"] > 300


def test_addresses_are_limited(db, fixed_clock):
    for number in range(20):
        issue(phone=f"138000{number:05d}")
    with pytest.raises(errors.TooOften):
        issue(phone="13800099999")
    issue(phone="13800099999", address="10.0.0.9")


def test_known_and_unknown_phones_cost_the_same(db, fixed_clock, django_assert_num_queries):
    services.person_open(actor=SYSTEM, phone=PHONE)
    counts = []
    for phone in (PHONE, "13811112222"):
        with connection.execute_wrapper(lambda run, *call: (counts[-1].append(1), run(*call))[1]):
            counts.append([])
            issue(phone=phone)
    assert len(counts[0]) == len(counts[1])


def test_parallel_guesses_share_the_tries(committed, fixed_clock):
    code = issue()

    def guess(number):
        try:
            check(f"{(int(code) + 1 + number) % 1_000_000:06d}", address=f"10.1.0.{number}")
        except errors.WrongCode:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert not any(pool.map(guess, range(16)))
    assert OneTimeCode.objects.get().tries == 5


def test_one_code_opens_one_session_of_many_at_once(committed, fixed_clock):
    code = issue()

    def use(number):
        try:
            check(code, address=f"10.1.0.{number}")
        except errors.WrongCode:
            return 0
        finally:
            connection.close()
        return 1

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(use, range(6))) == 1


def test_sign_up_needs_the_notice(db, fixed_clock):
    with pytest.raises(errors.NoticeMissing):
        services.person_sign_up(actor=VISITOR, phone=PHONE, texts={"points": "points/1"})
    assert not Person.objects.exists()
    person = services.person_sign_up(
        actor=VISITOR, phone=PHONE, texts={"notice": "notice/1", "issue": "issue/1"}
    )
    assert selectors.has_agreed(person.party_id, "notice")
    assert selectors.has_agreed(person.party_id, "issue")
    assert not selectors.has_agreed(person.party_id, "points")
    again = services.person_sign_up(actor=VISITOR, phone=PHONE, texts={"notice": "notice/1"})
    assert again.party_id == person.party_id
    assert {one.text_version for one in selectors.consents(person.party_id)} == {
        "notice/1", "issue/1",
    }  # fmt: skip


def test_somebody_a_provider_opened_keeps_the_account(db, fixed_clock):
    known = services.person_open(actor=SYSTEM, phone=PHONE)
    came = services.person_sign_up(actor=VISITOR, phone=PHONE, texts={"notice": "notice/1"})
    assert came.party_id == known.party_id


# ---- tickets


@pytest.fixture
def app(db, fixed_clock):
    """A provider whose app may open sessions, and a person linked under `ann`."""
    provider = services.organisation_open(
        actor=SYSTEM, code="app", kind="provider", title="城市应用"
    ).party_id
    person = services.person_open(actor=SYSTEM, phone=PHONE).party_id
    services.links_bind_many(
        actor=SYSTEM, provider_id=provider, subjects=["ann"], person_ids=[person]
    )
    services.sign_in_allow(actor=SYSTEM, organisation_id=provider, allowed=True)
    return provider, person


def ticket(provider, subject="ann"):
    return services.ticket_issue(
        actor=actors.provider(provider), provider_id=provider, subject=subject
    ).ticket


def test_a_ticket_opens_once(app):
    provider, person = app
    made = ticket(provider)
    assert made not in Ticket.objects.get().ticket_mac
    assert services.ticket_use(actor=VISITOR, ticket=made) == person
    with pytest.raises(errors.WrongTicket):
        services.ticket_use(actor=VISITOR, ticket=made)


def test_a_ticket_lives_a_minute(app, fixed_clock):
    made = ticket(app[0])
    fixed_clock.set(fixed_clock() + timedelta(seconds=60))
    with pytest.raises(errors.WrongTicket):
        services.ticket_use(actor=VISITOR, ticket=made)


def test_tickets_need_leave_and_a_link(app):
    provider, _ = app
    with pytest.raises(errors.NoLink):
        ticket(provider, "nobody")
    services.sign_in_allow(actor=SYSTEM, organisation_id=provider, allowed=False)
    with pytest.raises(errors.SignInNotAllowed):
        ticket(provider)


def test_a_ticket_opens_one_session_of_many_at_once(committed, fixed_clock):
    provider = services.organisation_open(
        actor=SYSTEM, code="app", kind="provider", title="城市应用"
    ).party_id
    person = services.person_open(actor=SYSTEM, phone=PHONE).party_id
    services.links_bind_many(
        actor=SYSTEM, provider_id=provider, subjects=["ann"], person_ids=[person]
    )
    services.sign_in_allow(actor=SYSTEM, organisation_id=provider, allowed=True)
    made = ticket(provider)

    def use(_):
        try:
            services.ticket_use(actor=VISITOR, ticket=made)
        except errors.WrongTicket:
            return 0
        finally:
            connection.close()
        return 1

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(use, range(6))) == 1


# ---- children


@pytest.fixture
def guardian(db, fixed_clock):
    person = services.person_sign_up(actor=VISITOR, phone=PHONE, texts={"notice": "notice/1"})
    return actors.person(person.party_id)


def child(guardian, born, texts=None):
    return services.child_open(
        actor=guardian,
        nickname="小禾苗",
        born_on=born,
        texts={"child": "child/1"} if texts is None else texts,
    )


def test_a_guardian_opens_a_child(guardian):
    opened = child(guardian, date(2016, 2, 29))
    row = Person.objects.get(pk=opened.party_id)
    assert row.child_until == date(2030, 3, 1)
    assert row.guardian_id == guardian.party_id
    assert [one.nickname for one in selectors.children(guardian.party_id)] == ["小禾苗"]
    assert selectors.has_agreed(opened.party_id, "child")


@pytest.mark.parametrize("born", [date(2012, 3, 10), date(2026, 3, 11)])
def test_fourteen_and_unborn_are_no_children(guardian, born):
    with pytest.raises(errors.NotAChild):
        child(guardian, born)


def test_the_day_before_fourteen_is_a_child(guardian, fixed_clock):
    child(guardian, date(2012, 3, 11))
    fixed_clock.set("2026-03-11T00:00:00+08:00")
    assert selectors.children(guardian.party_id) == []


def test_children_need_consent_and_a_grown_up(guardian):
    with pytest.raises(errors.NoticeMissing):
        child(guardian, date(2018, 1, 1), texts={})
    opened = child(guardian, date(2018, 1, 1))
    with pytest.raises(errors.NotAChild):
        child(actors.person(opened.party_id), date(2020, 1, 1))


# ---- identity


def number(seventeen):
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(seventeen, weights, strict=True))
    return seventeen + "10X98765432"[total % 11]


def test_identity_numbers():
    assert born_on("11010519491231002X") == date(1949, 12, 31)  # the standard's own example
    assert born_on("110105194912310021") is None
    assert born_on(number("34010219990230001")) is None
    assert born_on("1101051949123100") is None


def test_identity_is_checked_and_sealed(guardian, fixed_clock):
    good = number("34010219900101001")
    with pytest.raises(errors.IdentityMismatch):
        services.identity_check(actor=guardian, name="不符", number=good)
    services.identity_check(actor=guardian, name="张三", number=good)
    row = Person.objects.get(pk=guardian.party_id)
    assert row.identity_checked_by == "test"
    assert good not in row.identity_sealed
    other = services.person_sign_up(
        actor=VISITOR, phone="13900001111", texts={"notice": "notice/1"}
    )
    with pytest.raises(errors.IdentityTaken):
        services.identity_check(actor=actors.person(other.party_id), name="张三", number=good)


def test_the_test_checker_is_not_for_production(guardian, settings):
    settings.PRODUCTION = True
    with pytest.raises(errors.IdentityUnavailable):
        services.identity_check(actor=guardian, name="张三", number=number("34010219900101001"))
