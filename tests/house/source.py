"""What the house rules read: the source tree, parsed once."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "tanpuhui"


@cache
def python_files(*folders: str) -> tuple[Path, ...]:
    """All modules below folders of the root, e.g. `src/tanpuhui/engine`."""
    return tuple(sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py")))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def place(path: Path, node: ast.AST | int = 0) -> str:
    """`src/…/file.py:12`, clickable in most terminals."""
    line = node if isinstance(node, int) else getattr(node, "lineno", 0)
    return f"{path.relative_to(ROOT)}:{line}" if line else str(path.relative_to(ROOT))


def message(rule: str, cure: str, found: list[str]) -> str:
    """What is wrong, where, and what to do."""
    return "\n".join([rule, *(f"  {line}" for line in found), f"What to do: {cure}"])
