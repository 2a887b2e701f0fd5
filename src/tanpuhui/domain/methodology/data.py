from dataclasses import dataclass
from datetime import datetime

from tanpuhui.engine.methodologies import Methodology


@dataclass(frozen=True)
class FilingView:
    """What an act was quantified with; inputs names the act's stored integers in order."""

    id: int
    scenario: str
    methodology_key: str
    digest: str
    inputs: tuple[str, ...]
    methodology: Methodology | None


@dataclass(frozen=True)
class FilingRow:
    """One filing in a list."""

    id: int
    scenario: str
    methodology_key: str
    digest: str
    engine: str
    filed_at: datetime
