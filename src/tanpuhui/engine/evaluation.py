"""One act: its reduction with a readable trace; :mod:`columns` gives the same milligrams."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from tanpuhui.engine import arithmetic
from tanpuhui.engine.dated import Sourced
from tanpuhui.engine.errors import EngineError
from tanpuhui.engine.inputs import Sent, read_all
from tanpuhui.engine.methodologies import Methodology, Parameter, Step, Table
from tanpuhui.engine.numbers import INT64_MAX
from tanpuhui.engine.rounding import display_text, divide_rounded
from tanpuhui.engine.traces import Outcome, ParameterTrace, StepTrace, render, sent_text
from tanpuhui.engine.units import Unit


def evaluate(methodology: Methodology, values: Mapping[str, Sent], day: date) -> Outcome:
    """Compute one act with its trace.

    Args:
        methodology: the version to apply.
        values: by input name, numbers in the input's unit, choices as text.
        day: the day of the act; it decides which dated values hold.

    Raises:
        EngineError: ``not_effective``; ``value_gap``, ``value_ended``; ``input_…``;
            ``division_by_zero``; ``result_too_large`` beyond 2^63-1 mg.
    """
    methodology.require_effective(day)
    sent = read_all(methodology.inputs, values)
    scope = _scope(methodology, sent, day)
    shown = _Shown(methodology, sent, scope)
    steps = []
    for step in methodology.steps:
        scope.numbers[step.name] = arithmetic.number(step.expression, scope)
        steps.append(shown.step(step))
    return Outcome(
        methodology=methodology.key,
        day=day,
        reduction_mg=_rounded(methodology, scope),
        values=tuple((name, sent_text(value)) for name, value in sent.items()),
        steps=tuple(steps),
        parameters=shown.figures(day),
    )


def quantify(methodology: Methodology, values: Mapping[str, Sent], day: date) -> int:
    """The reduction of one act in mg, as :func:`evaluate` without the trace, for mass replay."""
    methodology.require_effective(day)
    scope = _scope(methodology, read_all(methodology.inputs, values), day)
    for step in methodology.steps:
        scope.numbers[step.name] = arithmetic.number(step.expression, scope)
    return _rounded(methodology, scope)


def _scope(
    methodology: Methodology, sent: Mapping[str, Fraction | str], day: date
) -> arithmetic.Scope:
    """Inputs, parameters and tables of the day, in base units."""
    numbers = {
        name: value * declared.unit.scale
        for name, declared in methodology.inputs.items()
        if isinstance(value := sent[name], Fraction) and declared.unit is not None
    }
    for name, parameter in methodology.parameters.items():
        entry = parameter.values.on(day, f"“{parameter.label}”")[1]
        numbers[name] = entry.value * parameter.unit.scale
    tables = {}
    for name, table in methodology.tables.items():
        rows = table.values.on(day, f"“{table.label}”")[1].value
        chosen = str(sent[table.key])
        tables[name] = {chosen: rows[chosen] * table.unit.scale}
    choices = {name: value for name, value in sent.items() if isinstance(value, str)}
    return arithmetic.Scope(numbers, choices, tables)


def _rounded(methodology: Methodology, scope: arithmetic.Scope) -> int:
    """The result step in mg, after the one rounding."""
    result = methodology.result
    exact = scope.numbers[result.name] / result.quantum
    units = divide_rounded(exact.numerator, exact.denominator, result.rounding)
    reduction_mg = int(units * result.quantum)
    if abs(reduction_mg) > INT64_MAX:
        raise too_large()
    return reduction_mg


def too_large(rows: tuple[int, ...] = ()) -> EngineError:
    """The error of a reduction that no ledger row can hold."""
    return EngineError(
        "result_too_large", "计算结果超出账本可记的范围；请核对报送的数值与单位。", rows
    )


class _Shown:
    """How each name is written in a trace: in words, and as number with unit."""

    def __init__(
        self,
        methodology: Methodology,
        sent: Mapping[str, Fraction | str],
        scope: arithmetic.Scope,
    ) -> None:
        self.methodology = methodology
        self.sent = sent
        self.scope = scope
        self.words = {name: one.label for name, one in methodology.inputs.items()}
        self.words |= {figure.name: figure.label for figure in methodology.figures}
        self.numbers: dict[str, str] = {}
        for name, declared in methodology.inputs.items():
            if declared.unit is not None:
                self.numbers[name] = self.number(name, declared.unit)
        for name, parameter in methodology.parameters.items():
            self.numbers[name] = self.number(name, parameter.unit)

    def number(self, name: str, unit: Unit) -> str:
        """A value at hand, in its unit."""
        return _with_unit(self.scope.numbers[name] / unit.scale, unit)

    def step(self, step: Step) -> StepTrace:
        """The trace of a step that has just been computed."""
        trace = StepTrace(
            name=step.name,
            label=step.label,
            formula=step.formula,
            in_words=render(step.expression, self.words.__getitem__, self.table_words),
            substituted=render(step.expression, self.numbers.__getitem__, self.table_number),
            unit=step.unit.label,
            value=self.scope.numbers[step.name] / step.unit.scale,
        )
        self.words[step.name] = step.label
        self.numbers[step.name] = _with_unit(trace.value, step.unit)
        return trace

    def table_words(self, table: str, key: str) -> str:
        """A look-up in words."""
        return f"{self.words[table]}（按{self.words[key]}）"

    def table_number(self, table: str, key: str) -> str:
        """The row that was looked up."""
        unit = self.methodology.tables[table].unit
        return _with_unit(self.scope.tables[table][str(self.sent[key])] / unit.scale, unit)

    def figures(self, day: date) -> tuple[ParameterTrace, ...]:
        """The parameters and rows that held on the day."""
        found = []
        for parameter in self.methodology.parameters.values():
            since, entry = parameter.values.on(day)
            found.append(_figure(parameter, entry, entry.value, since))
        for table in self.methodology.tables.values():
            since, rows = table.values.on(day)
            found.append(_figure(table, rows, rows.value[str(self.sent[table.key])], since))
        return tuple(found)


def _with_unit(value: Fraction, unit: Unit) -> str:
    return f"{display_text(value)} {unit.label}".rstrip()


def _figure(
    figure: Parameter | Table, entry: Sourced[Any], value: Fraction, since: date
) -> ParameterTrace:
    return ParameterTrace(
        name=figure.name,
        label=figure.label,
        value=value,
        unit=figure.unit.label,
        source="；".join(entry.source),
        provisional=figure.provisional,
        valid_from=since,
    )
