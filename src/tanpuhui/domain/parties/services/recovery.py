"""A forgotten password: a link by e-mail, used once, that gives no sign of who has a login."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from tanpuhui.domain.parties import errors
from tanpuhui.domain.parties.models import PasswordReset, StaffMember
from tanpuhui.domain.parties.services.staff import LOGIN_EMAIL_CONTEXT, TOKEN_BYTES, sessions_end
from tanpuhui.kernel import audit, clock, crypto
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.permissions import permit

RESET_MINUTES = 30
TOKEN_CONTEXT = "parties.passwordreset"  # noqa: S105 - a context, no secret


@dataclass(frozen=True)
class ResetLink:
    """Where a link goes, and its secret part, shown this once."""

    address: str
    token: str


def staff_email_set(*, actor: Actor, user_id: int, address: str) -> None:
    """Keep the address to which a link may go; empty: none any more.

    Raises:
        NotPermitted: another's login.
        UnknownLogin: no login of staff.
    """
    permit(actor, "parties.own_login")
    row = StaffMember.objects.select_for_update(of=("self",)).filter(user_id=user_id)
    with transaction.atomic():
        member = row.first()
        if member is None or actor.label != f"login:{user_id}":
            raise errors.UnknownLogin("没有这个账号，请重新登录后再试。")
        member.email_sealed = (
            crypto.encrypt(address, context=LOGIN_EMAIL_CONTEXT) if address else ""
        )
        member.save(update_fields=["email_sealed"])
        has = {"has_email": bool(address)}
        audit.record(actor, "parties:staff:email", f"login:{user_id}", after=has)


def staff_email_masked(user_id: int) -> str:
    """The kept address with stars, or nothing."""
    row = StaffMember.objects.filter(user_id=user_id).first()
    if row is None or not row.email_sealed:
        return ""
    address = crypto.decrypt(row.email_sealed, context=LOGIN_EMAIL_CONTEXT)
    name, _, place = address.partition("@")
    return f"{name[:2]}***@{place}"


def password_reset_ask(*, actor: Actor, username: str) -> ResetLink | None:
    """A fresh link for a login that works and has an address; earlier ones stop working.

    Whoever asks must be told the same, whatever this returns.
    """
    permit(actor, "parties.sign_in")
    now = clock.now()
    with transaction.atomic():
        row = (
            StaffMember.objects.select_for_update(of=("self",))
            .filter(user__username__iexact=username, deactivated_at=None, user__is_active=True)
            .first()
        )
        if row is None or not row.email_sealed:
            return None
        PasswordReset.objects.filter(member=row, used_at=None).update(used_at=now)
        token = secrets.token_urlsafe(TOKEN_BYTES)
        PasswordReset.objects.create(
            member=row,
            token_mac=_mac(token),
            asked_at=now,
            expires_at=now + timedelta(minutes=RESET_MINUTES),
        )
        audit.record(actor, "parties:staff:reset_ask", f"login:{row.user_id}")
    return ResetLink(crypto.decrypt(row.email_sealed, context=LOGIN_EMAIL_CONTEXT), token)


def password_reset_read(*, actor: Actor, token: str) -> str:
    """The user name for which a link still works.

    Raises:
        ResetGone: used, outlived or unknown.
    """
    permit(actor, "parties.sign_in")
    return str(_open(token).member.user.get_username())


def password_reset_finish(*, actor: Actor, token: str, password: str) -> str:
    """Set the new password; the link is used up and the login's sessions end.

    A second factor stays as it is: whoever reads the e-mail alone does not get in.

    Returns:
        The address, to which it is told.

    Raises:
        ResetGone, PasswordWeak: as said.
    """
    permit(actor, "parties.sign_in")
    with transaction.atomic():
        reset = _open(token, lock=True)
        user = reset.member.user
        try:
            validate_password(password, user=user)
        except ValidationError as error:
            raise errors.PasswordWeak("".join(str(one) for one in error.messages)) from error
        user.set_password(password)
        user.save(update_fields=["password"])
        reset.used_at = clock.now()
        reset.save(update_fields=["used_at"])
        sessions_end(user.pk)
        audit.record(actor, "parties:staff:reset", f"login:{user.pk}")
    return crypto.decrypt(reset.member.email_sealed, context=LOGIN_EMAIL_CONTEXT)


def _open(token: str, *, lock: bool = False) -> PasswordReset:
    rows = PasswordReset.objects.select_related("member__user")
    rows = rows.select_for_update(of=("self",)) if lock else rows
    row = rows.filter(
        token_mac=_mac(token),
        used_at=None,
        expires_at__gt=clock.now(),
        member__deactivated_at=None,
        member__user__is_active=True,
    ).first()
    if row is None or not row.member.email_sealed:
        raise errors.ResetGone("链接已用过或已过期。请重新申请，或联系平台管理员。")
    return row


def _mac(token: str) -> str:
    return crypto.blind_index(token, context=TOKEN_CONTEXT)
