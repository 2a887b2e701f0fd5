"""Records as providers send them: decoded all at once, and one by one only where one is flawed.

A flaw in a record refuses that record; a flaw in the envelope refuses the request.
"""

import re
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

from tanpuhui.httpapi.errors import RequestRefused

RECORDS_MAX = 10_000
BATCH_NO_PATTERN = re.compile(r"[A-Za-z0-9._-]{1,64}")  # never percent-encoded in an address
T = TypeVar("T")
TRACK_NAMES = frozenset(
    {
        "track",
        "tracks",
        "trace",
        "points",
        "gps",
        "coordinates",
        "coords",
        "route",
        "polyline",
        "geometry",
        "path",
        "lat",
        "lng",
        "lon",
        "latitude",
        "longitude",
    }
)


class Quantity(Struct, forbid_unknown_fields=True):
    """A number with its unit, where the provider's unit is not the declared one."""

    value: Annotated[int | float, Meta(description="数值", examples=[1200])]
    unit: Annotated[str, Meta(description="单位，可换算到约定单位即可", examples=["m"])]


class Record(Struct, forbid_unknown_fields=True):
    """One low-carbon act (低碳行为)."""

    item_no: Annotated[
        str, Meta(description="贵方的唯一单号，重发不变", examples=["M-20260801-0001"])
    ]
    subject: Annotated[
        str, Meta(description="贵方的用户标识（假名），用户已绑定授权", examples=["u-1001"])
    ]
    scenario: Annotated[
        str, Meta(description="场景编号，见 /api/v1/scenarios", examples=["travel/metro"])
    ]
    occurred_at: Annotated[
        str,
        Meta(
            description="发生时间，RFC 3339，必须带时差；有时长的行为填开始时间",
            examples=["2026-08-01T08:00:00+08:00"],
        ),
    ]
    quantities: Annotated[
        dict[str, int | float | str | Quantity | None],
        Meta(description="场景约定的数据项：数值（约定单位）、选项，或带单位的数值"),
    ]
    asset_key: Annotated[
        str | None, Meta(description="唯一物的编号（如充电订单号），用于跨渠道去重")
    ] = None


class Batch(Struct, forbid_unknown_fields=True):
    """Up to 10,000 records under one number."""

    batch_no: Annotated[str, Meta(description="批次号，同号同内容重发得到同一答复")]
    records: list[Record]


class Correction(Struct, forbid_unknown_fields=True):
    """更正：以新内容取代同一单号的记录，差额冲正并重记。"""

    batch_no: Annotated[str, Meta(description="更正批次号，同号重发得到同一答复")]
    reason: Annotated[str, Meta(min_length=2, max_length=400, description="原因，用户可见")]
    records: list[Record]


class _LooseBatch(Struct, forbid_unknown_fields=True):
    batch_no: str
    records: list[msgspec.Raw]


class _LooseCorrection(Struct, forbid_unknown_fields=True):
    batch_no: str
    reason: Annotated[str, Meta(min_length=2, max_length=400)]
    records: list[msgspec.Raw]


@dataclass(frozen=True)
class Flaw:
    """Why one record is refused before it reaches the pipeline; `note` names the place."""

    code: str
    note: str = ""


@dataclass
class Decoded:
    """Records in order; a flawed one keeps its place and what of it could be read."""

    records: list[Record]
    lines: list[int]
    flaws: dict[int, Flaw] = field(default_factory=dict)
    raws: dict[int, str] = field(default_factory=dict)


_batch = msgspec.json.Decoder(Batch)
_loose_batch = msgspec.json.Decoder(_LooseBatch)
_loose_correction = msgspec.json.Decoder(_LooseCorrection)
_record = msgspec.json.Decoder(Record)
_anything = msgspec.json.Decoder()


