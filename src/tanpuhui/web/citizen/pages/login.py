"""Citizens' sign-in. Outside a demonstration it only says where to come in."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from tanpuhui.domain.parties import selectors as parties
from tanpuhui.web.shared.guards import SESSION_PERSON, next_path

PEOPLE = 6


@never_cache
def login(request: HttpRequest) -> HttpResponse:
    """In a demonstration: a list of simulated people, one of whom signs in without a password."""
    if request.method == "POST":
        return _sign_in(request)
    context = {
        "people": parties.people(PEOPLE) if settings.DEMO else [],
        "next": next_path(request, ""),
    }
    return render(request, "citizen/login.html", context)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, whatever it held."""
    request.session.flush()
    return redirect("public:home")


def _sign_in(request: HttpRequest) -> HttpResponse:
    if not settings.DEMO:
        raise PermissionDenied
    person = parties.person_by_public_id(request.POST.get("person", ""))
    if person is None:
        return redirect("citizen:login")
    request.session.flush()
    request.session[SESSION_PERSON] = person.party_id
    return redirect(next_path(request, reverse("citizen:home")))
