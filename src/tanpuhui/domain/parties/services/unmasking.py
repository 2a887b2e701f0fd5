"""Showing one sealed field of one person to one helper, for a reason, on the record."""

from django.db import transaction

from tanpuhui.domain.parties import errors
from tanpuhui.domain.parties.models import Person
from tanpuhui.kernel import audit, crypto
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.permissions import permit

FIELDS = {"phone": "手机号", "name": "姓名", "identity": "证件号"}
REASON_MIN, REASON_MAX = 4, 200
TAG = "parties:person:unmask"


def person_unmask(*, actor: Actor, public_id: str, field: str, reason: str) -> str:
    """The plain value; the person can see in the privacy centre who looked, when and why.

    Args:
        actor: an operator.
        public_id: whose.
        field: phone, name or identity.
        reason: why it is needed.

    Raises:
        UnmaskRefused: no such person or field, nothing held, or no reason given.
        NotPermitted: not an operator.
    """
    permit(actor, "parties.unmask")
    said = reason.strip()
    if not REASON_MIN <= len(said) <= REASON_MAX:
        raise errors.UnmaskRefused(
            f"请写明查看的理由（{REASON_MIN} 至 {REASON_MAX} 字），居民本人会看到。"
        )
    row = Person.objects.filter(public_id=public_id).first()
    sealed = getattr(row, f"{field}_sealed", "") if row and field in FIELDS else ""
    if row is None or not sealed:
        raise errors.UnmaskRefused("平台没有保存这位居民的这项资料。")
    with transaction.atomic():
        plain = crypto.decrypt(sealed, context=f"parties.person.{field}")
        audit.record(actor, TAG, f"person:{row.pk}", reason=said, after={"field": field})
    return plain
