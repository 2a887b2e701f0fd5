"""低碳场景: what counts, how it is computed, what is received and what is not."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from tanpuhui.kernel import cityrules, clock
from tanpuhui.web.citizen import consenting, scenario_words
from tanpuhui.web.shared import list_files, lists, scene_lists, scenes
from tanpuhui.web.shared.guards import Citizen, citizen_only


@citizen_only
def scenarios(request: HttpRequest, citizen: Citizen) -> HttpResponseBase:
    """All scenarios by clause, with this citizen's state."""
    open_nos = citizen.open_nos

    def table(asked: lists.Query) -> lists.Listing[scenes.Scene]:
        return scene_lists.table(asked, open_nos, for_citizen=True)

    query = scene_lists.query_of(request.GET)
    if file := list_files.download(request, table, query, "scenarios"):
        return file
    listing = table(query)
    context = {
        "tab": "scenarios",
        "listing": listing,
        "groups": scenes.grouped(listing.page.rows),
        "count": len(cityrules.pack().scenarios),
        "open_count": len(open_nos),
    }
    return render(request, "citizen/scenarios.html", context)


@citizen_only
def scenario(request: HttpRequest, citizen: Citizen, group: str, slug: str) -> HttpResponse:
    """One scenario as the city's pack declares it."""
    one = cityrules.pack().scenarios.get(f"{group}/{slug}")
    if one is None:
        raise Http404
    method = scenes.methodology(one.id)
    context = {
        "tab": "scenarios",
        "scenario": one,
        "consent_text": consenting.text(one.id),
        "chips": scenario_words.chips(one, method),
        "consents": consenting.choices(citizen.person_id, scenario_no=one.no),
        "formula": scenes.formula(method) if method else None,
        "factors": scenes.figures(method, clock.today()) if method else [],
        "points_text": scenario_words.points_text(one),
        "rules": scenario_words.rules(one),
        "inputs": scenario_words.inputs(one),
    }
    return render(request, "citizen/scenario.html", context)
