"""The importer in a process of its own, so that its memory can be told apart.

python -m bench.workers.importer '{"database": …}'   →   one line of JSON
"""

import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl

from bench import stage
from bench.floor import EVIDENCE, Floor, backend_cpu
from bench.probes import Probes


class Evidence:
    """Keeps the evidence frames of the slice at hand as they are written."""

    def __init__(self) -> None:
        self.held: list[pl.DataFrame] = []

    def listen(self) -> None:
        """Overhear every COPY into the evidence."""
        from tanpuhui.kernel import columns

        original = columns.copy_rows

        def copy_rows(cursor: Any, table: str, rows: Any) -> None:
            if table.startswith(EVIDENCE):
                self.held.append(pl.DataFrame(rows))
            original(cursor, table, rows)

        for name, module in list(sys.modules.items()):
            if name.startswith("tanpuhui.") and getattr(module, "copy_rows", None) is original:
                module.copy_rows = copy_rows  # type: ignore[attr-defined]

    def take(self) -> pl.DataFrame | None:
        """What was written since the last call."""
        held, self.held = self.held, []
        return pl.concat(held) if held else None


def peak_rss_bytes() -> int:
    """The most memory this process ever held."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def run(order: dict[str, Any]) -> dict[str, Any]:
    """Import the files; with `alternate` each slice is followed by the floor's."""
    stage.ready()
    stage.use(order["database"])
    from django.db import connection

    from bench.records.files import profile_of
    from tanpuhui.domain.parties import selectors as parties
    from tanpuhui.domain.scenarios.services.imports import file_import
    from tanpuhui.kernel import actors, cityrules

    city = cityrules.pack()
    probes, evidence = Probes(), Evidence()
    floor = Floor(order["database"]) if order.get("alternate") else None
    if floor:
        evidence.listen()
    if order.get("probes"):
        probes.attach()
    waited = waited_cpu = 0.0

    def follow(progress: Any) -> None:
        nonlocal waited, waited_cpu
        frame = evidence.take() if floor and progress.stage == "import" else None
        if floor and frame is not None:
            cpu_before = time.process_time()
            waited += floor.copy(frame)
            waited_cpu += time.process_time() - cpu_before

    counts: Counter[str] = Counter()
    sums, slow = Counter[str](), []
    start_rss = peak_rss_bytes()
    wal = stage.wal_bytes()
    cpu, begun = time.process_time(), time.perf_counter()
    for code, path in order["files"]:
        at, rows = time.perf_counter() - waited, sum(counts.values())
        report = file_import(
            actor=actors.system(door="file", label="bench"),
            provider_id=parties.organisation(code).party_id,
            path=Path(path),
            profile=profile_of(city, code, Path(path)),
            on_progress=follow,
            chunk_rows=order["chunk_rows"],
        )
        counts.update(report.counts)
        sums.update(reduction_mg=report.reduction_mg, points=report.points)
        slow.append([code, sum(counts.values()) - rows, time.perf_counter() - waited - at])
    seconds = time.perf_counter() - begun - waited
    cpu = time.process_time() - cpu - waited_cpu
    server_cpu = backend_cpu(connection.connection)
    records = sum(counts.values())
    return {
        "records": records,
        "stored": _stored(order["database"]),
        "seconds": seconds,
        "cpu_seconds": cpu,
        "server_cpu_seconds": server_cpu,
        "floor_cpu_seconds": floor.cpu["indexed"] if floor else None,
        "counts": dict(counts),
        **sums,
        "peak_rss": peak_rss_bytes(),
        "start_rss": start_rss,
        "wal": None if floor else stage.wal_bytes() - wal,
        "files": slow,
        "profile": probes.rows(records) if order.get("probes") else None,
        "floor_rows": floor.rows if floor else None,
        "floor_rate": floor.rate("indexed") if floor else None,
        "bare_rate": floor.rate("bare") if floor else None,
    }


def _stored(database: str) -> int:
    with stage.psycopg.connect(**stage.keywords(database)) as connection:
        row = connection.execute(f"select count(*) from {EVIDENCE}").fetchone()
    assert row is not None
    return int(row[0])


if __name__ == "__main__":
    print(json.dumps(run(json.loads(sys.argv[1]))))
