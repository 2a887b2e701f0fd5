"""What a run of the bench is about."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bench.records.drawing import Sizes

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Run:
    """Sizes and repetitions, and where progress is told."""

    sizes: Sizes
    tell: Tell
    chunk_rows: int = 100_000
    repeat: int = 1
    rowwise: int = 2_000
    batched: int = 20_000
    batches: int = 100
    lanes: int = 2
    workers: int = 2
    singles: int = 1_500
    stored: int = 5_000_000
    seconds: int = 20


@dataclass
class Part:
    """What one part of the bench found: lines for the table, everything else for the JSON.

    lines: what, measured, goal ("" where there is none), whether it is met (None: no goal).
    """

    name: str
    lines: list[tuple[str, str, str, bool | None]] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    text: str = ""

    def line(self, what: str, measured: str, goal: str = "", *, met: bool | None = None) -> None:
        """Add a line."""
        self.lines.append((what, measured, goal, met))
