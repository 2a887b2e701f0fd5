"""Keeps account of how calls went, for the providers' service board."""

import logging
import re
from time import perf_counter

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from tanpuhui.domain.intake import services as intake
from tanpuhui.httpapi.admission import CALLED_BY

logger = logging.getLogger(__name__)
MS = 1000
BATCH = re.compile(r"/batches/.+")
PREFIX = re.compile(r"^(/sandbox)?/api/v1")


def noted(
    request: HttpRequest, response: HttpResponse, *, door: str, began_s: float, operation: str = ""
) -> HttpResponse:
    """Count a call that named a known key; the answer goes out whatever becomes of the count.

    Args:
        request: after the gate, which leaves in META whose key was named.
        response: a refusal's `refusal_code` says why.
        door: api, sandbox or gateway.
        began_s: perf_counter at the beginning.
        operation: what was asked, where the address does not say it.
    """
    called_by = request.META.get(CALLED_BY)
    if called_by is None:
        return response
    address = BATCH.sub("/batches/{batch_no}", PREFIX.sub("", request.path))
    try:
        intake.call_note(
            provider_id=called_by[0],
            key_id=called_by[1],
            door=door,
            operation=operation or f"{request.method} {address}",
            code=getattr(response, "refusal_code", "ok"),
            status=response.status_code,
            took_ms=int((perf_counter() - began_s) * MS),
        )
    except DatabaseError:
        logger.exception("call not counted")
    return response
