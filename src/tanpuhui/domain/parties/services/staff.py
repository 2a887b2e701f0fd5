"""Logins of organisations: invited, given a role, moved, deactivated; every step is audited."""

import secrets
from datetime import timedelta

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from tanpuhui.domain.parties import errors
from tanpuhui.domain.parties.data import InvitationView
from tanpuhui.domain.parties.models import Invitation, Organisation, Role, StaffMember
from tanpuhui.domain.parties.services.people import public_id
from tanpuhui.kernel import audit, clock, crypto
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.errors import NotPermitted
from tanpuhui.kernel.permissions import permit

INVITATION_H = 72
TOKEN_BYTES = 24
EMAIL_CONTEXT = "parties.invitation.email"
LOGIN_EMAIL_CONTEXT = "parties.staffmember.email"
ADMINS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
# Which roles fit which organisation; the three administrators belong to the operating body.
ROLES_OF_KIND: dict[str, tuple[str, ...]] = {
    Organisation.Kind.PROVIDER: (Role.PROVIDER,),
    Organisation.Kind.MERCHANT: (Role.MERCHANT,),
    Organisation.Kind.VERIFIER: (Role.VERIFIER,),
    Organisation.Kind.FINANCE: (Role.FINANCE,),
    Organisation.Kind.BUYER: (Role.BUYER,),
    Organisation.Kind.OPERATOR: (Role.OPERATOR, *ADMINS),
    Organisation.Kind.AUTHORITY: (Role.AUTHORITY, Role.EXPERT),
    Organisation.Kind.SUPERVISOR: (Role.SUPERVISOR,),
}
# The operating body invites partners only; everybody else is the system administrator's to invite.
PARTNER_ROLES = frozenset({"provider", "merchant", "verifier", "finance", "buyer"})


def staff_add(
    *, actor: Actor, username: str, password: str, organisation_id: int, role: str
) -> None:
    """A login for an organisation; an existing login gets the new password and role."""
    permit(actor, "parties.staff")
    with transaction.atomic():
        user, _ = get_user_model().objects.get_or_create(username=username)
        user.set_password(password)
        user.save()
        StaffMember.objects.update_or_create(
            user=user,
            defaults={"organisation_id": organisation_id, "role": role, "deactivated_at": None},
            create_defaults={
                "organisation_id": organisation_id,
                "role": role,
                "added_at": clock.now(),
            },
        )
        audit.record(actor, "parties:staff:add", f"login:{user.pk}", after={"role": role})


def staff_invite(*, actor: Actor, organisation_code: str, role: str, email: str = "") -> str:
    """A single-use link's token, shown this once; it lives 72 hours.

    Raises:
        UnknownOrganisation; RoleUnfit: the organisation's kind has no such role; NotPermitted: an
        operator invites for the platform's own bodies.
    """
    permit(actor, "parties.staff_invite")
    if "operator" in actor.roles and role not in PARTNER_ROLES:
        message = "运营机构只能邀请合作单位的经办人。平台岗位请由系统管理员邀请。"
        raise NotPermitted(message)
    organisation = Organisation.objects.filter(code=organisation_code).first()
    if organisation is None:
        raise errors.UnknownOrganisation("没有这个机构，请核对后再试。")
    if role not in ROLES_OF_KIND.get(organisation.kind, ()):
        raise errors.RoleUnfit("这类机构没有这个岗位，请重新选择。")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    now = clock.now()
    with transaction.atomic():
        row = Invitation.objects.create(
            public_id="i" + public_id()[1:],
            token_mac=_mac(token),
            organisation=organisation,
            role=role,
            email_sealed=crypto.encrypt(email, context=EMAIL_CONTEXT) if email else "",
            invited_by=actor.label,
            invited_at=now,
            expires_at=now + timedelta(hours=INVITATION_H),
        )
        audit.record(
            actor,
            "parties:staff:invite",
            f"organisation:{organisation.pk}",
            after={"role": role, "invitation": row.public_id},
        )
    return token


def invitation_read(*, actor: Actor, token: str) -> InvitationView:
    """What an open invitation is for.

    Raises:
        InvitationGone: used, withdrawn, outlived or unknown.
    """
    permit(actor, "parties.sign_in")
    row = _open_invitation(token)
    return InvitationView(row.organisation.title, row.role, Role(row.role).label, row.expires_at)


