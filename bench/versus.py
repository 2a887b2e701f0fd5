"""Peers: the same work on the same records as a straightforward Django service would do it."""

from typing import Any

from bench import children, stage
from bench.options import Part, Run
from bench.records.files import Sent

DATABASE = f"{stage.PREFIX}_peer"
GOALS = {"rowwise": 300, "batched": 25}
TITLES = {"rowwise": "Django, a row an act", "batched": "Django, bulk_create by 1,000"}


def peers(run: Run, people: str, sent: list[Sent], records: dict[str, int]) -> dict[str, Any]:
    """Both peers on the head of each file; their sums are those of the platform.

    Args:
        run: the run.
        people: database with the people.
        sent: the files.
        records: peer → how many records it gets.
    """
    found = {}
    for how, count in records.items():
        mine = _call(run, people, sent, how, count)
        ours = _call(run, people, sent, "ours", count)
        for name in ("records", "reduction_mg", "points"):
            assert mine[name] == ours[name], (how, name, mine, ours)
        assert mine["counts"] == ours["counts"], (how, mine["counts"], ours["counts"])
        found[how] = mine
    return found


def _call(run: Run, people: str, sent: list[Sent], how: str, count: int) -> dict[str, Any]:
    stage.fresh(DATABASE, people)
    whole = sum(s.rows for s in sent)
    files = [[s.provider.code, str(s.parquet), max(1, count * s.rows // whole)] for s in sent]
    answer = children.call("peer", {"database": DATABASE, "files": files, "how": how})
    if how != "ours":
        run.tell(f"  {TITLES[how]}: {answer['records'] / answer['seconds']:,.0f} records/s")
    stage.drop(DATABASE)
    return answer


def lines(part: Part, rate: float, found: dict[str, Any]) -> None:
    """How many times faster, from records a second of the same run."""
    for how, answer in found.items():
        theirs = answer["records"] / answer["seconds"]
        part.line(f"{TITLES[how]}, records/s ({answer['records']:,} records)", f"{theirs:,.0f}")
        part.line(
            f"**ours ÷ {TITLES[how]}**",
            f"{rate / theirs:,.0f}",
            f"≥ {GOALS[how]}",
            met=rate / theirs >= GOALS[how],
        )
