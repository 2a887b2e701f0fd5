"""Why a record was not counted: stable numbers and codes, and what we say about it.

Kinds: `act` keeps the evidence and counts nothing; `refused` keeps the row of a person who
consents, for the provider to download, mend and send again; `silent` keeps nothing personal, only
a line number and the reason, and so does `refused` where no subject could be read.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["counted", "act", "refused", "silent"]


@dataclass(frozen=True)
class Reason:
    """One reason; `sentence` says what, why and what to do."""

    no: int
    code: str
    kind: Kind
    sentence: str


REASONS = (
    Reason(0, "counted", "counted", "已入账。"),
    # -- who
    Reason(
        10, "subject.unknown", "silent", "该用户尚未绑定碳账户，本条未保存。请用户绑定后重新发送。"
    ),
    Reason(
        11,
        "consent.missing",
        "silent",
        "用户未授权本场景或已撤回授权，本条未保存。请取得授权后再发送。",
    ),
    Reason(12, "subject.missing", "refused", "缺少用户标识 subject。请补充后重新发送。"),
    Reason(13, "account.not_open", "refused", "碳账户已冻结或注销，本条未入账。请用户联系客服。"),
    # -- what
    Reason(20, "scenario.unknown", "refused", "没有这个场景编号。请查询场景清单后更正。"),
    Reason(21, "scenario.not_permitted", "refused", "贵单位未开通该场景。请联系运营机构开通。"),
    Reason(
        22, "record.item_missing", "refused", "缺少记录编号 item_no。请为每条记录给出唯一编号。"
    ),
    Reason(23, "record.field_missing", "refused", "缺少必填数据项。请按场景说明补充。"),
    Reason(24, "record.unknown_field", "refused", "含有场景说明以外的数据项。请删除后重新发送。"),
    Reason(
        25, "record.not_a_number", "refused", "数据项应为数字。请勿以文字填写，更正后重新发送。"
    ),
    Reason(26, "record.not_finite", "refused", "数据项不是有限数字。请检查来源数据。"),
    Reason(27, "record.out_of_bounds", "refused", "数据项超出允许范围。请核对数值与单位。"),
    Reason(28, "record.unknown_choice", "refused", "数据项取值不在可选范围内。请按场景说明填写。"),
    Reason(29, "record.wrong_unit", "refused", "单位与数据项不符。请按场景说明的单位换算。"),
    Reason(30, "record.implausible", "refused", "数据不合常理。请核对里程、时长、电量等及其单位。"),
    Reason(31, "record.raw_track_refused", "refused", "平台不接收轨迹或坐标。请只发送里程与时段。"),
    Reason(32, "record.malformed", "refused", "记录格式不正确。请按接口文档更正。"),
    # -- when
    Reason(40, "time.missing", "refused", "缺少发生时间，或时间没有时区。请按 RFC 3339 填写。"),
    Reason(41, "time.future", "refused", "发生时间晚于现在。请校准贵方时钟后重新发送。"),
    Reason(
        42, "time.before_methodology", "refused", "发生日期早于场景或方法学的生效日期，不予核算。"
    ),
    Reason(43, "time.too_late", "refused", "超过该场景的补报期限。如确需补报，请联系运营机构。"),
    Reason(44, "time.after_methodology", "refused", "该日期没有有效的方法学或参数，暂不能核算。"),
    Reason(45, "scenario.paused", "refused", "该场景当日已暂停核算。恢复后请以原编号重新发送。"),
    Reason(46, "intake.stopped", "refused", "贵单位的数据接入已暂停，本条未入账。请联系运营机构。"),
    # -- again
    Reason(
        50, "record.conflict", "refused", "该编号已有内容不同的记录，原记录未变。请用更正接口。"
    ),
    Reason(51, "record.unknown_item", "refused", "没有这个编号的记录，无法更正。请先正常发送。"),
    Reason(
        52,
        "record.other_subject",
        "refused",
        "更正不能改换用户，原记录未变。请撤回原记录，再以新编号发送。",
    ),
    # -- evidence kept, not counted
    Reason(60, "overlap.time", "act", "与同一时段已入账的另一次行程重叠，只计一次。"),
    Reason(61, "overlap.key", "act", "同一凭证已在另一条记录中入账，只计一次。"),
    Reason(70, "cap.day", "act", "已达到当日上限，超出部分不计入。"),
    Reason(71, "cap.month", "act", "已达到当月上限，超出部分不计入。"),
    Reason(72, "cap.year", "act", "已达到当年上限，超出部分不计入。"),
    Reason(80, "act.no_reduction", "act", "按方法学核算，本次没有产生减排量。"),
    Reason(81, "consent.no_points", "act", "用户未同意积分激励，本场景只计积分，本条留证不计入。"),
    Reason(90, "act.withdrawn", "act", "数据提供方已撤回本条记录。"),
    # -- found by a file's import profile
    Reason(100, "row.unreadable", "refused", "该行无法读取（编码或列数不对）。请修正后重新导入。"),
    Reason(101, "row.refused", "refused", "该行不符合导入规则。"),
)

BY_NO = {reason.no: reason for reason in REASONS}
BY_CODE = {reason.code: reason for reason in REASONS}


def number(code: str) -> int:
    """The stable number of a code."""
    return BY_CODE[code].no
