"""沙箱 and 签名调试: try the real rules without consequence, and see why a signature fails."""

from collections.abc import Mapping
from typing import Any, Protocol

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.module_loading import import_string

from tanpuhui.domain.intake import selectors as intake
from tanpuhui.domain.intake.data import TrialView
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.web.provider import frame, words
from tanpuhui.web.shared import list_files, lists, numbers
from tanpuhui.web.shared.guards import Provider, provider_only
from tanpuhui.web.shared.lists import Cell, Head
from tanpuhui.web.templatetags.tph import moment

PAGE = 10
SORTS = lists.options(
    (
        ("-tried", "最近的在前"),
        ("tried", "最早的在前"),
        ("number", "按批次号"),
        ("-records", "条数多的在前"),
    )
)
HEADS = tuple(Head(one) for one in ("批次号", "接口", "时间", "条数", "计入", "减排量_kg"))
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
def sandbox(request: HttpRequest, provider: Provider) -> HttpResponseBase:
    """How the sandbox is used, and the last calls with their receipts."""
    query = query_of(request.GET)
    file = list_files.download(request, lambda one: table(one, provider), query, "sandbox")
    if file:
        return file
    listing = table(query, provider)
    keys = parties.provider_keys(provider.provider_id)
    return frame.show(
        request,
        provider,
        "sandbox.html",
        "sandbox",
        listing=listing,
        trials=[words.trial_row(one) for one in listing.page.rows],
        base=request.build_absolute_uri("/sandbox").rstrip("/"),
        has_key=any(one.state == "active" for one in keys),
        refusals=intake.sandbox_refusals(provider.provider_id),
    )


def query_of(got: Mapping[str, str]) -> lists.Query:
    """What the address asks for."""
    sorts = ("tried", "number", "records")
    filters = {"operation": tuple(words.OPERATIONS)}
    return lists.query_of(got, sorts=sorts, sort="-tried", filters=filters)


def table(query: lists.Query, provider: Provider) -> lists.Listing[TrialView]:
    """The last calls; the page draws them with their receipts."""

    def read(limit: int, offset: int) -> list[TrialView]:
        return intake.trials(
            provider.provider_id,
            operation=query.get("operation"),
            text=query.text,
            order=query.sort,
            limit=limit,
            offset=offset,
        )

    offered = lists.options(tuple(words.OPERATIONS.items()))
    return lists.listing(
        query,
        HEADS,
        read,
        lambda rows: [_cells(words.trial_row(one)) for one in rows],
        size=PAGE,
        caption="沙箱调用",
        search_hint="批次号",
        filters=(lists.Filter("operation", "接口", "全部接口", offered, query.get("operation")),),
        sorts=SORTS,
    )


def _cells(row: words.TrialRow) -> tuple[Cell, ...]:
    return (
        Cell(row.trial.batch_no),
        Cell(row.operation),
        Cell(moment(row.trial.tried_at)),
        Cell(numbers.count(row.trial.records), is_right=True),
        Cell(numbers.count(row.counted), is_right=True),
        Cell(numbers.kilograms_plain(row.trial.reduction_mg), is_right=True),
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
