"""Does a full book slow the city down? The same files into an empty book and into a full one."""

from typing import Any

from bench import city, past, stage
from bench.bulk import import_files
from bench.options import Part, Run
from bench.records import files

GOAL = 0.8
COPIED_MOST = 10_000_000  # a larger past is used once, in place: a copy would fill the disk


def growth(run: Run) -> Part:
    """Rates without and with a past, in turns."""
    from tanpuhui.kernel.cityrules import pack

    part = Part("growth")
    empty = city.settle(pack(), run.sizes, run.tell).database
    full = past.settle(pack(), run.sizes, run.stored, run.tell)
    sent = files.drawn(pack(), run.sizes, stage.last_day(), stage.folder())
    pairs: list[tuple[dict[str, Any], dict[str, Any]]] = []
    in_place = run.stored > COPIED_MOST
    for number in range(1 if in_place else run.repeat):
        run.tell(f"nothing stored, then {run.stored:,} acts ({number + 1})")
        if number % 2:  # in turns, so that neither always comes first
            many = import_files(run, full, sent, "parquet")
            none = import_files(run, empty, sent, "parquet")
        else:
            none = import_files(run, empty, sent, "parquet")
            many = import_files(run, full, sent, "parquet", in_place=in_place)
        assert none["counts"] == many["counts"], (none["counts"], many["counts"])
        pairs.append((none, many))
    if in_place:
        stage.drop(full)
    ratios = [none["seconds"] / many["seconds"] for none, many in pairs]
    best = sorted(zip(ratios, pairs, strict=True), key=lambda pair: pair[0])[len(pairs) // 2]
    none, many = best[1]
    part.line("records imported", f"{none['records']:,}")
    part.line("records/s, nothing stored", f"{none['records'] / none['seconds']:,.0f}")
    part.line(f"records/s, {run.stored:,} acts stored", f"{many['records'] / many['seconds']:,.0f}")
    part.line(
        "**rate with ÷ without** (each run)",
        " ".join(f"{ratio:.2f}" for ratio in ratios),
        f"≥ {GOAL}",
        met=best[0] >= GOAL,
    )
    part.facts = {"pairs": pairs}
    return part
