"""The open door: what the platform is, what it holds now, which scenarios count and how firmly."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tanpuhui.domain.ledger import selectors as ledger
from tanpuhui.web.shared import scenes


def home(request: HttpRequest) -> HttpResponse:
    """The landing page with the book's totals."""
    groups = scenes.groups()
    context = {
        "totals": ledger.circulation(),
        "groups": groups,
        "scenario_count": sum(len(group.scenarios) for group in groups),
    }
    return render(request, "public/home.html", context)