def decode_batch(body: bytes) -> tuple[str, Decoded]:
    """A JSON batch: its number and its records.

    Raises:
        RequestRefused: request.not_json, .too_deep, .wrong_shape, batch.*.
    """
    try:
        batch = _batch.decode(body)
        records = batch.records
    except msgspec.ValidationError:
        return _decode_loosely(body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise _not_json(error) from error
    _check_count(len(records))
    return check_batch_no(batch.batch_no), Decoded(records, list(range(1, len(records) + 1)))


def _decode_loosely(body: bytes) -> tuple[str, Decoded]:
    loose = decode_struct(_loose_batch, body)
    return check_batch_no(loose.batch_no), _raw_records(loose.records)


def decode_correction(body: bytes) -> tuple[str, str, Decoded]:
    """A correction: batch number, reason, records.

    Raises:
        RequestRefused: as `decode_batch`.
    """
    loose = decode_struct(_loose_correction, body)
    return check_batch_no(loose.batch_no), loose.reason, _raw_records(loose.records)


def decode_struct(decoder: "msgspec.json.Decoder[T]", body: bytes) -> T:
    """One struct from a whole body.

    Raises:
        RequestRefused: request.not_json, .too_deep, .wrong_shape.
    """
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise RequestRefused("request.wrong_shape", reason=str(error)) from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise _not_json(error) from error


def _raw_records(raws: list[msgspec.Raw]) -> Decoded:
    _check_count(len(raws))
    return _one_by_one([(n, bytes(raw)) for n, raw in enumerate(raws, 1)])


def decode_lines(body: bytes) -> Decoded:
    """NDJSON: one record a line; ends may be LF, CRLF or CR, empty lines are skipped.

    Raises:
        RequestRefused: batch.empty, batch.too_many_records.
    """
    lines = [(n, line) for n, line in enumerate(body.splitlines(), 1) if line.strip()]
    _check_count(len(lines))
    try:
        records = [_record.decode(line) for _, line in lines]
    except (msgspec.DecodeError, RecursionError):
        return _one_by_one(lines)
    return Decoded(records, [n for n, _ in lines])


def decode_one(body: bytes) -> Decoded:
    """A single record.

    Raises:
        RequestRefused: request.not_json, request.too_deep.
    """
    try:
        _anything.decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise _not_json(error) from error
    return _one_by_one([(1, body)])


def _one_by_one(lines: list[tuple[int, bytes]]) -> Decoded:
    decoded = Decoded([], [n for n, _ in lines])
    for index, (_, line) in enumerate(lines):
        try:
            decoded.records.append(_record.decode(line))
        except (msgspec.DecodeError, RecursionError):
            record, flaw = _flawed(line)
            decoded.records.append(record)
            decoded.flaws[index] = flaw
            decoded.raws[index] = line.decode(errors="replace")
    return decoded


def _flawed(line: bytes) -> tuple[Record, Flaw]:
    """What can be read of a record that does not fit, and the plainest reason why."""
    try:
        content = _anything.decode(line)
    except (msgspec.DecodeError, RecursionError):
        return _remains({}), Flaw("record.malformed")
    if not isinstance(content, dict):
        return _remains({}), Flaw("record.malformed")
    return _remains(content), _why(content)


def _why(content: dict[str, Any]) -> Flaw:
    return (
        _stray_field(content)
        or _wrong_field(content)
        or _wrong_quantity(content["quantities"])
        or Flaw("record.malformed", "asset_key")
    )


def _stray_field(content: dict[str, Any]) -> Flaw | None:
    for name, value in content.items():
        if name in TRACK_NAMES or (name != "quantities" and isinstance(value, list)):
            return Flaw("record.raw_track_refused", name)
        if name not in Record.__struct_fields__:
            return Flaw("record.unknown_field", name)
    return None


def _wrong_field(content: dict[str, Any]) -> Flaw | None:
    for name in ("item_no", "subject", "scenario", "occurred_at", "quantities"):
        if content.get(name) is None:
            return Flaw("record.field_missing", name)
        if not isinstance(content[name], dict if name == "quantities" else str):
            return Flaw("record.malformed", name)
    return None


def _wrong_quantity(quantities: dict[str, Any]) -> Flaw | None:
    for name, value in quantities.items():
        if name in TRACK_NAMES or isinstance(value, list):
            return Flaw("record.raw_track_refused", name)
        if isinstance(value, dict | bool):
            return Flaw("record.not_a_number", name)
    return None


def _remains(content: dict[str, Any]) -> Record:
    def text(name: str) -> str:
        value = content.get(name)
        return value if isinstance(value, str) else ""

    return Record(text("item_no"), text("subject"), text("scenario"), text("occurred_at"), {})


def check_batch_no(batch_no: str) -> str:
    """The batch number itself.

    Raises:
        RequestRefused: batch.number_missing, batch.number_malformed.
    """
    if not batch_no:
        raise RequestRefused("batch.number_missing")
    if not BATCH_NO_PATTERN.fullmatch(batch_no):
        raise RequestRefused("batch.number_malformed")
    return batch_no


def _check_count(count: int) -> None:
    if not count:
        raise RequestRefused("batch.empty")
    if count > RECORDS_MAX:
        raise RequestRefused("batch.too_many_records", records=count, records_max=RECORDS_MAX)


def _not_json(error: Exception) -> RequestRefused:
    if isinstance(error, RecursionError):
        return RequestRefused("request.too_deep")
    return RequestRefused("request.not_json", reason=str(error))
