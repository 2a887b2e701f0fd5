"""Citizens on their pages, driven by locust: many at once, each with a session of their own.

python -m bench.workers.citizens '{"port": 8100, "visits": "….json", …}'   →   one line of JSON
"""

import json
import random
import sys
from itertools import cycle
from pathlib import Path
from typing import Any

import gevent
from locust import FastHttpUser, task
from locust.env import Environment

ORDER = json.loads(sys.argv[1])
VISITS = cycle(json.loads(Path(ORDER["visits"]).read_text()))


class Citizen(FastHttpUser):
    """Opens one page after the other, the first page most often."""

    host = f"http://127.0.0.1:{ORDER['port']}"

    def wait_time(self) -> float:
        """People read for different times; on a common beat, one late second would bunch them."""
        return random.expovariate(1 / ORDER["pause_s"]) if ORDER["pause_s"] else 0.0

    def on_start(self) -> None:
        """Become the next person, at a moment of one's own."""
        visit = next(VISITS)
        self.pages = [tuple(page) for page in visit["pages"]]
        self.headers = {"Cookie": f"sessionid={visit['session']}"}
        gevent.sleep(random.random() * ORDER["pause_s"])

    @task
    def open_page(self) -> None:
        """Any page but a page of one's own counts as failed."""
        name, address = random.choice(self.pages)
        with self.client.get(
            address, name=name, headers=self.headers, allow_redirects=False, catch_response=True
        ) as answer:
            if answer.status_code != 200:
                answer.failure(f"{answer.status_code}")


def main() -> None:
    """Warm up, then measure for the seconds of the order."""
    environment = Environment(user_classes=[Citizen])
    runner = environment.create_local_runner()
    runner.start(ORDER["users"], spawn_rate=ORDER["users"])
    gevent.sleep(ORDER["warm_s"])
    warm = environment.stats.total.num_requests
    environment.stats.reset_all()
    gevent.sleep(ORDER["seconds"])
    found: dict[str, Any] = {
        "pages": {name: _figures(entry) for (name, _), entry in environment.stats.entries.items()},
        "total": _figures(environment.stats.total),
        "all": warm + environment.stats.total.num_requests,
        "errors": [f"{e.name}: {e.error}" for e in environment.stats.errors.values()],
    }
    runner.quit()
    print(json.dumps(found))


def _figures(entry: Any) -> dict[str, float]:
    return {
        "count": entry.num_requests,
        "failed": entry.num_failures,
        "per_second": entry.num_requests / ORDER["seconds"],
        "p50_ms": entry.get_response_time_percentile(0.5) or 0,
        "p95_ms": entry.get_response_time_percentile(0.95) or 0,
        "p99_ms": entry.get_response_time_percentile(0.99) or 0,
    }


if __name__ == "__main__":
    main()
