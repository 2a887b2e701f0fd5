"""Scenarios for everybody: what counts, how, how much, on whose word."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from tanpuhui.domain.insight import selectors as insight
from tanpuhui.kernel import cityrules, clock
from tanpuhui.web.citizen import scenario_words
from tanpuhui.web.shared import scenes


def scenarios(request: HttpRequest) -> HttpResponse:
    """All scenarios by clause of the notice."""
    groups = scenes.groups()
    context = {
        "section": "scenarios",
        "groups": groups,
        "count": sum(len(group.scenarios) for group in groups),
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
