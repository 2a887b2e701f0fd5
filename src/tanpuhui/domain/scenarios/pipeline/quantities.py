"""From what was sent to scaled integers, plausibility, and milligrams: by scenario and segment."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from tanpuhui.domain.scenarios.pipeline.checks import EPOCH
from tanpuhui.domain.scenarios.pipeline.rulebook import MG_PER_KG, Rulebook, Segment
from tanpuhui.domain.scenarios.pipeline.work import QUANTITY, Ints, Mask, Positions, Work
from tanpuhui.engine.errors import EngineError
from tanpuhui.engine.methodologies import Input
from tanpuhui.packs import Scenario

FLOAT_EXACT = 2**53
DECIMALS = 6
DURATION = "duration"


@dataclass(frozen=True, eq=False)
class Sent:
    """A quantity of all records: numbers, or texts as a provider wrote them."""

    values: npt.NDArray[np.float64] | npt.NDArray[np.object_]
    nulls: Mask

    @property
    def is_text(self) -> bool:
        """Whether the column holds texts."""
        return self.values.dtype == np.object_


@dataclass(frozen=True, eq=False)
class Stored:
    """A segment's inputs as they are stored: a column each, absent values filled in."""

    positions: Positions
    values: dict[str, Ints]
    absent: dict[str, Mask]


def quantify(work: Work, rules: Rulebook, filings: dict[tuple[str, str], int]) -> None:
    """Fill inputs, filing, ended, quantified_mg and points of every live record.

    Args:
        work: scenario, days and reasons are set.
        rules: compiled rules.
        filings: (scenario id, methodology key or "") → filing id in force.
    """
    sent = {
        column.name.removeprefix(QUANTITY): _sent(column)
        for column in work.frame.iter_columns()
        if column.name.startswith(QUANTITY)
    }
    parts: list[Stored] = []
    for scenario_no in np.unique(work.scenario_no[work.live]):
        scenario = rules.city.scenario_by_no(int(scenario_no))
        mine = work.live & (work.scenario_no == scenario_no)
        for segment, mask in _segments(work, rules, scenario, mine):
            part = _quantify_segment(work, segment, np.flatnonzero(mask), sent)
            key = segment.methodology.key if segment.methodology else ""
            work.filing_id[mask] = filings[scenario.id, key]
            if part is not None:
                parts.append(part)
    work.inputs = laid_out(parts, work.size)


def _sent(column: pl.Series) -> Sent:
    if column.null_count():
        nulls = column.is_null().to_numpy()
    else:
        nulls = np.zeros(len(column), dtype=np.bool_)
    if column.dtype.is_numeric():
        return Sent(column.cast(pl.Float64).to_numpy(), nulls)
    return Sent(np.array(column.cast(pl.String).to_list(), dtype=np.object_), nulls)


def _segments(
    work: Work, rules: Rulebook, scenario: Scenario, mine: Mask
) -> Iterator[tuple[Segment, Mask]]:
    """Masks of the live records by the segment that holds on their day."""
    rest = mine.copy()
    while rest.any():
        first = int(work.days[rest].min())
        day = EPOCH + timedelta(days=first)
        try:
            segment = rules.segment(scenario, day)
        except EngineError as error:
            work.refuse(rest & (work.days == first), "time.after_methodology", error.message)
            rest &= work.days != first
            continue
        mask = rest & (work.days >= first)
        if segment.end is not None:
            mask &= work.days < (segment.end - EPOCH).days
        rest &= ~mask
        yield segment, mask


def _quantify_segment(
    work: Work, segment: Segment, positions: Positions, sent: dict[str, Sent]
) -> Stored | None:
    _refuse_unknown_fields(work, segment, positions, sent)
    values: dict[str, Ints] = {}
    absent: dict[str, Mask] = {}
    for declared in segment.inputs:
        values[declared.name], absent[declared.name] = _stored(
            work, declared, positions, sent.get(declared.name)
        )
    alive = work.reason[positions] == 0
    if not alive.any():
        return None
    part = Stored(
        positions[alive],
        {name: column[alive] for name, column in values.items()},
        {name: nulls[alive] for name, nulls in absent.items()},
    )
    evaluate_segment(work, segment, part.positions, part.values)
    return part


def evaluate_segment(
    work: Work, segment: Segment, positions: Positions, stored: dict[str, Ints]
) -> None:
    """Plausibility, milligrams, points and end of checked records (absent values filled in)."""
    for rule in segment.conditions:
        broken = rule.run(stored, rows=len(positions))
        work.refuse_at(positions[broken], "record.implausible", rule.message)
    if DURATION in stored:
        work.ended[positions] = work.started[positions] + stored[DURATION] * 1_000_000
    if segment.plan is None:
        work.points[positions] = segment.points_each
        return
    wanted = {
        name: values
        for name, values in stored.items()
        if segment.methodology and name in segment.methodology.inputs
    }
    mg = np.maximum(segment.plan.run(wanted, rows=len(positions)), 0)
    work.quantified_mg[positions] = mg
    work.reduction_mg[positions] = mg
    work.points[positions] = points_of(mg, segment)


