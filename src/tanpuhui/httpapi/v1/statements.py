"""A provider's own totals, for the daily reconciliation."""

from typing import Annotated

import msgspec
from django.http import HttpRequest, HttpResponse
from msgspec import Meta, Struct
from ninja import Router

from tanpuhui.domain.intake import services as intake
from tanpuhui.domain.intake.services.statements import LINES_MAX, line_read
from tanpuhui.httpapi import answers, openapi, records
from tanpuhui.httpapi.receiving import JSON, receive
from tanpuhui.httpapi.v1 import sandbox

router = Router()


class Total(Struct, forbid_unknown_fields=True):
    """一天、一个场景的合计。"""

    day: Annotated[str, Meta(description="行为发生的日期", examples=["2026-08-01"])]
    scenario: Annotated[str, Meta(description="场景编号", examples=["travel/metro"])]
    records: Annotated[int, Meta(ge=0, description="报送的条数")]
    reduction_kg: Annotated[
        str | None, Meta(description="贵方算得的减排量，公斤，十进制文本", examples=["1234.5"])
    ] = None


class Statement(Struct, forbid_unknown_fields=True):
    """每日合计；同一天同一场景再次提交时以后一次为准。"""

    totals: Annotated[list[Total], Meta(min_length=1, max_length=LINES_MAX)]


class StatementAnswer(Struct):
    """收到的行数。"""

    lines: int


STRUCTS: list[type] = [Statement, StatementAnswer, Total]
_statement = msgspec.json.Decoder(Statement)


@router.post(
    "/statements",
    summary="提交每日合计",
    openapi_extra=openapi.operation(
        request={JSON: Statement},
        response=StatementAnswer,
        refusals=(403, *openapi.BODY_REFUSALS),
    ),
)
def statement_send(request: HttpRequest) -> HttpResponse:
    """Keep a provider's totals."""
    received = receive(request, JSON)
    asked = records.decode_struct(_statement, received.text)
    lines = [
        line_read([one.day, one.scenario, str(one.records), one.reduction_kg or ""], place)
        for place, one in enumerate(asked.totals, start=1)
    ]
    with sandbox.undone(received.caller):
        number = intake.statements_take(
            actor=received.caller.actor, provider_id=received.caller.provider_id, lines=lines
        )
    return answers.json_response(StatementAnswer(number))
