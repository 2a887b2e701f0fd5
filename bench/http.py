"""The HTTP API: signed batches of 1,000 from one other process, and single records on a beat."""

import pickle
import statistics
from typing import Any

import msgspec
import polars as pl
import psycopg

from bench import children, city, floor, inside, stage
from bench.options import Part, Run
from bench.records import files
from bench.records.files import Sent
from bench.servers import server

DATABASE = f"{stage.PREFIX}_http"
EACH = 1000
SLICE = 5
GOAL_RATIO = 0.5
GOAL_P99_MS = 40
PER_SECOND = 50
INSIDE_BATCHES, INSIDE_CALLS = 20, 220


def http(run: Run) -> Part:
    """Ours beside the floor in alternating slices, then single calls."""
    from tanpuhui.kernel import partitions
    from tanpuhui.kernel.cityrules import pack

    part = Part("http")
    people = city.settle(pack(), run.sizes, run.tell)
    sent = files.drawn(pack(), run.sizes, stage.last_day(), stage.folder())
    stage.fresh(DATABASE, people.database)
    work = _work(run, sent)
    days = pl.read_parquet(sent[0].parquet)["occurred_at"].dt.date().unique()
    for table in (floor.EVIDENCE, "ledger_entry"):
        partitions.ensure(table, [day for day in days if day <= stage.last_day()])
    with psycopg.connect(**stage.keywords(DATABASE), autocommit=True) as connection:
        floor.like_evidence(connection, "bench_http", "including all")
        floor.partitions(connection, "bench_http")
        connection.execute("create table bench_http_rest partition of bench_http default")
    path = stage.folder() / "http.pickle"
    path.write_bytes(pickle.dumps(work))
    with (
        server("platform", DATABASE, run.workers) as ours,
        server("floor", DATABASE, run.workers) as theirs,
    ):
        order = {
            "work": str(path),
            "ports": {"platform": ours.port, "floor": theirs.port},
            "slice": max(1, min(SLICE, run.batches // run.lanes // 4)),
            "each": EACH,
            "per_second": PER_SECOND,
        }
        found: dict[str, Any] = {"cpu": {}}
        # What a server imports and compiles for its first calls is no cost of a batch.
        for what in ("warm", "batches", "singles"):
            run.tell(what)
            before = ours.cpu(), theirs.cpu()
            found[what] = children.call("sender", order | {"what": what})
            found["cpu"][what] = ours.cpu() - before[0], theirs.cpu() - before[1]
    path.unlink()
    _lines(part, run, found)
    part.text = inside.calls(
        "One batch of 1,000", "/api/v1/batches", work["again"], work["again_each"]
    )
    part.text += inside.calls("One single record", "/api/v1/acts", work["one"], 1)
    part.facts = found
    stage.drop(DATABASE)
    return part


def _work(run: Run, sent: list[Sent]) -> dict[str, Any]:
    """Bodies to sign: lanes of batches, each provider in one lane; and single records."""
    from tanpuhui.domain.parties import selectors, services
    from tanpuhui.kernel import actors

    lanes: list[list[tuple[str, str, bytes]]] = [[] for _ in range(run.lanes)]
    whole = sum(s.rows for s in sent)
    rest: tuple[str, str, list[dict[str, Any]]] | None = None
    for one in sorted(sent, key=lambda s: -s.rows):
        count = round(run.batches * one.rows / whole)
        if count == 0 or one.rows < count * EACH:
            continue
        provider = selectors.organisation(one.provider.code)
        key_id, secret = services.provider_key_issue(
            actor=actors.system(label="bench"), provider_id=provider.party_id
        )
        more = run.singles + PER_SECOND + INSIDE_CALLS + INSIDE_BATCHES * EACH
        messages = _messages(one, count * EACH + (more if rest is None else 0))
        lane = min(lanes, key=len)
        for start in range(0, count * EACH, EACH):
            lane.append((key_id, secret, _batch(f"b{start}", messages[start : start + EACH])))
        if rest is None:
            rest = (key_id, secret, messages[count * EACH :])
    assert rest is not None, "too few records for a single batch; raise --acts"
    key_id, secret, messages = rest
    single = [(key_id, secret, msgspec.json.encode(message)) for message in messages]
    first, then = PER_SECOND, PER_SECOND + run.singles
    left = messages[then + INSIDE_CALLS :]
    each = max(1, min(EACH, len(left) // 3))
    again = [
        (key_id, secret, _batch(f"again{start}", left[start : start + each]))
        for start in range(0, len(left) - each + 1, each)
    ]
    return {
        "lanes": lanes,
        "warm": single[:first],
        "singles": single[first:then],
        "one": single[then : then + INSIDE_CALLS],
        "again": again,
        "again_each": each,
    }


def _messages(one: Sent, count: int) -> list[dict[str, Any]]:
    """Records as the API takes them."""
    rows = pl.read_parquet(one.parquet, n_rows=count)
    fields = [name for name in rows.columns if name not in files.FIXED]
    return [
        {
            "item_no": row["item_no"],
            "subject": row["subject"] or "",
            "scenario": row["scenario"],
            "occurred_at": row["occurred_at"].isoformat(),
            "asset_key": row["asset_key"],
            "quantities": {name: row[name] for name in fields if row[name] is not None},
        }
        for row in rows.iter_rows(named=True)
    ]


def _batch(number: str, messages: list[dict[str, Any]]) -> bytes:
    return msgspec.json.encode({"batch_no": number, "records": messages})


def _lines(part: Part, run: Run, found: dict[str, Any]) -> None:
    ours, theirs = found["batches"]["platform"], found["batches"]["floor"]
    cpu = found["cpu"]
    assert set(ours["statuses"]) == set(theirs["statuses"]) == {"200"}, found["batches"]
    rate, least = ours["records"] / ours["seconds"], theirs["records"] / theirs["seconds"]
    pairs = [a / b for a, b in zip(ours["slices"], theirs["slices"], strict=True)]
    part.line(
        "batches of 1,000, lanes, server processes", f"{run.batches}, {run.lanes}, {run.workers}"
    )
    part.line("ours, records/s", f"{rate:,.0f}")
    part.line("floor (decode and COPY), records/s", f"{least:,.0f}")
    part.line("**ours ÷ floor**", f"{rate / least:.3f}", "≥ 0.5", met=rate / least >= GOAL_RATIO)
    part.line("… in each slice, least to most", f"{min(pairs):.2f} … {max(pairs):.2f}")
    work, least_work = (1000 * seconds / run.batches for seconds in cpu["batches"])
    part.line("processor time a batch: ours, floor", f"{work:.0f} ms, {least_work:.0f} ms")
    times = sorted(found["singles"]["ms"])
    assert set(found["singles"]["statuses"]) == {"200"}, found["singles"]["statuses"]
    p99 = times[int(len(times) * 0.99)]
    part.line(f"single records at {PER_SECOND}/s, calls", f"{len(times):,}")
    part.line("processor time a call", f"{1000 * cpu['singles'][0] / len(times):.1f} ms")
    part.line("p50", f"{statistics.median(times):.1f} ms")
    part.line("**p99**", f"{p99:.1f} ms", "< 40 ms", met=p99 < GOAL_P99_MS)
    part.line("slowest", f"{times[-1]:.1f} ms")
