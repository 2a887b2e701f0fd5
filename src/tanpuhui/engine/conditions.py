"""Plausibility (合理性): a comparison over what was sent, for one act or for columns.

A number that may be left out and was not sent counts as its ``absent`` value, or as 0 if it has
none: write ``duration > 0 and distance / duration > speed_max``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from tanpuhui.engine import arithmetic
from tanpuhui.engine.column_terms import Compiler
from tanpuhui.engine.columns import Columns, TruthPlan, truth_plan
from tanpuhui.engine.dimensions import Choice, Kind, Quantity, Truth, kind_of
from tanpuhui.engine.errors import EngineError
from tanpuhui.engine.expressions import Expression, names_used, parse
from tanpuhui.engine.inputs import Sent, read_all
from tanpuhui.engine.methodologies import Input
from tanpuhui.engine.units import Unit

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True)
class Limit:
    """A typed constant for conditions, with its source."""

    name: str
    value: Fraction
    unit: Unit
    source: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Condition:
    """A reason to refuse an act: it is refused where the condition holds."""

    code: str
    message: str
    formula: str
    expression: Expression
    inputs: Mapping[str, Input]
    limits: Mapping[str, Limit]

    @classmethod
    def of(
        cls,
        code: str,
        message: str,
        formula: str,
        inputs: Mapping[str, Input],
        limits: Mapping[str, Limit],
    ) -> "Condition":
        """Parse and check (EngineError ``formula_…``); only the inputs it names are kept."""
        expression = parse(formula)
        scope: dict[str, Kind] = {name: _kind(declared) for name, declared in inputs.items()}
        scope |= {name: Quantity(limit.unit.dimension) for name, limit in limits.items()}
        if not isinstance(kind_of(expression, scope, formula), Truth):
            raise EngineError(
                "formula_type", "合理性条件要写成比较，如 distance / duration > speed_max。"
            )
        used = names_used(expression)
        needed = {name: declared for name, declared in inputs.items() if name in used}
        return cls(code, message, formula, expression, needed, limits)

    def holds(self, values: Mapping[str, Sent]) -> bool:
        """Whether the act is to be refused.

        Raises:
            EngineError: ``input_…`` for a value that is itself inadmissible, ``division_by_zero``.
        """
        sent = read_all(
            self.inputs, {name: value for name, value in values.items() if name in self.inputs}
        )
        numbers = {name: limit.value * limit.unit.scale for name, limit in self.limits.items()}
        for name, declared in self.inputs.items():
            value = sent.get(name, Fraction(0))
            assert isinstance(value, Fraction)
            assert declared.unit is not None
            numbers[name] = value * declared.unit.scale
        return arithmetic.truth(self.expression, arithmetic.Scope(numbers))

    def run(self, columns: Columns, rows: int | None = None) -> "npt.NDArray[np.bool_]":
        """Per row, whether it is to be refused; columns and errors as :meth:`ColumnPlan.run`."""
        return self._plan.run(columns, rows)

    def __getstate__(self) -> dict[str, object]:
        """Compiled plans stay in their process; another one compiles its own."""
        return {name: value for name, value in vars(self).items() if name != "_plan"}

    @cached_property
    def _plan(self) -> TruthPlan:
        compiler = Compiler(self.inputs)
        for name, limit in self.limits.items():
            compiler.add_constant(name, limit.value * limit.unit.scale)
        return truth_plan(compiler, self.inputs, compiler.truth(self.expression))


def _kind(declared: Input) -> Kind:
    return Choice() if declared.unit is None else Quantity(declared.unit.dimension)
