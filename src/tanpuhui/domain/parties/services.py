"""Opening parties, binding subjects, giving and withdrawing consent."""

import secrets
from collections.abc import Sequence
from typing import Literal

from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, transaction

from tanpuhui.domain.parties import errors
from tanpuhui.domain.parties.data import OrganisationView, PersonView
from tanpuhui.domain.parties.models import (
    Organisation,
    Party,
    Person,
    ProviderKey,
    StaffMember,
)
from tanpuhui.kernel import audit, clock, crypto, sqlfiles
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.locking import Space, lock
from tanpuhui.kernel.permissions import permit

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u


def public_id() -> str:
    """A pseudonym that says nothing: 16 characters, 80 random bits."""
    return "p" + "".join(secrets.choice(ALPHABET) for _ in range(16))


def person_open(
    *,
    actor: Actor,
    phone: str = "",
    nickname: str = "",
    region: str = "",
    name: str = "",
    identity: str = "",
) -> PersonView:
    """Open a citizen; phone, name and identity number are sealed before they reach the database.

    Raises:
        PhoneTaken: the phone or the identity number already has an account.
    """
    permit(actor, "parties.person_open", party_id=actor.party_id)
    context = "parties.person"
    try:
        with transaction.atomic():
            party = Party.objects.create(kind=Party.Kind.PERSON, opened_at=clock.now())
            person = Person.objects.create(
                party=party,
                public_id=public_id(),
                nickname=nickname,
                region=region,
                phone_sealed=crypto.encrypt(phone, context=f"{context}.phone") if phone else "",
                phone_index=crypto.blind_index(phone, context=f"{context}.phone")
                if phone
                else None,
                name_sealed=crypto.encrypt(name, context=f"{context}.name") if name else "",
                identity_sealed=crypto.encrypt(identity, context=f"{context}.identity")
                if identity
                else "",
                identity_index=crypto.blind_index(identity, context=f"{context}.identity")
                if identity
                else None,
            )
            audit.record(actor, "parties:person:open", f"person:{party.pk}")
    except IntegrityError as error:
        message = "该手机号已开通碳账户，请直接登录；如非本人操作，请联系客服。"
        raise errors.PhoneTaken(message) from error
    return PersonView(party.pk, person.public_id, nickname, region)


def people_open_many(*, actor: Actor, count: int, regions: Sequence[str] = ("",)) -> list[int]:
    """Open `count` pseudonymous people set-wise (migration of an existing scheme, demo, bench).

    Returns:
        Party ids in order; regions are dealt out in turn.
    """
    permit(actor, "parties.person_open", party_id=actor.party_id)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            sqlfiles.query(__file__, "people_open"),
            {
                "opened_at": clock.now(),
                "public_ids": [public_id() for _ in range(count)],
                "regions": [regions[i % len(regions)] for i in range(count)],
            },
        )
        ids = [row[0] for row in cursor.fetchall()]
        audit.record(actor, "parties:person:open_many", "person:*", after={"count": count})
    return sorted(ids)


def organisation_open(
    *, actor: Actor, code: str, kind: str, title: str, scenario_mask: int = 0
) -> OrganisationView:
    """Open an organisation, or bring an existing one with the same code up to date."""
    permit(actor, "parties.organisation_open")
    with transaction.atomic():
        existing = Organisation.objects.select_for_update().filter(code=code).first()
        if existing is None:
            party = Party.objects.create(kind=Party.Kind.ORGANISATION, opened_at=clock.now())
            existing = Organisation(party=party, code=code)
        existing.kind, existing.title, existing.scenario_mask = kind, title, scenario_mask
        existing.save()
        audit.record(
            actor,
            "parties:organisation:open",
            f"organisation:{existing.pk}",
            after={"code": code, "kind": kind, "scenario_mask": scenario_mask},
        )
    return OrganisationView(existing.pk, code, kind, title, scenario_mask)


def provider_key_issue(
    *,
    actor: Actor,
    provider_id: int,
    algorithm: Literal["hmac-sha256", "hmac-sm3", "ed25519", "ant"] = "hmac-sha256",
    public_key: str = "",
    key_id: str = "",
) -> tuple[str, str]:
    """A new signing key: (key id, secret). The secret is shown this once; Ed25519 has none."""
    permit(actor, "parties.key_issue", party_id=provider_id)
    key_id = key_id or "k" + secrets.token_hex(8)
    secret = "" if algorithm == "ed25519" else secrets.token_hex(32)
    with transaction.atomic():
        ProviderKey.objects.create(
            organisation_id=provider_id,
            key_id=key_id,
            algorithm=algorithm,
            secret_sealed=crypto.encrypt(secret, context="parties.providerkey") if secret else "",
            public_key=public_key,
            created_at=clock.now(),
        )
        audit.record(actor, "parties:key:issue", f"key:{key_id}", after={"algorithm": algorithm})
    return key_id, secret


def provider_key_revoke(*, actor: Actor, provider_id: int, key_id: str) -> None:
    """A revoked key signs nothing from this moment."""
    permit(actor, "parties.key_issue", party_id=provider_id)
    with transaction.atomic():
        ProviderKey.objects.filter(organisation_id=provider_id, key_id=key_id).update(
            revoked_at=clock.now()
        )
        audit.record(actor, "parties:key:revoke", f"key:{key_id}")


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
    permit(actor, "parties.link", party_id=actor.party_id)
    assert actor.party_id is not None
    _bind(actor, provider_id, [subject], [actor.party_id])


def _bind(
    actor: Actor, provider_id: int, subjects: Sequence[str], person_ids: Sequence[int]
) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            sqlfiles.query(__file__, "links_bind"),
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

    A provider may report consent that it collected itself; the text version says which words.
    """
    permit(
        actor,
        "parties.consent",
        party_id=provider_id if "provider" in actor.roles else _only(person_ids),
    )
    with transaction.atomic(), connection.cursor() as cursor:
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
        _mask_refresh(cursor, provider_id, person_ids)
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
    """Withdraw; ingestion of these scenarios from this provider stops with this transaction."""
    permit(
        actor, "parties.consent", party_id=provider_id if "provider" in actor.roles else person_id
    )
    with transaction.atomic(), connection.cursor() as cursor:
        # Ingestion holds the same lock: a batch is wholly before the withdrawal or sees it.
        lock(cursor, Space.PROVIDER, provider_id)
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
        _mask_refresh(cursor, provider_id, [person_id])
        audit.record(
            actor,
            "parties:consent:withdraw",
            f"person:{person_id}",
            after={"provider": provider_id, "scenarios": list(scenario_nos)},
        )


def staff_add(
    *, actor: Actor, username: str, password: str, organisation_id: int, role: str
) -> None:
    """A login for an organisation; an existing login gets the new password and role."""
    permit(actor, "parties.staff")
    with transaction.atomic():
        user, _ = get_user_model().objects.get_or_create(username=username)
        user.set_password(password)
        user.save()
        StaffMember.objects.update_or_create(
            user=user, defaults={"organisation_id": organisation_id, "role": role}
        )
        audit.record(actor, "parties:staff:add", f"login:{username}", after={"role": role})


def _mask_refresh(cursor: object, provider_id: int, person_ids: Sequence[int]) -> None:
    """Bring the links' scenario masks in line with the active consents, set-wise."""
    cursor.execute(  # type: ignore[attr-defined]
        sqlfiles.query(__file__, "mask_refresh"),
        {"provider_id": provider_id, "person_ids": list(person_ids)},
    )


def _only(person_ids: Sequence[int]) -> int | None:
    return person_ids[0] if len(person_ids) == 1 else None
