"""A child turns 14: the account that a guardian opened becomes the young person's own."""

from django.db import IntegrityError, transaction

from tanpuhui.domain.parties import errors
from tanpuhui.domain.parties.data import PLATFORM, PersonView
from tanpuhui.domain.parties.models import Consent, Person
from tanpuhui.domain.parties.services.own_data import consents_withdraw_all
from tanpuhui.domain.parties.services.people import PHONE_CONTEXT
from tanpuhui.kernel import actors, audit, clock, crypto
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.permissions import permit


def child_hand_over(*, actor: Actor, child: str, phone: str) -> PersonView:
    """Bind the young person's own phone, which was just proven, and let go of the account.

    What the guardian agreed to ends: the young person reads the notice at the first sign-in and
    decides anew about every provider. The book stays as it is.

    Raises:
        NotAChild: not this guardian's, or not 14 yet.
        PhoneTaken: the phone has an account already.
    """
    permit(actor, "parties.child", party_id=actor.party_id)
    try:
        with transaction.atomic():
            row = (
                Person.objects.select_for_update(of=("self",))
                .filter(public_id=child, guardian_id=actor.party_id)
                .first()
            )
            if row is None or row.child_until is None or row.child_until > clock.today():
                raise errors.NotAChild("孩子满 14 周岁后才能移交账户，请核对后再试。")
            consents_withdraw_all(actor=actors.person(row.pk), person_id=row.pk)
            Consent.objects.filter(
                person_id=row.pk, provider_id=PLATFORM, withdrawn_at=None
            ).update(withdrawn_at=clock.now())
            row.phone_sealed = crypto.encrypt(phone, context=PHONE_CONTEXT)
            row.phone_index = crypto.blind_index(phone, context=PHONE_CONTEXT)
            row.guardian, row.child_until = None, None
            row.save(update_fields=["phone_sealed", "phone_index", "guardian", "child_until"])
            audit.record(actor, "parties:child:hand_over", f"person:{row.pk}")
    except IntegrityError as error:
        message = "这个手机号已有碳账户，不能再绑定。请换一个号码，或联系客服。"
        raise errors.PhoneTaken(message) from error
    return PersonView(row.pk, row.public_id, row.nickname, row.region)
