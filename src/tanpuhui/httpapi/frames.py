"""Decoded records as columns, the shape in which the pipeline takes them.

The door settles what a column cannot carry: text where a number belongs, other units, times without
an offset, raw tracks. Bounds, plausibility, consent and caps are the pipeline's.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from tanpuhui.engine.methodologies import Input
from tanpuhui.httpapi import fields
from tanpuhui.httpapi.records import TRACK_NAMES, Decoded, Flaw, Quantity
from tanpuhui.kernel.columns import mask

TIME_FORM = "%Y-%m-%dT%H:%M:%S%.f%#z"
TIME_FORM_BARE = "%Y-%m-%dT%H:%M:%S%.f"
NUMBER = (int, float)
RAW_LENGTH_MAX = 4000
NOTE_LENGTH_MAX = 60
REPLACED = "\N{REPLACEMENT CHARACTER}"  # the database keeps no NUL
KEPT_TEXTS = {"item_no": 120, "subject": 121, "scenario": 121, "asset_key": 120}
CONTROL = r"[\x00-\x1f\x7f-\x9f]"
TEXTS = {
    # column: longest, code where it is empty
    "item_no": (120, "record.item_missing"),
    "subject": (120, "subject.missing"),
    "asset_key": (120, "record.malformed"),
}

Column = list[Any]
FieldsOf = Callable[[str], dict[str, Input]]
FieldsByScenario = dict[str, dict[str, Input]]


def record_frame(decoded: Decoded, fields_of: FieldsOf = fields.known) -> pl.DataFrame:
    """The RecordFrame of the scenarios context.

    Args:
        decoded: records and the flaws found so far; further flaws are added to it.
        fields_of: a scenario's fields; replaced in tests.
    """
    records = decoded.records
    quantities = _quantity_columns(decoded, fields_of)
    sent = pl.Series([r.occurred_at for r in records], dtype=pl.String)
    times = sent.str.to_datetime(TIME_FORM, time_unit="us", time_zone="UTC", strict=False)
    texts: dict[str, Column] = {
        name: [getattr(record, name) for record in records] for name in KEPT_TEXTS
    }
    _note_bad_times(decoded, sent, times)
    _note_bad_texts(decoded, texts)
    _cut_bad_texts(decoded, texts)
    refused: list[str | None] = [None] * len(records)
    raws: list[str | None] = [None] * len(records)
    for index, flaw in decoded.flaws.items():
        refused[index] = f"{flaw.code}|{_shown(flaw.note)}" if flaw.note else flaw.code
        raws[index] = decoded.raws.get(index, "")[:RAW_LENGTH_MAX].replace("\0", REPLACED) or None
    return pl.DataFrame(
        [
            pl.Series("line", decoded.lines, dtype=pl.Int64),
            *(pl.Series(name, column, dtype=pl.String) for name, column in texts.items()),
            times.alias("occurred_at"),
            *quantities,
            pl.Series("refused", refused, dtype=pl.String),
            pl.Series("raw", raws, dtype=pl.String),
        ]
    )


def _shown(note: str) -> str:
    """A provider's own word, fit to be kept and shown."""
    return note[:NOTE_LENGTH_MAX].replace("\0", REPLACED)


def _quantity_columns(decoded: Decoded, fields_of: FieldsOf) -> list[pl.Series]:
    """One column a field; names that no scenario of the batch has never become columns."""
    count = len(decoded.records)
    columns: dict[str, Column] = {}
    fields_by_scenario: dict[str, dict[str, Input]] = {}
    for index, record in enumerate(decoded.records):
        wanted = fields_by_scenario.get(record.scenario)
        if wanted is None:
            wanted = fields_by_scenario[record.scenario] = fields_of(record.scenario)
        for name, value in record.quantities.items():
            if name not in wanted:
                _note_stray(decoded, index, name, is_known_scenario=bool(wanted))
                continue
            column = columns.get(name)
            if column is None:
                column = columns[name] = [None] * count
            column[index] = value
    return [_series(decoded, name, column, fields_by_scenario) for name, column in columns.items()]


def _note_stray(decoded: Decoded, index: int, name: str, *, is_known_scenario: bool) -> None:
    """A track in disguise, or a stray field; of an unknown scenario the pipeline tells."""
    if name in TRACK_NAMES:
        decoded.flaws.setdefault(index, Flaw("record.raw_track_refused", name))
    elif is_known_scenario:
        decoded.flaws.setdefault(index, Flaw("record.unknown_field", name))


def _series(decoded: Decoded, name: str, column: Column, wanted: FieldsByScenario) -> pl.Series:
    kinds = set(map(type, column)) - {type(None)}
    if not kinds <= {int, float}:
        _settle(decoded, name, column, wanted)
        kinds = set(map(type, column)) - {type(None)}
    label = f"q_{name}"
    if kinds <= {int, float}:
        return pl.Series(label, column, dtype=pl.Float64, strict=False)
    return pl.Series(label, [None if v is None else str(v) for v in column], dtype=pl.String)


def _settle(decoded: Decoded, name: str, column: Column, wanted: FieldsByScenario) -> None:
    """Bring texts and values with units to what the field wants, or note the flaw."""
    for index, value in enumerate(column):
        if value is None:
            continue
        declared = wanted[decoded.records[index].scenario][name]
        if declared.choices:
            column[index] = value if not isinstance(value, Quantity) else str(value.value)
        elif isinstance(value, Quantity):
            number = fields.converted(declared, value.value, value.unit)
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


def _note_bad_texts(decoded: Decoded, texts: dict[str, Column]) -> None:
    for name, (length_max, empty_code) in TEXTS.items():
        column = pa.array(texts[name], pa.string())
        length = pc.utf8_length(column).to_numpy(zero_copy_only=False)  # nan where there is none
        bad = (
            mask(pc.match_substring_regex(column, CONTROL)) | (length == 0) | (length > length_max)
        )
        for index in np.flatnonzero(bad).tolist():
            code = "record.malformed" if texts[name][index] else empty_code
            decoded.flaws.setdefault(index, Flaw(code, name))


def _cut_bad_texts(decoded: Decoded, texts: dict[str, Column]) -> None:
    """What is kept of texts that do not fit; those of sound records fit, but for the scenario's."""
    for name, column in texts.items():
        places = range(len(column)) if name == "scenario" else decoded.flaws
        for index in places:
            if column[index]:
                column[index] = column[index][: KEPT_TEXTS[name]].replace("\0", REPLACED)
