"""Pages of plain words."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tanpuhui.kernel import cityrules
from tanpuhui.web.shared import scenes


def join(request: HttpRequest) -> HttpResponse:
    """How a citizen, a provider or a firm takes part."""
    return render(request, "public/join.html", {"section": "join"})


def about(request: HttpRequest) -> HttpResponse:
    """What this is, on whose order, and who does what."""
    parties = [
        row
        for row in (cityrules.pack().organisations or {}).get("organisations", [])
        if not row.get("demo") and row["kind"] in {"authority", "operator", "supervisor"}
    ]
    context = {"parties": parties, "scenario_count": len(scenes.scenarios_in_order())}
    return render(request, "public/about.html", context)


def privacy(request: HttpRequest) -> HttpResponse:
    """What is received, what is not, and what anybody can do about it."""
    rows = [(one.title, one.privacy) for one in scenes.scenarios_in_order()]
    return render(request, "public/privacy.html", {"rows": rows})


def accessibility(request: HttpRequest) -> HttpResponse:
    """What was done so that everybody can read this, and what is missing."""
    return render(request, "public/accessibility.html", {})
