"""Reads of parties; identity never leaves this context unmasked."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import polars as pl
import pyarrow as pa
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from tanpuhui.domain.parties import errors
from tanpuhui.domain.parties.data import (
    PLATFORM,
    ChildView,
    ConsentView,
    HeldView,
    KeyView,
    MemberView,
    OrganisationView,
    PersonView,
    ProviderKeyView,
    StaffView,
)
from tanpuhui.domain.parties.models import (
    Consent,
    ExternalLogin,
    Organisation,
    Person,
    ProviderKey,
    StaffMember,
    SubjectLink,
)
from tanpuhui.kernel import clock, crypto, sqlfiles
from tanpuhui.kernel.columns import Columns, fetch_packed, ints, one_row, packed, texts, unpacked

POINTS_BIT = 1  # of a link's mask: no scenario has number 0


def provider_key(key_id: str) -> ProviderKeyView | None:
    """The key with this id, or None where it is unknown or revoked."""
    row = one_row(sqlfiles.query(__file__, "provider_key"), {"key_id": key_id})
    if row is None:
        return None
    provider_id, code, algorithm, sealed, public_key, is_sandbox, expires_at = row
    if expires_at is not None and expires_at <= clock.now():
        return None
    return ProviderKeyView(
        provider_id=provider_id,
        provider_code=code,
        key_id=key_id,
        algorithm=algorithm,
        secret=crypto.decrypt(sealed, context="parties.providerkey").encode() if sealed else b"",
        public_key=public_key,
        is_sandbox=is_sandbox,
    )


def provider_keys(provider_id: int) -> list[KeyView]:
    """A provider's keys, those that sign first, then the newest; never a secret."""
    rows = ProviderKey.objects.filter(organisation_id=provider_id).order_by("-created_at", "-id")
    found = [_key(row) for row in rows]
    return sorted(found, key=lambda one: one.state in {"ended", "revoked"})


def _key(row: ProviderKey) -> KeyView:
    if row.revoked_at:
        state = "revoked"
    elif row.expires_at:
        state = "ending" if row.expires_at > clock.now() else "ended"
    else:
        state = "active"
    return KeyView(
        key_id=row.key_id,
        algorithm=row.algorithm,
        label=row.label,
        is_sandbox=row.is_sandbox,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        public_key=row.public_key,
        state=state,
    )


def organisation(code: str) -> OrganisationView:
    """The organisation with this code.

    Raises:
        UnknownOrganisation: there is none.
    """
    row = Organisation.objects.filter(code=code).first()
    if row is None:
        message = "没有代码为 {code} 的机构，请核对代码，或先由运营机构开通。"
        raise errors.UnknownOrganisation(message, code=code)
    return _organisation(row)


def organisation_by_id(party_id: int) -> OrganisationView:
    """The organisation with this party id."""
    return _organisation(Organisation.objects.get(pk=party_id))


def organisations(kind: str | None = None) -> list[OrganisationView]:
    """All organisations, or those of one kind, by code."""
    rows = Organisation.objects.order_by("code")
    return [_organisation(row) for row in (rows.filter(kind=kind) if kind else rows)]


def person(party_id: int) -> PersonView | None:
    """The person with this party id."""
    row = Person.objects.filter(pk=party_id).first()
    return _person(row) if row else None


def person_by_phone(phone: str) -> PersonView | None:
    """The person who opened an account with this phone."""
    index = crypto.blind_index(phone, context="parties.person.phone")
    row = Person.objects.filter(phone_index=index).first()
    return _person(row) if row else None


def person_by_identity(identity: str) -> PersonView | None:
    """The person with this identity number."""
    index = crypto.blind_index(identity, context="parties.person.identity")
    row = Person.objects.filter(identity_index=index).first()
    return _person(row) if row else None


def person_by_public_id(public_id: str) -> PersonView | None:
    """The person with this pseudonym."""
    row = Person.objects.filter(public_id=public_id).first()
    return _person(row) if row else None


def phone_of(person_id: int) -> str:
    """A person's phone in plain text, for sending to it and for showing it to its owner; or ``."""
    sealed = Person.objects.filter(pk=person_id).values_list("phone_sealed", flat=True).first()
    return crypto.decrypt(sealed, context="parties.person.phone") if sealed else ""


