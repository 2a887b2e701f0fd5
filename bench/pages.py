"""Citizens' pages in a big city: server time of each, and a crowd on them while the worker runs."""

import json
import re
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from bench import children, past, stage
from bench.browsing import browser_of, session_of
from bench.options import Part, Run
from bench.servers import Server, beside, server

WORKER = "import sys; sys.argv[1:] = ['worker']; from tanpuhui.config.cli import main; main()"
GOAL_MS = 25
GOAL_PER_SECOND, GOAL_P95_MS = 150, 250
PEOPLE = 300  # who are signed in
TIMED = 25  # of them, for the time of each page
CROWD, PAUSE_S = 165, 1.0  # who read a page for a second, on average
WARM_S = 12  # the server reads its code and templates with the first calls
PRESSING = 16  # who ask for the next page at once
LINK = re.compile(r'href="(/m/acts/[^"/]+/)"')
PAGES = {
    "ledger": "/m/ledger/",
    "ledger, acts": "/m/ledger/?view=acts",
    "scenarios": "/m/scenarios/",
    "scenario": "/m/scenarios/travel/metro/",
    "consents": "/m/consents/",
    "messages": "/m/messages/",
    "me": "/m/me/",
    "privacy": "/m/privacy/",
    "help": "/m/help/",
}
HOME_SHARE = 5  # a crowd opens the first page most


def pages(run: Run) -> Part:
    """Time without a network, then locust: reading, pressing, and against a bare view."""
    from tanpuhui.kernel.cityrules import pack

    part = Part("pages")
    name = past.settle(pack(), run.sizes, run.stored, run.tell)
    stage.use(name)
    visits = [_visit(person) for person in _people()]
    times = _times(visits[:TIMED])
    listed = _list("visits", visits)
    bare_only = _list("bare", [visit | {"pages": [("bare", "/")]} for visit in visits])
    order = {"visits": str(listed), "warm_s": min(WARM_S, run.seconds), "seconds": run.seconds}
    crowd = order | {"users": CROWD, "pause_s": PAUSE_S}
    pressing = order | {"users": PRESSING, "pause_s": 0}
    with beside([sys.executable, "-c", WORKER], name):
        with server("platform", name, run.workers) as ours:
            run.tell("a crowd that reads, then one that presses")
            reading, most = (_load(ours, asked) for asked in (crowd, pressing))
        with server("bare", name, run.workers) as bare:
            run.tell("a bare view")
            least = _load(bare, pressing | {"visits": str(bare_only)})
    listed.unlink()
    bare_only.unlink()
    part.facts = {"times": times, "reading": reading, "pressing": most, "bare": least}
    _lines(part, run)
    return part


def _people() -> list[int]:
    from tanpuhui.domain.parties import selectors as parties

    return [person.party_id for person in parties.people(PEOPLE)]


def _visit(person_id: int) -> dict[str, Any]:
    """A session of this person, and the pages they open."""
    session = session_of(person_id)
    found = LINK.search(browser_of(session).get("/m/").content.decode())
    acts = [("act", found.group(1))] if found else []
    opened = [("home", "/m/")] * HOME_SHARE + [*PAGES.items(), *acts]
    return {"session": session, "pages": opened}


def _times(visits: list[dict[str, Any]]) -> dict[str, float]:
    """Median milliseconds of each page, over several people; the first view of each only warms."""
    times: dict[str, list[float]] = {}
    for visit in visits:
        browser = browser_of(visit["session"])
        for name, address in dict(visit["pages"]).items():
            browser.get(address)
            begun = time.perf_counter()
            answer = browser.get(address)
            seconds = time.perf_counter() - begun
            assert answer.status_code == 200, (address, answer.status_code)
            times.setdefault(name, []).append(1000 * seconds)
    return {name: statistics.median(found) for name, found in times.items()}


def _load(target: Server, order: dict[str, Any]) -> dict[str, Any]:
    cpu = target.cpu()
    found = children.call("citizens", order | {"port": target.port})
    assert not found["total"]["failed"], found["errors"]
    return found | {"cpu_s": target.cpu() - cpu}


def _list(name: str, visits: list[dict[str, Any]]) -> Path:
    """Visits in a file, for locust in its own process."""
    path = stage.folder() / f"{name}.json"
    path.write_text(json.dumps(visits))
    return path


def _lines(part: Part, run: Run) -> None:
    times, reading, most, least = part.facts.values()
    part.line("people, acts stored", f"{run.sizes.accounts:,}, {run.stored:,}")
    slowest = max(times, key=lambda name: times[name])
    middle = statistics.median(times.values())
    part.line("server time, median of pages", f"{middle:.1f} ms", f"< {GOAL_MS} ms")
    part.line(
        f"**server time of the slowest page** ({slowest}), median",
        f"{times[slowest]:.1f} ms",
        f"< {GOAL_MS} ms",
        met=times[slowest] < GOAL_MS,
    )
    crowd = f"{CROWD} citizens, each page read for {PAUSE_S:g} s"
    for what, found in ((crowd, reading), (f"{PRESSING} at once", most)):
        total = found["total"]
        part.line(
            f"**{what}**: pages/s, p50, p95",
            f"{total['per_second']:.0f}, {total['p50_ms']:.0f} ms, {total['p95_ms']:.0f} ms",
            f"≥ {GOAL_PER_SECOND}/s at p95 < {GOAL_P95_MS} ms",
            met=total["per_second"] >= GOAL_PER_SECOND and total["p95_ms"] < GOAL_P95_MS,
        )
    ours, bare = most["total"], least["total"]
    part.line("a bare Django view, pages/s", f"{bare['per_second']:.0f}")
    part.line("ours ÷ bare view", f"{ours['per_second'] / bare['per_second']:.3f}")
    each = 1000 * most["cpu_s"] / max(1, most["all"])
    part.line("processor time a page, database included", f"{each:.1f} ms")
