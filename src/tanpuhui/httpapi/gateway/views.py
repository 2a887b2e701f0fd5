"""`POST /gateway.do`: every call of Ant's SDK comes here; the method is a parameter."""

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from tanpuhui.httpapi import accounts, answers
from tanpuhui.httpapi.errors import RequestRefused
from tanpuhui.httpapi.gateway import acquisition, members, queries, translations, wire
from tanpuhui.httpapi.gateway.wire import Envelope, GatewayCall
from tanpuhui.kernel.errors import DomainError

PREFIX = "antchain.carbon.ecar."
METHODS: Mapping[str, Callable[[GatewayCall], dict[str, Any]]] = {
    "enterprisemember.register": members.register,
    "enterprisemember.list": members.list_members,
    "enterprisemember.detail": members.detail,
    "offsetdatum.auth": members.authorise,
    "offsetacquisition.add": acquisition.add,
    "greenoperation.add": acquisition.add_green,
    "offsetdatum.list": queries.list_data,
    "offsetdatum.detail": queries.detail,
    "offsetdatum.preview": queries.preview,
    "offsetaccount.query": queries.account,
    "greenoperation.count": queries.count_green,
    "greenoperation.list": queries.list_green,
    "offsettranslate.add": translations.add,
    "offsettranslate.detail": translations.detail,
}


@csrf_exempt
def gateway(request: HttpRequest) -> HttpResponse:
    """One call; refusals are answers with status 200, as the SDK expects them."""
    if request.method != "POST":
        refused = answers.refusal_response(RequestRefused("request.method_not_allowed"))
        refused["Allow"] = "POST"
        return refused
    began_s = perf_counter()
    envelope = Envelope()
    result = _result(request, envelope)
    response = wire.answer(envelope, result)
    if result["result_code"] != "OK":
        response.refusal_code = result["result_code"].lower()  # type: ignore[attr-defined]
    method = request.GET.get("method", "").removeprefix(PREFIX)
    operation = f"gateway {method if method in METHODS else '?'}"
    return accounts.noted(request, response, door="gateway", began_s=began_s, operation=operation)


def _result(request: HttpRequest, envelope: Envelope) -> dict[str, Any]:
    try:
        call = wire.open_call(request, envelope)
        return {"result_code": "OK", "result_msg": "成功"} | _operation(call.method)(call)
    except DomainError as error:
        return _refusal(error)
    except Exception as error:  # noqa: BLE001 - whatever happens, the caller gets a signed answer
        answers.log_failure(error, envelope.req_msg_id)
        return _refusal(answers.failure(error))


def _operation(name: str) -> Callable[[GatewayCall], dict[str, Any]]:
    method = METHODS.get(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else None
    if method is None:
        raise RequestRefused("request.not_found", method=name[:120])
    return method


def _refusal(error: DomainError) -> dict[str, Any]:
    """`signature.stale` → SIGNATURE_STALE, with the sentence and what it does not say itself."""
    places = "；".join(
        f"{name}={value}"
        for name, value in error.detail.items()
        if f"{{{name}}}" not in error.sentence
    )
    text = f"{error.message}（{places}）" if places else error.message
    return {"result_code": error.code.upper().replace(".", "_"), "result_msg": text}
