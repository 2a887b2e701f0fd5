"""Peers and ours on the same records, each on a database of its own.

python -m bench.workers.peer '{"how": "rowwise", …}'   →   one line of JSON
"""

import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl

from bench import stage


def run(order: dict[str, Any]) -> dict[str, Any]:
    """Take the first records of each provider; how: rowwise, batched or ours."""
    stage.ready()
    stage.use(order["database"])
    from tanpuhui.domain.parties import selectors as parties

    work = [
        (parties.organisation(code).party_id, pl.read_parquet(Path(path)).head(rows))
        for code, path, rows in order["files"]
    ]
    takes = {"rowwise": _rowwise, "batched": _batched, "ours": _ours}
    answers, seconds = takes[order["how"]](work)
    codes = Counter(code for code, _, _ in answers)
    return {
        "records": len(answers),
        "seconds": seconds,
        "counts": dict(codes),
        "reduction_mg": sum(mg for _, mg, _ in answers),
        "points": sum(points for _, _, points in answers),
    }


Work = list[tuple[int, pl.DataFrame]]
Answers = tuple[list[tuple[str, int, int]], float]


def _tables() -> Any:
    """The peers' tables and rules."""
    from django.db import connection

    from bench.peers.models import PeerAct, PeerEntry
    from bench.peers.rules import Rules
    from tanpuhui.kernel import clock
    from tanpuhui.kernel.cityrules import pack

    with connection.schema_editor() as editor:
        editor.create_model(PeerAct)
        editor.create_model(PeerEntry)
    return Rules(pack(), clock.now())


def _rowwise(work: Work) -> Answers:
    from bench.peers import rowwise

    rules = _tables()
    ready = [(provider_id, frame.to_dicts()) for provider_id, frame in work]
    begun = time.perf_counter()
    answers = [
        rowwise.ingest(rules, provider_id, record)
        for provider_id, records in ready
        for record in records
    ]
    return answers, time.perf_counter() - begun


def _batched(work: Work) -> Answers:
    from bench.peers import batched

    rules = _tables()
    ready = [(provider_id, frame.to_dicts()) for provider_id, frame in work]
    answers = []
    begun = time.perf_counter()
    for provider_id, records in ready:
        for start in range(0, len(records), batched.BATCH):
            answers += batched.ingest(rules, provider_id, records[start : start + batched.BATCH])
    return answers, time.perf_counter() - begun


def _ours(work: Work) -> Answers:
    """The platform on the very same records, to compare the sums."""
    from bench.records.files import record_frame
    from tanpuhui.domain.scenarios import services
    from tanpuhui.kernel import actors

    answers = []
    begun = time.perf_counter()
    for provider_id, frame in work:
        result = services.acts_ingest(
            actor=actors.system(label="bench"),
            provider_id=provider_id,
            batch_no="bench",
            channel="file",
            records=record_frame(frame),
        )
        rows = result.receipts.select("status", "code", "reduction_mg", "points").iter_rows()
        for status, code, mg, points in rows:
            again = status == "duplicate"
            answers.append(
                ("repeated" if again else code, 0 if again else mg, 0 if again else points)
            )
    return answers, time.perf_counter() - begun


if __name__ == "__main__":
    print(json.dumps(run(json.loads(sys.argv[1]))))
