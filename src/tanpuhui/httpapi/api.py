"""The provider API: ninja routes and describes, msgspec decodes and encodes, services decide."""

import json
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from time import perf_counter
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.operation import Operation

from tanpuhui.httpapi import accounts, answers, openapi
from tanpuhui.httpapi.admission import SANDBOX
from tanpuhui.httpapi.errors import RequestRefused
from tanpuhui.httpapi.v1 import acts, batches, reference, statements, tickets
from tanpuhui.kernel.errors import DomainError

DOCUMENT = Path(__file__).with_name("openapi.json")
STRUCTS: list[type] = [
    answers.BatchAnswer,
    answers.Refusal,
    *batches.STRUCTS,
    *acts.STRUCTS,
    *reference.STRUCTS,
    *statements.STRUCTS,
    *tickets.STRUCTS,
]


class ProviderAPI(NinjaAPI):
    """NinjaAPI whose document also holds the msgspec structs and the signature scheme."""

    def get_openapi_schema(self, **options: Any) -> Any:
        """The document; ninja's own schemas are joined with ours."""
        document = super().get_openapi_schema(**options)
        components = document["components"]
        components["schemas"] = components.get("schemas", {}) | openapi.schemas(STRUCTS)
        components["securitySchemes"] = openapi.SECURITY
        return document

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The function's own name: unique, and what a generated client calls its method."""
        return operation.view_func.__name__


api = ProviderAPI(
    title="碳普惠数据接口",
    version="1",
    description=openapi.DESCRIPTION,
    docs_url=None,  # ninja's page would load scripts from a foreign network
    openapi_url="/openapi.json",
    urls_namespace="api-v1",
)
api.add_router("", batches.router, tags=["报送"])
api.add_router("", acts.router, tags=["报送"])
api.add_router("", reference.router, tags=["查询"])
api.add_router("", statements.router, tags=["对账"])
api.add_router("", tickets.router, tags=["入口"])


@api.exception_handler(DomainError)
def _refused(_request: HttpRequest, error: DomainError) -> HttpResponse:
    return answers.refusal_response(error)


@api.exception_handler(ValidationError)
def _bad_parameter(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    flaws = [{"at": flaw.get("loc"), "reason": flaw.get("msg")} for flaw in error.errors]
    return answers.refusal_response(RequestRefused("request.bad_parameter", flaws=flaws))


@api.exception_handler(Http404)
@api.exception_handler(HttpError)
def _not_found(_request: HttpRequest, _error: Exception) -> HttpResponse:
    return answers.refusal_response(RequestRefused("request.not_found"))


@api.exception_handler(Exception)
def _failed(_request: HttpRequest, error: Exception) -> HttpResponse:
    return answers.failure_response(error)


def enveloped(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give ninja's bare 405 our envelope."""

    def wrapped(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        began_s = perf_counter()
        response = view(request, *args, **named)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
            door = "sandbox" if request.path.startswith(SANDBOX) else "api"
            return accounts.noted(request, response, door=door, began_s=began_s)
        refusal = answers.refusal_response(RequestRefused("request.method_not_allowed"))
        refusal["Allow"] = response["Allow"]
        return refusal

    return csrf_exempt(wrapped)  # signed; no cookie is read


def unknown_address(_request: HttpRequest) -> HttpResponse:
    """Any other address under /api/."""
    return answers.refusal_response(RequestRefused("request.not_found"))


def document() -> str:
    """The OpenAPI document as it is committed."""
    schema = api.get_openapi_schema(path_prefix="/api/v1/")
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
