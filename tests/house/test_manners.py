"""Numbers without floats, writes in services, one clock, one place for each word."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.source import SOURCE, message, place, python_files, tree

# Rooms where a mass, a point or a share is computed: exact numbers only.
EXACT = ("engine", "packs", "domain/ledger", "domain/scenarios", "domain/methodology")
# Files in those rooms that may meet a float, and why.
FLOAT_DOORS = {
    "domain/scenarios/data.py": "records arrive as Float64 columns, as JSON and Parquet carry them",
    "domain/scenarios/pipeline": "turns those columns into scaled integers before any arithmetic",
    "domain/scenarios/imports": "reads files and pairs taps before they become records",
    "domain/scenarios/simulation": "draws numbers",
}
WRITES = {
    "create", "bulk_create", "get_or_create", "update_or_create", "update", "bulk_update",
    "delete", "aupdate", "adelete", "acreate",
}  # fmt: skip
SQL_WRITE = re.compile(
    r"^\s*(insert\s+into|update\s+\w+\s+set|delete\s+from|copy\s+\w+.*from|truncate)\b",
    re.IGNORECASE,
)
# Outside services and migrations, and why.
WRITERS = {
    "domain/*/services": "the rule",
    "domain/*/pipeline": "the write half of scenarios.services, split off by size",
    "domain/*/migrations": "migrations",
    "httpapi/migrations": "migrations",
    "httpapi/services.py": "used nonces and call allowances, the doors' own tables",
    "kernel": "audit rows, locks and partitions on behalf of services",
}
CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
}
CLOCK_DOORS = {
    "kernel/clock.py": "the clock",
    "httpapi/client.py": "runs at the partner, without the platform",
}


def below(path: Path, patterns: dict[str, str]) -> bool:
    relative = path.relative_to(SOURCE)
    ancestors = [relative, relative.with_suffix(""), *relative.parents]
    return any(part.match(pattern) for part in ancestors for pattern in patterns if part.name)


def test_no_float_where_numbers_are_exact() -> None:
    found = []
    for path in python_files(*(f"src/tanpuhui/{room}" for room in EXACT)):
        if below(path, FLOAT_DOORS):
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, float):
                found.append(f"{place(path, node)} literal {node.value}")
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "float"
            ):
                found.append(f"{place(path, node)} float()")
            if isinstance(node, ast.Attribute) and node.attr == "FloatField":
                found.append(f"{place(path, node)} FloatField")
    assert found == [], message(
        "A float stands where numbers must be exact.",
        "use integers of the smallest unit, Decimal or Fraction",
        found,
    )


def writes(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        chain = ast.unparse(node.func)
        if node.func.attr in WRITES and ".objects" in chain:
            yield f"{place(path, node)} {chain}"
        if node.func.attr in {"save", "asave"} and not node.args:
            yield f"{place(path, node)} {chain}"
        if node.func.attr in {"execute", "executemany", "copy"} and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and SQL_WRITE.match(str(first.value)):
                yield f"{place(path, node)} {first.value[:40]}"


def test_only_services_write() -> None:
    found = [
        line
        for path in python_files("src/tanpuhui")
        if not below(path, WRITERS)
        for line in writes(path)
    ]
    assert found == [], message(
        "Something outside a service writes to the database.",
        "move the write into a service of the context that owns the table",
        found,
    )


def test_one_clock() -> None:
    found = [
        f"{place(path, node)} {node.func.value.id}.{node.func.attr}()"
        for path in python_files("src/tanpuhui")
        if not below(path, CLOCK_DOORS)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and (node.func.value.id, node.func.attr) in CLOCKS
    ]
    assert found == [], message(
        "The clock is read outside kernel.clock.", "use kernel.clock.now() or today()", found
    )