def invitation_accept(*, actor: Actor, token: str, username: str, password: str) -> int:
    """Open the login; the invitation is used up.

    Returns:
        The new user's id.

    Raises:
        InvitationGone; UsernameTaken; PasswordWeak.
    """
    permit(actor, "parties.sign_in")
    users = get_user_model()
    try:
        validate_password(password, user=users(username=username))
    except ValidationError as error:
        raise errors.PasswordWeak("".join(str(one) for one in error.messages)) from error
    try:
        with transaction.atomic():
            row = _open_invitation(token, lock=True)
            user = users.objects.create_user(username=username, password=password)
            StaffMember.objects.create(
                user=user,
                organisation=row.organisation,
                role=row.role,
                added_at=clock.now(),
                email_sealed=_address_of(row),
            )
            row.used_at, row.email_sealed = clock.now(), ""
            row.save(update_fields=["used_at", "email_sealed"])
            audit.record(
                actor,
                "parties:staff:accept",
                f"login:{user.pk}",
                after={"role": row.role, "invitation": row.public_id},
            )
    except IntegrityError as error:
        raise errors.UsernameTaken("这个用户名已有人使用，请换一个。") from error
    return int(user.pk)


def _address_of(row: Invitation) -> str:
    """The invited person's address, sealed anew as the login's: the link proved it."""
    if not row.email_sealed:
        return ""
    address = crypto.decrypt(row.email_sealed, context=EMAIL_CONTEXT)
    return crypto.encrypt(address, context=LOGIN_EMAIL_CONTEXT)


def invitation_withdraw(*, actor: Actor, invitation: str) -> None:
    """The link stops working."""
    permit(actor, "parties.staff_invite")
    with transaction.atomic():
        Invitation.objects.filter(public_id=invitation, used_at=None).update(
            withdrawn_at=clock.now(), email_sealed=""
        )
        audit.record(actor, "parties:staff:withdraw", f"invitation:{invitation}")


def staff_set_role(*, actor: Actor, username: str, role: str, reason: str) -> None:
    """Give a login another role of its organisation; its sessions end.

    Raises:
        UnknownLogin; RoleUnfit; OwnLogin: nobody changes their own role.
    """
    permit(actor, "parties.staff_role")
    with transaction.atomic():
        row = _member(actor, username)
        if role not in ROLES_OF_KIND.get(row.organisation.kind, ()):
            raise errors.RoleUnfit("这类机构没有这个岗位，请重新选择。")
        before, row.role = row.role, role
        row.save(update_fields=["role"])
        sessions_end(row.user_id)
        audit.record(
            actor,
            "parties:staff:role",
            f"login:{row.user_id}",
            reason=reason,
            before={"role": before},
            after={"role": role},
        )


def staff_set_active(*, actor: Actor, username: str, active: bool, reason: str) -> None:
    """Deactivate a login, which ends its sessions, or let it in again.

    Raises:
        UnknownLogin; OwnLogin: nobody locks themselves out.
    """
    permit(actor, "parties.staff_active")
    with transaction.atomic():
        row = _member(actor, username)
        row.deactivated_at = None if active else clock.now()
        row.save(update_fields=["deactivated_at"])
        row.user.is_active = active
        row.user.save(update_fields=["is_active"])
        if not active:
            sessions_end(row.user_id)
        audit.record(
            actor,
            "parties:staff:activate" if active else "parties:staff:deactivate",
            f"login:{row.user_id}",
            reason=reason,
        )


def _member(actor: Actor, username: str) -> StaffMember:
    row = (
        StaffMember.objects.select_for_update(of=("self",))
        .select_related("organisation", "user")
        .filter(user__username=username)
        .first()
    )
    if row is None:
        raise errors.UnknownLogin("没有这个账号，请刷新名单后再试。")
    if actor.label == f"login:{row.user_id}":
        raise errors.OwnLogin("不能改动自己的岗位或停用自己，请由另一位管理员操作。")
    return row


def sessions_end(user_id: int) -> None:
    """Sign a login out everywhere."""
    # Sessions are opaque; this is rare, and only sessions that still live are looked through.
    for session in Session.objects.filter(expire_date__gt=clock.now()).iterator():
        if session.get_decoded().get("_auth_user_id") == str(user_id):
            session.delete()


def _open_invitation(token: str, *, lock: bool = False) -> Invitation:
    rows = Invitation.objects.select_related("organisation")
    rows = rows.select_for_update(of=("self",)) if lock else rows
    row = rows.filter(
        token_mac=_mac(token), used_at=None, withdrawn_at=None, expires_at__gt=clock.now()
    ).first()
    if row is None:
        raise errors.InvitationGone("邀请链接已用过、已撤回或已过期。请联系邀请您的管理员。")
    return row


def _mac(token: str) -> str:
    return crypto.blind_index(token, context="parties.invitation")
