"""Formulas as integer columns with proven bounds: what :mod:`columns` builds its plans from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, lcm
from typing import Any

import numpy as np
import numpy.typing as npt

from tanpuhui.engine.errors import EngineError
from tanpuhui.engine.expressions import Binary, Call, Expression, Name, Number, Unary, lookup_names
from tanpuhui.engine.methodologies import Input

BLOCK = 32_768
"""Rows computed at a time: the columns of one block stay in the processor's cache."""

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_] | None


@dataclass(eq=False)
class Frame:
    """One block of rows while a plan runs."""

    columns: Mapping[str, npt.NDArray[np.int64]]
    start: int
    stop: int
    exact64: bool
    steps: dict[str, tuple[Array, Array | None]] = field(default_factory=dict)
    memo: dict[tuple[int, int], tuple[Array, Mask]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Rows of the block."""
        return self.stop - self.start

    def cast(self, array: Array | int) -> Array:
        """The array in the width of the plan: int64, or Python integers."""
        return np.asarray(array, dtype=np.int64 if self.exact64 else object)

    def stored(self, name: str) -> npt.NDArray[np.int64]:
        """The block's part of an input; an input left out as a whole is repeated."""
        column = self.columns[name]
        return column[self.start : self.stop] if column.ndim else np.full(self.size, column)


@dataclass(frozen=True, eq=False)
class Ints:
    """An integer per row within [low, high]; ``mask``: rows whose branch is taken (None: all)."""

    low: int
    high: int
    run: Callable[[Frame, Mask], Array]
    constant: int | None = None

    def of(self, frame: Frame, mask: Mask = None) -> Array:
        """The values; each term is computed once per block and mask."""
        key = (id(self), id(mask))
        if key not in frame.memo:
            frame.memo[key] = (self.run(frame, mask), mask)
        return frame.memo[key][0]


@dataclass(frozen=True, eq=False)
class Ratio:
    """``factor * num / den`` in base units; ``factor`` > 0; ``den`` > 0, None stands for 1."""

    num: Ints
    den: Ints | None
    factor: Fraction


@dataclass(frozen=True, eq=False)
class Truth:
    """True or false per row."""

    run: Callable[[Frame, Mask], Array]

    def of(self, frame: Frame, mask: Mask = None) -> npt.NDArray[np.bool_]:
        """The truth of each row, computed once per block and mask."""
        key = (id(self), id(mask))
        if key not in frame.memo:
            found = np.asarray(self.run(frame, mask), dtype=np.bool_)
            frame.memo[key] = (np.broadcast_to(found, (frame.size,)), mask)
        return frame.memo[key][0]


def _both(mask: Mask, more: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    return more if mask is None else mask & more


def _common(left: Fraction, right: Fraction) -> Fraction:
    """The greatest factor of which both are whole multiples."""
    return Fraction(gcd(left.numerator, right.numerator), lcm(left.denominator, right.denominator))


_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}


class Compiler:
    """Turns checked formulas into terms; ``widest``: the largest magnitude any can reach."""

    def __init__(self, inputs: Mapping[str, Input]) -> None:
        self.widest = 0
        self.names: dict[str, Ratio] = {}
        self.tables: dict[str, Ratio] = {}
        for name, declared in inputs.items():
            if not declared.choices:
                self.names[name] = self._input(name, declared)

    def note(self, *magnitudes: int) -> None:
        """Record how large an integer can become."""
        self.widest = max(self.widest, *(abs(size) for size in magnitudes))

    def ints(self, low: int, high: int, run: Callable[[Frame, Mask], Array]) -> Ints:
        """A term that varies by row."""
        self.note(low, high)
        return Ints(low, high, run)

    def constant(self, value: int) -> Ints:
        """The same integer in every row."""
        self.note(value)
        return Ints(value, value, lambda frame, _: frame.cast(value), constant=value)

    def _input(self, name: str, declared: Input) -> Ratio:
        assert declared.unit is not None
        ends = [declared.low, declared.high]
        if (absent := declared.absent_stored) is not None:
            ends.append(absent)
        elif declared.optional:
            ends.append(0)
        num = self.ints(min(ends), max(ends), lambda frame, _: frame.cast(frame.stored(name)))
        return Ratio(num, None, declared.unit.scale / 10**declared.places)

    def add_constant(self, name: str, value: Fraction) -> None:
        """A parameter or limit, in base units."""
        self.names[name] = self._fixed(value)

    def add_table(self, name: str, key: str, rows: tuple[Fraction, ...]) -> None:
        """A table's rows in base units, in the order of the key's choices."""
        factor = Fraction(0)
        for row in rows:
            factor = _common(factor, row) if factor else abs(row)
        factor = factor or Fraction(1)
        whole = [int(row / factor) for row in rows]

        def run(frame: Frame, _: Mask) -> Array:
            return np.array(whole, dtype=np.int64 if frame.exact64 else object)[frame.stored(key)]

        self.tables[name] = Ratio(self.ints(min(whole), max(whole), run), None, factor)

    def add_step(self, name: str, ratio: Ratio) -> None:
        """An earlier step, computed once per block."""

        def bottom(frame: Frame, _: Mask) -> Array:
            found = frame.steps[name][1]
            assert found is not None
            return found

        num = ratio.num
        if num.constant is None:
            num = Ints(num.low, num.high, lambda frame, _: frame.steps[name][0])
        den = None if ratio.den is None else Ints(ratio.den.low, ratio.den.high, bottom)
        self.names[name] = Ratio(num, den, ratio.factor)

    def _fixed(self, value: Fraction) -> Ratio:
        return self._ratio(self.constant(value.numerator), None, Fraction(1, value.denominator))

    def _ratio(self, num: Ints, den: Ints | None, factor: Fraction) -> Ratio:
        """The ratio with all constants moved into the factor, so that columns stay small."""
        if den is not None and den.constant is not None:
            factor /= den.constant
            den = None
        if num.constant is not None and abs(num.constant) > 1:
            factor *= abs(num.constant)
            num = self.constant(1 if num.constant > 0 else -1)
        return Ratio(num, den, factor)

    # -- integers ----------------------------------------------------------------------

    def times(self, left: Ints, right: Ints) -> Ints:
        """The product, folded where both are constant."""
        if left.constant is not None and right.constant is not None:
            return self.constant(left.constant * right.constant)
        for one, other in ((left, right), (right, left)):
            if one.constant == 1:
                return other
        ends = [x * y for x in (left.low, left.high) for y in (right.low, right.high)]
        return self.ints(min(ends), max(ends), lambda f, m: left.of(f, m) * right.of(f, m))

    def times_optional(self, den: Ints | None, factor: int) -> Ints | None:
        """A denominator times a constant; None while it stays 1."""
        if den is None:
            return None if factor == 1 else self.constant(factor)
        return self.times(den, self.constant(factor))

    def _product(self, left: Ints | None, right: Ints | None) -> Ints | None:
        if left is None or right is None:
            return left or right
        return self.times(left, right)

    def _plus(self, left: Ints, right: Ints) -> Ints:
        if left.constant is not None and right.constant is not None:
            return self.constant(left.constant + right.constant)
        low, high = left.low + right.low, left.high + right.high
        return self.ints(low, high, lambda f, m: left.of(f, m) + right.of(f, m))

    def _extreme(self, left: Ints, right: Ints, function: str) -> Ints:
        choose = min if function == "min" else max
        if left.constant is not None and right.constant is not None:
            return self.constant(choose(left.constant, right.constant))
        pick = np.minimum if function == "min" else np.maximum
        low, high = choose(left.low, right.low), choose(left.high, right.high)
        return self.ints(low, high, lambda f, m: pick(left.of(f, m), right.of(f, m)))

    def _divisor(self, num: Ints) -> Ints:
        """The magnitude of a divisor, which must not be zero in any row that is taken."""

        def run(frame: Frame, mask: Mask) -> Array:
            values = np.broadcast_to(num.of(frame, mask), (frame.size,))
            zero = values == 0
            wrong = np.flatnonzero(zero if mask is None else zero & mask)
            if len(wrong):
                rows = tuple(int(row) + frame.start for row in wrong)
                raise EngineError(
                    "division_by_zero",
                    f"公式中的除数有 {len(rows)} 行为 0，无法计算；请核对报送的数值。",
                    rows,
                )
            return frame.cast(np.where(zero, frame.cast(1), np.abs(values)))

        size = max(abs(num.low), abs(num.high), 1)
        if num.low > 0:
            return num
        if num.constant:
            return self.constant(abs(num.constant))
        return self.ints(1, size, run)

    def _signed(self, num: Ints, divisor: Ints) -> Ints:
        """``num`` with the sign of ``divisor``."""
        if divisor.low >= 0:
            return num

        def run(frame: Frame, mask: Mask) -> Array:
            values = num.of(frame, mask)
            return frame.cast(np.where(divisor.of(frame, mask) < 0, -values, values))

        reach = max(abs(num.low), abs(num.high))
        return self.ints(-reach, reach, run)

    # -- ratios ----------------------------------------------------------------------

    def _scaled(self, left: Ratio, right: Ratio) -> tuple[Ints, Ints, Fraction]:
        """Both numerators as whole multiples of one factor; zero fits any factor."""
        if left.num.constant == 0:
            return left.num, right.num, right.factor
        if right.num.constant == 0:
            return left.num, right.num, left.factor
        factor = _common(left.factor, right.factor)
        first = self.times(left.num, self.constant(int(left.factor / factor)))
        second = self.times(right.num, self.constant(int(right.factor / factor)))
        return first, second, factor

    def _aligned(self, left: Ratio, right: Ratio) -> tuple[Ints, Ints, Ints | None, Fraction]:
        """Both numerators over one denominator and one factor."""
        first, second, factor = self._scaled(left, right)
        if left.den is right.den:
            return first, second, left.den, factor
        if right.den is not None:
            first = self.times(first, right.den)
        if left.den is not None:
            second = self.times(second, left.den)
        return first, second, self._product(left.den, right.den), factor

    def ratio(self, tree: Expression) -> Ratio:
        """A checked formula that yields a number."""
        match tree:
            case Number():
                return self._fixed(tree.value)
            case Name():
                return self.names[tree.name]
            case Unary():
                return self._negated(self.ratio(tree.operand))
            case Binary():
                return self._binary(tree)
            case Call():
                return self._call(tree)

    def _negated(self, value: Ratio) -> Ratio:
        return self._ratio(self.times(value.num, self.constant(-1)), value.den, value.factor)

    def _binary(self, tree: Binary) -> Ratio:
        left, right = self.ratio(tree.left), self.ratio(tree.right)
        if tree.operator == "*":
            factor = left.factor * right.factor
            return self._ratio(
                self.times(left.num, right.num), self._product(left.den, right.den), factor
            )
        if tree.operator == "/":
            num = left.num if right.den is None else self.times(left.num, right.den)
            den = self._product(left.den, self._divisor(right.num))
            return self._ratio(self._signed(num, right.num), den, left.factor / right.factor)
        if tree.operator == "-":
            right = self._negated(right)
        first, second, den, factor = self._aligned(left, right)
        return self._ratio(self._plus(first, second), den, factor)

    def _call(self, tree: Call) -> Ratio:
        if tree.function == "lookup":
            return self.tables[lookup_names(tree)[0]]
        if tree.function == "if":
            return self._if(tree)
        values = [self.ratio(argument) for argument in tree.arguments]
        if tree.function == "clamp":
            return self._best(values[1], self._best(values[0], values[2], "min"), "max")
        found = values[0]
        for value in values[1:]:
            found = self._best(found, value, tree.function)
        return found

    def _best(self, left: Ratio, right: Ratio, function: str) -> Ratio:
        first, second, den, factor = self._aligned(left, right)
        return self._ratio(self._extreme(first, second, function), den, factor)

    def _if(self, tree: Call) -> Ratio:
        test = self.truth(tree.arguments[0])
        left, right = self.ratio(tree.arguments[1]), self.ratio(tree.arguments[2])
        first, second, factor = self._scaled(left, right)
        den = None
        if left.den is not None or right.den is not None:
            one = self.constant(1)
            den = self._either(test, left.den or one, right.den or one)
        return self._ratio(self._either(test, first, second), den, factor)

    def _either(self, test: Truth, first: Ints, second: Ints) -> Ints:
        """Each row from its own branch; the other branch may fail without harm."""

        def run(frame: Frame, mask: Mask) -> Array:
            holds = test.of(frame, mask)
            left = first.of(frame, _both(mask, holds))
            right = second.of(frame, _both(mask, ~holds))
            return frame.cast(np.where(holds, left, right))

        return self.ints(min(first.low, second.low), max(first.high, second.high), run)

    # -- truths ----------------------------------------------------------------------

    def truth(self, tree: Expression) -> Truth:
        """A checked formula that yields true or false."""
        if isinstance(tree, Unary):
            inner = self.truth(tree.operand)
            return Truth(lambda f, m: ~inner.of(f, m))
        assert isinstance(tree, Binary)
        if tree.operator in ("and", "or"):
            return self._joined(self.truth(tree.left), self.truth(tree.right), tree.operator)
        left, right, _, _ = self._aligned(self.ratio(tree.left), self.ratio(tree.right))
        compare = _COMPARE[tree.operator]
        return Truth(lambda f, m: compare(left.of(f, m), right.of(f, m)))

    def _joined(self, left: Truth, right: Truth, word: str) -> Truth:
        def run(frame: Frame, mask: Mask) -> Array:
            first = left.of(frame, mask)
            matters = first if word == "and" else ~first
            second = right.of(frame, _both(mask, matters))
            return first & second if word == "and" else first | second

        return Truth(run)
