"""沙箱 and 签名调试: try the real rules without consequence, and see why a signature fails."""

from typing import Any, Protocol

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

from tanpuhui.domain.intake import selectors as intake
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.web.provider import frame, words
from tanpuhui.web.shared import paging
from tanpuhui.web.shared.guards import Provider, provider_only

PAGE = 10
BODY_CHARS_MAX = 200_000
FIELDS = ("method", "address", "headers", "body")
EXAMPLE = {
    "method": "POST",
    "address": "/sandbox/api/v1/batches",
    "headers": "",
    "body": "",
}


class Examine(Protocol):
    """What explains a signature; named in the settings."""

    def __call__(
        self, *, provider_id: int, method: str, address: str, headers: str, body: str
    ) -> Any:
        """Findings, one a step, and `is_right`."""


@provider_only
def sandbox(request: HttpRequest, provider: Provider) -> HttpResponse:
    """How the sandbox is used, and the last calls with their receipts."""
    page = paging.page(
        lambda limit, offset: intake.trials(provider.provider_id, limit=limit, offset=offset),
        request.GET.get("page", ""),
        PAGE,
    )
    keys = parties.provider_keys(provider.provider_id)
    return frame.show(
        request,
        provider,
        "sandbox.html",
        "sandbox",
        page=page,
        trials=[words.trial_row(one) for one in page.rows],
        base=request.build_absolute_uri("/sandbox").rstrip("/"),
        has_key=any(one.state == "active" for one in keys),
        refusals=intake.sandbox_refusals(provider.provider_id),
    )


@provider_only
def debugger(request: HttpRequest, provider: Provider) -> HttpResponse:
    """A pasted request, examined step by step; nothing of it is kept."""
    given = {name: request.POST.get(name, EXAMPLE[name])[:BODY_CHARS_MAX] for name in FIELDS}
    found = None
    if request.method == "POST":
        examine: Examine = import_string(settings.SIGNATURE_EXAMINER)
        found = examine(provider_id=provider.provider_id, **given)
    return frame.show(request, provider, "debugger.html", "debugger", given=given, found=found)
