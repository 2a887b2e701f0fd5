"""每日对账: the provider's days as they stand in the books."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.web.shared.guards import Provider, provider_only

SPAN = 30
OFFERED = ("7", "30", "92")


@provider_only
def reconciliation(request: HttpRequest, provider: Provider) -> HttpResponse:
    """Recent days with their sum."""
    span = int(request.GET.get("days", "")) if request.GET.get("days") in OFFERED else SPAN
    days = scenarios.day_totals(provider.provider_id, days=span)
    context = {
        "tab": "reconciliation",
        "provider": provider.organisation,
        "span": span,
        "spans": [int(one) for one in OFFERED],
        "days": days,
        "total": {
            name: sum(getattr(day, name) for day in days)
            for name in ("counted", "not_counted", "reduction_mg", "points")
        },
    }
    return render(request, "provider/reconciliation.html", context)
