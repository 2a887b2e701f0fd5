"""Single records, withdrawal and correction."""

import hashlib
from typing import Annotated

import msgspec
from django.http import HttpRequest, HttpResponse
from msgspec import Meta, Struct
from ninja import Router

from tanpuhui.domain.scenarios import services
from tanpuhui.domain.scenarios.data import BatchResult
from tanpuhui.httpapi import answers, frames, openapi, records
from tanpuhui.httpapi.receiving import JSON, receive
from tanpuhui.httpapi.v1 import sandbox
from tanpuhui.httpapi.v1.batches import ingest

router = Router()
ITEMS_MAX = 1000


class Withdrawal(Struct, forbid_unknown_fields=True):
    """撤回：这些单号的记录不再计入，已记的减排量与积分冲正。"""

    items: Annotated[
        list[Annotated[str, Meta(min_length=1, max_length=120)]],
        Meta(min_length=1, max_length=ITEMS_MAX, description="单号"),
    ]
    reason: Annotated[str, Meta(min_length=2, max_length=400, description="原因，用户可见")]


class WithdrawalAnswer(Struct):
    """撤回结果。"""

    items: Annotated[
        dict[str, str],
        Meta(description="单号 → withdrawn 已撤回 · already 先前已撤回 · unknown 没有这个单号"),
    ]


STRUCTS: list[type] = [Withdrawal, WithdrawalAnswer, records.Correction]
_withdrawal = msgspec.json.Decoder(Withdrawal)


@router.post(
    "/acts",
    summary="报送一条记录",
    description="与批次相同的处理与回执；批次号由单号得出，同一条重发得到同一答复。",
    openapi_extra=openapi.operation(
        request={JSON: records.Record},
        response=answers.BatchAnswer,
        refusals=(403, 409, *openapi.BODY_REFUSALS),
    ),
)
def act_send(request: HttpRequest) -> HttpResponse:
    """Receive one record."""
    received = receive(request, JSON)
    digest = hashlib.sha256(received.text).hexdigest()
    return ingest(received.caller, f"one:{digest[:40]}", records.decode_one(received.text))


@router.post(
    "/acts/withdraw",
    summary="撤回记录",
    openapi_extra=openapi.operation(
        request={JSON: Withdrawal},
        response=WithdrawalAnswer,
        refusals=(403, 409, *openapi.BODY_REFUSALS),
    ),
)
def acts_withdraw(request: HttpRequest) -> HttpResponse:
    """Take back records by their item numbers."""
    received = receive(request, JSON)
    asked = records.decode_struct(_withdrawal, received.text)
    with sandbox.undone(received.caller):
        result = services.acts_withdraw(
            actor=received.caller.actor,
            provider_id=received.caller.provider_id,
            items=asked.items,
            reason=asked.reason,
        )
    return answers.json_response(WithdrawalAnswer(result))


@router.post(
    "/acts/correct",
    summary="更正记录",
    openapi_extra=openapi.operation(
        request={JSON: records.Correction},
        response=answers.BatchAnswer,
        refusals=(403, 409, *openapi.BODY_REFUSALS),
    ),
)
def acts_correct(request: HttpRequest) -> HttpResponse:
    """Replace records by new content under the same item numbers."""
    received = receive(request, JSON)
    batch_no, reason, decoded = records.decode_correction(received.text)
    frame = frames.record_frame(decoded)

    def send() -> BatchResult:
        return services.acts_correct(
            actor=received.caller.actor,
            provider_id=received.caller.provider_id,
            batch_no=batch_no,
            records=frame,
            reason=reason,
        )

    result = sandbox.tried(received.caller, "correct", frame, send)
    return answers.batch_response(result, received.caller.provider_id)
