"""数据批次: what came in, what was refused and why, and the refused rows as a file."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.domain.scenarios.data import BatchView, RefusalView
from tanpuhui.web.provider import words
from tanpuhui.web.shared import numbers, paging
from tanpuhui.web.shared.downloads import csv_download
from tanpuhui.web.shared.guards import Provider, provider_only

PAGE = 20
ROWS = 50
CSV_HEAD = ("行", "记录编号", "原因代码", "原因", "补充说明", "原始记录")


@provider_only
def batches(request: HttpRequest, provider: Provider) -> HttpResponse:
    """All batches of this provider, newest first."""
    channel, query = request.GET.get("channel", ""), request.GET.get("q", "").strip()

    def read(limit: int, offset: int) -> list[BatchView]:
        if query:
            return scenarios.batches_by_no(provider.provider_id, query)[offset : offset + limit]
        return scenarios.batches(provider.provider_id, channel=channel, limit=limit, offset=offset)

    page = paging.page(read, request.GET.get("page", ""), PAGE)
    context = {
        "tab": "batches",
        "provider": provider.organisation,
        "totals": scenarios.batch_totals(provider.provider_id),
        "page": page,
        "rows": [words.batch_row(one) for one in page.rows],
        "query": query,
        "channel": channel,
        "channels": words.CHANNELS.items(),
    }
    return render(request, "provider/batches.html", context)


@provider_only
def batch(request: HttpRequest, provider: Provider, batch_id: int) -> HttpResponse:
    """One batch with its refused rows."""
    found = scenarios.batch(provider.provider_id, batch_id)
    code = request.GET.get("code", "")

    def read(limit: int, offset: int) -> list[RefusalView]:
        return scenarios.refusals(
            provider.provider_id, batch_id, code=code, limit=limit, offset=offset
        )

    row = words.batch_row(found)
    context = {
        "tab": "batches",
        "provider": provider.organisation,
        "batch": row,
        "counters": counters(row),
        "reasons": words.reason_shares(found),
        "code": code,
        "page": paging.page(read, request.GET.get("page", ""), ROWS),
    }
    return render(request, "provider/batch.html", context)


@provider_only
def refusals_file(request: HttpRequest, provider: Provider, batch_id: int) -> HttpResponseBase:
    """The refused rows of a batch as CSV, to mend and send again."""
    del request
    scenarios.batch(provider.provider_id, batch_id)
    rows = (
        (one.line, one.item_no or "", one.code, one.sentence, one.note or "", one.raw or "")
        for one in scenarios.refusals_all(provider.provider_id, batch_id)
    )
    return csv_download(f"refusals-{batch_id}.csv", CSV_HEAD, rows)


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
