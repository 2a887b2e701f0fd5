"""Opening people."""

import secrets
from collections.abc import Sequence

from django.db import IntegrityError, connection, transaction

from tanpuhui.domain.parties import errors
from tanpuhui.domain.parties.data import PersonView
from tanpuhui.domain.parties.models import Party, Person
from tanpuhui.kernel import audit, clock, crypto, sqlfiles
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.permissions import permit

PHONE_CONTEXT = "parties.person.phone"
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
