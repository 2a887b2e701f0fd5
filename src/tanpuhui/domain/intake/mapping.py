"""From a mapping as a form gives it to the document of an import profile."""

from typing import Any

from tanpuhui.domain.intake.data import ColumnMap, FieldMap
from tanpuhui.packs.own_profiles import document_text

TIME_FORMS = {
    "%Y-%m-%d %H:%M:%S": "2026-03-10 08:05:00",
    "%Y-%m-%d %H:%M": "2026-03-10 08:05",
    "%Y-%m-%dT%H:%M:%S": "2026-03-10T08:05:00",
    "%Y-%m-%dT%H:%M:%S%:z": "2026-03-10T08:05:00+08:00",
    "%Y-%m-%dT%H:%M:%S%.fZ": "2026-03-10T00:05:00.000Z（世界时）",
    "%Y/%m/%d %H:%M:%S": "2026/03/10 08:05:00",
    "%Y/%m/%d %H:%M": "2026/3/10 8:05",
    "%Y%m%d%H%M%S": "20260310080500",
    "%Y年%m月%d日 %H:%M:%S": "2026年03月10日 08:05:00",
    "epoch_s": "1773101100（Unix 秒）",
    "epoch_ms": "1773101100000（Unix 毫秒）",
    "day:%Y-%m-%d": "2026-03-10（只有日期）",
    "day:%Y%m%d": "20260310（只有日期）",
}
"""How times are written in files -> an example; `day:` forms have no time of day."""
UTC_FORM = "%Y-%m-%dT%H:%M:%S%.fZ"
DAY = "day:"


def document_of(mapping: ColumnMap, profile_id: str) -> str:
    """The YAML text of the profile that a mapping means."""
    scenario: Any = mapping.scenario
    if mapping.scenario_column:
        scenario = {"column": mapping.scenario_column, "values": dict(mapping.scenario_words)}
    record: dict[str, Any] = {
        "item_no": list(mapping.item_no),
        "subject": mapping.subject,
        "scenario": scenario,
        "occurred_at": _time(mapping, mapping.occurred_at),
    }
    if mapping.ended_at:
        record["ended_at"] = _time(mapping, mapping.ended_at)
    if mapping.asset_key:
        record["asset_key"] = mapping.asset_key
    file: dict[str, Any] = {"kind": mapping.kind}
    if mapping.kind in {"csv", "ndjson"}:
        file["encoding"] = mapping.encoding or "utf-8"
    if mapping.kind == "csv":
        file["separator"] = mapping.separator or ","
    if mapping.blanks:
        file["blanks"] = list(mapping.blanks)
    document: dict[str, Any] = {
        "id": profile_id,
        "title": mapping.title,
        "file": file,
        "time_zone": mapping.time_zone,
        "record": record,
    }
    quantities = {one.name: _quantity(one) for one in mapping.fields}
    if mapping.sets_duration:
        quantities["duration"] = {"duration": True}
    if quantities:
        document["quantities"] = quantities
    return document_text(document)


def _time(mapping: ColumnMap, column: str) -> dict[str, Any]:
    form = mapping.time_form
    time: dict[str, Any] = {"column": column, "formats": form.removeprefix(DAY)}
    if form.startswith(DAY):
        time["precision"] = "day"
    if form == UTC_FORM:
        time["zone"] = "UTC"
    return time


def _quantity(one: FieldMap) -> dict[str, Any]:
    found: dict[str, Any] = {"column": one.column}
    if one.words or not one.to:
        found["values"] = dict(one.words)
    else:
        found |= {"unit": one.unit, "to": one.to}
    if one.only:
        found["only"] = list(one.only)
    return found
