"""Acts through the gateway: one by one, through the same pipeline as everything else."""

import hashlib
import json
from datetime import datetime
from typing import Any

import polars as pl

from tanpuhui.domain.scenarios import services
from tanpuhui.httpapi.errors import RequestRefused
from tanpuhui.httpapi.gateway import vocabulary
from tanpuhui.httpapi.gateway.wire import GatewayCall, nested
from tanpuhui.kernel.errors import DomainError

MANY = "GreenOrder"


class RecordRefused(DomainError):
    """The pipeline refused the record, or kept it without counting it."""

    def __init__(self, code: str, message: str, **detail: Any) -> None:
        self.code = code
        super().__init__(message, **detail)


def add(call: GatewayCall) -> dict[str, Any]:
    """One act; the answer holds its counted reduction in grams."""
    given = nested(call.parameters)
    vocabulary.project(given)
    item_no = vocabulary.required(given, "acquisition_item_no")
    scenario = vocabulary.scenario_id(vocabulary.required(given, "scenario_code"))
    receipts = _ingest(
        call,
        [
            {
                "item_no": item_no,
                "subject": vocabulary.did(given),
                "scenario": scenario,
                "occurred_at": vocabulary.instant(vocabulary.required(given, "occurrent_time")),
                "quantities": vocabulary.quantities(scenario, given.get("active_data_list")),
            }
        ],
    )
    receipt = receipts.row(0, named=True)
    _check(receipt)
    return {
        "acquisition_item_no": item_no,
        "carbon_emission_amount": vocabulary.grams(receipt["reduction_mg"]),
    }


def add_green(call: GatewayCall) -> dict[str, Any]:
    """One order with one or several green operations; each is an act of its own.

    `ext_info` is JSON: `{"account_did": …, "quantities": {…}}`, and for a GreenOrder
    `{"account_did": …, "operations": [{"green_operation_type": …, "quantities": {…}}, …]}`.
    """
    given = call.parameters
    kind = vocabulary.required(given, "green_operation_type")
    order_no = vocabulary.required(given, "enterprise_biz_no")
    moment = vocabulary.instant(vocabulary.required(given, "occurrence_time"), "occurrence_time")
    extra = _extra(given.get("ext_info", ""))
    subject = vocabulary.did(extra)
    operations = _operations(kind, extra)
    receipts = _ingest(
        call,
        [_green_record(op, order_no, subject, moment) for op in operations],
    )
    rows = receipts.to_dicts()
    for row in rows:
        _check(row)
    return {"list": [green_summary(row["item_no"], moment, row["reduction_mg"]) for row in rows]}


def _extra(text: str) -> dict[str, Any]:
    try:
        extra = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RequestRefused("request.bad_parameter", malformed="ext_info") from error
    if not isinstance(extra, dict):
        raise RequestRefused("request.bad_parameter", malformed="ext_info")
    return extra


def _operations(kind: str, extra: dict[str, Any]) -> list[dict[str, Any]]:
    if kind != MANY:
        return [{"green_operation_type": kind, "quantities": extra.get("quantities", {})}]
    operations = extra.get("operations")
    if not isinstance(operations, list) or not all(isinstance(op, dict) for op in operations):
        raise RequestRefused("request.bad_parameter", malformed="ext_info.operations")
    kinds = [operation.get("green_operation_type") for operation in operations]
    if not kinds or len(set(map(str, kinds))) != len(kinds):
        raise RequestRefused("request.bad_parameter", doubled="ext_info.operations")
    return operations


def _green_record(
    operation: dict[str, Any], order_no: str, subject: str, moment: datetime
) -> dict[str, Any]:
    kind = vocabulary.required(operation, "green_operation_type")
    meaning = vocabulary.aliases()["green_operations"].get(kind)
    if meaning is None:
        known = list(vocabulary.aliases()["green_operations"])
        raise RequestRefused("request.bad_parameter", green_operation_type=kind, known=known)
    sent = operation.get("quantities") or {}
    if not isinstance(sent, dict):
        raise RequestRefused("request.bad_parameter", malformed="ext_info.quantities")
    amounts = meaning.get("quantities", {}) | sent
    items = [{"item_code": name, "item_amount": str(value)} for name, value in amounts.items()]
    return {
        "item_no": green_item_no(order_no, kind),
        "subject": subject,
        "scenario": meaning["scenario"],
        "occurred_at": moment,
        "quantities": vocabulary.quantities(meaning["scenario"], items),
    }


def green_item_no(order_no: str, kind: str) -> str:
    """One order may hold several operations; each has its own item number."""
    return f"{order_no}#{kind}"


def green_summary(item_no: str, moment: datetime, reduction_mg: int) -> dict[str, Any]:
    """One green operation as the SDK's GreenOperationRecordSummary."""
    order_no, _, kind = item_no.rpartition("#")
    return {
        "green_operation_no": item_no,
        "green_operation_type": kind,
        "green_operation_type_name": green_title(kind),
        "enterprise_biz_no": order_no,
        "occurrence_time": vocabulary.time_text(moment),
        "green_energy_amount": vocabulary.energy(reduction_mg),
    }


def green_title(kind: str) -> str:
    """The operation's Chinese name."""
    return str(vocabulary.aliases()["green_operations"].get(kind, {}).get("title", kind))


def _ingest(call: GatewayCall, records: list[dict[str, Any]]) -> pl.DataFrame:
    """Through the pipeline; the batch number follows from the item numbers, so a repeat is one."""
    numbers = "\n".join(record["item_no"] for record in records)
    names = sorted({name for record in records for name in record["quantities"]})
    columns: dict[str, Any] = {
        "line": pl.Series(range(1, len(records) + 1), dtype=pl.Int64),
        "asset_key": pl.Series([None] * len(records), dtype=pl.String),
        "refused": pl.Series([None] * len(records), dtype=pl.String),
        "raw": pl.Series([None] * len(records), dtype=pl.String),
        "occurred_at": pl.Series(
            [record["occurred_at"] for record in records], dtype=pl.Datetime("us", "UTC")
        ),
    }
    for name in ("item_no", "subject", "scenario"):
        columns[name] = pl.Series([record[name] for record in records], dtype=pl.String)
    for name in names:
        values = [record["quantities"].get(name) for record in records]
        is_text = any(isinstance(value, str) for value in values)
        columns[f"q_{name}"] = pl.Series(
            [str(v) if is_text and v is not None else v for v in values],
            dtype=pl.String if is_text else pl.Float64,
        )
    result = services.acts_ingest(
        actor=call.caller.actor,
        provider_id=call.caller.provider_id,
        batch_no=f"gateway:{hashlib.sha256(numbers.encode()).hexdigest()[:40]}",
        channel="gateway",
        records=pl.DataFrame(columns),
    )
    return result.receipts


def _check(receipt: dict[str, Any]) -> None:
    """Refusals and conflicts become the call's result code; what is kept but not counted is OK."""
    if receipt["status"] in {"refused", "conflict"}:
        raise RecordRefused(receipt["code"], receipt["message"], item_no=receipt["item_no"])
