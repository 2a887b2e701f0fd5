"""What a person may do with their own data: copy it, correct it, withdraw every consent."""

from django.db import IntegrityError, transaction

from tanpuhui.domain.parties import errors, selectors
from tanpuhui.domain.parties.data import LinkView, OwnData
from tanpuhui.domain.parties.models import Consent, ExternalLogin, Organisation, Person, SubjectLink
from tanpuhui.domain.parties.services.consents import consent_withdraw
from tanpuhui.domain.parties.services.people import PHONE_CONTEXT
from tanpuhui.kernel import audit, crypto
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.permissions import permit

NICKNAME_MAX = 20


def person_export(*, actor: Actor) -> OwnData:
    """Everything that parties holds of the acting person, in plain text; the copy is audited.

    The identity number stays masked, so that a session left open gives no full number away.
    """
    permit(actor, "parties.own_data", party_id=actor.party_id)
    assert actor.party_id is not None
    row = Person.objects.select_related("party").get(pk=actor.party_id)
    titles = dict(Organisation.objects.values_list("pk", "title"))
    links = SubjectLink.objects.filter(person_id=row.pk).order_by("linked_at", "pk")
    identity = _plain(row.identity_sealed, "identity")
    with transaction.atomic():
        audit.record(actor, "parties:person:export", f"person:{row.pk}")
    return OwnData(
        public_id=row.public_id,
        nickname=row.nickname,
        region=row.region,
        phone=_plain(row.phone_sealed, "phone"),
        name=_plain(row.name_sealed, "name"),
        identity_masked=identity_masked(identity),
        opened_at=row.party.opened_at,
        identity_checked_at=row.identity_checked_at,
        links=tuple(
            LinkView(one.provider_id, titles.get(one.provider_id, ""), one.subject, one.linked_at)
            for one in links
        ),
        city_apps=tuple(ExternalLogin.objects.filter(person=row).values_list("service", flat=True)),
        consents=tuple(selectors.consents(row.pk)),
    )


def person_correct(*, actor: Actor, nickname: str, region: str) -> None:
    """Change the acting person's nickname and district; empty takes them away.

    Raises:
        DetailsRefused: the nickname is too long.
    """
    permit(actor, "parties.own_data", party_id=actor.party_id)
    said = nickname.strip()
    if len(said) > NICKNAME_MAX:
        raise errors.DetailsRefused("昵称最多 {most} 个字，请改短一些。", most=NICKNAME_MAX)
    with transaction.atomic():
        Person.objects.filter(pk=actor.party_id).update(nickname=said, region=region)
        audit.record(
            actor, "parties:person:correct", f"person:{actor.party_id}", after={"region": region}
        )


def phone_change(*, actor: Actor, phone: str) -> None:
    """Put a phone that was just proven in the place of the old one.

    Raises:
        PhoneTaken: it has an account of its own.
    """
    permit(actor, "parties.own_data", party_id=actor.party_id)
    try:
        with transaction.atomic():
            Person.objects.filter(pk=actor.party_id).update(
                phone_sealed=crypto.encrypt(phone, context=PHONE_CONTEXT),
                phone_index=crypto.blind_index(phone, context=PHONE_CONTEXT),
            )
            audit.record(actor, "parties:person:phone", f"person:{actor.party_id}")
    except IntegrityError as error:
        message = "这个手机号已有碳账户，不能再绑定。请换一个号码，或联系客服。"
        raise errors.PhoneTaken(message) from error


def consents_withdraw_all(*, actor: Actor, person_id: int) -> int:
    """Withdraw every consent that stands towards a provider; how many there were.

    What was agreed on opening the account (the notice) ends with the account, not here.
    """
    permit(actor, "parties.own_data", party_id=person_id)
    standing: dict[tuple[int, str], list[int]] = {}
    rows = Consent.objects.filter(person_id=person_id, withdrawn_at=None, provider_id__gt=0)
    for row in rows.order_by("provider_id", "purpose", "scenario_no"):
        standing.setdefault((row.provider_id, row.purpose), []).append(row.scenario_no)
    with transaction.atomic():
        for (provider_id, purpose), scenario_nos in standing.items():
            consent_withdraw(
                actor=actor,
                provider_id=provider_id,
                person_id=person_id,
                scenario_nos=scenario_nos,
                purpose=purpose,
            )
    return sum(len(scenario_nos) for scenario_nos in standing.values())


def identity_masked(number: str) -> str:
    """First six and last two characters; the birthday does not show."""
    return f"{number[:6]}{'*' * 10}{number[-2:]}" if number else ""


def _plain(sealed: str, field: str) -> str:
    return crypto.decrypt(sealed, context=f"parties.person.{field}") if sealed else ""
