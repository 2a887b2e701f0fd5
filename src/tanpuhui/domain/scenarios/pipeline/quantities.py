"""From what was sent to scaled integers, plausibility, and milligrams: by scenario and segment."""

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from tanpuhui.domain.scenarios.pipeline.checks import EPOCH
from tanpuhui.domain.scenarios.pipeline.rulebook import MG_PER_KG, Rulebook, Segment
from tanpuhui.domain.scenarios.pipeline.work import QUANTITY, Ints, Mask, Work
from tanpuhui.engine.errors import EngineError
from tanpuhui.engine.methodologies import Input
from tanpuhui.packs import Scenario

FLOAT_EXACT = 2**53
DECIMALS = 6
DURATION = "duration"


def quantify(work: Work, rules: Rulebook, filings: dict[tuple[str, str], int]) -> None:
    """Fill inputs, filing, ended, quantified_mg and points of every live record.

    Args:
        work: scenario, days and reasons are set.
        rules: compiled rules.
        filings: (scenario id, methodology key or "") → filing id in force.
    """
    parts: list[pl.DataFrame] = []
    sent = [name for name in work.frame.columns if name.startswith(QUANTITY)]
    for scenario_no in np.unique(work.scenario_no[work.live]):
        scenario = rules.city.scenario_by_no(int(scenario_no))
        mine = work.live & (work.scenario_no == scenario_no)
        for segment, mask in _segments(work, rules, scenario, mine):
            part = _quantify_segment(work, segment, mask, sent)
            key = segment.methodology.key if segment.methodology else ""
            work.filing_id[mask] = filings[scenario.id, key]
            if part is not None:
                parts.append(part)
    work.inputs = _assembled(parts, work.size)


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
    work: Work, segment: Segment, mask: Mask, sent: list[str]
) -> pl.DataFrame | None:
    positions = np.flatnonzero(mask)
    rows = work.frame[positions]
    _refuse_unknown_fields(work, segment, positions, rows, sent)
    stored: dict[str, Ints] = {}
    absent: dict[str, Mask] = {}
    for declared in segment.inputs:
        column = rows[QUANTITY + declared.name] if QUANTITY + declared.name in sent else None
        values, nulls = _stored(work, declared, positions, column)
        stored[declared.name], absent[declared.name] = values, nulls
    alive = work.reason[positions] == 0
    if not alive.any():
        return None
    positions = positions[alive]
    stored = {name: values[alive] for name, values in stored.items()}
    absent = {name: nulls[alive] for name, nulls in absent.items()}
    evaluate_segment(work, segment, positions, stored)
    frame = pl.DataFrame(
        {
            name: pl.Series(name, values).set(pl.Series(absent[name]), None)
            if absent[name].any()
            else pl.Series(name, values)
            for name, values in stored.items()
        }
    )
    return pl.DataFrame(
        {
            "position": positions.astype(np.int64),
            "inputs": frame.select(pl.concat_list(pl.all())).to_series()
            if stored
            else pl.Series([[]] * len(positions), dtype=pl.List(pl.Int64)),
        }
    )


def evaluate_segment(
    work: Work, segment: Segment, positions: npt.NDArray[np.intp], stored: dict[str, Ints]
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
    work: Work, declared: Input, positions: npt.NDArray[np.intp], column: pl.Series | None
) -> tuple[Ints, Mask]:
    """Scaled integers and where nothing was sent; refuses what does not fit the declaration."""
    size = len(positions)
    if column is None or column.null_count() == size:
        nulls = np.ones(size, dtype=np.bool_)
        values = np.zeros(size, dtype=np.int64)
    else:
        nulls = column.is_null().to_numpy()
        read = _choices if declared.choices else _numbers
        values = read(work, declared, positions, column, nulls)
    if nulls.any():
        if declared.required:
            work.refuse_at(positions[nulls], "record.field_missing", declared.label)
        values[nulls] = declared.absent_stored or 0
    return values, nulls


def _choices(
    work: Work,
    declared: Input,
    positions: npt.NDArray[np.intp],
    column: pl.Series,
    nulls: Mask,
) -> Ints:
    if column.dtype.is_float():  # 2.0 is the choice "2", 2.5 is none
        column = column.set(column.is_nan() | (column != column.floor()), -1.0)
        column = column.cast(pl.Int64, strict=False)
    index = {choice: position for position, choice in enumerate(declared.choices)}
    values = (
        column.cast(pl.String)
        .replace_strict(index, default=-1, return_dtype=pl.Int64)
        .fill_null(-1)
        .to_numpy()
        .copy()
    )
    unknown = (values < 0) & ~nulls
    note = f"{declared.label}可选：{'、'.join(declared.choices)}"
    work.refuse_at(positions[unknown], "record.unknown_choice", note)
    values[values < 0] = 0
    return values


def _numbers(
    work: Work,
    declared: Input,
    positions: npt.NDArray[np.intp],
    column: pl.Series,
    nulls: Mask,
) -> Ints:
    """The door's rounding: half up to the declared places, as written in decimals; then bounds."""
    if column.dtype == pl.String:
        parsed = column.cast(pl.Float64, strict=False)
        text = parsed.is_null().to_numpy() & ~nulls
        work.refuse_at(positions[text], "record.not_a_number", declared.label)
        column = parsed
    raw = column.cast(pl.Float64).fill_null(0.0).to_numpy()
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
    work: Work,
    segment: Segment,
    positions: npt.NDArray[np.intp],
    rows: pl.DataFrame,
    sent: list[str],
) -> None:
    known = {QUANTITY + declared.name for declared in segment.inputs}
    for name in sent:
        if name not in known and rows[name].null_count() < rows.height:
            stray = rows[name].is_not_null().to_numpy()
            label = name.removeprefix(QUANTITY)
            work.refuse_at(positions[stray], "record.unknown_field", label)


def _assembled(parts: list[pl.DataFrame], size: int) -> pl.Series:
    """The inputs of all parts in the order of the records; empty lists where refused."""
    positions = pl.DataFrame({"position": np.arange(size, dtype=np.int64)})
    if not parts:
        return pl.Series("inputs", [[]] * size, dtype=pl.List(pl.Int64))
    joined = positions.join(pl.concat(parts), on="position", how="left", maintain_order="left")
    return joined["inputs"].fill_null(pl.Series([[]], dtype=pl.List(pl.Int64)))
