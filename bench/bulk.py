"""Files in bulk: everything from Parquet or CSV to balances, against the floor of the same run."""

from typing import Any

from bench import children, city, profile, stage, versus
from bench.options import Part, Run
from bench.records import files

DATABASE = f"{stage.PREFIX}_run"
GOAL_FLOOR = 0.40
GOAL_RSS = 600 * 10**6


def bulk(run: Run) -> Part:
    """Import alone (memory, profile), beside the floor (ratio), and as CSV."""
    from tanpuhui.kernel.cityrules import pack

    part = Part("bulk")
    people = city.settle(pack(), run.sizes, run.tell)
    sent = files.drawn(pack(), run.sizes, stage.last_day(), stage.folder())
    beside, peers = [], []
    for number in range(run.repeat):
        run.tell(f"beside the floor {number + 1}/{run.repeat}")
        beside.append(import_files(run, people.database, sent, "parquet", alternate=True))
        counts = {"rowwise": run.rowwise, "batched": run.batched}
        peers.append(versus.peers(run, people.database, sent, counts))
    run.tell("alone, timed inside")
    alone = import_files(run, people.database, sent, "parquet", probes=True)
    run.tell("as CSV")
    csv = import_files(run, people.database, sent, "csv")
    _same(alone, csv, *beside)
    part.facts = {"beside": beside, "peers": peers, "alone": alone, "csv": csv}
    _lines(part, beside, alone, csv)
    for ours, theirs in zip(beside, peers, strict=True):
        versus.lines(part, ours["records"] / ours["seconds"], theirs)
    part.text = profile.table(alone["profile"], alone["records"], alone["seconds"])
    stage.drop(DATABASE)
    return part


def import_files(
    run: Run, people: str, sent: list[files.Sent], kind: str, *, in_place: bool = False, **how: bool
) -> dict[str, Any]:
    """Import every file in a process of its own, into a copy of `people` or into it itself."""
    database = people if in_place else DATABASE
    if not in_place:
        stage.fresh(DATABASE, people)
    paths = [[s.provider.code, str(s.csv if kind == "csv" else s.parquet)] for s in sent]
    order = {"database": database, "files": paths, "chunk_rows": run.chunk_rows, **how}
    answer = children.call("importer", order)
    run.tell(f"  {answer['records'] / answer['seconds']:,.0f} records/s")
    return answer


def _same(first: dict[str, Any], *others: dict[str, Any]) -> None:
    """Every way in gives the same books."""
    for other in others:
        for name in ("records", "stored", "counts", "reduction_mg", "points"):
            assert other[name] == first[name], (name, first[name], other[name])


def ratio(answer: dict[str, Any], floor: str = "floor_rate") -> float:
    """Evidence rows a second ÷ the floor's rows a second, measured in alternating slices."""
    assert answer["floor_rows"] == answer["stored"], "the floor missed evidence rows"
    return float(answer["stored"] / answer["seconds"] / answer[floor])


def _lines(
    part: Part, beside: list[dict[str, Any]], alone: dict[str, Any], csv: dict[str, Any]
) -> None:
    middle = sorted(beside, key=ratio)[len(beside) // 2]
    ratios = " ".join(f"{ratio(answer):.3f}" for answer in beside)
    part.line("records, of them stored", f"{alone['records']:,}, {alone['stored']:,}")
    part.line("ours, rows/s (beside the floor)", f"{middle['stored'] / middle['seconds']:,.0f}")
    part.line("floor, rows/s", f"{middle['floor_rate']:,.0f}")
    part.line(
        "**ours ÷ floor** (each run)",
        ratios,
        f"≥ {GOAL_FLOOR:.2f}",
        met=ratio(middle) >= GOAL_FLOOR,
    )
    work = middle["cpu_seconds"] + middle["server_cpu_seconds"]
    if work > middle["cpu_seconds"]:
        part.line("ours ÷ floor by processor time", f"{middle['floor_cpu_seconds'] / work:.3f}")
    part.line("floor without indexes, rows/s", f"{middle['bare_rate']:,.0f}")
    part.line("ours ÷ floor without indexes", f"{ratio(middle, 'bare_rate'):.3f}")
    part.line("ours alone, Parquet, rows/s", f"{alone['stored'] / alone['seconds']:,.0f}")
    part.line("ours alone, CSV, rows/s", f"{csv['stored'] / csv['seconds']:,.0f}")
    for name, answer in (("Parquet", alone), ("CSV", csv)):
        part.line(
            f"peak memory of the importer, {name}",
            f"{answer['peak_rss'] / 10**6:,.0f} MB",
            "< 600 MB",
            met=answer["peak_rss"] < GOAL_RSS,
        )
    part.line("write-ahead log, bytes/record", f"{alone['wal'] / alone['records']:,.0f}")
