"""数据批次: what came in, what was refused and why, and the refused rows as a file."""

from collections.abc import Iterator
from itertools import islice

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase

from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.domain.scenarios.data import BatchView, RefusalView
from tanpuhui.web.provider import frame, words
from tanpuhui.web.shared import numbers, paging
from tanpuhui.web.shared.downloads import table_download
from tanpuhui.web.shared.guards import Provider, provider_only
from tanpuhui.web.templatetags import tph

PAGE = 20
ROWS = 50
LIST_HEAD = ("批次号", "收到时间", "渠道", "记录", "计入", "未计入", "退回", "减排量_kg", "碳积分")
LIST_MAX = 20_000
CSV_HEAD = ("行", "记录编号", "原因代码", "原因", "补充说明", "原始记录")


@provider_only
def batches(request: HttpRequest, provider: Provider) -> HttpResponse:
    """All batches of this provider, newest first."""
    channel, query = asked(request)
    page = paging.page(
        lambda limit, offset: found(provider, channel, query, limit, offset),
        request.GET.get("page", ""),
        PAGE,
    )
    return frame.show(
        request,
        provider,
        "batches.html",
        "batches",
        totals=scenarios.batch_totals(provider.provider_id),
        page=page,
        rows=[words.batch_row(one) for one in page.rows],
        query=query,
        channel=channel,
        channels=words.CHANNELS.items(),
    )


def asked(request: HttpRequest) -> tuple[str, str]:
    """Channel and batch number of the address."""
    channel = request.GET.get("channel", "")
    return channel if channel in words.CHANNELS else "", request.GET.get("q", "").strip()[:160]


def found(provider: Provider, channel: str, query: str, limit: int, offset: int) -> list[BatchView]:
    """Batches by number, or by channel."""
    if query:
        return scenarios.batches_by_no(provider.provider_id, query)[offset : offset + limit]
    return scenarios.batches(provider.provider_id, channel=channel, limit=limit, offset=offset)


@provider_only
def batches_file(request: HttpRequest, provider: Provider, form: str) -> HttpResponseBase:
    """The list as a file."""
    if form not in {"csv", "xlsx"}:
        raise Http404
    rows = (
        (
            one.batch_no,
            tph.moment(one.recorded_at),
            one.channel_label,
            one.received,
            one.counted,
            one.not_counted,
            one.refused,
            words.kg_plain(one.reduction_mg),
            one.points,
        )
        for one in map(words.batch_row, found(provider, *asked(request), LIST_MAX, 0))
    )
    return table_download(form, "batches", LIST_HEAD, rows)


@provider_only
def batch(request: HttpRequest, provider: Provider, token: str) -> HttpResponse:
    """One batch with its refused rows."""
    batch_id = frame.batch_id_of(token)
    view = scenarios.batch(provider.provider_id, batch_id)
    code = request.GET.get("code", "")

    def read(limit: int, offset: int) -> list[RefusalView]:
        return scenarios.refusals(
            provider.provider_id, batch_id, code=code, limit=limit, offset=offset
        )

    row = words.batch_row(view)
    return frame.show(
        request,
        provider,
        "batch.html",
        "batches",
        batch=row,
        counters=counters(row),
        reasons=words.reason_shares(view),
        code=code,
        page=paging.page(read, request.GET.get("page", ""), ROWS),
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
    for one in islice(scenarios.refusals_all(provider.provider_id, batch_id), 1_000_000):
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
