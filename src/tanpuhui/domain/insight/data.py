from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Figures:
    """Sums of one cell. people is None where people may not be added up."""

    people: int | None
    acts: int
    uncounted: int
    reduction_mg: int
    points: int


@dataclass(frozen=True)
class PeriodFigures:
    """A month, a year or all time of one scenario (0: all) and one district ("": unknown)."""

    first_on: date
    scenario_no: int
    region: str
    figures: Figures


@dataclass(frozen=True)
class ProviderFigures:
    """One provider's share of a cell; provider_id 0: nobody's."""

    provider_id: int
    figures: Figures


@dataclass(frozen=True)
class DayFigures:
    """A day with what was counted and why the rest was not."""

    day: date
    acts: int
    capped: int
    overlapped: int
    empty: int
    withdrawn: int
    reduction_mg: int
    points: int


@dataclass(frozen=True)
class HourFigures:
    """An hour of acts in force."""

    started_at: datetime
    acts: int
    reduction_mg: int


@dataclass(frozen=True)
class IntakeFigures:
    """A provider's arrivals in a window."""

    provider_id: int
    journals: int
    acts: int
    last_at: datetime


@dataclass(frozen=True)
class FeedLine:
    """One recent act without personal data; region is empty where it would say too much."""

    occurred_at: datetime
    scenario_no: int
    region: str
    reduction_mg: int


@dataclass(frozen=True)
class Freshness:
    """How old the sums are. data_at: the newest journal in them; rolled_at: the last look."""

    rolled_at: datetime | None
    data_at: datetime | None
    accounts: int


@dataclass(frozen=True)
class Difference:
    """A sum that differs from the book."""

    what: str
    kept: int
    book: int


@dataclass(frozen=True)
class ProofView:
    """The last check of the whole book."""

    checked_at: datetime
    is_clean: bool
    accounts: int
    journals: int
    entries: int
    cells_off: int
