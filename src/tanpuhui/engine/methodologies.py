"""A methodology version as frozen values: what it takes, what it assumes, how it computes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Literal

from tanpuhui.engine.dated import Dated, Period
from tanpuhui.engine.errors import EngineError
from tanpuhui.engine.expressions import Expression, parse
from tanpuhui.engine.rounding import Rounding
from tanpuhui.engine.units import Unit

Level = Literal["国标", "地标", "团标", "本市"]
LEVELS: tuple[Level, ...] = ("国标", "地标", "团标", "本市")
Status = Literal["draft", "reviewed", "filed"]
STATUSES: tuple[Status, ...] = ("draft", "reviewed", "filed")


@dataclass(frozen=True)
class Input:
    """What is sent with an act: a number with unit and bounds, or one of ``choices``.

    A number is a multiple of 10^-places between ``minimum`` and ``maximum``, in ``unit``.
    Stored and computed in columns as an integer: the number times 10^places, or the index of
    the choice.

    Attributes:
        absent: the value used when nothing is sent; None when there is none.
        optional: may be left out; in conditions a missing number without ``absent`` counts as 0.
        words: what a reader sees for each choice; a choice without a word is shown as it is.
    """

    name: str
    label: str
    unit: Unit | None = None
    places: int = 0
    minimum: Fraction = Fraction(0)
    maximum: Fraction = Fraction(0)
    choices: tuple[str, ...] = ()
    absent: Fraction | str | None = None
    optional: bool = False
    note: str = ""
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def required(self) -> bool:
        """Whether an act without this input is refused."""
        return self.absent is None and not self.optional

    @property
    def low(self) -> int:
        """The least stored integer."""
        scaled: Fraction = self.minimum * Fraction(10**self.places)
        return 0 if self.choices else -(-scaled.numerator // scaled.denominator)

    @property
    def high(self) -> int:
        """The greatest stored integer."""
        if self.choices:
            return len(self.choices) - 1
        scaled: Fraction = self.maximum * Fraction(10**self.places)
        return scaled.numerator // scaled.denominator

    @property
    def absent_stored(self) -> int | None:
        """``absent`` as a stored integer."""
        return None if self.absent is None else self.stored(self.absent)

    def stored(self, value: Fraction | str) -> int:
        """The integer that stands for a checked value (see ``inputs.read``)."""
        if isinstance(value, str):
            return self.choices.index(value)
        scaled: Fraction = value * Fraction(10**self.places)
        assert scaled.denominator == 1
        return scaled.numerator

    def restored(self, stored: int) -> Fraction | str:
        """The value for which a stored integer stands."""
        return self.choices[stored] if self.choices else Fraction(stored, 10**self.places)


@dataclass(frozen=True)
class Parameter:
    """A dated number with unit and source; ``shared`` names the factor file it was taken from."""

    name: str
    label: str
    unit: Unit
    values: Dated[Fraction]
    basis: str = ""
    note: str = ""
    provisional: bool = False
    reason: str = ""
    shared: str = ""


@dataclass(frozen=True)
class Table:
    """Dated rows of numbers, opened by a choice input."""

    name: str
    label: str
    key: str
    unit: Unit
    values: Dated[Mapping[str, Fraction]]
    note: str = ""
    provisional: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Step:
    """One named formula; later steps may use its name."""

    name: str
    label: str
    unit: Unit
    formula: str
    expression: Expression

    @classmethod
    def of(cls, name: str, label: str, unit: Unit, formula: str) -> "Step":
        """Parse the formula (EngineError ``formula_syntax``)."""
        return cls(name, label, unit, formula, parse(formula))


@dataclass(frozen=True)
class Result:
    """Which step is the reduction, and its one rounding: to 10^-places of ``unit``."""

    name: str
    unit: Unit
    rounding: Rounding
    places: int

    @property
    def quantum(self) -> Fraction:
        """One unit of the last place, in mg CO2e; a whole number for a valid result."""
        return self.unit.scale / Fraction(10**self.places)


@dataclass(frozen=True, eq=False)
class Methodology:
    """A version of a methodology (方法学), complete: replay needs nothing else.

    Compared by identity; use :func:`documents.to_document` to compare content.
    """

    id: str
    version: int
    title: str
    status: Status
    level: Level
    effective: Period
    source: tuple[str, ...]
    scenario: str
    boundary: str
    provisional: bool
    reason: str
    inputs: Mapping[str, Input]
    parameters: Mapping[str, Parameter]
    tables: Mapping[str, Table]
    steps: tuple[Step, ...]
    result: Result

    @property
    def key(self) -> str:
        """Stable name of the version, such as ``HF-TR-002/v1``."""
        return f"{self.id}/v{self.version}"

    @property
    def figures(self) -> tuple[Parameter | Table, ...]:
        """All dated figures."""
        return (*self.parameters.values(), *self.tables.values())

    @cached_property
    def has_provisional(self) -> bool:
        """Whether the version or any figure in it awaits an official source."""
        return self.provisional or any(figure.provisional for figure in self.figures)

    def require_effective(self, day: date) -> None:
        """Refuse days outside the version's effect (``not_effective``)."""
        if not self.effective.contains(day):
            end = f"，至 {self.effective.end} 前" if self.effective.end else ""
            raise EngineError(
                "not_effective",
                f"方法学 {self.key} 自 {self.effective.start} 起施行{end}，"
                f"{day} 的行为不适用；请核对发生日期。",
            )

    def segment(self, day: date) -> tuple[date, date | None]:
        """First day and end (exclusive) of the days around ``day`` on which no value changes.

        Raises:
            EngineError: ``not_effective``, ``value_gap`` or ``value_ended``.
        """
        self.require_effective(day)
        period = self.effective
        for figure in self.figures:
            around = figure.values.segment(day)
            period = period.narrowed(around.start, around.end)
        return period.start, period.end

    def changes(self) -> tuple[date, ...]:
        """Days after the first effective one on which a value changes, ascending."""
        days = {day for figure in self.figures for day in figure.values.changes()}
        return tuple(
            sorted(
                day for day in days if day > self.effective.start and self.effective.contains(day)
            )
        )
