"""Closing an account: identity goes, what others rely on stays without it."""

from django.db import transaction

from tanpuhui.domain.parties import errors
from tanpuhui.domain.parties.models import (
    Consent,
    ExternalLogin,
    OneTimeCode,
    Person,
    SubjectLink,
    Ticket,
)
from tanpuhui.domain.parties.services.own_data import consents_withdraw_all
from tanpuhui.domain.parties.services.people import public_id
from tanpuhui.kernel import audit, clock
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.permissions import permit


def person_close(*, actor: Actor, person_id: int) -> None:
    """Erase who a person is: phone, name, number, nickname, district, links, ways in.

    The row stays under a fresh number that leads nowhere, so that ledger and consents keep their
    pseudonymous record.

    Raises:
        AlreadyClosed: there is nothing left to close.
        ChildrenFirst: accounts of children hang on this one.
    """
    permit(actor, "parties.own_data", party_id=person_id)
    with transaction.atomic():
        row = Person.objects.select_for_update().get(pk=person_id)
        if row.closed_at is not None:
            raise errors.AlreadyClosed("这个账户已经注销。")
        if Person.objects.filter(guardian_id=person_id, closed_at=None).exists():
            message = "名下还有孩子的账户。请先进入孩子的账户逐个注销，再注销自己的账户。"
            raise errors.ChildrenFirst(message)
        consents_withdraw_all(actor=actor, person_id=person_id)
        now = clock.now()
        Consent.objects.filter(person_id=person_id, withdrawn_at=None).update(withdrawn_at=now)
        SubjectLink.objects.filter(person_id=person_id).delete()
        ExternalLogin.objects.filter(person_id=person_id).delete()
        Ticket.objects.filter(person_id=person_id).delete()
        OneTimeCode.objects.filter(phone_index=row.phone_index or "").delete()
        Person.objects.filter(pk=person_id).update(
            public_id=public_id(),
            nickname="",
            region="",
            phone_sealed="",
            phone_index=None,
            name_sealed="",
            identity_sealed="",
            identity_index=None,
            identity_checked_at=None,
            identity_checked_by="",
            guardian=None,
            child_until=None,
            closed_at=now,
        )
        audit.record(actor, "parties:person:close", f"person:{person_id}")
