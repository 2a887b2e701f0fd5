"""A city pack: everything of one city, read once, checked, frozen."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from tanpuhui.engine.cases import Case
from tanpuhui.engine.conditions import Condition
from tanpuhui.engine.methodologies import Input, Methodology, Parameter
from tanpuhui.packs.manifest import Manifest, Source
from tanpuhui.packs.profiles import Profile
from tanpuhui.packs.scenarios import Scenario


@dataclass(frozen=True)
class Overlap:
    """Acts that may count only once between them.

    ``match`` is ``time`` (same person, intervals intersect) or ``key`` (the record's asset key,
    by anyone). ``message_en`` says ``message`` to a reader of English, with the same places.
    """

    id: str
    title: str
    match: str
    scenarios: tuple[str, ...]
    message: str
    key: str = ""
    note: str = ""
    message_en: str = ""


@dataclass(frozen=True, eq=False)
class Pack:
    """One city; loose parts (consents, regions …) are plain data with Decimals."""

    manifest: Manifest
    digest: str
    sources: Mapping[str, Source]
    factors: Mapping[str, Parameter]
    points_per_kg: Parameter
    scenarios: Mapping[str, Scenario]
    methodologies: Mapping[str, Methodology]
    cases: Mapping[str, tuple[Case, ...]]
    texts: Mapping[str, str]
    overlaps: tuple[Overlap, ...]
    consents: Any = None
    organisations: Any = None
    regions: Any = None
    coverage: Any = None
    profiles: Mapping[str, Profile] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The pack's id, such as ``hefei``."""
        return self.manifest.id

    @property
    def title(self) -> str:
        """The city's name as shown."""
        return self.manifest.title

    @property
    def brand(self) -> str:
        """The programme's name."""
        return self.manifest.brand

    @property
    def time_zone(self) -> str:
        """The zone in which the day of an act is counted."""
        return self.manifest.time_zone

    def scenario_by_no(self, no: int) -> Scenario:
        """The scenario with this number (KeyError if there is none)."""
        for scenario in self.scenarios.values():
            if scenario.no == no:
                return scenario
        raise KeyError(no)

    def methodology_for(self, scenario_id: str, day: date) -> Methodology | None:
        """The version in force for a scenario on a day; None without one or for points only."""
        return self.scenarios[scenario_id].methodology_on(day)

    def inputs_for(self, scenario_id: str, day: date) -> Mapping[str, Input]:
        """What a provider sends for a scenario on a day, in the order in which acts store it."""
        return self.scenarios[scenario_id].inputs_on(day)

    def conditions_for(self, scenario_id: str, day: date) -> tuple[Condition, ...]:
        """The plausibility rules of a scenario on a day."""
        return self.scenarios[scenario_id].conditions_on(day)

    def source(self, reference: str) -> Source:
        """The source of a reference ``key`` or ``key#clause`` (KeyError if unknown)."""
        return self.sources[reference.partition("#")[0]]


def pack_digest(root: Path) -> str:
    """SHA-256 over names and bytes of all visible files of the pack."""
    total = hashlib.sha256()
    for file in sorted(root.rglob("*")):
        name = file.relative_to(root).as_posix()
        if file.is_file() and not any(part.startswith(".") for part in name.split("/")):
            content = file.read_bytes()
            total.update(len(name.encode()).to_bytes(8) + name.encode())
            total.update(len(content).to_bytes(8) + content)
    return total.hexdigest()
