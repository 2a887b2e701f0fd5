"""Decoded records as columns, the shape in which the pipeline takes them.

The door settles what a column cannot carry: text where a number belongs, other units, times without
an offset, raw tracks. Bounds, plausibility, consent and caps are the pipeline's.
"""

from collections.abc import Callable
from typing import Any

import polars as pl

from tanpuhui.engine.methodologies import Input
from tanpuhui.httpapi import fields
from tanpuhui.httpapi.records import TRACK_NAMES, Decoded, Flaw, Quantity

TIME_FORM = "%Y-%m-%dT%H:%M:%S%.f%#z"
TIME_FORM_BARE = "%Y-%m-%dT%H:%M:%S%.f"
NUMBER = (int, float)
CONTROL = r"[\x00-\x1f\x7f-\x9f]"
TEXTS = {
    # column: longest, code where it is empty
    "item_no": (120, "record.item_missing"),
    "subject": (120, "subject.missing"),
    "asset_key": (120, "record.malformed"),
}

Column = list[Any]
FieldsOf = Callable[[str], dict[str, Input]]


def record_frame(decoded: Decoded, fields_of: FieldsOf = fields.accepted) -> pl.DataFrame:
    """The RecordFrame of the scenarios context.

    Args:
        decoded: records and the flaws found so far; further flaws are added to it.
        fields_of: a scenario's fields; replaced in tests.
    """
    records = decoded.records
    frame = pl.DataFrame(
        {
            "line": pl.Series(decoded.lines, dtype=pl.Int64),
            "item_no": pl.Series([r.item_no for r in records], dtype=pl.String),
            "subject": pl.Series([r.subject for r in records], dtype=pl.String),
            "scenario": pl.Series([r.scenario for r in records], dtype=pl.String),
            "occurred_at": pl.Series([r.occurred_at for r in records], dtype=pl.String),
            "asset_key": pl.Series([r.asset_key for r in records], dtype=pl.String),
        }
    )
    quantities = _quantity_columns(decoded, fields_of)
    times = frame["occurred_at"].str.to_datetime(
        TIME_FORM, time_unit="us", time_zone="UTC", strict=False
    )
    _note_bad_times(decoded, frame["occurred_at"], times)
    _note_bad_texts(decoded, frame)
    refused: list[str | None] = [None] * len(records)
    raws: list[str | None] = [None] * len(records)
    for index, flaw in decoded.flaws.items():
        refused[index] = f"{flaw.code}|{flaw.note}" if flaw.note else flaw.code
        raws[index] = decoded.raws.get(index)
    return frame.with_columns(
        times.alias("occurred_at"),
        *quantities,
        pl.Series("refused", refused, dtype=pl.String),
        pl.Series("raw", raws, dtype=pl.String),
    )


def _quantity_columns(decoded: Decoded, fields_of: FieldsOf) -> list[pl.Series]:
    count = len(decoded.records)
    columns: dict[str, Column] = {}
    for index, record in enumerate(decoded.records):
        for name, value in record.quantities.items():
            column = columns.get(name)
            if column is None:
                column = columns[name] = [None] * count
            column[index] = value
    return [
        _series(decoded, name, column, fields_of)
        for name, column in columns.items()
        if not _refuse_track(decoded, name, column)
    ]


def _refuse_track(decoded: Decoded, name: str, column: Column) -> bool:
    if name not in TRACK_NAMES:
        return False
    for index, value in enumerate(column):
        if value is not None:
            decoded.flaws.setdefault(index, Flaw("record.raw_track_refused", name))
    return True


def _series(decoded: Decoded, name: str, column: Column, fields_of: FieldsOf) -> pl.Series:
    kinds = set(map(type, column)) - {type(None)}
    if not kinds <= {int, float}:
        _settle(decoded, name, column, fields_of)
        kinds = set(map(type, column)) - {type(None)}
    label = f"q_{name}"
    if kinds <= {int, float}:
        return pl.Series(label, column, dtype=pl.Float64, strict=False)
    return pl.Series(label, [None if v is None else str(v) for v in column], dtype=pl.String)


def _settle(decoded: Decoded, name: str, column: Column, fields_of: FieldsOf) -> None:
    """Bring texts and values with units to what the field wants, or note the flaw."""
    declared: dict[str, Input | None] = {}
    for index, value in enumerate(column):
        if value is None:
            continue
        scenario = decoded.records[index].scenario
        if scenario not in declared:
            declared[scenario] = fields_of(scenario).get(name)
        wanted = declared[scenario]
        if wanted is None:  # the pipeline says that the scenario or the field is unknown
            column[index] = value.value if isinstance(value, Quantity) else value
        elif wanted.choices:
            column[index] = value if not isinstance(value, Quantity) else str(value.value)
        elif isinstance(value, Quantity):
            number = fields.converted(wanted, value.value, value.unit)
            column[index] = None if number is None else float(number)
            if number is None:
                decoded.flaws.setdefault(index, Flaw("record.wrong_unit", name))
        elif not isinstance(value, NUMBER):
            column[index] = None
            decoded.flaws.setdefault(index, Flaw("record.not_a_number", name))


def _note_bad_times(decoded: Decoded, texts: pl.Series, times: pl.Series) -> None:
    if not times.null_count():
        return
    bare = texts.str.to_datetime(TIME_FORM_BARE, strict=False).is_not_null()
    for index in times.is_null().arg_true().to_list():
        note = "没有时差，请写成 2026-08-01T08:00:00+08:00" if bare[index] else "occurred_at"
        decoded.flaws.setdefault(index, Flaw("time.missing", note))


def _note_bad_texts(decoded: Decoded, frame: pl.DataFrame) -> None:
    for name, (length_max, empty_code) in TEXTS.items():
        length = pl.col(name).str.len_chars()
        bad = (length == 0) | (length > length_max) | pl.col(name).str.contains(CONTROL)
        for index in frame.select(bad.alias(name))[name].arg_true().to_list():
            code = "record.malformed" if frame[name][index] else empty_code
            decoded.flaws.setdefault(index, Flaw(code, name))
