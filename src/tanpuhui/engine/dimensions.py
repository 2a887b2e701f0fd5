"""Units agree: the dimension of a formula, found without computing it.

Literals are dimensionless, except 0, which fits any unit. Sums, comparisons, ``min``, ``max``,
``clamp`` and the branches of ``if`` need equal dimensions; products and quotients combine them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tanpuhui.engine.errors import EngineError
from tanpuhui.engine.expressions import (
    COMPARISONS,
    Binary,
    Call,
    Expression,
    Name,
    Number,
    Unary,
    fault,
    lookup_names,
)
from tanpuhui.engine.units import DIMENSIONLESS, Dimension, describe, multiply


@dataclass(frozen=True)
class Quantity:
    """A number with a dimension; ``None`` is the literal zero, which fits any."""

    dimension: Dimension | None


@dataclass(frozen=True)
class Truth:
    """The outcome of a comparison."""


@dataclass(frozen=True)
class Choice:
    """An input that is one of a list; only ``lookup`` can use it."""


@dataclass(frozen=True)
class TableKind:
    """A table: which input opens it and what its rows measure."""

    key: str
    dimension: Dimension


Kind = Quantity | Truth | Choice | TableKind
_ANY = Quantity(None)


def kind_of(tree: Expression, scope: Mapping[str, Kind], text: str) -> Quantity | Truth:
    """What the formula yields.

    Raises:
        EngineError: ``formula_unknown_name``, ``formula_type``, ``formula_units`` or
            ``formula_zero_division``, each with the place in ``text``.
    """
    return _Checker(scope, text).kind(tree)


class _Checker:
    def __init__(self, scope: Mapping[str, Kind], text: str) -> None:
        self.scope = scope
        self.text = text

    def fault(self, tree: Expression, reason: str, code: str) -> EngineError:
        return fault(self.text, tree.at, reason, code)

    def kind(self, tree: Expression) -> Quantity | Truth:
        match tree:
            case Number():
                return _ANY if tree.value == 0 else Quantity(DIMENSIONLESS)
            case Name():
                return self.named(tree)
            case Unary("-"):
                return self.quantity(tree.operand)
            case Unary():
                return self.truth(tree.operand)
            case Binary():
                return self.binary(tree)
            case Call():
                return self.call(tree)

    def named(self, tree: Name) -> Quantity | Truth:
        kind = self.scope.get(tree.name)
        if kind is None:
            known = "、".join(sorted(self.scope)) or "（没有）"
            reason = f"没有“{tree.name}”这个名字；此处可用：{known}"
            raise self.fault(tree, reason, "formula_unknown_name")
        if isinstance(kind, Choice | TableKind):
            reason = f"“{tree.name}”不是数，只能写在 lookup(表名, 输入名) 里"
            raise self.fault(tree, reason, "formula_type")
        return kind

    def quantity(self, tree: Expression) -> Quantity:
        kind = self.kind(tree)
        if isinstance(kind, Quantity):
            return kind
        raise self.fault(tree, "这里要一个数，得到的却是真假判断", "formula_type")

    def truth(self, tree: Expression) -> Truth:
        kind = self.kind(tree)
        if isinstance(kind, Truth):
            return kind
        raise self.fault(tree, "这里要一个真假判断（比较），得到的却是数", "formula_type")

    def same(self, tree: Expression, parts: tuple[Expression, ...]) -> Quantity:
        found = _ANY
        for part in parts:
            kind = self.quantity(part)
            if found.dimension is None:
                found = kind
            elif kind.dimension not in (None, found.dimension):
                assert kind.dimension is not None
                have, other = describe(found.dimension), describe(kind.dimension)
                reason = f"单位不一致：一边是{have}，另一边是{other}，不能相加减、比较或并列"
                raise self.fault(tree, reason, "formula_units")
        return found

    def binary(self, tree: Binary) -> Quantity | Truth:
        if tree.operator in ("and", "or"):
            self.truth(tree.left)
            return self.truth(tree.right)
        if tree.operator in COMPARISONS:
            self.same(tree, (tree.left, tree.right))
            return Truth()
        if tree.operator in ("+", "-"):
            return self.same(tree, (tree.left, tree.right))
        left, right = self.quantity(tree.left), self.quantity(tree.right)
        if tree.operator == "/" and right.dimension is None:
            raise self.fault(tree, "除数恒为 0", "formula_zero_division")
        if left.dimension is None or right.dimension is None:
            return _ANY
        return Quantity(
            multiply(left.dimension, right.dimension, 1 if tree.operator == "*" else -1)
        )

    def call(self, tree: Call) -> Quantity:
        if tree.function == "if":
            self.truth(tree.arguments[0])
            return self.same(tree, tree.arguments[1:])
        if tree.function != "lookup":
            return self.same(tree, tree.arguments)
        table_name, key = lookup_names(tree)
        table = self.scope.get(table_name)
        if not isinstance(table, TableKind):
            raise self.fault(tree, f"没有“{table_name}”这张表", "formula_unknown_name")
        if table.key != key:
            reason = f"表“{table_name}”按“{table.key}”查，不能按“{key}”查"
            raise self.fault(tree, reason, "formula_type")
        return Quantity(table.dimension)
