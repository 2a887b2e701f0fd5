"""A login's own page: who it is, where it works, what protects it."""

from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.parties.services import recovery
from tanpuhui.web.shared.guards import SECOND_FACTOR_ROLES, second_factor_shown
from tanpuhui.web.staff import homes

LOOKS_AFTER_PEOPLE = frozenset({"system_admin", "security_admin", "operator"})


@never_cache
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The account; a role that needs a second factor and has none is told so here."""
    assert isinstance(request.user, AbstractBaseUser)
    view = parties.staff(request.user)
    kinds = {one.type for one in Authenticator.objects.filter(user_id=request.user.pk)}
    needed = view is not None and view.role in SECOND_FACTOR_ROLES
    context = {
        "staff": view,
        "has_totp": Authenticator.Type.TOTP in kinds,
        "has_passkey": Authenticator.Type.WEBAUTHN in kinds,
        "has_codes": Authenticator.Type.RECOVERY_CODES in kinds,
        "has_email": bool(recovery.staff_email_masked(int(request.user.pk))),
        "must_set_up": needed and not second_factor_shown(request),
        "looks_after_people": view is not None and view.role in LOOKS_AFTER_PEOPLE,
        "work": homes.home_of(view.role) if view else "",
    }
    return render(request, "staff/home.html", context)
