from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

import polars as pl

RECORD_SCHEMA: dict[str, Any] = {
    "line": pl.Int64,
    "item_no": pl.String,
    "subject": pl.String,
    "scenario": pl.String,
    "occurred_at": pl.Datetime("us", "UTC"),
    "asset_key": pl.String,
    "refused": pl.String,
    "raw": pl.String,
}
RECEIPT_SCHEMA: dict[str, Any] = {
    "line": pl.Int64,
    "item_no": pl.String,
    "status": pl.String,
    "code": pl.String,
    "message": pl.String,
    "reduction_mg": pl.Int64,
    "points": pl.Int64,
}


@dataclass(frozen=True)
class BatchResult:
    """What became of one delivery.

    counts: reason code (`counted`, `repeated`, `cap.day`, …) → number of records.
    receipts: RECEIPT_SCHEMA, one row a record in the order received; status is counted,
        not_counted, refused, duplicate or conflict.
    """

    batch_id: int | None
    batch_no: str
    counts: dict[str, int]
    reduction_mg: int
    points: int
    receipts: pl.DataFrame
    dry_run: bool = False


@dataclass(frozen=True)
class BatchView:
    """One delivery in a provider's list."""

    id: int
    batch_no: str
    channel: str
    received_at: datetime
    records: int
    counts: dict[str, int]
    counted: int
    refused: int
    reduction_mg: int
    points: int


@dataclass(frozen=True)
class BatchTotals:
    """A provider's recent deliveries together."""

    batches: int
    records: int
    reduction_mg: int
    points: int


@dataclass(frozen=True)
class RefusalView:
    """One refused record; raw is None where nothing personal may be kept."""

    line: int
    item_no: str | None
    code: str
    sentence: str
    note: str | None
    raw: str | None


@dataclass(frozen=True)
class ActView:
    """One act in a citizen's list; `reason` is the sentence with the note in brackets."""

    token: str
    scenario_no: int
    scenario_title: str
    icon: str
    occurred_at: datetime
    occurred_on: date
    state: str
    reduction_mg: int
    points: int
    code: str
    sentence: str
    note: str

    @property
    def reason(self) -> str:
        """What is said about the act's result."""
        return f"{self.sentence}（{self.note}）" if self.note else self.sentence


@dataclass(frozen=True)
class ProviderAct:
    """One act in force as its provider sees it; quantities in declared units, in stored order."""

    item_no: str
    person_id: int
    scenario_no: int
    occurred_at: datetime
    quantities: dict[str, str]
    reduction_mg: int
    points: int
    code: str


@dataclass(frozen=True)
class ActRecord:
    """One act in force in the shape in which its provider sent it."""

    item_no: str
    person_id: int
    scenario_id: str
    occurred_at: datetime
    asset_key: str | None
    quantities: dict[str, str]
    reduction_mg: int
    points: int
    code: str


@dataclass(frozen=True)
class InputView:
    """One quantity of an act in its declared unit."""

    label: str
    value: str
    unit: str


@dataclass(frozen=True)
class FactorView:
    """One dated value that an act was computed with."""

    label: str
    value: str
    unit: str
    source_title: str
    source_url: str
    valid_from: date
    provisional: bool
    reason: str


@dataclass(frozen=True)
class StepView:
    """One step: the formula in words, with numbers, and its value."""

    label: str
    in_words: str
    substituted: str
    value: str
    unit: str


@dataclass(frozen=True)
class ActExplained:
    """An act down to its inputs, formula, factors, caps and place in the book."""

    act: ActView
    provider_title: str
    item_no: str
    receipt: str
    journal_id: int
    quantified_mg: int
    inputs: list[InputView]
    methodology_title: str
    methodology_key: str
    methodology_level: str
    methodology_status: str
    provisional: bool
    steps: list[StepView]
    factors: list[FactorView]
    caps: list[str]
    history: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class ActStanding:
    """What anybody may learn of an act whose number they hold.

    state: counted, not_counted, corrected (a later revision is in force) or withdrawn; the other
    values are those of the revision in force.
    """

    state: str
    scenario_no: int
    occurred_on: date
    reduction_mg: int
    points: int
    reason: str
    revision: int
    journal_id: int


@dataclass(frozen=True)
class ScenarioConsent:
    """A scenario as one citizen sees it: which providers may send, and since when."""

    scenario_no: int
    scenario_id: str
    title: str
    icon: str
    provider_id: int
    provider_title: str
    is_active: bool
    granted_at: datetime | None


@dataclass(frozen=True)
class DayTotals:
    """A provider's day in the books, for reconciliation."""

    day: date
    counted: int
    not_counted: int
    reduction_mg: int
    points: int


@dataclass(frozen=True)
class Difference:
    """One act whose milligrams change when computed again.

    code: `counted`, or the reason for which the act stays as it is (both milligrams are the same).
    """

    provider_id: int
    item_no: str
    occurred_on: date
    before_mg: int
    after_mg: int
    code: str = "counted"


@dataclass(frozen=True)
class EvidenceProof:
    """Whether the book stands on its acts. Clean: both lists are empty.

    journals_off: journals whose lines are not the sums of their acts.
    accounts_off: accounts that do not hold what their acts in force give.
    """

    acts: int
    journals_off: list[int]
    accounts_off: list[int]
    seconds: float

    @property
    def is_clean(self) -> bool:
        """True where nothing is off."""
        return not (self.journals_off or self.accounts_off)


@dataclass(frozen=True)
class CapOn:
    """A cap as it holds on one day; since and request are None and empty where the pack says so."""

    per: Literal["day", "month", "year"]
    of: Literal["acts", "mass_g"]
    limit: int
    since: date | None
    request: str
    is_provisional: bool


@dataclass(frozen=True)
class OverrideView:
    """One approved change of the rules."""

    kind: str
    per: str
    of: str
    limit: int | None
    effective_from: date
    request: str
    reason: str


@dataclass(frozen=True)
class ReplayReport:
    """A second computation of stored acts by the other evaluation path."""

    checked: int
    differing: list[Difference]
    seconds: float


@dataclass(frozen=True)
class SenderView:
    """What one provider has sent for one person in one scenario."""

    provider_id: int
    scenario_no: int
    acts: int
    counted: int
    first_day: date
    last_day: date


@dataclass(frozen=True)
class ActCopy:
    """One act in force in its owner's copy of the data; quantities in declared units."""

    provider_id: int
    item_no: str
    receipt: str
    occurred_at: datetime
    scenario_id: str
    quantities: dict[str, str]
    reduction_mg: int
    points: int
    code: str
    reason: str
