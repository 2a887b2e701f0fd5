"""The citizen's first page: its queries and its time, in a young city and in an old one."""

import statistics
import time
from typing import Any

from bench import past, stage
from bench.browsing import browser_of, session_of
from bench.options import Part, Run

DATABASE = f"{stage.PREFIX}_home"
GOAL_QUERIES = 6
GOAL_GROWTH = 1.25  # medians of two databases differ by some noise
OWN, PEOPLE = 200_000, 1_000  # each fills a page; a small look has fewer
VIEWS = 40
ROUNDS = 3


def home(run: Run) -> Part:
    """The same people look at their page; only the rest of the city differs."""
    from tanpuhui.kernel.cityrules import pack

    part = Part("home")
    own = min(OWN, max(2_000, run.stored // 25))
    databases = {0: f"{DATABASE}_young", run.stored: f"{DATABASE}_old"}
    for stored, name in databases.items():
        stage.fresh(name, past.settle(pack(), run.sizes, stored, run.tell))
        past.fill(pack(), own, run.tell, accounts=PEOPLE, first=10**9)
    rounds: dict[int, list[dict[str, Any]]] = {0: [], run.stored: []}
    for number in range(ROUNDS + 1):
        for stored, name in databases.items():
            stage.use(name)
            one = _views()
            if number:  # the first round warms templates and caches
                rounds[stored].append(one)
    found = {
        stored: sorted(all_of, key=lambda one: one["ms"])[ROUNDS // 2]
        for stored, all_of in rounds.items()
    }
    for name in databases.values():
        stage.drop(name)
    young, old = found[0], found[run.stored]
    for stored, one in found.items():
        part.line(f"median, {own + stored:,} acts stored", f"{one['ms']:.1f} ms")
    part.line(
        "**queries**",
        f"{old['queries']}",
        f"≤ {GOAL_QUERIES}",
        met=old["queries"] <= GOAL_QUERIES,
    )
    part.line(
        "**time in the old city ÷ in the young one**",
        f"{old['ms'] / young['ms']:.2f}",
        "does not grow",
        met=old["ms"] <= young["ms"] * GOAL_GROWTH,
    )
    part.facts = {str(stored): one for stored, one in found.items()}
    return part


def _views() -> dict[str, Any]:
    """Median time and queries of one view, over several people."""
    from django.db import connection
    from django.urls import reverse

    from tanpuhui.domain.parties import selectors as parties

    address = reverse("citizen:home")
    times, queries = [], []

    def count(execute: Any, *call: Any) -> Any:
        queries[-1] += 1
        return execute(*call)

    for number, person in enumerate(parties.people(VIEWS + 5)):
        browser = browser_of(session_of(person.party_id))
        browser.get(address)  # warm
        queries.append(0)
        with connection.execute_wrapper(count):
            begun = time.perf_counter()
            answer = browser.get(address)
            seconds = time.perf_counter() - begun
        assert answer.status_code == 200, answer.status_code
        if number >= 5:
            times.append(1000 * seconds)
    return {"ms": statistics.median(times), "queries": max(queries), "times": times}
