"""我的: the account's number, sizes, signing out."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from tanpuhui.domain.notify import selectors as notify
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.web.shared import display
from tanpuhui.web.shared.guards import Citizen, citizen_only, next_path


@citizen_only
def me(request: HttpRequest, citizen: Citizen) -> HttpResponse:
    """The citizen's own corner."""
    context = {
        "tab": "me",
        "person": parties.person(citizen.person_id),
        "unread": notify.unread_count(citizen.person_id),
    }
    return render(request, "citizen/me.html", context)


@require_POST
def change_display(request: HttpRequest) -> HttpResponse:
    """Remember 长辈版 or 字号 for a year; needs no account."""
    chosen = display.display_read(request)
    if "elder" in request.POST:
        chosen = chosen.with_elder(is_elder=request.POST["elder"] == "1")
    size = request.POST.get("size", "")
    if size.isdecimal():
        chosen = chosen.with_size(int(size))
    response = redirect(next_path(request, reverse("citizen:home")))
    display.display_write(response, chosen, secure=request.is_secure())
    return response
