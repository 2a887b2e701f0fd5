"""A column of acts at once, equal to :mod:`evaluation` to the milligram.

Every formula becomes ``factor * numerator / denominator``: two integer columns (the denominator
only where a formula divides by something that varies) and one exact constant. Units, decimal
places and parameters all go into the constant, so most operations on columns are a single integer
pass.

Interval arithmetic over the declared bounds proves, before any row is seen, how large each
integer can become. If all fit 64 bits the plan runs on int64; otherwise it runs on Python
integers, slower and just as exact. Nothing ever wraps.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from tanpuhui.engine.column_terms import BLOCK, Compiler, Frame, Ints, Ratio, Truth
from tanpuhui.engine.errors import EngineError
from tanpuhui.engine.evaluation import too_large
from tanpuhui.engine.methodologies import Input, Methodology
from tanpuhui.engine.numbers import INT64_MAX
from tanpuhui.engine.rounding import Rounding, divide_rounded

Columns = Mapping[str, npt.NDArray[np.int64]]


@dataclass(frozen=True, eq=False)
class ColumnPlan:
    """A compiled methodology for the days from ``start`` to ``end`` (exclusive).

    Attributes:
        low, high: proven bounds of the reduction, in mg.
        exact64: True when int64 is proven to suffice.
    """

    start: date
    end: date | None
    low: int
    high: int
    exact64: bool
    _inputs: Mapping[str, Input]
    _steps: tuple[tuple[str, Ratio], ...]
    _top: Ints
    _bottom: Ints | None
    _rounding: Rounding
    _quantum: int

    def run(self, columns: Columns, rows: int | None = None) -> npt.NDArray[np.int64]:
        """Reductions in mg.

        Args:
            columns: per input, the number times 10^places (or the index of the choice); all of
                one length. An input with ``absent`` may be left out as a whole. Other names are
                ignored.
            rows: number of rows, needed only when no input is given.

        Raises:
            EngineError: ``input_missing``, ``column_malformed``, ``input_out_of_bounds``,
            ``division_by_zero``,
                ``result_too_large``; the last three carry the offending ``rows``.
        """
        taken = take_columns(self._inputs, columns)
        count = length_of(taken, rows)
        result = np.empty(count, dtype=np.int64)
        for start in range(0, count, BLOCK):
            stop = min(start + BLOCK, count)
            frame = Frame(taken, start, stop, exact64=self.exact64)
            for name, ratio in self._steps:
                frame.steps[name] = (
                    ratio.num.of(frame),
                    None if ratio.den is None else ratio.den.of(frame),
                )
            result[start:stop] = self._finish(frame)
        return result

    def _finish(self, frame: Frame) -> npt.NDArray[Any]:
        units = self._top.of(frame)
        if self._bottom is not None:
            units = divide_rounded(units, self._bottom.of(frame), self._rounding)
        found = np.broadcast_to(
            units if self._quantum == 1 else units * self._quantum, (frame.size,)
        )
        if self.exact64 or (self.low >= -INT64_MAX and self.high <= INT64_MAX):
            return found.astype(np.int64)
        beyond = np.flatnonzero((found > INT64_MAX) | (found < -INT64_MAX))
        if len(beyond):
            raise too_large(tuple(int(row) + frame.start for row in beyond))
        return found.astype(np.int64)


def compile_columns(methodology: Methodology, day: date) -> ColumnPlan:
    """The plan for the segment of days around ``day``.

    Raises:
        EngineError: as :meth:`Methodology.segment`.
    """
    start, end = methodology.segment(day)
    compiler = Compiler(methodology.inputs)
    for name, parameter in methodology.parameters.items():
        compiler.add_constant(name, parameter.values.on(day)[1].value * parameter.unit.scale)
    for name, table in methodology.tables.items():
        rows = table.values.on(day)[1].value
        choices = methodology.inputs[table.key].choices
        compiler.add_table(
            name, table.key, tuple(rows[choice] * table.unit.scale for choice in choices)
        )
    steps = []
    for step in methodology.steps:
        ratio = compiler.ratio(step.expression)
        steps.append((step.name, ratio))
        compiler.add_step(step.name, ratio)
    return _finished(methodology, compiler, tuple(steps), (start, end))


def _finished(
    methodology: Methodology,
    compiler: Compiler,
    steps: tuple[tuple[str, Ratio], ...],
    days: tuple[date, date | None],
) -> ColumnPlan:
    """Add the rounding to the last step and settle the integer width."""
    ratio = compiler.names[methodology.result.name]
    quantum = int(methodology.result.quantum)
    rounding = methodology.result.rounding
    factor = ratio.factor / quantum
    top = compiler.times(ratio.num, compiler.constant(factor.numerator))
    bottom: Ints | None = compiler.times_optional(ratio.den, factor.denominator)
    low, high = top.low, top.high
    if bottom is not None:
        ends = [
            divide_rounded(end, by, rounding)
            for end in (low, high)
            for by in (bottom.low, bottom.high)
        ]
        low, high = min(ends), max(ends)
        if rounding == "half_up":
            compiler.note(2 * max(abs(top.low), abs(top.high)) + bottom.high, 2 * bottom.high)
    compiler.note(low * quantum, high * quantum)
    return ColumnPlan(
        start=days[0],
        end=days[1],
        low=low * quantum,
        high=high * quantum,
        exact64=compiler.widest <= INT64_MAX,
        _inputs=methodology.inputs,
        _steps=steps,
        _top=top,
        _bottom=bottom,
        _rounding=rounding,
        _quantum=quantum,
    )


@dataclass(frozen=True, eq=False)
class TruthPlan:
    """A compiled condition: which rows satisfy it."""

    exact64: bool
    _inputs: Mapping[str, Input]
    _truth: Truth

    def run(self, columns: Columns, rows: int | None = None) -> npt.NDArray[np.bool_]:
        """True where the condition holds; arguments and errors as :meth:`ColumnPlan.run`."""
        taken = take_columns(self._inputs, columns)
        count = length_of(taken, rows)
        result = np.empty(count, dtype=np.bool_)
        for start in range(0, count, BLOCK):
            stop = min(start + BLOCK, count)
            result[start:stop] = self._truth.of(Frame(taken, start, stop, exact64=self.exact64))
        return result


def truth_plan(compiler: Compiler, inputs: Mapping[str, Input], truth: Truth) -> TruthPlan:
    """Settle the integer width of a compiled condition."""
    return TruthPlan(compiler.widest <= INT64_MAX, inputs, truth)


def take_columns(inputs: Mapping[str, Input], columns: Columns) -> dict[str, npt.NDArray[np.int64]]:
    """The declared columns, checked for type and bounds; absent ones as a single repeated value."""
    taken = {}
    for name, declared in inputs.items():
        column = columns.get(name)
        if column is None:
            absent = declared.absent_stored
            if absent is None and declared.required:
                raise EngineError(
                    "input_missing", f"缺少“{declared.label}”（{name}）一列；请补齐后再计算。"
                )
            taken[name] = np.array(absent or 0, dtype=np.int64)
            continue
        if column.ndim != 1 or not np.issubdtype(column.dtype, np.signedinteger):
            raise EngineError(
                "column_malformed",
                f"“{declared.label}”（{name}）应当是一列整数；请先按小数位放大取整。",
            )
        _require_bounds(declared, column)
        taken[name] = column.astype(np.int64, copy=False)
    return taken


def _require_bounds(declared: Input, column: npt.NDArray[np.int64]) -> None:
    """Rows outside the bounds would void the overflow proof; the value for "absent" is allowed."""
    low, high = declared.low, declared.high
    if not len(column) or (int(column.min()) >= low and int(column.max()) <= high):
        return
    stray = (column < low) | (column > high)
    default = declared.absent_stored
    if default is None and declared.optional:
        default = 0
    if default is not None:
        stray &= column != default
    if stray.any():
        rows = tuple(int(row) for row in np.flatnonzero(stray))
        raise EngineError(
            "input_out_of_bounds",
            f"“{declared.label}”有 {len(rows)} 行超出上下限；请先剔除这些行。",
            rows,
        )


def length_of(taken: Mapping[str, npt.NDArray[np.int64]], rows: int | None) -> int:
    """The common length of the columns."""
    lengths = {len(column) for column in taken.values() if column.ndim} | (
        {rows} if rows is not None else set()
    )
    if len(lengths) != 1:
        raise EngineError("column_malformed", "各列行数不一致，或没有给出行数；请检查输入的列。")
    return lengths.pop()
