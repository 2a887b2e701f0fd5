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


def evaluate(methodology: Methodology, values: Mapping[str, Sent], day: date) -> Outcome:
    """Compute one act.

    Args:
        methodology: the version to apply.
        values: by input name, numbers in the input's unit, choices as text.
        day: the day of the act; it decides which dated values hold.

    Raises:
        EngineError: ``not_effective``; ``value_gap``, ``value_ended``; ``input_…``;
        ``division_by_zero``;
            ``result_too_large`` beyond 2^63-1 mg.
    """
    methodology.require_effective(day)
    sent = read_all(methodology.inputs, values)
    work = _Work(methodology, sent, day)
    steps = tuple(work.step(step) for step in methodology.steps)
    quantum = methodology.result.quantum
    exact = work.scope.numbers[methodology.result.name] / quantum
    units = divide_rounded(exact.numerator, exact.denominator, methodology.result.rounding)
    reduction_mg = int(units * quantum)
    if abs(reduction_mg) > INT64_MAX:
        raise too_large()
    return Outcome(
        methodology=methodology.key,
        day=day,
        reduction_mg=reduction_mg,
        values=tuple((name, sent_text(value)) for name, value in sent.items()),
        steps=steps,
        parameters=tuple(work.figures),
    )


def too_large(rows: tuple[int, ...] = ()) -> EngineError:
    """The error of a reduction that no ledger row can hold."""
    return EngineError(
        "result_too_large", "计算结果超出账本可记的范围；请核对报送的数值与单位。", rows
    )


class _Work:
    """The names at hand while the steps run, and how each is shown."""

    def __init__(
        self, methodology: Methodology, sent: Mapping[str, Fraction | str], day: date
    ) -> None:
        self.methodology = methodology
        self.sent = sent
        self.figures: list[ParameterTrace] = []
        self.words: dict[str, str] = {}
        self.numbers_shown: dict[str, str] = {}
        numbers: dict[str, Fraction] = {}
        for name, declared in methodology.inputs.items():
            value = sent[name]
            self.words[name] = declared.label
            if isinstance(value, Fraction) and declared.unit is not None:
                numbers[name] = value * declared.unit.scale
                self.numbers_shown[name] = f"{display_text(value)} {declared.unit.label}".rstrip()
        for name, parameter in methodology.parameters.items():
            since, entry = parameter.values.on(day, f"“{parameter.label}”")
            numbers[name] = entry.value * parameter.unit.scale
            self.words[name] = parameter.label
            self.numbers_shown[name] = (
                f"{display_text(entry.value)} {parameter.unit.label}".rstrip()
            )
            self.figures.append(_figure(parameter, entry, entry.value, since))
        tables = {}
        for name, table in methodology.tables.items():
            since, rows = table.values.on(day, f"“{table.label}”")
            tables[name] = {key: value * table.unit.scale for key, value in rows.value.items()}
            self.words[name] = table.label
            self.figures.append(_figure(table, rows, rows.value[str(sent[table.key])], since))
        choices = {name: value for name, value in sent.items() if isinstance(value, str)}
        self.scope = arithmetic.Scope(numbers, choices, tables)

    def step(self, step: Step) -> StepTrace:
        value = arithmetic.number(step.expression, self.scope)
        self.scope.numbers[step.name] = value
        in_unit = value / step.unit.scale
        trace = StepTrace(
            name=step.name,
            label=step.label,
            formula=step.formula,
            in_words=render(step.expression, self.words.__getitem__, self.table_words),
            substituted=render(step.expression, self.numbers_shown.__getitem__, self.table_number),
            unit=step.unit.label,
            value=in_unit,
        )
        self.words[step.name] = step.label
        self.numbers_shown[step.name] = f"{display_text(in_unit)} {step.unit.label}".rstrip()
        return trace

    def table_words(self, table: str, key: str) -> str:
        return f"{self.words[table]}（按{self.words[key]}）"

    def table_number(self, table: str, key: str) -> str:
        unit = self.methodology.tables[table].unit
        value = self.scope.tables[table][str(self.sent[key])] / unit.scale
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
