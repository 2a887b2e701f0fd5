"""Who may see a page. A guard resolves the visitor once and hands the page what is theirs."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache

from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.parties.data import OrganisationView, StaffView
from tanpuhui.kernel import actors
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.errors import DomainError
from tanpuhui.web.shared import errors

SESSION_PERSON = "person_id"
SESSION_CHILD = "person_is_child"
# Roles that decide about others: no page of theirs opens without a second factor.
SECOND_FACTOR_ROLES = frozenset(
    {"operator", "authority", "supervisor", "system_admin", "security_admin", "audit_admin"}
)
CHILD_SENTENCE = "这项功能不对未满 14 周岁的孩子开放。请监护人回到自己的账户操作。"
P = ParamSpec("P")


class ChildRefused(DomainError):
    """Not for children."""

    code = "page.not_for_children"
    status = 403


@dataclass(frozen=True)
class Citizen:
    """The person behind the session: a page reads this account and no other.

    open_nos: numbers of the scenarios that some provider may send.
    """

    person_id: int
    actor: Actor
    is_child: bool = False
    open_nos: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Staff:
    """The login behind a session: its organisation, its one role, and who acts in audit rows."""

    organisation: OrganisationView
    role: str
    user_id: int
    username: str
    actor: Actor


@dataclass(frozen=True)
class Provider:
    """The organisation behind a login: a page reads this provider's data and no other."""

    organisation: OrganisationView
    actor: Actor

    @property
    def provider_id(self) -> int:
        """The party id of the organisation."""
        return self.organisation.party_id


CitizenPage = Callable[Concatenate[HttpRequest, Citizen, P], HttpResponseBase]
StaffPage = Callable[Concatenate[HttpRequest, Staff, P], HttpResponseBase]
ProviderPage = Callable[Concatenate[HttpRequest, Provider, P], HttpResponseBase]
Page = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def citizen_only(page: CitizenPage[P]) -> Page[P]:
    """Send strangers to the citizens' sign-in; answer domain refusals as pages."""

    @never_cache
    @wraps(page)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        person_id = request.session.get(SESSION_PERSON)
        open_nos = parties.standing(person_id) if isinstance(person_id, int) else None
        if not isinstance(person_id, int) or open_nos is None:
            return _to_sign_in(request, "citizen:login")
        is_child = bool(request.session.get(SESSION_CHILD))
        citizen = Citizen(person_id, actors.person(person_id), is_child=is_child, open_nos=open_nos)
        try:
            return page(request, citizen, *args, **kwargs)
        except DomainError as error:
            return errors.refused(request, error)

    return guarded


def grown_ups_only(page: Page[P]) -> Page[P]:
    """Refuse a child's session: ranking, marketing, redemption, transfer, other accounts."""

    @wraps(page)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.session.get(SESSION_CHILD):
            return errors.refused(request, ChildRefused(CHILD_SENTENCE))
        return page(request, *args, **kwargs)

    return guarded


def provider_only(page: ProviderPage[P]) -> Page[P]:
    """Send strangers to the staff sign-in; refuse logins that are no provider's."""

    @never_cache
    @wraps(page)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        staff = _staff_at_door(request, frozenset({"provider"}))
        if not isinstance(staff, StaffView):
            return staff
        organisation = staff.organisation
        actor = actors.provider(organisation.party_id, door="page")
        try:
            return page(request, Provider(organisation, actor), *args, **kwargs)
        except DomainError as error:
            return errors.refused(request, error)

    return guarded


def staff_only(*roles: str) -> Callable[[StaffPage[P]], Page[P]]:
    """Send strangers to the staff sign-in; refuse every role but these.

    Roles that decide about others must have shown a second factor in this session; whoever has
    none yet is led to set one up.
    """
    allowed = frozenset(roles)

    def decorator(page: StaffPage[P]) -> Page[P]:
        @never_cache
        @wraps(page)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            view = _staff_at_door(request, allowed)
            if not isinstance(view, StaffView):
                return view
            staff = Staff(
                organisation=view.organisation,
                role=view.role,
                user_id=view.user_id,
                username=view.username,
                actor=actors.staff(view.organisation.party_id, view.role, view.user_id),
            )
            try:
                return page(request, staff, *args, **kwargs)
            except DomainError as error:
                return errors.refused(request, error)

        return guarded

    return decorator


def second_factor_shown(request: HttpRequest) -> bool:
    """Whether this session began with a code or a passkey, besides the password."""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records)


def _staff_at_door(request: HttpRequest, allowed: frozenset[str]) -> StaffView | HttpResponseBase:
    if not request.user.is_authenticated:
        return _to_sign_in(request, "public:login")
    view = parties.staff(request.user)
    if view is None or view.role not in allowed:
        raise PermissionDenied
    if view.role in SECOND_FACTOR_ROLES and not second_factor_shown(request):
        return redirect("staff:home")
    return view


def next_path(request: HttpRequest, fallback: str) -> str:
    """The `next` field where it stays on this site, else the fallback."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if stays_here(request, wanted) else fallback


def stays_here(request: HttpRequest, path: str) -> bool:
    """Whether an address taken from a form leads to a page of this site."""
    safe = url_has_allowed_host_and_scheme(
        path, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return safe and path.startswith("/")


def _to_sign_in(request: HttpRequest, name: str) -> HttpResponseBase:
    wanted = request.get_full_path() if request.method == "GET" else ""
    query = f"?{urlencode({'next': wanted})}" if wanted else ""
    return redirect(reverse(name) + query)
