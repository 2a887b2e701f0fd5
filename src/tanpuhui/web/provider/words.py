"""Batches as a provider reads them."""

from dataclasses import dataclass
from datetime import datetime

from tanpuhui.domain.scenarios.data import BatchView
from tanpuhui.domain.scenarios.reasons import BY_CODE

CHANNELS = {
    "api": "接口",
    "gateway": "兼容网关",
    "file": "文件",
    "page": "页面",
    "simulator": "模拟器",
}
OTHER_COUNTS = {"repeated": "重复发送，已给出原来的结果"}
PERCENT = 100


@dataclass(frozen=True)
class BatchRow:
    """One batch in a list."""

    id: int
    batch_no: str
    recorded_at: datetime
    channel_label: str
    received: int
    counted: int
    not_counted: int
    refused: int
    reduction_mg: int
    points: int
    state_label: str
    tone: str


@dataclass(frozen=True)
class ReasonShare:
    """How many records of a batch a reason met."""

    code: str
    title: str
    count: int
    percent: int
    is_refusal: bool


@dataclass(frozen=True)
class Counter:
    """A figure with its name."""

    label: str
    count: str


def batch_row(batch: BatchView) -> BatchRow:
    """A batch with its state in words."""
    refused = batch.refused
    if not refused:
        label, tone = "无退回", "ok"
    elif refused < batch.records:
        label, tone = "部分退回", "wait"
    else:
        label, tone = "全部退回", "no"
    return BatchRow(
        id=batch.id,
        batch_no=batch.batch_no,
        recorded_at=batch.received_at,
        channel_label=CHANNELS.get(batch.channel, batch.channel),
        received=batch.records,
        counted=batch.counted,
        not_counted=max(batch.records - batch.counted - refused, 0),
        refused=refused,
        reduction_mg=batch.reduction_mg,
        points=batch.points,
        state_label=label,
        tone=tone,
    )


def reason_shares(batch: BatchView) -> list[ReasonShare]:
    """Every reason of a batch but "counted", most frequent first."""
    total = max(sum(batch.counts.values()) - batch.counted, 1)
    shares = [
        ReasonShare(
            code=code,
            title=_title(code),
            count=count,
            percent=count * PERCENT // total,
            is_refusal=code in BY_CODE and BY_CODE[code].kind in {"refused", "silent"},
        )
        for code, count in batch.counts.items()
        if code != "counted" and count
    ]
    return sorted(shares, key=lambda share: -share.count)


def _title(code: str) -> str:
    """The reason's first clause."""
    known = BY_CODE.get(code)
    if known is None:
        return OTHER_COUNTS.get(code, code)
    return known.sentence.partition("。")[0]
