"""The one other process that sends: batches in alternating slices, then single records on a beat.

python -m bench.workers.sender '{"work": "…pickle", …}'   →   one line of JSON
"""

import http.client
import json
import pickle
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tanpuhui.httpapi.client import sign_request

Call = tuple[str, str, bytes]  # key id, secret, body
TIMEOUT_S = 120


@dataclass
class Line:
    """One thread's way to the servers: a kept-open connection to each port."""

    links: dict[int, http.client.HTTPConnection] = field(default_factory=dict)

    def post(self, port: int, path: str, call: Call) -> tuple[int, bytes]:
        """Sign and send; (status, body)."""
        key_id, secret, body = call
        headers = sign_request(
            method="POST",
            url=f"http://127.0.0.1:{port}{path}",
            key_id=key_id,
            secret=secret,
            body=body,
        )
        link = self.links.get(port)
        if link is None:
            link = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
            self.links[port] = link
        link.request("POST", path, body, headers)
        answer = link.getresponse()
        return answer.status, answer.read()


@dataclass
class Tally:
    """Answers of one server."""

    seconds: float = 0.0
    records: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    slices: list[float] = field(default_factory=list)


def batches(ports: dict[str, int], lanes: list[list[Call]], size: int, each: int) -> dict[str, Any]:
    """Send every lane's batches to each server, `size` batches a lane in turn.

    Args:
        ports: server name → port; all get the same batches.
        lanes: one list of batches a thread, each in order.
        size: batches of a slice.
        each: records in a batch.
    """
    tallies = {name: Tally() for name in ports}
    lines = [Line() for _ in lanes]
    guard = threading.Lock()

    def send(place: int, port: int, tally: Tally, calls: list[Call]) -> None:
        for call in calls:
            status, body = lines[place].post(port, "/api/v1/batches", call)
            counts = json.loads(body).get("counts", {}) if status < 300 else {}
            with guard:
                tally.statuses[status] += 1
                tally.counts.update(counts)

    longest = max(len(lane) for lane in lanes)
    with ThreadPoolExecutor(len(lanes)) as pool:
        for number, start in enumerate(range(0, longest, size)):
            names = list(ports) if number % 2 else list(reversed(ports))
            parts = [lane[start : start + size] for lane in lanes]
            for name in names:
                tally, begun = tallies[name], time.perf_counter()
                jobs = [
                    pool.submit(send, place, ports[name], tally, part)
                    for place, part in enumerate(parts)
                ]
                for job in jobs:
                    job.result()
                seconds = time.perf_counter() - begun
                records = each * sum(map(len, parts))
                if number:  # the first slice warms caches and connections
                    tally.seconds += seconds
                    tally.records += records
                    tally.slices.append(records / seconds)
    return {name: vars(tally) for name, tally in tallies.items()}


def singles(port: int, calls: list[Call], per_second: int, threads: int = 16) -> dict[str, Any]:
    """One record a call, on a beat; a call's time runs from its beat, not from when it got away."""
    local = threading.local()
    statuses: Counter[int] = Counter()
    times: list[float] = []
    begun = time.perf_counter() + 0.2

    def send(number: int) -> None:
        if not hasattr(local, "line"):
            local.line = Line()
        due = begun + number / per_second
        time.sleep(max(0.0, due - time.perf_counter()))
        status, _ = local.line.post(port, "/api/v1/acts", calls[number])
        times.append(time.perf_counter() - due)
        statuses[status] += 1

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(send, range(len(calls))))
    return {"ms": [round(1000 * t, 3) for t in times], "statuses": statuses}


def main() -> None:
    """Do what the order says."""
    order = json.loads(sys.argv[1])
    work = pickle.loads(Path(order["work"]).read_bytes())
    if order["what"] == "batches":
        answer = batches(order["ports"], work["lanes"], order["slice"], order["each"])
    else:
        answer = singles(order["ports"]["platform"], work[order["what"]], order["per_second"])
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
