"""Logins of organisations and their roles."""

from django.contrib.auth import get_user_model
from django.db import transaction

from tanpuhui.domain.parties.models import StaffMember
from tanpuhui.kernel import audit, clock
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.permissions import permit


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
        audit.record(actor, "parties:staff:add", f"login:{username}", after={"role": role})