def standing(person_id: int) -> frozenset[int] | None:
    """Numbers of the scenarios open for a person, in one query; None once the account is closed."""
    mine = Consent.objects.filter(
        person_id=OuterRef("pk"), purpose="quantify", withdrawn_at=None
    ).values("scenario_no")
    row = (
        Person.objects.filter(pk=person_id, closed_at=None)
        .annotate(open_nos=ArraySubquery(mine))
        .values_list("open_nos", flat=True)
        .first()
    )
    return None if row is None else frozenset(row)


def subjects_of(person_id: int) -> list[tuple[int, str]]:
    """(provider id, the provider's pseudonym) of all links of a person."""
    rows = SubjectLink.objects.filter(person_id=person_id)
    return list(rows.values_list("provider_id", "subject"))


def held(person_id: int) -> HeldView:
    """What is held of a person, masked."""
    row = Person.objects.select_related("party").get(pk=person_id)
    name = _opened(row.name_sealed, "name")
    identity = _opened(row.identity_sealed, "identity")
    return HeldView(
        nickname=row.nickname,
        region=row.region,
        phone_masked=_phone_masked(_opened(row.phone_sealed, "phone")),
        name_masked=name[:1] + "*" * (len(name) - 1),
        identity_masked=f"{identity[:6]}{'*' * 10}{identity[-2:]}" if identity else "",
        links=SubjectLink.objects.filter(person_id=person_id).count(),
        city_apps=ExternalLogin.objects.filter(person_id=person_id).count(),
        opened_at=row.party.opened_at,
    )


def people(limit: int, *, with_phone: bool = False) -> list[PersonView]:
    """The first people by party id, for the demo's list of logins."""
    rows = Person.objects.order_by("pk")
    if with_phone:
        rows = rows.exclude(phone_index=None)
    return [_person(row) for row in rows[:limit]]


def agreed(person_ids: Iterable[int], purpose: str) -> frozenset[int]:
    """Those whose word for a purpose of the platform itself stands now.

    Args:
        person_ids: whom to ask.
        purpose: `notice`, `points`, or `issue`: may reductions be pooled and issued.
    """
    rows = Consent.objects.filter(
        person_id__in=list(person_ids), provider_id=PLATFORM, purpose=purpose, withdrawn_at=None
    )
    return frozenset(rows.values_list("person_id", flat=True))


def has_agreed(person_id: int, purpose: str) -> bool:
    """Whether one person's word for a purpose of the platform itself stands."""
    return bool(agreed([person_id], purpose))


def person_by_external(service: str, subject_index: str) -> int | None:
    """The person behind a city app's number, or None."""
    return (
        ExternalLogin.objects.filter(service=service, subject_index=subject_index)
        .values_list("person_id", flat=True)
        .first()
    )


def children(guardian_id: int, *, is_grown: bool = False) -> list[ChildView]:
    """The accounts that a guardian opened, of children under 14, or of those who are 14 by now."""
    rows = Person.objects.filter(guardian_id=guardian_id)
    today = clock.today()
    rows = rows.filter(child_until__lte=today) if is_grown else rows.filter(child_until__gt=today)
    return [
        ChildView(row.pk, row.public_id, row.nickname, row.child_until)
        for row in rows.order_by("nickname", "pk")
        if row.child_until is not None
    ]


def subject_person(provider_id: int, subject: str) -> int | None:
    """The person behind a provider's subject, or None."""
    return (
        SubjectLink.objects.filter(provider_id=provider_id, subject=subject)
        .values_list("person_id", flat=True)
        .first()
    )


def provider_mask(cursor: Any, provider_id: int) -> int:
    """Bit n: this provider may send records of the scenario with number n; 0 for nobody."""
    cursor.execute(
        "select scenario_mask from parties_organisation where party_id = %s", (provider_id,)
    )
    row = cursor.fetchone()
    return row[0] if row else 0


def links_find(cursor: Any, provider_id: int, subjects: pa.StringArray) -> Columns:
    """The people behind a provider's subjects, with the scenarios that they consent to.

    Args:
        cursor: plain cursor of the caller's transaction, which holds the provider's lock, so
            that a withdrawal is wholly before or wholly after it.
        provider_id: the provider.
        subjects: pseudonyms, none with control characters.

    Returns:
        position (in `subjects`), person_id, mask (bit n: active consent to scenario n),
        takes_points, of one length; unknown subjects are absent.
    """
    cursor.execute(
        sqlfiles.query(__file__, "links_find").replace(
            "{packed}", packed("given.position - 1", "link.person_id", "link.scenario_mask")
        ),
        {"provider_id": provider_id, "subjects": texts(subjects)},
    )
    found = unpacked(cursor, ["position", "person_id", "mask"])
    found["takes_points"] = (found["mask"] & POINTS_BIT) != 0
    found["mask"] &= ~POINTS_BIT
    return found


