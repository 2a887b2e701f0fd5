"""The form of an import profile: how a partner's file becomes records, as data.

A profile is read in a fixed order: file -> keep -> unpivot -> derive -> times -> pairing or track
-> quantities -> refuse -> sum -> record. Every stage is described in docs/import-profiles.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from tanpuhui.engine.errors import EngineError, Problem
from tanpuhui.engine.units import Unit, parse_unit

TIME = "@time"
"""In `item_no`: the record's time in one spelling, so that 4/1 and 04/01 are the same number."""

FileKind = Literal["csv", "ndjson", "json", "parquet", "xlsx"]
Encoding = Literal["utf-8", "utf-8-sig", "gb18030"]
Precision = Literal["instant", "day", "month"]
Ambiguous = Literal["refuse", "earliest", "latest"]

FILE_UNITS: Mapping[str, tuple[str, Fraction]] = {
    "mi": ("km", Fraction(1609344, 10**6)),  # international mile, exact since 1959
    "ft": ("m", Fraction(3048, 10**4)),
    "gal_us": ("L", Fraction(3785411784, 10**9)),  # 231 cubic inches
    "ton_us": ("kg", Fraction(90718474, 10**5)),  # 2,000 avoirdupois pounds
    "lb": ("kg", Fraction(45359237, 10**8)),
    "jin": ("g", Fraction(500)),
    "kW_30min": ("kWh", Fraction(1, 2)),  # mean power over half an hour
    "kW_15min": ("kWh", Fraction(1, 4)),
    "kW_1h": ("kWh", Fraction(1)),
}
"""Units that files use beside those of the engine: symbol -> (engine unit, how many of it)."""


class ProfileError(Exception):
    """A profile breaks its form.

    Attributes:
        problem: code, Chinese sentence and the path to the place in the document.
    """

    def __init__(self, code: str, message: str, path: tuple[str | int, ...] = ()) -> None:
        place = ".".join(str(part) for part in path) or "（开头）"
        super().__init__(f"{place}：{message}")
        self.problem = Problem(code=code, message=message, path=path)


def conversion(unit: str, to: str) -> Fraction:
    """How many `to` are one `unit`, exactly.

    Raises:
        EngineError: an unknown unit, or two units of different dimensions (`unit_mismatch`).
    """
    scale, source = _unit(unit)
    factor, target = _unit(to)
    if source.dimension != target.dimension:
        raise EngineError("unit_mismatch", f"单位“{unit}”不能换算成“{to}”：量纲不同。")
    return scale * source.scale / (factor * target.scale)


def _unit(text: str) -> tuple[Fraction, Unit]:
    name, scale = FILE_UNITS.get(text, (text, Fraction(1)))
    return scale, parse_unit(name)


@dataclass(frozen=True)
class FileForm:
    """What kind of file it is and how its rows are told apart."""

    kind: FileKind
    encoding: Encoding = "utf-8"
    separator: str = ","
    quote: str | None = '"'
    header: tuple[str, ...] | None = None
    """Column names of a file without a header line; None: the first line holds them."""
    list_path: str = ""
    """json: dotted path to the list of rows, such as ``data.items``; empty: the document itself."""
    sheet: str | None = None
    blanks: tuple[str, ...] = ()
    """Texts beside the empty one that mean: nothing here."""


@dataclass(frozen=True)
class LookupColumn:
    """Where a look-up table's value stands: a dotted path; `split` and `part` for "lon,lat"."""

    path: str
    split: str | None = None
    part: int = 0


@dataclass(frozen=True)
class LookupForm:
    """A small table beside the data (stations, zones), given as a file by option or by name."""

    name: str
    kind: Literal["csv", "json"]
    key: str
    columns: Mapping[str, LookupColumn]
    list_path: str = ""
    file: str | None = None
    """File name beside the data file, used when no `--lookup` names one."""
    repeats: Literal["same", "first"] = "same"
    """Same: a repeated key must carry the same values; first: the first one holds."""


@dataclass(frozen=True)
class Derive:
    """A new text column. Exactly one of the ways is set."""

    name: str
    constant: str | None = None
    join: tuple[str, ...] = ()
    between: str = "-"
    source: str | None = None
    values: Mapping[str, str] | None = None
    other: str | None = None
    lookup: str | None = None
    take: str | None = None
    rename: Mapping[str, str] = field(default_factory=dict)
    suffix: str | None = None
    """lookup: a key not found is tried without, then with this ending (站)."""


@dataclass(frozen=True)
class Keep:
    """Rows that stay; the others are counted as left out, not as refused."""

    column: str
    values: tuple[str, ...] = ()
    drop: bool = False
    """True: rows with these values are left out instead."""