def points_of(mg: Ints, segment: Segment) -> Ints:
    """Points for counted milligrams, rounded down an act."""
    return mg * segment.points_up // (segment.points_down * MG_PER_KG)


def _stored(
    work: Work, declared: Input, positions: Positions, column: Sent | None
) -> tuple[Ints, Mask]:
    """Scaled integers and where nothing was sent; refuses what does not fit the declaration."""
    size = len(positions)
    nulls = np.ones(size, dtype=np.bool_) if column is None else column.nulls[positions]
    if column is None or nulls.all():
        values = np.zeros(size, dtype=np.int64)
    else:
        read = _choices if declared.choices else _numbers
        values = read(work, declared, positions, column)
    if nulls.any():
        if declared.required:
            work.refuse_at(positions[nulls], "record.field_missing", declared.label)
        values[nulls] = declared.absent_stored or 0
    return values, nulls


def _choices(work: Work, declared: Input, positions: Positions, column: Sent) -> Ints:
    raw: list[Any] = column.values[positions].tolist()
    if not column.is_text:  # 2.0 is the choice "2", 2.5 is none
        raw = [str(int(value)) if value.is_integer() else "" for value in raw]
    index = {choice: position for position, choice in enumerate(declared.choices)}
    values = np.array([index.get(text, -1) for text in raw], dtype=np.int64)
    unknown = (values < 0) & ~column.nulls[positions]
    if unknown.any():
        note = f"{declared.label}可选：{'、'.join(declared.choices)}"
        work.refuse_at(positions[unknown], "record.unknown_choice", note)
    return np.maximum(values, 0)


def _numbers(work: Work, declared: Input, positions: Positions, column: Sent) -> Ints:
    """The door's rounding: half up to the declared places, as written in decimals; then bounds."""
    raw, nulls = column.values[positions], column.nulls[positions]
    if column.is_text:
        parsed = pl.Series(raw, dtype=pl.String).cast(pl.Float64, strict=False)
        text = parsed.is_null().to_numpy() & ~nulls
        work.refuse_at(positions[text], "record.not_a_number", declared.label)
        raw = parsed.fill_null(0.0).to_numpy()
    raw = np.where(nulls, 0.0, raw.astype(np.float64, copy=False))
    infinite = ~np.isfinite(raw)
    work.refuse_at(positions[infinite], "record.not_finite", declared.label)
    scaled = np.where(infinite, 0.0, raw) * 10**declared.places
    huge = np.abs(scaled) >= FLOAT_EXACT
    # 1.0005 is less than itself in binary: what the scaling lost is mended before the half counts.
    values = np.floor(np.round(np.where(huge, 0.0, scaled), DECIMALS) + 0.5).astype(np.int64)
    stray = (huge | (values < declared.low) | (values > declared.high)) & ~infinite & ~nulls
    if stray.any():
        work.refuse_at(positions[stray], "record.out_of_bounds", _bounds(declared))
    return np.asarray(np.clip(values, declared.low, declared.high), dtype=np.int64)


def _bounds(declared: Input) -> str:
    unit = declared.unit.label if declared.unit else ""
    low, high = declared.low / 10**declared.places, declared.high / 10**declared.places
    return f"{declared.label}应在 {low:g}～{high:g} {unit} 之间"


def _refuse_unknown_fields(
    work: Work, segment: Segment, positions: Positions, sent: dict[str, Sent]
) -> None:
    known = {declared.name for declared in segment.inputs}
    for name, column in sent.items():
        if name not in known:
            stray = ~column.nulls[positions]
            work.refuse_at(positions[stray], "record.unknown_field", name)


def laid_out(parts: list[Stored], size: int) -> pl.Series:
    """The inputs of all parts in the order of the records: lists, empty where refused."""
    lengths = np.zeros(size + 1, dtype=np.int32)
    for part in parts:
        lengths[part.positions + 1] = len(part.values)
    offsets = np.cumsum(lengths, dtype=np.int32)
    flat = np.zeros(offsets[-1], dtype=np.int64)
    nulls = np.zeros(offsets[-1], dtype=np.bool_)
    for part in parts:
        for place, (name, values) in enumerate(part.values.items()):
            flat[offsets[part.positions] + place] = values
            nulls[offsets[part.positions] + place] = part.absent[name]
    lists = pa.ListArray.from_arrays(pa.array(offsets), pa.array(flat, mask=nulls))
    return pl.Series("inputs", lists)
