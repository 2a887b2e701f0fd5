"""Binding providers' subjects to people; giving and withdrawing consent."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from tanpuhui.domain.parties import errors
from tanpuhui.domain.parties.data import PLATFORM
from tanpuhui.kernel import audit, clock, sqlfiles
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.locking import Space, lock
from tanpuhui.kernel.permissions import permit


def links_bind_many(
    *, actor: Actor, provider_id: int, subjects: Sequence[str], person_ids: Sequence[int]
) -> None:
    """Bind a provider's subjects to people; binding the same pair again changes nothing.

    Raises:
        SubjectTaken: a subject already belongs to somebody else; nothing is bound.
    """
    permit(actor, "parties.link", party_id=provider_id)
    _bind(actor, provider_id, subjects, person_ids)


def link_bind_self(*, actor: Actor, provider_id: int, subject: str) -> None:
    """A citizen binds the pseudonym that a provider knows them by.

    Raises:
        SubjectTaken: the pseudonym already belongs to somebody else.
    """
    permit(actor, "parties.link_self", party_id=actor.party_id)
    assert actor.party_id is not None
    _bind(actor, provider_id, [subject], [actor.party_id])


def _bind(
    actor: Actor, provider_id: int, subjects: Sequence[str], person_ids: Sequence[int]
) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        # A decision about the platform reaches all links of a person: it waits for new ones.
        cursor.execute(
            "select 1 from parties_person where party_id = any(%s) order by party_id for key share",
            [list(person_ids)],
        )
        lock(cursor, Space.PROVIDER, provider_id)
        mask = _mask("given", "%(provider_id)s")
        cursor.execute(
            sqlfiles.query(__file__, "links_bind").replace("{mask}", mask),
            {
                "provider_id": provider_id,
                "subjects": list(subjects),
                "person_ids": list(person_ids),
                "linked_at": clock.now(),
            },
        )
        taken = cursor.fetchone()[0]
        if taken:
            message = "该用户标识已绑定其他碳账户，请核对后重试，或联系客服处理。"
            raise errors.SubjectTaken(message, count=taken)
        audit.record(
            actor, "parties:link:bind", f"provider:{provider_id}", after={"count": len(subjects)}
        )


def consents_grant_many(
    *,
    actor: Actor,
    provider_id: int,
    person_ids: Sequence[int],
    scenario_nos: Sequence[int],
    text_version: str,
    purpose: str = "quantify",
) -> None:
    """Record that each person consents to each scenario of a provider (every pair).

    Provider 0 is the platform, scenario 0 no scenario: there people agree to points and issuance.
    A provider may report consent that it collected itself; the text version says which words.
    """
    permit(
        actor,
        "parties.consent",
        party_id=provider_id if "provider" in actor.roles else _only(person_ids),
    )
    with transaction.atomic(), connection.cursor() as cursor:
        # The masks are sums over consents: two changes at once would each miss the other's.
        turn_take(cursor, provider_id, person_ids)
        cursor.execute(
            sqlfiles.query(__file__, "consents_grant"),
            {
                "provider_id": provider_id,
                "person_ids": list(person_ids),
                "scenario_nos": list(scenario_nos),
                "text_version": text_version,
                "purpose": purpose,
                "now": clock.now(),
            },
        )
        masks_refresh(cursor, provider_id, person_ids)
        audit.record(
            actor,
            "parties:consent:grant",
            f"provider:{provider_id}",
            after={"people": len(person_ids), "scenarios": list(scenario_nos)},
        )


def consent_withdraw(
    *,
    actor: Actor,
    provider_id: int,
    person_id: int,
    scenario_nos: Sequence[int],
    purpose: str = "quantify",
) -> None:
    """Withdraw; what the consent allowed to ingestion stops with this transaction."""
    permit(
        actor, "parties.consent", party_id=provider_id if "provider" in actor.roles else person_id
    )
    with transaction.atomic(), connection.cursor() as cursor:
        # Ingestion holds the same lock: a batch is wholly before the withdrawal or sees it.
        turn_take(cursor, provider_id, [person_id])
        cursor.execute(
            "update parties_consent set withdrawn_at = %(now)s where provider_id = %(provider_id)s"
            " and person_id = %(person_id)s and scenario_no = any(%(scenario_nos)s)"
            " and purpose = %(purpose)s and withdrawn_at is null",
            {
                "now": clock.now(),
                "provider_id": provider_id,
                "person_id": person_id,
                "scenario_nos": list(scenario_nos),
                "purpose": purpose,
            },
        )
        masks_refresh(cursor, provider_id, [person_id])
        audit.record(
            actor,
            "parties:consent:withdraw",
            f"person:{person_id}",
            after={"provider": provider_id, "scenarios": list(scenario_nos)},
        )


def turn_take(cursor: Any, provider_id: int, person_ids: Sequence[int]) -> None:
    """Wait for the batches that may have read what is about to change; the lock goes with the tx.

    For the platform these are the batches of every provider that knows one of the people. People
    come before providers, providers in order: so nobody waits in a circle.
    """
    if provider_id != PLATFORM:
        lock(cursor, Space.PROVIDER, provider_id)
        return
    cursor.execute(
        "select 1 from parties_person where party_id = any(%s) order by party_id for update",
        [list(person_ids)],
    )
    cursor.execute(
        "select distinct provider_id from parties_subjectlink where person_id = any(%s) order by 1",
        [list(person_ids)],
    )
    for (one,) in cursor.fetchall():
        lock(cursor, Space.PROVIDER, one)


def masks_refresh(cursor: Any, provider_id: int, person_ids: Sequence[int]) -> None:
    """Bring the links' masks in line with the active consents, set-wise; 0: of all providers."""
    cursor.execute(
        sqlfiles.query(__file__, "mask_refresh").replace(
            "{mask}", _mask("link", "link.provider_id")
        ),
        {"provider_id": provider_id, "person_ids": list(person_ids)},
    )


def _mask(link: str, provider: str) -> str:
    found = sqlfiles.query(__file__, "mask")
    return found.replace("{link}", link).replace("{provider}", provider)


def _only(person_ids: Sequence[int]) -> int | None:
    return person_ids[0] if len(person_ids) == 1 else None
