"""Batches of records: the hot way in."""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.domain.scenarios import services
from tanpuhui.httpapi import admission, answers, frames, openapi, records
from tanpuhui.httpapi.admission import Caller
from tanpuhui.httpapi.receiving import JSON, LINES, receive
from tanpuhui.httpapi.records import Decoded

STRUCTS: list[type] = [records.Batch, records.Record, records.Quantity]
router = Router()


def ingest(caller: Caller, batch_no: str, decoded: Decoded) -> HttpResponse:
    """Hand decoded records to the pipeline and answer with its receipts."""
    result = services.acts_ingest(
        actor=caller.actor,
        provider_id=caller.provider_id,
        batch_no=batch_no,
        channel="api",
        records=frames.record_frame(decoded),
    )
    return answers.batch_response(
        batch_no=batch_no,
        counts=result.counts,
        reduction_mg=result.reduction_mg,
        points=result.points,
        receipts=answers.with_receipt_no(result.receipts, caller.provider_code),
    )


@router.post(
    "/batches",
    summary="报送一批记录",
    description="JSON 或 NDJSON（批次号放在查询参数 batch_no）。整批在一个事务内处理，逐条给出回执。",
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
    openapi_extra=openapi.operation(response=answers.BatchAnswer, refusals=(404, 422)),
)
def batch_show(request: HttpRequest, batch_no: str) -> HttpResponse:
    """What became of a batch."""
    caller = admission.admit(request, None)
    raise NotImplementedError
