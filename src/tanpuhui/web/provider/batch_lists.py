"""Batches and their refused rows as lists: for the provider itself, and for who looks after it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.domain.scenarios.data import BatchView, RefusalView
from tanpuhui.domain.scenarios.reasons import BY_CODE
from tanpuhui.web.provider import words
from tanpuhui.web.shared import lists, numbers
from tanpuhui.web.shared.lists import Cell, Chip, Head
from tanpuhui.web.templatetags.tph import moment

HEADS = (
    Head("批次", "number"),
    Head("收到时间", "received"),
    Head("渠道"),
    Head("记录", "records", is_right=True),
    Head("计入", is_right=True),
    Head("未计入", is_right=True),
    Head("退回", is_right=True),
    Head("减排量 (kg CO₂e)", "mass", is_right=True),
    Head("碳积分", is_right=True),
    Head("状态"),
)
SORTS = ("number", "received", "records", "mass")
REFUSAL_HEADS = (
    Head("行", "line", is_right=True),
    Head("记录编号", "item"),
    Head("原因", "reason"),
    Head("代码"),
)
REFRESH_S = 15
ROWS = 50


def query_of(got: Mapping[str, str]) -> lists.Query:
    """What the address asks for."""
    return lists.query_of(
        got,
        sorts=SORTS,
        sort="-received",
        filters={"channel": tuple(words.CHANNELS)},
        free=("first", "last"),
    )


def table(
    query: lists.Query,
    provider_id: int,
    href: Callable[[str], str],
    *,
    channel: str = "",
    **more: Any,
) -> lists.Listing[BatchView]:
    """A provider's batches.

    Args:
        query: what the address asks for.
        provider_id: whose.
        href: a batch's token → its page.
        channel: only this channel, whatever the address says.
        more: further fields of Listing.
    """

    def read(limit: int, offset: int) -> list[BatchView]:
        return scenarios.batches(
            provider_id,
            channel=channel or query.get("channel"),
            text=query.text,
            first=lists.day_of(query.get("first")),
            last=lists.day_of(query.get("last")),
            order=query.sort,
            limit=limit,
            offset=offset,
        )

    channels = lists.options(tuple(words.CHANNELS.items()))
    return lists.listing(
        query,
        HEADS,
        read,
        lambda rows: [_cells(words.batch_row(one), href) for one in rows],
        caption="数据批次",
        search_hint="批次号",
        filters=()
        if channel
        else (lists.Filter("channel", "渠道", "全部渠道", channels, query.get("channel")),),
        fields=(
            lists.FieldFilter("first", "收到日期从", query.get("first")),
            lists.FieldFilter("last", "到", query.get("last")),
        ),
        empty_glyph="inbox",
        empty_title="没有符合条件的批次",
        empty_text="换一个条件，或等下一批数据到达。",
        **more,
    )


def _cells(row: words.BatchRow, href: Callable[[str], str]) -> tuple[Cell, ...]:
    mass = numbers.kilograms(row.reduction_mg)
    return (
        Cell(row.batch_no, href(row.token)),
        Cell(moment(row.recorded_at)),
        Cell(row.channel_label),
        Cell(numbers.count(row.received), is_right=True),
        Cell(numbers.count(row.counted), is_right=True),
        Cell(numbers.count(row.not_counted), is_right=True),
        Cell(numbers.count(row.refused), is_right=True),
        Cell(mass, is_right=True, file=numbers.kilograms_plain(row.reduction_mg)),
        Cell(numbers.count(row.points), is_right=True),
        Cell(chips=(Chip(row.state_label, row.tone),)),
    )


def refusals_query(got: Mapping[str, str]) -> lists.Query:
    """What the address asks for."""
    refused = [code for code, one in BY_CODE.items() if one.kind in {"refused", "silent"}]
    sorts = ("line", "item", "reason")
    return lists.query_of(got, sorts=sorts, sort="line", filters={"code": refused})


def refusals(
    query: lists.Query, provider_id: int, batch_id: int, **more: Any
) -> lists.Listing[RefusalView]:
    """The refused rows of a batch; the filter offers the reasons that it met."""

    def read(limit: int, offset: int) -> list[RefusalView]:
        return scenarios.refusals(
            provider_id,
            batch_id,
            code=query.get("code"),
            text=query.text,
            order=query.sort,
            limit=limit,
            offset=offset,
        )

    met = [
        (code, f"{sentence.partition('。')[0]}（{numbers.count(number)}）")
        for code, sentence, number in scenarios.refusal_counts(provider_id, batch_id)
    ]
    return lists.listing(
        query,
        REFUSAL_HEADS,
        read,
        _refusal_cells,
        size=ROWS,
        caption="退回的记录",
        search_hint="记录编号",
        filters=(lists.Filter("code", "原因", "全部原因", lists.options(met), query.get("code")),),
        empty_glyph="circle-check",
        empty_title="没有退回的记录",
        empty_text="这一批没有需要处理的退回。",
        **more,
    )


def _refusal_cells(rows: Sequence[RefusalView]) -> list[tuple[Cell, ...]]:
    return [
        (
            Cell(numbers.count(row.line), is_right=True),
            Cell(row.item_no or "（无编号）", is_code=True),
            Cell(row.sentence, small=row.note or "", is_read=True),
            Cell(row.code, is_code=True),
        )
        for row in rows
    ]
