"""One-time tickets: from a mini-program's session to a web-view's."""

from typing import Annotated

import msgspec
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from msgspec import Meta, Struct
from ninja import Router

from tanpuhui.domain.parties import services
from tanpuhui.httpapi import answers, openapi
from tanpuhui.httpapi.errors import RequestRefused
from tanpuhui.httpapi.receiving import JSON, receive

router = Router()


class TicketRequest(Struct, forbid_unknown_fields=True):
    """为谁取票。"""

    subject: Annotated[str, Meta(min_length=1, max_length=120, description="贵方的用户标识")]


class Ticket(Struct):
    """一次性入口：60 秒内有效，只能使用一次。"""

    path: Annotated[str, Meta(description="在网页视图中打开的地址（接在平台域名之后）")]
    expires_at: str


STRUCTS: list[type] = [TicketRequest, Ticket]


@router.post(
    "/tickets",
    summary="取一次性入口",
    description="小程序登录后，为已绑定碳账户的用户换取网页会话。须由运营机构开通。",
    openapi_extra=openapi.operation(
        request={JSON: TicketRequest},
        response=Ticket,
        refusals=(403, 404, *openapi.BODY_REFUSALS),
    ),
)
def ticket_issue(request: HttpRequest) -> HttpResponse:
    """A fresh ticket."""
    received = receive(request, JSON)
    try:
        wanted = msgspec.json.decode(received.text, type=TicketRequest)
    except msgspec.DecodeError as error:
        raise RequestRefused("request.wrong_shape", needed="subject") from error
    if received.caller.is_sandbox:  # a rehearsal opens nobody's session
        raise RequestRefused("request.not_found")
    made = services.ticket_issue(
        actor=received.caller.actor,
        provider_id=received.caller.provider_id,
        subject=wanted.subject,
    )
    return answers.json_response(
        Ticket(reverse("citizen:ticket", args=[made.ticket]), made.expires_at.isoformat())
    )
