from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

BUCKETS_MS = (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
"""Upper ends of the classes in which durations are counted; one more class is open."""

OWN = "own-"
"""How the names of providers' own profiles begin; the city's never do."""


@dataclass(frozen=True)
class TrialView:
    """One call in the sandbox."""

    id: int
    key_id: str
    operation: str
    batch_no: str
    tried_at: datetime
    records: int
    counts: dict[str, int]
    reduction_mg: int
    points: int
    receipts: list[dict[str, Any]]


@dataclass(frozen=True)
class ProfileView:
    """An import profile that a provider may use: its own, or the city's."""

    name: str
    title: str
    is_own: bool
    changed_at: datetime | None = None
    document: str = ""


@dataclass(frozen=True)
class UploadView:
    """A file and its work.

    `percent` is None where nothing runs; `is_alive` is False where running work gave no sign of
    life for a minute (its process ended): it can be taken up again.
    """

    token: str
    file_name: str
    size: int
    kind: str
    encoding: str
    separator: str
    columns: tuple[str, ...]
    uploaded_at: datetime
    profile: str
    state: str
    state_label: str
    is_trial: bool
    is_stop_asked: bool
    is_alive: bool
    is_kept: bool
    rows_done: int
    percent: int
    began_at: datetime | None
    ended_at: datetime | None
    error: str
    report: Mapping[str, Any] | None
    has_refused_file: bool
    mends: str = ""

    @property
    def is_running(self) -> bool:
        """Whether work goes on right now."""
        return self.state in {"waiting", "running"} and self.is_alive


@dataclass(frozen=True)
class Sniffed:
    """What a file shows of itself."""

    kind: str
    encoding: str
    separator: str
    columns: tuple[str, ...]
    first_rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class FieldMap:
    """Where one quantity of a record comes from."""

    name: str
    column: str
    unit: str = ""
    to: str = ""
    words: tuple[tuple[str, str], ...] = ()
    only: tuple[str, ...] = ()


@dataclass(frozen=True)
class ColumnMap:
    """A mapping as a form gives it; becomes a profile document."""

    title: str
    kind: str
    item_no: tuple[str, ...]
    subject: str
    occurred_at: str
    time_form: str
    time_zone: str
    scenario: str = ""
    scenario_column: str = ""
    scenario_words: tuple[tuple[str, str], ...] = ()
    ended_at: str = ""
    asset_key: str = ""
    encoding: str = "utf-8"
    separator: str = ","
    blanks: tuple[str, ...] = ()
    fields: tuple[FieldMap, ...] = ()
    sets_duration: bool = False


@dataclass(frozen=True)
class PreviewRow:
    """One row of a file as the record it would become."""

    line: int
    item_no: str
    subject: str
    scenario: str
    occurred_at: datetime | None
    quantities: tuple[tuple[str, str], ...]
    status: str
    code: str
    message: str
    reduction_mg: int


@dataclass(frozen=True)
class DayLine:
    """A day and scenario: what the provider states, what the books hold, why they differ.

    reasons: (code, short word, number) of acts that are kept but not counted.
    """

    day: date
    scenario_no: int
    scenario_title: str
    stated_records: int | None
    stated_mg: int | None
    counted: int
    not_counted: int
    reduction_mg: int
    points: int
    reasons: tuple[tuple[str, str, int], ...] = ()

    @property
    def held(self) -> int:
        """Records that are kept as evidence, counted or not."""
        return self.counted + self.not_counted

    @property
    def missing(self) -> int | None:
        """Stated but not kept; negative where more is kept than stated."""
        return None if self.stated_records is None else self.stated_records - self.held

    @property
    def mg_apart(self) -> int | None:
        """Stated mass less ours; None where none was stated."""
        return None if self.stated_mg is None else self.stated_mg - self.reduction_mg


@dataclass(frozen=True)
class ItemAnswer:
    """What became of one item number of a provider's list."""

    item_no: str
    state: str
    code: str
    sentence: str
    batch_id: int | None = None
    reduction_mg: int = 0


@dataclass(frozen=True)
class CallLine:
    """Calls of one operation: how many, how they went, how long they took (upper bounds)."""

    operation: str
    calls: int
    refused: int
    failed: int
    p50_ms: int | None
    p95_ms: int | None


@dataclass(frozen=True)
class CallBoard:
    """A provider's calls in a span."""

    calls: int
    refused: int
    failed: int
    p50_ms: int | None
    p95_ms: int | None
    lines: tuple[CallLine, ...] = ()
    codes: tuple[tuple[str, int, int], ...] = ()
    days: tuple[tuple[date, int, int], ...] = ()
    last_at: datetime | None = None

    @property
    def answered_share(self) -> str:
        """Share of calls that did not fail on our side, in percent with two places."""
        if not self.calls:
            return "—"
        hundredths = (self.calls - self.failed) * 10_000 // self.calls
        return f"{hundredths // 100}.{hundredths % 100:02d}%"


@dataclass(frozen=True)
class ConsentMonth:
    """Consents in force at a month's end, and what came and went in it."""

    month: date
    active: int
    granted: int
    withdrawn: int


@dataclass(frozen=True)
class ConsentSeries:
    """One scenario's consents over time."""

    scenario_no: int
    title: str
    active: int
    months: tuple[ConsentMonth, ...] = field(default_factory=tuple)


@dataclass(frozen=True)
class Step:
    """One step of the way in."""

    key: str
    title: str
    text: str
    state: str
    """done, next or later"""
