"""The example pack's profiles, and small ways of looking at what a reader makes of a file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl

from tanpuhui.config.env import PROJECT
from tanpuhui.domain.scenarios.imports.reading import Reading
from tanpuhui.packs import Problems, forms, read_document
from tanpuhui.packs.profile_reading import profile_from
from tanpuhui.packs.profiles import Derive, Profile, Quantity

PACK = PROJECT / "packs" / "example"
ZONE = "Asia/Shanghai"
MINUTE, DAY = 60, 86_400
Figures = dict[str, Any]


def profile_of(name: str) -> Profile:
    """A profile of the example pack, read from its own file."""
    problems = Problems()
    path = PACK / "profiles" / f"{name}.yaml"
    document = read_document(path, PACK, forms.LOOSE, problems)
    problems.require_none()
    assert document is not None
    return profile_from(document.data)


@dataclass
class Sample:
    """A file under a profile; `more` adds quantities that only the comparison needs."""

    path: Path
    profile: Profile
    lookups: Mapping[str, Path]

    def with_(self, **changes: Any) -> "Sample":
        """The same file under a changed profile."""
        return Sample(self.path, replace(self.profile, **changes), self.lookups)

    def more(self, *quantities: Quantity) -> "Sample":
        """Further quantities beside the profile's own."""
        return self.with_(quantities=(*self.profile.quantities, *quantities))

    def unconverted(self) -> "Sample":
        """The file's own units."""
        plain = tuple(replace(item, factor=Fraction(1)) for item in self.profile.quantities)
        return self.with_(quantities=plain)

    def records(self) -> tuple[pl.DataFrame, Reading]:
        """All records at once (these files are small)."""
        reading = Reading(self.path, self.profile, ZONE, self.lookups)
        return pl.concat([chunk.records for chunk in reading]), reading

    def rows(self, *columns: str) -> pl.DataFrame:
        """The file's rows as read, with further columns."""
        extra = tuple(Derive(name=f"+{name}", join=(name,)) for name in columns)
        profile = replace(self.profile, derive=(*self.profile.derive, *extra))
        return pl.concat(Reading(self.path, profile, ZONE, self.lookups).frames())


def column(name: str, source: str) -> Quantity:
    """A number as it stands."""
    return Quantity(name=name, kind="number", column=source)


def word(name: str, source: str) -> Quantity:
    """A text as it stands."""
    return Quantity(name=name, kind="text", column=source, values={})


def great_circle(name: str, *points: str) -> Quantity:
    """A straight line between two points, in km."""
    return Quantity(name=name, kind="great_circle", points=points)


def count(frame: pl.DataFrame, test: pl.Expr) -> int:
    """Rows that meet a test; null is no."""
    return frame.filter(test).height


def total(frame: pl.DataFrame, name: str) -> Any:
    """The sum of a column."""
    return frame[name].sum()


def tally(values: Iterable[Any]) -> dict[str, int]:
    """How often each value occurs."""
    return {
        str(key): number
        for key, number in pl.Series("v", list(values)).value_counts(sort=True).iter_rows()
    }


def refused(frame: pl.DataFrame, code: str) -> int:
    """Rows that the reader refused with a code."""
    return count(frame, pl.col("refused") == f"record.{code}")
