"""Who may see a page. A guard resolves the visitor once and hands the page what is theirs."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache

from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.parties.data import OrganisationView
from tanpuhui.kernel import actors
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.errors import DomainError
from tanpuhui.web.shared import errors

SESSION_PERSON = "person_id"
P = ParamSpec("P")


@dataclass(frozen=True)
class Citizen:
    """The person behind the session: a page reads this account and no other."""

    person_id: int
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
ProviderPage = Callable[Concatenate[HttpRequest, Provider, P], HttpResponseBase]
Page = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def citizen_only(page: CitizenPage[P]) -> Page[P]:
    """Send strangers to the citizens' sign-in; answer domain refusals as pages."""

    @never_cache
    @wraps(page)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        person_id = request.session.get(SESSION_PERSON)
        if not isinstance(person_id, int):
            return _to_sign_in(request, "citizen:login")
        citizen = Citizen(person_id, actors.person(person_id))
        try:
            return page(request, citizen, *args, **kwargs)
        except DomainError as error:
            return errors.refused(request, error)

    return guarded


def provider_only(page: ProviderPage[P]) -> Page[P]:
    """Send strangers to the staff sign-in; refuse logins that are no provider's."""

    @never_cache
    @wraps(page)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _to_sign_in(request, "public:login")
        staff = parties.staff(request.user)
        if staff is None or staff.role != "provider":
            raise PermissionDenied
        organisation = staff.organisation
        actor = actors.provider(organisation.party_id, door="page")
        try:
            return page(request, Provider(organisation, actor), *args, **kwargs)
        except DomainError as error:
            return errors.refused(request, error)

    return guarded


def next_path(request: HttpRequest, fallback: str) -> str:
    """The `next` field where it stays on this site, else the fallback."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe and wanted.startswith("/") else fallback


def _to_sign_in(request: HttpRequest, name: str) -> HttpResponseBase:
    wanted = request.get_full_path() if request.method == "GET" else ""
    query = f"?{urlencode({'next': wanted})}" if wanted else ""
    return redirect(reverse(name) + query)
