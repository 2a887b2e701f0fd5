"""What an import tells the one who waits for it, and what it says at the end."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class Progress:
    """How far an import is: bytes of the file, and rows once they are read."""

    stage: Literal["digest", "import"]
    bytes_done: int
    bytes_total: int
    rows_done: int = 0


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True)
class ImportReport:
    """What became of a file.

    counts: `counted`, `duplicate`, or the code of a refusal → number of records. Codes of the
    reader (`record.…`) stand beside those of the pipeline.
    """

    file_digest: str
    rows_read: int
    left_out: int
    joined: int
    chunks: int
    resumed_at: int
    counts: dict[str, int]
    reduction_mg: int
    points: int
    refused: int
    refused_path: Path | None
    sentences: dict[str, str]
    dry_run: bool
