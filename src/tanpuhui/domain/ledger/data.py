from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Balance:
    """An account's two balances; `points_free` is what is not held."""

    account_id: int
    state: str
    reduction_mg: int
    points: int
    held_points: int

    @property
    def points_free(self) -> int:
        """Points that can be spent now."""
        return self.points - self.held_points


@dataclass(frozen=True)
class Circulation:
    """What all scenarios have given to all holders, and how many people hold an account."""

    reduction_mg: int
    points: int
    acts: int
    people: int


@dataclass(frozen=True)
class MonthSum:
    """One account's month."""

    month: date
    reduction_mg: int
    points: int
    acts: int


@dataclass(frozen=True)
class DaySum:
    """One account's day."""

    day: date
    reduction_mg: int
    acts: int


@dataclass(frozen=True)
class StatementLine:
    """One entry with the running balance after it."""

    occurred_on: date
    journal_id: int
    journal_kind: str
    scenario_no: int
    reduction_mg: int
    points: int
    acts: int
    running_mg: int
    running_points: int


@dataclass(frozen=True)
class TransferView:
    """One movement of a reduction between two holders."""

    journal_id: int
    from_account_id: int
    to_account_id: int
    reduction_mg: int
    recorded_at: datetime


@dataclass(frozen=True)
class Proof:
    """The state of the whole book. Clean: every list is empty and every sum is zero."""

    accounts: int
    entries: int
    journals: int
    reduction_mg_sum: int
    points_sum: int
    accounts_off: list[int]
    journals_off: list[int]
    seconds: float

    @property
    def is_clean(self) -> bool:
        """True where balances equal their entries and every journal sums to zero."""
        return not (
            self.reduction_mg_sum or self.points_sum or self.accounts_off or self.journals_off
        )
