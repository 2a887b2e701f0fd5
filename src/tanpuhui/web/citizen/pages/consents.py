"""授权管理: who may send what; withdrawing is as easy as consenting."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from tanpuhui.web.citizen import consenting
from tanpuhui.web.shared.guards import Citizen, citizen_only, next_path


@citizen_only
def consents(request: HttpRequest, citizen: Citizen) -> HttpResponse:
    """Every provider and scenario with this citizen's word."""
    context = {
        "tab": "me",
        "groups": consenting.groups(citizen.person_id),
        "beside": consenting.choices_beside(citizen.person_id, is_child=citizen.is_child),
    }
    return render(request, "citizen/consents.html", context)


@require_POST
@citizen_only
def consent(request: HttpRequest, citizen: Citizen) -> HttpResponse:
    """Grant or withdraw one consent, then go back to where the button stood."""
    provider_id, deed = request.POST.get("provider", ""), request.POST.get("deed", "")
    if "purpose" in request.POST:
        sentence = consenting.decide_beside(
            citizen.actor, provider_id=provider_id, purpose=request.POST["purpose"], deed=deed
        )
    else:
        sentence = consenting.decide(
            citizen.actor,
            provider_id=provider_id,
            scenario_no=request.POST.get("scenario", ""),
            deed=deed,
        )
    messages.success(request, sentence)
    return redirect(next_path(request, reverse("citizen:consents")))
