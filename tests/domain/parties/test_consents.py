"""Links and consents: the masks that ingestion reads are always what the consents say."""

import threading

import pytest
from django.db import connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import FixedClock
from tests.factories.database import rows, value
from tests.factories.parallel import at_once
from tests.factories.town import SYSTEM, people_open

from tanpuhui.domain.parties import counts, errors, selectors, services
from tanpuhui.domain.parties.services import consent_withdraw, consents_grant_many, links_bind_many
from tanpuhui.kernel import actors, sqlfiles
from tanpuhui.kernel.errors import NotPermitted

TEXT = "quantify-general/1"


@pytest.fixture
def city(db: None, example_city: object, fixed_clock: FixedClock) -> None:
    """A database of the fictional city."""


def provider_open(code: str = "metro") -> int:
    return services.organisation_open(
        actor=SYSTEM, code=code, kind="provider", title="地铁", scenario_mask=2
    ).party_id


def bind(provider: int, subjects: list[str], people: list[int]) -> None:
    links_bind_many(actor=SYSTEM, provider_id=provider, subjects=subjects, person_ids=people)


def grant(provider: int, people: list[int], numbers: list[int], purpose: str = "quantify") -> None:
    consents_grant_many(
        actor=SYSTEM,
        provider_id=provider,
        person_ids=people,
        scenario_nos=numbers,
        text_version=TEXT,
        purpose=purpose,
    )


def withdraw(provider: int, person: int, numbers: list[int], purpose: str = "quantify") -> None:
    consent_withdraw(
        actor=actors.person(person),
        provider_id=provider,
        person_id=person,
        scenario_nos=numbers,
        purpose=purpose,
    )


def masks() -> dict[tuple[int, str], int]:
    return {
        (provider, subject): mask
        for provider, subject, mask in rows(
            "select provider_id, subject, scenario_mask from parties_subjectlink"
        )
    }


def bits(*numbers: int) -> int:
    return sum(1 << number for number in set(numbers))


# -- links


def test_binding_twice_changes_nothing(city: None) -> None:
    provider, people = provider_open(), people_open(2)
    bind(provider, ["a", "b"], people)
    grant(provider, people, [1])
    before = rows("select * from parties_subjectlink order by id")
    bind(provider, ["a", "b"], people)
    bind(provider, ["a", "a"], [people[0], people[0]])
    assert rows("select * from parties_subjectlink order by id") == before


@pytest.mark.parametrize("swap", [["a"], ["c", "a"], ["a", "b"]])
def test_a_subject_of_somebody_else_is_taken_and_nothing_is_bound(
    city: None, swap: list[str]
) -> None:
    provider, people = provider_open(), people_open(3)
    bind(provider, ["a", "b"], people[:2])
    audits = value("select count(*) from kernel_audit where tag = 'parties:link:bind'")
    with pytest.raises(errors.SubjectTaken) as caught:
        bind(provider, swap, [people[2]] * len(swap))
    assert (caught.value.code, caught.value.status) == ("parties.subject_taken", 409)
    assert {subject: selectors.subject_person(provider, subject) for subject in "abc"} == {
        "a": people[0],
        "b": people[1],
        "c": None,
    }
    assert value("select count(*) from kernel_audit where tag = 'parties:link:bind'") == audits


def test_one_subject_for_two_people_in_one_call_is_taken(city: None) -> None:
    provider, people = provider_open(), people_open(2)
    with pytest.raises(errors.SubjectTaken):
        bind(provider, ["a", "a"], people)
    assert masks() == {}


def test_the_same_subject_of_two_providers_is_two_people(city: None) -> None:
    first, second = provider_open(), provider_open("bikes")
    people = people_open(2)
    bind(first, ["a"], people[:1])
    bind(second, ["a"], people[1:])
    assert [selectors.subject_person(p, "a") for p in (first, second)] == people


def test_a_second_card_of_the_same_person_has_the_same_consents(city: None) -> None:
    provider, (person,) = provider_open(), people_open(1)
    bind(provider, ["card-1"], [person])
    grant(provider, [person], [1, 3])
    bind(provider, ["card-2"], [person])
    assert masks() == {(provider, "card-1"): bits(1, 3), (provider, "card-2"): bits(1, 3)}


