"""Where each role works."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from tanpuhui.domain.parties import selectors as parties
from tanpuhui.web.shared.guards import SECOND_FACTOR_ROLES, next_path

# Parts of the platform that are not built yet have no address; their people start at the account.
CONSOLE = "console:home"
HOMES = {
    "provider": "provider:start",
    "merchant": "merchant:home",
    "verifier": "review:home",
    "expert": "review:home",
    "finance": "finance:home",
    "buyer": "market:home",
    "operator": CONSOLE,
    "authority": CONSOLE,
    "supervisor": CONSOLE,
    "system_admin": CONSOLE,
    "security_admin": CONSOLE,
    "audit_admin": CONSOLE,
}
ACCOUNT = "staff:home"


def home_of(role: str) -> str:
    """The address of a role's first page."""
    try:
        return reverse(HOMES.get(role, ACCOUNT))
    except NoReverseMatch:
        return reverse(ACCOUNT)


def path_after_sign_in(request: HttpRequest) -> str:
    """The page asked for where it stays here, else the role's own."""
    view = None if isinstance(request.user, AnonymousUser) else parties.staff(request.user)
    return next_path(request, home_of(view.role) if view else reverse(ACCOUNT))


def needs_second_factor(user: AbstractBaseUser) -> bool:
    """Whether the login's role may not work without one."""
    view = parties.staff(user)
    return view is not None and view.role in SECOND_FACTOR_ROLES
