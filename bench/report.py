"""What the bench leaves behind: a table on the screen, the same as Markdown, everything as JSON."""

import json
import os
import platform
from pathlib import Path
from typing import Any

import psutil

from bench import stage
from bench.options import Part
from tanpuhui.kernel import clock

MARKS = {True: "met", False: "MISSED", None: ""}


def machine() -> dict[str, Any]:
    """What it ran on."""
    with stage.server() as connection:
        row = connection.execute("show server_version").fetchone()
    return {
        "processors": os.cpu_count(),
        "load": [round(x, 1) for x in os.getloadavg()],
        "memory_gb": round(psutil.virtual_memory().total / 10**9),
        "system": platform.platform(),
        "python": platform.python_version(),
        "postgresql": row[0] if row else "",
        "fsync": stage.setting("fsync"),
        "synchronous_commit": stage.setting("synchronous_commit"),
    }


def markdown(part: Part) -> str:
    """One part as a table."""
    rows = [f"## {part.name}", "", "| measured | value | goal | |", "|---|---:|---:|---|"]
    rows += [
        f"| {what} | {value} | {goal} | {MARKS[met]} |" for what, value, goal, met in part.lines
    ]
    return "\n".join([*rows, "", part.text, ""])


def write(parts: list[Part], folder: Path) -> tuple[Path, Path]:
    """Both files; named by the instant."""
    folder.mkdir(parents=True, exist_ok=True)
    now = clock.now()
    facts = machine()
    head = ", ".join(f"{name} {value}" for name, value in facts.items())
    text = f"# Bench {now:%Y-%m-%d %H:%M} UTC\n\n{head}\n\n" + "\n".join(map(markdown, parts))
    table = folder / f"bench-{now:%Y%m%d-%H%M%S}.md"
    table.write_text(text)
    data = table.with_suffix(".json")
    data.write_text(
        json.dumps(
            {
                "at": now.isoformat(),
                "machine": facts,
                "parts": {
                    part.name: {
                        "lines": [
                            {"what": what, "value": value, "goal": goal, "met": met}
                            for what, value, goal, met in part.lines
                        ],
                        **part.facts,
                    }
                    for part in parts
                },
            },
            ensure_ascii=False,
            indent=1,
        )
    )
    return table, data