def test_consent_may_come_before_the_link(city: None) -> None:
    provider, (person,) = provider_open(), people_open(1)
    grant(provider, [person], [2])
    bind(provider, ["a"], [person])
    assert masks() == {(provider, "a"): bits(2)}


def test_a_citizen_binds_only_to_themself(city: None) -> None:
    provider, people = provider_open(), people_open(2)
    services.link_bind_self(actor=actors.person(people[0]), provider_id=provider, subject="a")
    assert selectors.subject_person(provider, "a") == people[0]
    with pytest.raises(errors.SubjectTaken):
        services.link_bind_self(actor=actors.person(people[1]), provider_id=provider, subject="a")
    for actor in (actors.provider(provider), SYSTEM):
        with pytest.raises(NotPermitted):
            services.link_bind_self(actor=actor, provider_id=provider, subject="b")
    assert selectors.subject_person(provider, "b") is None


# -- consents


def test_a_consent_is_kept_when_withdrawn_and_given_anew(
    city: None, fixed_clock: FixedClock
) -> None:
    provider, (person,) = provider_open(), people_open(1)
    bind(provider, ["a"], [person])
    grant(provider, [person], [1, 2])
    fixed_clock.set("2026-03-11T00:00:00+08:00")
    withdraw(provider, person, [1])
    fixed_clock.set("2026-03-12T00:00:00+08:00")
    grant(provider, [person], [1])
    grant(provider, [person], [1])
    found = [
        (c.scenario_no, c.granted_at.day, c.withdrawn_at and c.withdrawn_at.day, c.text_version)
        for c in selectors.consents(person)
    ]
    assert found == [(1, 11, None, TEXT), (1, 10, 10, TEXT), (2, 10, None, TEXT)]
    assert selectors.scenarios_open(person) == {1, 2}
    assert masks() == {(provider, "a"): bits(1, 2)}


def test_withdrawing_what_was_never_given_changes_nothing(city: None) -> None:
    provider, people = provider_open(), people_open(2)
    bind(provider, ["a", "b"], people)
    grant(provider, people, [1])
    withdraw(provider, people[0], [2, 3])
    assert masks() == {(provider, "a"): bits(1), (provider, "b"): bits(1)}


def test_other_purposes_open_nothing(city: None) -> None:
    provider, (person,) = provider_open(), people_open(1)
    bind(provider, ["a"], [person])
    grant(provider, [person], [1], purpose="points")
    assert masks() == {(provider, "a"): 0}
    assert selectors.scenarios_open(person) == frozenset()
    grant(provider, [person], [1])
    withdraw(provider, person, [1], purpose="points")
    assert masks() == {(provider, "a"): bits(1)}


def test_the_highest_scenario_number_has_a_bit(city: None) -> None:
    provider, (person,) = provider_open(), people_open(1)
    bind(provider, ["a"], [person])
    grant(provider, [person], [62])
    assert masks() == {(provider, "a"): 1 << 62}


def test_nobody_consents_for_somebody_else(city: None) -> None:
    provider, people = provider_open(), people_open(2)
    bind(provider, ["a", "b"], people)
    other = provider_open("bikes")
    for actor in (actors.person(people[1]), actors.provider(other)):
        with pytest.raises(NotPermitted):
            consents_grant_many(
                actor=actor,
                provider_id=provider,
                person_ids=[people[0]],
                scenario_nos=[1],
                text_version=TEXT,
            )
        with pytest.raises(NotPermitted):
            consent_withdraw(
                actor=actor, provider_id=provider, person_id=people[0], scenario_nos=[1]
            )
    with pytest.raises(NotPermitted):
        consents_grant_many(
            actor=actors.person(people[0]),
            provider_id=provider,
            person_ids=people,
            scenario_nos=[1],
            text_version=TEXT,
        )
    assert set(masks().values()) == {0}


