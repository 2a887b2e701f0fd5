"""What a computation did, for people and for the archive: steps, figures, stable JSON."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from tanpuhui.engine.canonical import canonical_json
from tanpuhui.engine.expressions import (
    COMPARISONS,
    Binary,
    Call,
    Expression,
    Name,
    Number,
    Unary,
    lookup_names,
)
from tanpuhui.engine.numbers import exact_text
from tanpuhui.engine.rounding import display_text


@dataclass(frozen=True)
class StepTrace:
    """One step as computed: ``value`` is exact, in ``unit``."""

    name: str
    label: str
    formula: str
    in_words: str
    substituted: str
    unit: str
    value: Fraction

    @property
    def text(self) -> str:
        """The value for people, ≈ where it was shortened."""
        return display_text(self.value)


@dataclass(frozen=True)
class ParameterTrace:
    """A figure that was used: its value on the day, its source, and since when it holds."""

    name: str
    label: str
    value: Fraction
    unit: str
    source: str
    provisional: bool
    valid_from: date

    @property
    def text(self) -> str:
        """The value for people."""
        return display_text(self.value)


@dataclass(frozen=True)
class Outcome:
    """The reduction of one act in mg CO2e, and how it came about."""

    methodology: str
    day: date
    reduction_mg: int
    values: tuple[tuple[str, str], ...]
    steps: tuple[StepTrace, ...]
    parameters: tuple[ParameterTrace, ...]

    def to_plain(self) -> dict[str, Any]:
        """The trace as plain data, values as exact text."""
        return {
            "methodology": self.methodology,
            "day": self.day,
            "reduction_mg": self.reduction_mg,
            "inputs": dict(self.values),
            "steps": [vars(step) for step in self.steps],
            "parameters": [vars(parameter) for parameter in self.parameters],
        }

    def to_json(self) -> str:
        """Canonical JSON: equal traces give equal text."""
        return canonical_json(self.to_plain())

    def lines(self) -> tuple[str, ...]:
        """The computation as a person reads it, one line per step."""
        return tuple(
            f"{step.label} = {step.in_words} = {step.substituted} = {step.text} {step.unit}"
            for step in self.steps
        )


def sent_text(value: Fraction | str) -> str:
    """An input as exact text."""
    return value if isinstance(value, str) else exact_text(value)


_SIGNS = {
    "*": "×",
    "/": "÷",
    "-": "-",
    "<=": "≤",
    ">=": "≥",
    "==": "=",
    "!=": "≠",
    "and": "且",
    "or": "或",
}
_STRENGTH = {"or": 1, "and": 2, "+": 4, "-": 4, "*": 5, "/": 5} | dict.fromkeys(COMPARISONS, 3)
_ATOM = 9


def render(tree: Expression, shown: Callable[[str], str], table: Callable[[str, str], str]) -> str:
    """The formula with names shown by ``shown(name)`` and look-ups by ``table(table, input)``."""
    return _render(tree, shown, table)[0]


def _render(
    tree: Expression, shown: Callable[[str], str], table: Callable[[str, str], str]
) -> tuple[str, int]:
    """Text and binding strength, so that brackets stand only where needed."""

    def bracketed(part: Expression, strength: int) -> str:
        text, own = _render(part, shown, table)
        return text if own >= strength else f"({text})"

    match tree:
        case Number():
            return tree.text, _ATOM
        case Name():
            return shown(tree.name), _ATOM
        case Unary():
            sign = "-" if tree.operator == "-" else "非 "
            return sign + bracketed(tree.operand, _ATOM), _STRENGTH["*"]
        case Binary():
            own = _STRENGTH[tree.operator]
            tight = tree.operator in ("-", "/") or tree.operator in COMPARISONS
            right = bracketed(tree.right, own + 1 if tight else own)
            return (
                f"{bracketed(tree.left, own)} {_SIGNS.get(tree.operator, tree.operator)} {right}",
                own,
            )
        case Call("lookup"):
            return table(*lookup_names(tree)), _ATOM
        case Call():
            return _call_text(tree.function, [bracketed(part, 0) for part in tree.arguments]), _ATOM


def _call_text(function: str, parts: list[str]) -> str:
    if function == "if":
        return f"（若 {parts[0]} 则 {parts[1]}，否则 {parts[2]}）"
    if function == "clamp":
        return f"限于（{parts[0]}，不低于 {parts[1]}，不高于 {parts[2]}）"
    return f"{'较小值' if function == 'min' else '较大值'}（{'，'.join(parts)}）"