def members(
    provider_id: int,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    offset: int = 0,
    limit: int = 20,
) -> tuple[int, list[MemberView]]:
    """How many people a provider has linked in a window, and a page of them by time, masked."""
    rows = SubjectLink.objects.filter(provider_id=provider_id)
    if since is not None:
        rows = rows.filter(linked_at__gte=since)
    if until is not None:
        rows = rows.filter(linked_at__lt=until)
    page = list(rows.order_by("linked_at", "pk")[offset : offset + limit])
    people = Person.objects.in_bulk([row.person_id for row in page])
    return rows.count(), [_member(row, people.get(row.person_id)) for row in page]


def member(provider_id: int, person_id: int) -> MemberView | None:
    """One person that a provider has linked, masked; the first link where there are several."""
    row = SubjectLink.objects.filter(provider_id=provider_id, person_id=person_id)
    link = row.order_by("linked_at", "pk").first()
    return _member(link, Person.objects.filter(pk=person_id).first()) if link else None


def consents(person_id: int) -> list[ConsentView]:
    """Every consent that a person gave, newest first, withdrawn ones included."""
    titles = dict(Organisation.objects.values_list("pk", "title"))
    return [
        ConsentView(
            provider_id=row.provider_id,
            provider_title=titles.get(row.provider_id, ""),
            scenario_no=row.scenario_no,
            purpose=row.purpose,
            text_version=row.text_version,
            granted_at=row.granted_at,
            withdrawn_at=row.withdrawn_at,
        )
        for row in Consent.objects.filter(person_id=person_id).order_by(
            "-granted_at", "scenario_no"
        )
    ]


def scenarios_open(person_id: int) -> frozenset[int]:
    """Numbers of the scenarios that at least one provider may send for a person; one query."""
    return standing(person_id) or frozenset()


def staff(user: AbstractBaseUser) -> StaffView | None:
    """The organisation and role of a login, or None for a login without one."""
    row = (
        StaffMember.objects.select_related("organisation", "user")
        .filter(user_id=user.pk, deactivated_at=None)
        .first()
    )
    return staff_view(row) if row else None


def regions_of(cursor: Any, person_ids: pl.Series, codes: Sequence[str]) -> pl.DataFrame:
    """Where people live: person_id and the place of their district in `codes` from 1, 0 for none.

    Holders that are not people are absent.
    """
    chosen = packed(
        "person.party_id", "coalesce(array_position(%(codes)s::text[], person.region), 0)"
    )
    cursor.execute(
        sqlfiles.query(__file__, "regions_of").replace("{packed}", chosen),
        {"ids": ints(person_ids), "codes": list(codes)},
    )
    return fetch_packed(cursor, ["person_id", "region_no"])


def staff_view(row: StaffMember) -> StaffView:
    """A login with its organisation, as everybody else sees it."""
    return StaffView(
        organisation=_organisation(row.organisation),
        role=row.role,
        user_id=row.user_id,
        username=row.user.get_username(),
        added_at=row.added_at,
        deactivated_at=row.deactivated_at,
    )


def _organisation(row: Organisation) -> OrganisationView:
    return OrganisationView(row.pk, row.code, row.kind, row.title, row.scenario_mask)


def _person(row: Person) -> PersonView:
    return PersonView(row.pk, row.public_id, row.nickname, row.region)


def _member(link: SubjectLink, person: Person | None) -> MemberView:
    name = _opened(person.name_sealed, "name") if person else ""
    phone = _opened(person.phone_sealed, "phone") if person else ""
    return MemberView(
        person_id=link.person_id,
        subject=link.subject,
        name_masked=name[:1] + "*" * (len(name) - 1),
        phone_masked=_phone_masked(phone),
        linked_at=link.linked_at,
    )


def _opened(sealed: str, field: str) -> str:
    return crypto.decrypt(sealed, context=f"parties.person.{field}") if sealed else ""


def _phone_masked(phone: str) -> str:
    is_mobile = len(phone) == 11  # noqa: PLR2004 - a Chinese mobile number
    return f"{phone[:3]}****{phone[-4:]}" if is_mobile else "*" * len(phone)
