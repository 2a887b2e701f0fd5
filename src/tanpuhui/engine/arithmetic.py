"""One formula, one set of values: exact arithmetic in base units, only the branches taken."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from tanpuhui.engine.errors import EngineError
from tanpuhui.engine.expressions import Binary, Call, Expression, Name, Number, Unary, lookup_names

_COMPARE: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


@dataclass
class Scope:
    """Names at hand: numbers in base units, choices as text, tables as rows in base units."""

    numbers: dict[str, Fraction]
    choices: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, Mapping[str, Fraction]] = field(default_factory=dict)


def number(tree: Expression, scope: Scope) -> Fraction:
    """The value of a checked formula that yields a number.

    Raises:
        EngineError: ``division_by_zero``.
    """
    match tree:
        case Number():
            return tree.value
        case Name():
            return scope.numbers[tree.name]
        case Unary():
            return -number(tree.operand, scope)
        case Binary():
            return _binary(tree, scope)
        case Call():
            return _call(tree, scope)


def _binary(tree: Binary, scope: Scope) -> Fraction:
    left, right = number(tree.left, scope), number(tree.right, scope)
    if tree.operator == "+":
        return left + right
    if tree.operator == "-":
        return left - right
    if tree.operator == "*":
        return left * right
    if right == 0:
        raise EngineError("division_by_zero", "公式中的除数为 0，无法计算；请核对报送的数值。")
    return left / right


def _call(tree: Call, scope: Scope) -> Fraction:
    if tree.function == "if":
        condition, first, second = tree.arguments
        return number(first if truth(condition, scope) else second, scope)
    if tree.function == "lookup":
        table, key = lookup_names(tree)
        return scope.tables[table][scope.choices[key]]
    values = [number(argument, scope) for argument in tree.arguments]
    if tree.function == "clamp":
        return max(values[1], min(values[0], values[2]))
    return min(values) if tree.function == "min" else max(values)


def truth(tree: Expression, scope: Scope) -> bool:
    """The value of a checked condition; the right side is computed only when it matters."""
    if isinstance(tree, Unary):
        return not truth(tree.operand, scope)
    assert isinstance(tree, Binary)
    if tree.operator == "and":
        return truth(tree.left, scope) and truth(tree.right, scope)
    if tree.operator == "or":
        return truth(tree.left, scope) or truth(tree.right, scope)
    return _COMPARE[tree.operator](number(tree.left, scope), number(tree.right, scope))
