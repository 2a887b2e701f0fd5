"""运行状态: is it up, how old are the figures, does the book balance, does data arrive."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from tanpuhui.domain.insight import selectors as insight
from tanpuhui.kernel import clock

DELAYED_S = 300
HOURS = 24
LETTERS = "甲乙丙丁戊己庚辛壬癸"


@never_cache
def status(request: HttpRequest) -> HttpResponse:
    """Reading it proves that the site and its database answer."""
    now = clock.now()
    fresh = insight.freshness()
    age_s = int((now - fresh.rolled_at).total_seconds()) if fresh.rolled_at else None
    rows = sorted(insight.intake(HOURS), key=lambda row: -row.acts)
    context = {
        "now": now,
        "fresh": fresh,
        "age_s": age_s,
        "is_delayed": age_s is None or age_s > DELAYED_S,
        "proof": insight.proof_last(),
        "intake": [
            (LETTERS[place] if place < len(LETTERS) else str(place + 1), row)
            for place, row in enumerate(rows)
        ],
    }
    return render(request, "public/status.html", context)
