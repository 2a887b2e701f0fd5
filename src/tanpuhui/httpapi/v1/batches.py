"""Batches of records: the hot way in."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from msgspec import Meta, Struct
from ninja import Router

from tanpuhui.domain.intake import selectors as intake
from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.domain.scenarios import services
from tanpuhui.domain.scenarios.data import BatchResult, BatchView
from tanpuhui.httpapi import admission, answers, frames, openapi, records
from tanpuhui.httpapi.admission import Caller
from tanpuhui.httpapi.errors import RequestRefused
from tanpuhui.httpapi.receiving import JSON, LINES, receive
from tanpuhui.httpapi.records import Decoded
from tanpuhui.httpapi.v1 import sandbox

router = Router()


class Delivery(Struct):
    """一次送达；同一批次号可以送达多次，重复的记录只计一次。"""

    received_at: str
    records: Annotated[int, Meta(description="收到的条数")]
    counts: Annotated[dict[str, int], Meta(description="各结果代码的条数")]
    reduction_mg: Annotated[int, Meta(description="这次送达记入的减排量合计，毫克")]
    points: Annotated[int, Meta(description="这次送达记入的碳积分合计")]
    refused: Annotated[list["RefusedRecord"], Meta(description="被拒绝的记录，至多 10000 条")]


class RefusedRecord(Struct):
    """一条被拒绝的记录；未绑定或未授权的只有行号与原因。"""

    line: int
    item_no: str | None
    code: str
    message: str


class BatchState(Struct):
    """一个批次号下的全部送达，先到在前。"""

    batch_no: str
    deliveries: list[Delivery]


STRUCTS: list[type] = [records.Batch, records.Record, records.Quantity, BatchState]


def ingest(caller: Caller, batch_no: str, decoded: Decoded) -> HttpResponse:
    """Hand decoded records to the pipeline and answer with its receipts."""
    records = frames.record_frame(decoded)

    def send() -> BatchResult:
        return services.acts_ingest(
            actor=caller.actor,
            provider_id=caller.provider_id,
            batch_no=batch_no,
            channel="api",
            records=records,
        )

    result = sandbox.tried(caller, "batches", records, send)
    return answers.batch_response(result, caller.provider_id)


@router.post(
    "/batches",
    summary="报送一批记录",
    description="JSON，或 NDJSON（批次号放在查询参数）。整批一个事务，逐条回执。",
    openapi_extra=openapi.operation(
        request=openapi.BATCH_MEDIA,
        response=answers.BatchAnswer,
        refusals=(403, 409, *openapi.BODY_REFUSALS),
    ),
)
def batch_send(request: HttpRequest, batch_no: str = "") -> HttpResponse:
    """Receive a batch."""
    received = receive(request, JSON, LINES)
    if received.media_type == LINES:
        batch_no = records.check_batch_no(batch_no)
        return ingest(received.caller, batch_no, records.decode_lines(received.text))
    batch_no, decoded = records.decode_batch(received.text)
    return ingest(received.caller, batch_no, decoded)


@router.get(
    "/batches/{batch_no}",
    summary="查询一批记录的处理结果",
    openapi_extra=openapi.operation(response=BatchState, refusals=(404, 422)),
)
def batch_show(request: HttpRequest, batch_no: str) -> HttpResponse:
    """What became of a batch."""
    caller = admission.admit(request, None)
    records.check_batch_no(batch_no)
    if caller.is_sandbox:
        return answers.json_response(BatchState(batch_no, [_trial(caller, batch_no)]))
    deliveries = [
        _delivery(caller.provider_id, view)
        for view in scenarios.batches_by_no(caller.provider_id, batch_no)
    ]
    if not deliveries:
        raise RequestRefused("batch.not_found")
    return answers.json_response(BatchState(batch_no, deliveries))


def _trial(caller: Caller, batch_no: str) -> Delivery:
    """The last call in the sandbox under this number; nothing else is kept of it."""
    found = intake.trial(caller.provider_id, batch_no)
    if found is None:
        raise RequestRefused("batch.not_found")
    return Delivery(
        received_at=found.tried_at.isoformat(),
        records=found.records,
        counts=found.counts,
        reduction_mg=found.reduction_mg,
        points=found.points,
        refused=[
            RefusedRecord(one["line"], one["item_no"], one["code"], one["message"])
            for one in found.receipts
            if one["status"] == "refused"
        ],
    )


def _delivery(provider_id: int, view: BatchView) -> Delivery:
    refused = scenarios.refusals(provider_id, view.id, limit=records.RECORDS_MAX)
    return Delivery(
        received_at=view.received_at.isoformat(),
        records=view.records,
        counts=view.counts,
        reduction_mg=view.reduction_mg,
        points=view.points,
        refused=[
            RefusedRecord(
                each.line,
                each.item_no,
                each.code,
                f"{each.sentence}（{each.note}）" if each.note else each.sentence,
            )
            for each in refused
        ],
    )
