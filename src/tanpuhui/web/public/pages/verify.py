"""查验: does this number stand in the book, and as what. Nothing personal is asked or shown."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.kernel import cityrules, limits
from tanpuhui.kernel.limits import Limit
from tanpuhui.web.shared import errors, visitors

LIMIT = Limit("web.verify", at_once=20, refill_s=3)
LONGEST = 60


@never_cache
def verify(request: HttpRequest) -> HttpResponse:
    """The form, and the answer above it."""
    number = request.GET.get("number", "").strip()[:LONGEST]
    standing = None
    if number:
        wait_s = limits.take(LIMIT, visitors.address(request))
        if wait_s:
            return errors.too_many(request, wait_s)
        standing = scenarios.act_standing(number)
    context = {
        "section": "verify",
        "number": number,
        "standing": standing,
        "scenario": cityrules.pack().scenario_by_no(standing.scenario_no) if standing else None,
    }
    return render(request, "public/verify.html", context)
