"""Where the time goes, as a table of call paths."""

from typing import Any

from bench.probes import BESIDE

DEEPEST = 8


def table(rows: list[dict[str, Any]], records: int, seconds: float, least_us: float = 0.1) -> str:
    """Markdown: phase, µs a record, of them waiting for the database, calls."""
    lines = [
        f"Whole: {seconds / records * 1e6:.1f} µs a record ({records:,} records).",
        "Lines with ‖ run in another thread, beside the others.",
        "",
        "| phase | µs/record | of them database | calls |",
        "|---|---:|---:|---:|",
    ]
    rest = seconds / records * 1e6 - sum(
        row["us"] for row in rows if len(row["path"]) == 1 and row["path"][0] != BESIDE
    )
    lines.append(f"| reading the file, and whatever is not below | {rest:.2f} | | |")
    for row in rows:
        beside = row["path"][0] == BESIDE
        depth = len(row["path"]) - beside
        if depth > DEEPEST or row["us"] < least_us:
            continue
        name = "&nbsp;" * 3 * (depth - 1) + ("‖ " if beside else "") + row["path"][-1]
        lines.append(f"| {name} | {row['us']:.2f} | {row['database_us']:.2f} | {row['calls']:,} |")
    return "\n".join(lines) + "\n"
