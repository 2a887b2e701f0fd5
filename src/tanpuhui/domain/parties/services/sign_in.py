"""A citizen proves a phone with a one-time code and signs up.

Known and unknown phones take the same way: a code is made, kept and sent either way, and whether
an account exists is said only to whoever holds the phone.
"""

import hmac
import re
import secrets
import unicodedata
from collections.abc import Mapping
from datetime import timedelta

from django.db import IntegrityError, connection, transaction

from tanpuhui.domain.parties import errors
from tanpuhui.domain.parties.data import PLATFORM, PersonView
from tanpuhui.domain.parties.models import Consent, OneTimeCode, Party, Person
from tanpuhui.domain.parties.services.consents import masks_refresh, turn_take
from tanpuhui.domain.parties.services.people import PHONE_CONTEXT, public_id
from tanpuhui.kernel import audit, clock, crypto, limits
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.permissions import permit

CODE_LIFE_S = 300
TRIES_MAX = 5
SECONDS_UP_TO = 120  # a longer wait is said in minutes
PHONE = re.compile(r"1[3-9][0-9]{9}")
CODE = re.compile(r"[0-9]{6}")
# A phone gets a code each minute, five in a row, then one each quarter of an hour.
BY_PHONE_SOON = limits.Limit("code_phone_soon", at_once=1, refill_s=60)
BY_PHONE = limits.Limit("code_phone", at_once=5, refill_s=900)
BY_ADDRESS = limits.Limit("code_address", at_once=20, refill_s=60)
TRIES_BY_ADDRESS = limits.Limit("code_tries", at_once=30, refill_s=20)


def phone_read(text: str) -> str:
    """Eleven digits from what somebody typed: full-width digits, spaces, dashes and +86 are fine.

    Raises:
        PhoneMalformed: it is no mainland mobile number.
    """
    plain = re.sub(r"[\s\-()]", "", unicodedata.normalize("NFKC", text))
    phone = re.sub(r"^(\+?86)(?=1\d{10}$)", "", plain)
    if not PHONE.fullmatch(phone):
        raise errors.PhoneMalformed("手机号应为 11 位数字，请核对后再填。")
    return phone


def code_issue(*, actor: Actor, phone: str, address: str) -> str:
    """A fresh code for a phone; an earlier one stops working.

    Args:
        actor: the visitor.
        phone: eleven digits.
        address: the visitor's network address.

    Raises:
        TooOften: this phone or this address has asked too often; says when to come back.
    """
    permit(actor, "parties.sign_in")
    for limit, key in ((BY_ADDRESS, address), (BY_PHONE_SOON, phone), (BY_PHONE, phone)):
        if wait_s := limits.take(limit, key):
            raise _too_often(wait_s)
    code = f"{secrets.randbelow(1_000_000):06d}"
    OneTimeCode.objects.update_or_create(
        phone_index=_phone_index(phone),
        defaults={
            "code_mac": _code_mac(phone, code),
            "tries": 0,
            "expires_at": clock.now() + timedelta(seconds=CODE_LIFE_S),
        },
    )
    return code


def code_check(*, actor: Actor, phone: str, code: str, address: str) -> None:
    """Use up the phone's code; returns silently where it was right.

    Raises:
        WrongCode: wrong, outlived, already used or tried five times.
        TooOften: this address tries too many.
    """
    permit(actor, "parties.sign_in")
    if wait_s := limits.take(TRIES_BY_ADDRESS, address):
        raise _too_often(wait_s)
    typed = re.sub(r"\s", "", unicodedata.normalize("NFKC", code))
    index, mac = _phone_index(phone), _code_mac(phone, typed)
    with connection.cursor() as cursor:
        # The try is counted before the code is compared, so parallel guesses share the five.
        cursor.execute(
            "update parties_onetimecode set tries = tries + 1"
            " where phone_index = %s and expires_at > %s and tries < %s returning code_mac",
            [index, clock.now(), TRIES_MAX],
        )
        row = cursor.fetchone()
        right = hmac.compare_digest(row[0] if row else "0" * 64, mac)
        if right and CODE.fullmatch(typed):
            cursor.execute(
                "delete from parties_onetimecode where phone_index = %s and code_mac = %s",
                [index, mac],
            )
            right = cursor.rowcount == 1
        else:
            right = False
    if not right:
        message = "验证码不对或已失效。请核对最近一条短信；试错 5 次或超过 5 分钟请重新获取。"
        raise errors.WrongCode(message)


def person_sign_up(
    *, actor: Actor, phone: str = "", person_id: int | None = None, texts: Mapping[str, str]
) -> PersonView:
    """Open a person on their own word, or record the word of one whom a provider opened before.

    Args:
        actor: the visitor, who has just proven the phone (or another way in).
        phone: eleven digits; empty for a sign-up through a city app.
        person_id: the person who exists already.
        texts: purpose → version of the words agreed to; `notice` must be among them.

    Raises:
        NoticeMissing: the notice was not agreed to.
    """
    permit(actor, "parties.sign_in")
    if "notice" not in texts:
        raise errors.NoticeMissing("开户前需要先阅读并同意使用须知。")
    with transaction.atomic(), connection.cursor() as cursor:
        person = _known(phone, person_id) or _open(phone)
        turn_take(cursor, PLATFORM, [person.pk])
        now = clock.now()
        Consent.objects.bulk_create(
            [
                Consent(
                    provider_id=PLATFORM,
                    person_id=person.pk,
                    scenario_no=PLATFORM,
                    purpose=purpose,
                    text_version=version,
                    granted_at=now,
                )
                for purpose, version in texts.items()
            ],
            ignore_conflicts=True,
        )
        masks_refresh(cursor, PLATFORM, [person.pk])
        audit.record(
            actor, "parties:person:sign_up", f"person:{person.pk}", after={"texts": dict(texts)}
        )
    return PersonView(person.pk, person.public_id, person.nickname, person.region)


def _known(phone: str, person_id: int | None) -> Person | None:
    if person_id is not None:
        return Person.objects.get(pk=person_id)
    return Person.objects.filter(phone_index=_phone_index(phone)).first() if phone else None


def _open(phone: str) -> Person:
    party = Party.objects.create(kind=Party.Kind.PERSON, opened_at=clock.now())
    try:
        with transaction.atomic():
            return Person.objects.create(
                party=party,
                public_id=public_id(),
                phone_sealed=crypto.encrypt(phone, context=PHONE_CONTEXT) if phone else "",
                phone_index=_phone_index(phone) if phone else None,
            )
    except IntegrityError:  # the same phone signed up in another window a moment ago
        party.delete()
        return Person.objects.get(phone_index=_phone_index(phone))


def _phone_index(phone: str) -> str:
    return crypto.blind_index(phone, context=PHONE_CONTEXT)


def _code_mac(phone: str, code: str) -> str:
    return crypto.blind_index(f"{phone}:{code}", context="parties.onetimecode")


def _too_often(wait_s: int) -> errors.TooOften:
    if wait_s < SECONDS_UP_TO:
        message = "操作太频繁，请 {retry_after_s} 秒后再试。没收到短信时，也可以拨打客服电话。"
        return errors.TooOften(message, retry_after_s=wait_s)
    message = "操作太频繁，请 {minutes} 分钟后再试。没收到短信时，也可以拨打客服电话。"
    return errors.TooOften(message, retry_after_s=wait_s, minutes=-(-wait_s // 60))
