"""这一笔怎么来的: one act, down to inputs, formula, factors and receipt."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.scenarios import selectors as acts
from tanpuhui.domain.supervision import selectors as supervision
from tanpuhui.kernel import cityrules
from tanpuhui.web.citizen import explanations
from tanpuhui.web.shared.guards import Citizen, citizen_only


@citizen_only
def act(request: HttpRequest, citizen: Citizen, token: str) -> HttpResponse:
    """One act of this citizen; anybody else's is not found."""
    found = acts.act_explained(citizen.person_id, token)
    scenario = cityrules.pack().scenario_by_no(found.act.scenario_no)
    is_counted = found.act.code == "counted"
    has_no_points = is_counted and found.act.points == 0
    context = {
        "tab": "ledger",
        "one": found,
        "act": found.act,
        "scenario": scenario,
        "is_counted": is_counted,
        "wants_points_word": has_no_points and not parties.has_agreed(citizen.person_id, "points"),
        "token": token,
        "appeal": supervision.appeal_of(citizen.person_id, *acts.act_key(citizen.person_id, token)),
        "reason": explanations.reason(found.act),
        "advice": explanations.advice(found.act.code),
    }
    return render(request, "citizen/act.html", context)
