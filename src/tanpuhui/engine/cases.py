"""Worked cases: what a person computed by hand, held against what the engine computes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from tanpuhui.engine.errors import EngineError
from tanpuhui.engine.evaluation import evaluate
from tanpuhui.engine.inputs import Sent
from tanpuhui.engine.methodologies import Methodology
from tanpuhui.engine.numbers import exact_text, terminates
from tanpuhui.engine.rounding import round_fraction

CASE_PLACES_MIN = 3
"""A value without finite decimals is compared at the places written, at least these."""


@dataclass(frozen=True)
class Case:
    """An act, and either its ``output`` in the result's unit or the code of its ``error``."""

    name: str
    day: date
    values: Mapping[str, Sent]
    source: str
    output: Fraction | None = None
    error: str | None = None
    steps: Mapping[str, Fraction] = field(default_factory=dict)


def differences(case: Case, methodology: Methodology) -> tuple[str, ...]:
    """Chinese sentences on what differs; empty when the case holds."""
    try:
        outcome = evaluate(methodology, case.values, case.day)
    except EngineError as error:
        if case.error == error.code:
            return ()
        wanted = f"错误 {case.error}" if case.error else "有结果"
        return (f"应当{wanted}，实际报错 {error.code}：{error.message}",)
    got = Fraction(outcome.reduction_mg) / methodology.result.unit.scale
    if case.error:
        return (f"应当报错 {case.error}，实际算出 {exact_text(got)} {methodology.result.unit}。",)
    found = []
    if got != case.output:
        wanted = "（未写）" if case.output is None else exact_text(case.output)
        found.append(f"结果应为 {wanted}，实际为 {exact_text(got)} {methodology.result.unit}。")
    values = {step.name: step.value for step in outcome.steps}
    for name, expected in case.steps.items():
        if name not in values:
            found.append(f"没有名为“{name}”的步骤；请更正案例。")
        elif not _agrees(values[name], expected):
            found.append(
                f"步骤“{name}”应为 {exact_text(expected)}，实际为 {exact_text(values[name])}。"
            )
    return tuple(found)


def _agrees(value: Fraction, expected: Fraction) -> bool:
    if terminates(value):
        return value == expected
    places = CASE_PLACES_MIN
    while (expected * 10**places).denominator != 1:
        places += 1
    return round_fraction(value, "half_up", places) == expected
