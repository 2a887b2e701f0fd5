"""Batches as a provider reads them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tanpuhui.domain.intake.data import TrialView, UploadView
from tanpuhui.domain.parties.data import KeyView
from tanpuhui.domain.scenarios.data import BatchView
from tanpuhui.domain.scenarios.reasons import BY_CODE
from tanpuhui.web.provider import frame

CHANNELS = {
    "api": "接口",
    "gateway": "兼容网关",
    "file": "文件",
    "page": "页面",
    "simulator": "模拟器",
    "correction": "更正",
}
ALGORITHMS = {
    "hmac-sha256": "HMAC-SHA256",
    "hmac-sm3": "HMAC-SM3（国密）",
    "ed25519": "Ed25519（贵方保管私钥）",
    "ant": "HMAC-SHA1（兼容网关）",
}
KEY_STATES = {
    "active": ("使用中", "ok"),
    "ending": ("过渡中", "wait"),
    "ended": ("已到期", "off"),
    "revoked": ("已停用", "off"),
}
UPLOAD_TONES = {"done": "ok", "tried": "work", "failed": "no", "stopped": "wait", "running": "work"}
OPERATIONS = {"batches": "报送", "correct": "更正"}
KINDS = {"csv": "CSV", "ndjson": "NDJSON", "parquet": "Parquet", "xlsx": "XLSX"}
STATUSES = {
    "counted": ("计入", "ok"),
    "not_counted": ("未计入", "wait"),
    "duplicate": ("重复", "off"),
    "refused": ("退回", "no"),
    "absent": ("没有收到", "no"),
}
OTHER_COUNTS = {"repeated": "重复发送，已给出原来的结果"}
PERCENT = 100


@dataclass(frozen=True)
class BatchRow:
    """One batch in a list."""

    token: str
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
    """A figure with its name, and where it is made of its parts."""

    label: str
    count: str
    href: str = ""


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
        token=frame.batch_token(batch.id),
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


@dataclass(frozen=True)
class KeyRow:
    """A key in a list."""

    key: KeyView
    algorithm: str
    word: str
    tone: str
    last_at: datetime | None

    @property
    def is_live(self) -> bool:
        """Whether it still signs."""
        return self.key.state in {"active", "ending"}


def key_row(key: KeyView, last_at: datetime | None) -> KeyRow:
    """A key with its state in words."""
    word, tone = KEY_STATES[key.state]
    return KeyRow(key, ALGORITHMS.get(key.algorithm, key.algorithm), word, tone, last_at)


@dataclass(frozen=True)
class ReceiptRow:
    """One receipt in words."""

    line: int
    item_no: str
    word: str
    tone: str
    code: str
    message: str
    reduction_mg: int


@dataclass(frozen=True)
class TrialRow:
    """A sandbox call in words."""

    trial: TrialView
    operation: str
    counted: int
    receipts: tuple[ReceiptRow, ...]
    more: int


def trial_row(trial: TrialView) -> TrialRow:
    """A sandbox call with its receipts."""
    receipts = tuple(_receipt(one) for one in trial.receipts)
    return TrialRow(
        trial=trial,
        operation=OPERATIONS.get(trial.operation, trial.operation),
        counted=trial.counts.get("counted", 0),
        receipts=receipts,
        more=trial.records - len(receipts),
    )


def _receipt(one: dict[str, Any]) -> ReceiptRow:
    word, tone = STATUSES.get(one["status"], (one["status"], "off"))
    return ReceiptRow(
        line=one["line"],
        item_no=one["item_no"] or "",
        word=word,
        tone=tone,
        code=one["code"],
        message=one["message"],
        reduction_mg=one["reduction_mg"],
    )


@dataclass(frozen=True)
class ReportLine:
    """One outcome of an import."""

    code: str
    title: str
    count: int
    is_fine: bool


def report_lines(upload: UploadView) -> list[ReportLine]:
    """An import's outcomes, most frequent first."""
    report = upload.report or {}
    fine = {"counted": "计入", "duplicate": "重复，先前已收到，不再计入"}
    lines = [
        ReportLine(
            code,
            fine.get(code) or report["sentences"].get(code) or _title(code),
            number,
            code in fine,
        )
        for code, number in report.get("counts", {}).items()
    ]
    return sorted(lines, key=lambda line: -line.count)


def file_size(size: int) -> str:
    """Bytes as people say them."""
    if size < 1 << 10:
        return f"{size} B"
    if size < 1 << 20:
        return f"{size >> 10} KB"
    return f"{size >> 20} MB"


def _title(code: str) -> str:
    """The reason's first clause."""
    known = BY_CODE.get(code)
    if known is None:
        return OTHER_COUNTS.get(code, code)
    return known.sentence.partition("。")[0]
