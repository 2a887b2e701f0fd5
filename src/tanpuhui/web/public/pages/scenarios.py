"""Scenarios for everybody: what counts, how, how much, on whose word."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from tanpuhui.domain.insight import selectors as insight
from tanpuhui.kernel import cityrules, clock
from tanpuhui.web.citizen import scenario_words
from tanpuhui.web.shared import list_files, scene_lists, scenes


def scenarios(request: HttpRequest) -> HttpResponseBase:
    """All scenarios by clause of the notice."""
    query = scene_lists.query_of(request.GET)
    if file := list_files.download(request, scene_lists.table, query, "scenarios"):
        return file
    listing = scene_lists.table(query)
    context = {
        "section": "scenarios",
        "listing": listing,
        "groups": scenes.grouped(listing.page.rows),
        "count": len(cityrules.pack().scenarios),
    }
    return render(request, "public/scenarios.html", context)


def scenario(request: HttpRequest, group: str, slug: str) -> HttpResponse:
    """One scenario as the city's pack declares it, with what it has given."""
    one = cityrules.pack().scenarios.get(f"{group}/{slug}")
    if one is None:
        raise Http404
    method = scenes.methodology(one.id)
    tables = insight.published()
    context = {
        "section": "scenarios",
        "scenario": one,
        "chips": scenario_words.chips(one, method),
        "method": method,
        "formula": scenes.formula(method) if method else None,
        "factors": scenes.figures(method, clock.today()) if method else [],
        "points_text": scenario_words.points_text(one),
        "rules": scenario_words.rules(one),
        "inputs": scenario_words.inputs(one),
        "checks": [rule.message for rule in one.plausibility],
        "ever": tables.scenarios.of(None, one.no),
        "month": tables.months[0],
        "month_figures": tables.scenarios.of(tables.months[0], one.no),
    }
    return render(request, "public/scenario.html", context)
