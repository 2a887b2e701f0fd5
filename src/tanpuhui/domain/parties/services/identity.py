"""实名核验: asked only when a benefit needs it; who checks is a setting."""

import re
from datetime import date, datetime
from typing import Protocol

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string

from tanpuhui.domain.parties import errors
from tanpuhui.domain.parties.models import Person
from tanpuhui.kernel import audit, clock, crypto
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.permissions import permit

NUMBER = re.compile(r"[1-9][0-9]{16}[0-9X]")
# GB 11643-1999: weights of the first seventeen digits and the check characters by remainder.
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"


class IdentityChecker(Protocol):
    """A service that knows whether a name and a number belong together.

    Attributes:
        code: kept with the person, at most 20 characters.
    """

    code: str

    def matches(self, name: str, number: str) -> bool:
        """True where they belong together.

        Raises:
            errors.IdentityUnavailable: the service cannot be asked now.
        """


class TestChecker:
    """For trying things: every well-formed number matches, unless the name is 不符."""

    code = "test"

    def matches(self, name: str, number: str) -> bool:
        """A rule that anybody can remember; refused in production."""
        del number
        if settings.PRODUCTION:
            raise errors.IdentityUnavailable("实名核验服务尚未接通，请稍后再试。")
        return name != "不符"


def identity_check(*, actor: Actor, name: str, number: str) -> None:
    """Check the acting person's name and identity number; on success both are kept, sealed.

    Raises:
        IdentityMalformed, IdentityMismatch, IdentityTaken, IdentityUnavailable.
    """
    permit(actor, "parties.identity", party_id=actor.party_id)
    name, number = name.strip(), number.strip().upper()
    if not name or born_on(number) is None:
        raise errors.IdentityMalformed("姓名或身份证号有误，请对照证件核对后再填。")
    checker: IdentityChecker = import_string(settings.IDENTITY_CHECKER)()
    if not checker.matches(name, number):
        raise errors.IdentityMismatch("姓名与身份证号不一致，请对照证件核对后再填。")
    context = "parties.person"
    try:
        with transaction.atomic():
            person = Person.objects.select_for_update().get(pk=actor.party_id)
            person.name_sealed = crypto.encrypt(name, context=f"{context}.name")
            person.identity_sealed = crypto.encrypt(number, context=f"{context}.identity")
            person.identity_index = crypto.blind_index(number, context=f"{context}.identity")
            person.identity_checked_at = clock.now()
            person.identity_checked_by = checker.code
            person.save()
            audit.record(
                actor, "parties:identity:check", f"person:{person.pk}", after={"by": checker.code}
            )
    except IntegrityError as error:
        message = "该身份证号已用于另一个碳账户。一人只能有一个实名账户，请联系客服处理。"
        raise errors.IdentityTaken(message) from error


def born_on(number: str) -> date | None:
    """The birthday in a well-formed identity number, else None."""
    if not NUMBER.fullmatch(number):
        return None
    total = sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=False))
    if CHECKS[total % 11] != number[17]:
        return None
    try:
        day = datetime.strptime(number[6:14], "%Y%m%d").date()  # noqa: DTZ007 - a day, no instant
    except ValueError:
        return None
    return day if day <= clock.today() else None
