"""What the API answers: receipts of a batch, and one envelope for every refusal."""

import logging
import secrets
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from django.http import HttpResponse
from msgspec import Meta, Struct

from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.domain.scenarios.data import BatchResult
from tanpuhui.httpapi.errors import RequestRefused
from tanpuhui.kernel.errors import AWAY, DomainError

logger = logging.getLogger(__name__)
RETRY_AFTER_S = 5
KEPT = frozenset({"counted", "not_counted", "duplicate"})
CONFLICT = "record.conflict"

Count = Annotated[int, Meta(ge=0)]


class Receipt(Struct):
    """回执：一条记录的处理结果。"""

    line: Annotated[int, Meta(description="第几条（NDJSON 为行号），从 1 起")]
    item_no: Annotated[str | None, Meta(description="贵方单号")]
    receipt_no: Annotated[str | None, Meta(description="平台回执号；被拒绝的记录没有")]
    status: Annotated[
        str,
        Meta(
            description="counted 已入账 · not_counted 已留证未计入 · refused 已拒绝"
            " · duplicate 重复发送，返回首次结果 · conflict 单号相同内容不同，原记录不变"
        ),
    ]
    code: Annotated[str, Meta(description="结果代码：counted，或原因代码")]
    message: Annotated[str, Meta(description="原因与处理办法")]
    reduction_mg: Annotated[int, Meta(description="记入的减排量，毫克二氧化碳当量")]
    points: Annotated[int, Meta(description="记入的碳积分")]


class BatchAnswer(Struct):
    """一批记录的处理结果。"""

    batch_no: str
    counts: Annotated[dict[str, int], Meta(description="各结果的条数")]
    reduction_mg: Annotated[int, Meta(description="本批记入的减排量合计，毫克")]
    points: Annotated[int, Meta(description="本批记入的碳积分合计")]
    receipts: list[Receipt]


class Refusal(Struct):
    """拒绝：代码、说明与细节。"""

    code: Annotated[str, Meta(description="稳定的代码", examples=["signature.stale"])]
    message: Annotated[str, Meta(description="发生了什么、为什么、怎么办")]
    detail: Annotated[dict[str, Any], Meta(description="便于程序处理的细节")]


def json_response(content: Any, status: int = HTTPStatus.OK) -> HttpResponse:
    """Any msgspec-encodable value as a JSON response."""
    return HttpResponse(
        msgspec.json.encode(content), status=status, content_type="application/json; charset=utf-8"
    )


def batch_response(result: BatchResult, provider_id: int) -> HttpResponse:
    """A batch's answer: receipt numbers for whatever is kept, `conflict` as a status of its own."""
    rows = result.receipts.iter_rows()
    receipts = [
        Receipt(
            line,
            item_no,
            scenarios.receipt_no(provider_id, item_no) if status in KEPT else None,
            "conflict" if code == CONFLICT else status,
            code,
            *rest,
        )
        for line, item_no, status, code, *rest in rows
    ]
    return json_response(
        BatchAnswer(result.batch_no, result.counts, result.reduction_mg, result.points, receipts)
    )


def refusal_response(error: DomainError) -> HttpResponse:
    """The envelope of a refusal, with its HTTP status and Retry-After where it has one."""
    content = Refusal(error.code, error.message, error.detail)
    response = json_response(content, error.status)
    response.refusal_code = error.code  # type: ignore[attr-defined]  # for the service board
    if "retry_after_s" in error.detail:
        response["Retry-After"] = str(error.detail["retry_after_s"])
    return response


def failure_response(error: Exception) -> HttpResponse:
    """An unexpected failure: logged under a number that the partner can quote."""
    request_no = secrets.token_hex(6)
    log_failure(error, request_no)
    return refusal_response(failure(error, request_no=request_no))


def failure(error: Exception, **detail: str) -> RequestRefused:
    """The database away (restarting, overloaded) passes; anything else is our fault."""
    if isinstance(error, AWAY):
        return RequestRefused("request.unavailable", retry_after_s=RETRY_AFTER_S, **detail)
    return RequestRefused("request.failed", **detail)


def log_failure(error: Exception, request_no: str) -> None:
    """The whole story for the operator's log."""
    logger.error("request %s failed", request_no, exc_info=error)
