"""数据批次: what came in, what was refused and why, and the refused rows as a file."""

from collections.abc import Iterator
from itertools import islice

from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse

from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.web.provider import batch_lists, frame, words
from tanpuhui.web.shared import list_files, numbers
from tanpuhui.web.shared.downloads import table_download
from tanpuhui.web.shared.guards import Provider, provider_only

CSV_HEAD = ("行", "记录编号", "原因代码", "原因", "补充说明", "原始记录")
ROWS_MAX = 1_000_000


@provider_only
def batches(request: HttpRequest, provider: Provider) -> HttpResponseBase:
    """All batches of this provider, newest first."""
    query, number = batch_lists.query_of(request.GET), provider.provider_id
    file = list_files.download(
        request, lambda one: batch_lists.table(one, number, href), query, "batches"
    )
    return file or frame.show(
        request,
        provider,
        "batches.html",
        "batches",
        totals=scenarios.batch_totals(number),
        listing=batch_lists.table(query, number, href, refresh_s=batch_lists.REFRESH_S),
    )


def href(token: str) -> str:
    """A batch's page."""
    return reverse("provider:batch", args=[token])


@provider_only
def batch(request: HttpRequest, provider: Provider, token: str) -> HttpResponseBase:
    """One batch with its refused rows."""
    batch_id = frame.batch_id_of(token)
    view = scenarios.batch(provider.provider_id, batch_id)
    query = batch_lists.refusals_query(request.GET)
    row = words.batch_row(view)
    file = list_files.download(
        request,
        lambda one: batch_lists.refusals(one, provider.provider_id, batch_id),
        query,
        f"refusals-{batch_id}",
    )
    return file or frame.show(
        request,
        provider,
        "batch.html",
        "batches",
        batch=row,
        counters=counters(row),
        reasons=words.reason_shares(view),
        code=query.get("code"),
        listing=batch_lists.refusals(query, provider.provider_id, batch_id),
    )


@provider_only
def refusals_file(
    request: HttpRequest, provider: Provider, token: str, form: str
) -> HttpResponseBase:
    """The refused rows of a batch as a file, to mend and send again."""
    del request
    if form not in {"csv", "xlsx"}:
        raise Http404
    batch_id = frame.batch_id_of(token)
    scenarios.batch(provider.provider_id, batch_id)
    return table_download(form, f"refusals-{batch_id}", CSV_HEAD, _refused(provider, batch_id))


def _refused(provider: Provider, batch_id: int) -> Iterator[tuple[object, ...]]:
    for one in islice(scenarios.refusals_all(provider.provider_id, batch_id), ROWS_MAX):
        yield (one.line, one.item_no or "", one.code, one.sentence, one.note or "", one.raw or "")


def counters(row: words.BatchRow) -> list[words.Counter]:
    """The batch's figures."""
    return [
        words.Counter("收到", numbers.count(row.received)),
        words.Counter("计入", numbers.count(row.counted)),
        words.Counter("未计入", numbers.count(row.not_counted)),
        words.Counter("退回", numbers.count(row.refused)),
        words.Counter("减排量 (kg CO₂e)", numbers.kilograms(row.reduction_mg)),
        words.Counter("碳积分", numbers.count(row.points)),
    ]