steps = st.lists(
    st.tuples(
        st.sampled_from(["grant", "withdraw", "bind"]),
        st.integers(0, 1),
        st.integers(0, 2),
        st.lists(st.sampled_from([1, 2, 5, 62]), min_size=1, max_size=3),
        st.sampled_from(["quantify", "points"]),
    ),
    max_size=12,
)


@given(steps)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_masks_are_the_consents_after_any_sequence(city: None, plan: list) -> None:
    with transaction.atomic():
        providers = [provider_open(), provider_open("bikes")]
        people = people_open(3)
        active: set[tuple[int, int, int]] = set()
        links: dict[tuple[int, str], tuple[int, int]] = {}
        for verb, p, n, numbers, purpose in plan:
            if verb == "bind":
                subject = f"s{n}-{len(links)}"
                bind(providers[p], [subject], [people[n]])
                links[providers[p], subject] = (p, n)
            elif verb == "grant":
                grant(providers[p], [people[n]], numbers, purpose)
                active |= {(p, n, no) for no in numbers if purpose == "quantify"}
            else:
                withdraw(providers[p], people[n], numbers, purpose)
                active -= {(p, n, no) for no in numbers if purpose == "quantify"}
            assert masks() == {
                key: bits(*(no for q, m, no in active if (q, m) == owner))
                for key, owner in links.items()
            }
        for n, person in enumerate(people):
            assert selectors.scenarios_open(person) == {no for _, m, no in active if m == n}
        transaction.set_rollback(True)


def test_changes_at_once_do_not_lose_each_other(
    committed: None, example_city: object, fixed_clock: FixedClock
) -> None:
    provider, (person,) = provider_open(), people_open(1)
    bind(provider, ["a"], [person])
    for _ in range(3):
        grant(provider, [person], [1, 2, 3, 4])

        def step(n: int) -> None:
            if n % 2:
                withdraw(provider, person, [1 + n // 2])
            else:
                grant(provider, [person], [10 + n // 2])
                bind(provider, [f"card-{n}"], [person])

        at_once(8, step)
        active = bits(*selectors.scenarios_open(person))
        assert active == bits(10, 11, 12, 13)
        assert set(masks().values()) == {active}


def test_a_withdrawal_during_a_grant_sees_it(
    committed: None, example_city: object, fixed_clock: FixedClock
) -> None:
    provider, (person,) = provider_open(), people_open(1)
    bind(provider, ["a"], [person])
    grant(provider, [person], [1])

    def withdraw_there() -> None:
        try:
            withdraw(provider, person, [1])
        finally:
            connections.close_all()

    beside = threading.Thread(target=withdraw_there)
    with transaction.atomic():
        grant(provider, [person], [2])
        beside.start()
        beside.join(timeout=0.5)
        assert beside.is_alive(), "it waits for the grant"
    beside.join()
    assert masks() == {(provider, "a"): bits(2)}


def test_a_providers_consents_are_found_without_reading_all(city: None) -> None:
    months = sqlfiles.query(counts.__file__, "consent_months")
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")  # a table of a test is too small
        cursor.execute(f"explain {months}", {"provider_id": 1, "zone": "Asia/Shanghai"})
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "parties_consent_provider" in plan


def test_points_and_new_links_at_once_agree_in_the_end(
    committed: None, example_city: object, fixed_clock: FixedClock
) -> None:
    """The word for points reaches every link, also one that is made at the same moment."""
    providers = [provider_open(), provider_open("bikes")]
    people = people_open(2)
    for turn in range(4):

        def step(n: int, turn: int = turn) -> None:
            person = people[n % 2]
            if n < 4:
                bind(providers[n // 2], [f"s{turn}-{n}"], [person])
            elif n < 6:
                grant(0, [person], [0], "points")
            else:
                withdraw(0, person, [0], "points")

        at_once(8, step)
        takers = selectors.agreed(people, "points")
        links = rows("select person_id, scenario_mask from parties_subjectlink")
        assert {(person, mask) for person, mask in links} <= {
            (person, int(person in takers)) for person in people
        }
        assert len(links) == 4 * (turn + 1)