@dataclass(frozen=True)
class Unpivot:
    """One row with several value columns becomes one row per column that holds something."""

    columns: Mapping[str, str]
    name: str
    value: str


@dataclass(frozen=True)
class TimeForm:
    """How a time is written. Formats are tried in order; `epoch_s` and `epoch_ms` are numbers."""

    column: str
    formats: tuple[str, ...]
    zone: str | None = None
    zone_column: str | None = None
    zones: Mapping[str, str] = field(default_factory=dict)
    """zone_column: text of the column -> zone; without an entry the text itself must be a zone."""
    precision: Precision = "instant"
    ambiguous: Ambiguous = "refuse"


@dataclass(frozen=True)
class Pairing:
    """A start row and the next end row of the same key become one row (metro taps)."""

    by: tuple[str, ...]
    event: str
    start: tuple[str, ...]
    end: tuple[str, ...]
    single: tuple[str, ...] = ()


@dataclass(frozen=True)
class Track:
    """The points of one route become one row: length, first and last time. Points are not kept."""

    by: str
    lon: str
    lat: str
    contiguous: bool = False
    """True: a route's points stand together: it is done when the next one begins."""
    jump_kmh: Fraction = Fraction(120)
    gap_seconds: int = 300


@dataclass(frozen=True)
class Sum:
    """Rows of one key and period become one row with the sum of its quantities."""

    by: tuple[str, ...]
    period: Literal["day", "month"]


@dataclass(frozen=True)
class Quantity:
    """A number or word of the record; `factor` turns the file's unit into the record's."""

    name: str
    kind: Literal["number", "text", "great_circle", "duration", "constant"]
    column: str | None = None
    points: tuple[str, ...] | None = None
    """great_circle: longitude and latitude of the start, of the end (columns)."""
    factor: Fraction = Fraction(1)
    values: Mapping[str, str] | None = None
    constant: str | None = None
    thousands: str | None = None
    decimal: str = "."
    only: tuple[str, ...] = ()
    """Scenarios that carry it; empty: all."""


@dataclass(frozen=True)
class Refuse:
    """A row that meets the test is refused with this code; the first rule that holds wins."""

    code: str
    message: str
    quantity: str | None = None
    test: Literal["below", "above", "at_most", "at_least", "equals", "missing", "speed_above"] = (
        "missing"
    )
    bound: Fraction = Fraction(0)
    only: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scenario:
    """The record's scenario: one constant, or by the text of a column."""

    constant: str | None = None
    column: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Profile:
    """One way of reading one kind of file."""

    id: str
    title: str
    file: FileForm
    time_zone: str
    item_no: tuple[str, ...]
    subject: str
    scenario: Scenario
    occurred_at: TimeForm
    ended_at: TimeForm | None = None
    asset_key: tuple[str, ...] = ()
    item_digest: bool = False
    """True: the item number is a short digest of its columns (long or personal keys)."""
    lookups: Mapping[str, LookupForm] = field(default_factory=dict)
    keep: tuple[Keep, ...] = ()
    unpivot: Unpivot | None = None
    derive: tuple[Derive, ...] = ()
    pairing: Pairing | None = None
    track: Track | None = None
    quantities: tuple[Quantity, ...] = ()
    refuse: tuple[Refuse, ...] = ()
    sum: Sum | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The file's columns that the profile reads, in the order of their first use."""
        made = {TIME, *(step.name for step in self.derive)}
        if self.unpivot:
            made |= {self.unpivot.name, self.unpivot.value}
        if self.pairing or self.track:
            made |= set(self._ends())
        if self.track:
            made |= {"track_km", "points", "jumps", "gaps"}
        return tuple(dict.fromkeys(name for name in self._used() if name not in made))

    def _ends(self) -> list[str]:
        return [
            name for name in self._used() if name.startswith("end_") and name[4:] in self._used()
        ]

    def _used(self) -> list[str]:
        used = [rule.column for rule in self.keep]
        if self.unpivot:
            used += list(self.unpivot.columns)
        for step in self.derive:
            used += [*step.join, *([step.source] if step.source else [])]
        for time in (self.occurred_at, self.ended_at):
            if time:
                used += [time.column, *([time.zone_column] if time.zone_column else [])]
        if self.pairing:
            used += [*self.pairing.by, self.pairing.event]
        if self.track:
            used += [self.track.by, self.track.lon, self.track.lat]
        if self.sum:
            used += self.sum.by
        for quantity in self.quantities:
            used += [*([quantity.column] if quantity.column else []), *(quantity.points or ())]
        used += [*self.item_no, self.subject, *self.asset_key]
        return used + ([self.scenario.column] if self.scenario.column else [])
