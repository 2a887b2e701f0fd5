from dataclasses import dataclass

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
