"""Accounts of children under 14: a guardian opens them and consents."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from tanpuhui.domain.parties import errors
from tanpuhui.domain.parties.data import PLATFORM, PersonView
from tanpuhui.domain.parties.models import Consent, Party, Person
from tanpuhui.domain.parties.services.people import public_id
from tanpuhui.kernel import audit, clock
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.permissions import permit

CHILD_YEARS = 14
CHILDREN_MAX = 8
LEAP = (2, 29)


def child_open(
    *, actor: Actor, nickname: str, born_on: date, texts: Mapping[str, str]
) -> PersonView:
    """A guardian opens an account for a child; of the birthday only the 14th is kept.

    Raises:
        NotAChild: born in the future, or 14 already.
        NoticeMissing: the guardian did not agree to the children's notice.
        TooManyChildren: more than eight.
    """
    permit(actor, "parties.child", party_id=actor.party_id)
    today = clock.today()
    until = _birthday(born_on, CHILD_YEARS)
    if not born_on <= today < until:
        message = "这里只为未满 14 周岁的孩子开户。年满 14 周岁的，请本人用手机号登录。"
        raise errors.NotAChild(message)
    if "child" not in texts:
        raise errors.NoticeMissing("开户前需要监护人阅读并同意儿童个人信息保护须知。")
    with transaction.atomic():
        guardian = Person.objects.select_for_update().get(pk=actor.party_id)
        if guardian.guardian_id is not None:
            raise errors.NotAChild("孩子的账户不能再为别人开户，请由监护人操作。")
        if Person.objects.filter(guardian=guardian).count() >= CHILDREN_MAX:
            message = "一位监护人最多开设 {most} 个孩子的账户。"
            raise errors.TooManyChildren(message, most=CHILDREN_MAX)
        party = Party.objects.create(kind=Party.Kind.PERSON, opened_at=clock.now())
        child = Person.objects.create(
            party=party,
            public_id=public_id(),
            nickname=nickname,
            region=guardian.region,
            guardian=guardian,
            child_until=until,
        )
        Consent.objects.bulk_create(
            Consent(
                provider_id=PLATFORM,
                person_id=party.pk,
                scenario_no=PLATFORM,
                purpose=purpose,
                text_version=version,
                granted_at=clock.now(),
            )
            for purpose, version in texts.items()
        )
        audit.record(
            actor, "parties:child:open", f"person:{party.pk}", after={"texts": dict(texts)}
        )
    return PersonView(party.pk, child.public_id, nickname, child.region)


def _birthday(born_on: date, years: int) -> date:
    """Born on 29 February: the day after 28 February, as the Civil Code counts full years."""
    if (born_on.month, born_on.day) == LEAP:
        return date(born_on.year + years, 3, 1)
    return born_on.replace(year=born_on.year + years)
