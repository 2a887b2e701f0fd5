"""Reads for those who help people and look after logins; identity stays masked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from tanpuhui.domain.parties.models import Consent, Person, StaffMember, SubjectLink
from tanpuhui.kernel import crypto

MASK = "*"
PHONE_DIGITS = 11


@dataclass(frozen=True)
class PersonMasked:
    """A person as a helper sees them; empty where nothing is held."""

    party_id: int
    public_id: str
    nickname: str
    region: str
    phone_masked: str
    name_masked: str
    identity_masked: str
    opened_at: datetime
    is_identity_checked: bool
    is_child: bool
    providers: int
    consents: int


def login_names(labels: Iterable[str], *, with_organisation: bool = False) -> dict[str, str]:
    """Audit label → what to call it: the user name, or the label itself."""
    labels = set(labels)
    wanted = {part for label in labels for part in label.split("+")}
    numbers = {
        int(part.removeprefix("login:"))
        for part in wanted
        if part.startswith("login:") and part.removeprefix("login:").isdecimal()
    }
    rows = StaffMember.objects.select_related("user", "organisation").filter(user_id__in=numbers)
    known = {
        f"login:{row.user_id}": f"{row.user.get_username()} · {row.organisation.title}"
        if with_organisation
        else row.user.get_username()
        for row in rows
    }
    known["system"] = "系统"
    return {label: " 与 ".join(known.get(p, p) for p in label.split("+")) for label in labels}


def login_label(username: str) -> str:
    """The audit label of a user name; empty where nobody is called so."""
    row = StaffMember.objects.filter(user__username=username).first()
    return f"login:{row.user_id}" if row else ""


def person_found(text: str) -> str | None:
    """The public id of the person with this public id or whole phone number, or None."""
    said = text.strip()
    if said.isdecimal() and len(said) == PHONE_DIGITS:
        rows = Person.objects.filter(
            phone_index=crypto.blind_index(said, context="parties.person.phone")
        )
    else:
        rows = Person.objects.filter(public_id=said.lower())
    return rows.values_list("public_id", flat=True).first()


def person_masked(public_id: str, today: date) -> PersonMasked | None:
    """A person with masked phone, name and identity number, or None."""
    row = Person.objects.select_related("party").filter(public_id=public_id).first()
    if row is None:
        return None
    return PersonMasked(
        party_id=row.pk,
        public_id=row.public_id,
        nickname=row.nickname,
        region=row.region,
        phone_masked=masked(_plain(row.phone_sealed, "phone"), 3, 4),
        name_masked=masked(_plain(row.name_sealed, "name"), 1, 0),
        identity_masked=masked(_plain(row.identity_sealed, "identity"), 3, 2),
        opened_at=row.party.opened_at,
        is_identity_checked=row.identity_checked_at is not None,
        is_child=row.child_until is not None and row.child_until > today,
        providers=SubjectLink.objects.filter(person_id=row.pk).count(),
        consents=Consent.objects.filter(person_id=row.pk, withdrawn_at=None).count(),
    )


def masked(text: str, head: int, tail: int) -> str:
    """The first and last characters with stars between; short texts keep less."""
    if len(text) <= head + tail:
        return text[:1] + MASK * (len(text) - 1)
    return text[:head] + MASK * (len(text) - head - tail) + (text[-tail:] if tail else "")


def _plain(sealed: str, field: str) -> str:
    return crypto.decrypt(sealed, context=f"parties.person.{field}") if sealed else ""
