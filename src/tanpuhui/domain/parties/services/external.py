"""Other ways to a person: a city app's sign-in, and tickets of a mini-program."""

import secrets
from datetime import timedelta

from django.db import IntegrityError, connection, transaction

from tanpuhui.domain.parties import errors
from tanpuhui.domain.parties.data import TicketView
from tanpuhui.domain.parties.models import ExternalLogin, Organisation, SubjectLink, Ticket
from tanpuhui.kernel import audit, clock, crypto
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.permissions import permit

TICKET_LIFE_S = 60
TICKET_BYTES = 24


def external_login_link(*, actor: Actor, service: str, subject_index: str, person_id: int) -> None:
    """Remember that a city app's number (hashed) stands for this person.

    Raises:
        SubjectTaken: it stands for somebody else.
    """
    permit(actor, "parties.sign_in")
    try:
        with transaction.atomic():
            ExternalLogin.objects.create(
                service=service,
                subject_index=subject_index,
                person_id=person_id,
                linked_at=clock.now(),
            )
            audit.record(
                actor, "parties:login:link", f"person:{person_id}", after={"service": service}
            )
    except IntegrityError as error:
        taken = ExternalLogin.objects.get(service=service, subject_index=subject_index)
        if taken.person_id != person_id:
            message = "该城市应用账号已绑定另一个碳账户，请换一种方式登录，或联系客服。"
            raise errors.SubjectTaken(message) from error


def subject_index(service: str, subject: str) -> str:
    """The keyed hash under which a city app's number of a person is kept."""
    return crypto.blind_index(f"{service}\x00{subject}", context="parties.externallogin")


def sign_in_allow(*, actor: Actor, organisation_id: int, allowed: bool) -> None:
    """Whether an organisation's app may open sessions of the people whom it has linked."""
    permit(actor, "parties.sign_in_allow")
    with transaction.atomic():
        Organisation.objects.filter(pk=organisation_id).update(may_sign_in=allowed)
        audit.record(
            actor,
            "parties:organisation:sign_in",
            f"organisation:{organisation_id}",
            after={"allowed": allowed},
        )


def ticket_issue(*, actor: Actor, provider_id: int, subject: str) -> TicketView:
    """A ticket to the session of the person behind a provider's subject; 60 seconds, one use.

    Raises:
        SignInNotAllowed: the provider's app may not open sessions.
        NoLink: nobody is linked under this subject.
    """
    permit(actor, "parties.ticket", party_id=provider_id)
    if not Organisation.objects.filter(pk=provider_id, may_sign_in=True).exists():
        message = "贵单位的应用还不能代用户进入碳账户。如有需要，请向平台运营机构申请开通。"
        raise errors.SignInNotAllowed(message)
    person_id = (
        SubjectLink.objects.filter(provider_id=provider_id, subject=subject)
        .values_list("person_id", flat=True)
        .first()
    )
    if person_id is None:
        message = "该用户尚未绑定碳账户。请引导用户用手机号登录并绑定后再试。"
        raise errors.NoLink(message)
    ticket = secrets.token_urlsafe(TICKET_BYTES)
    now = clock.now()
    expires_at = now + timedelta(seconds=TICKET_LIFE_S)
    with transaction.atomic():
        Ticket.objects.filter(expires_at__lte=now).delete()
        Ticket.objects.create(
            ticket_mac=_mac(ticket),
            provider_id=provider_id,
            person_id=person_id,
            expires_at=expires_at,
        )
        audit.record(actor, "parties:ticket:issue", f"person:{person_id}")
    return TicketView(ticket, expires_at)


def ticket_use(*, actor: Actor, ticket: str) -> int:
    """The person for whom the ticket was made; the ticket is gone afterwards.

    Raises:
        WrongTicket: unknown, outlived, or used before.
    """
    permit(actor, "parties.sign_in")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "delete from parties_ticket where ticket_mac = %s"
            " returning person_id, provider_id, expires_at",
            [_mac(ticket)],
        )
        row = cursor.fetchone()
        if row is not None and row[2] > clock.now():
            audit.record(
                actor, "parties:ticket:use", f"person:{row[0]}", after={"provider": row[1]}
            )
            return int(row[0])
    raise errors.WrongTicket("这个入口链接已用过或已过期。请回到原来的应用重新进入。")


def _mac(ticket: str) -> str:
    return crypto.blind_index(ticket, context="parties.ticket")
