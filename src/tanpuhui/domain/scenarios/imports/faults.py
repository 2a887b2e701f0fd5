"""What can be wrong with a file as a whole, and with one row of it."""

import errno
from typing import Any

from tanpuhui.kernel.errors import AWAY, DomainError
from tanpuhui.packs.profiles import Profile

DISK_FULL = "53100"  # PostgreSQL's number
ROW_REASONS = {
    "record.row_ragged": "这一行的列数与表头不一致，请检查分隔符和引号。",
    "record.row_encoding": "这一行含有无法按声明编码读取的字节，请以正确的编码重新导出。",
    "record.row_json": "这一行不是完整的 JSON 对象，请检查导出程序。",
    "record.item_missing": "缺少记录编号，请补上后重新报送。",
    "record.subject_missing": "缺少用户标识，无法对应到个人，请补上后重新报送。",
    "record.scenario_unmapped": "这一行的类别在导入档案里没有对应的场景，请核对后补充档案。",
    "record.time_missing": "缺少发生时间，请补上后重新报送。",
    "record.time_unreadable": "时间的写法与导入档案不符，请核对日期格式。",
    "record.time_nonexistent": "该时刻在所在时区不存在（夏令时拨快），请改报带时差的时间。",
    "record.time_ambiguous": "该时刻在所在时区出现两次（夏令时拨回），请改报带时差的时间。",
    "record.zone_unknown": "不认识这一行的时区，请改用 Asia/Shanghai 这样的名称。",
    "record.session_open": "只有开始没有结束，行为尚未完成，请在结束后重新报送。",
    "record.duration_negative": "结束时间早于开始时间，请核对两个时间和时区。",
    "record.number_unreadable": "应为数值的位置不是有限的数，请核对单位、千分位和小数点。",
    "record.lookup_unknown": "名称不在对照表中，算不出距离，请核对名称或更新对照表。",
    "record.tap_in_unpaired": "只有进站没有出站，无法确定行程，不予计算。",
    "record.tap_out_unpaired": "只有出站没有进站，无法确定行程，不予计算。",
    "record.points_out_of_order": "同一行程的定位点没有按时间排列，请排序后重新报送。",
}
"""Row codes that every profile can end in; a profile's own rules add theirs."""


class FileError(DomainError):
    """The file cannot be read (on): nothing further of it is taken."""

    def __init__(self, code: str, message: str, **detail: Any) -> None:
        super().__init__(message, **detail)
        self.code = code


def reasons(profile: Profile) -> dict[str, str]:
    """Every row code of a profile with its Chinese sentence."""
    return ROW_REASONS | {rule.code: rule.message for rule in profile.refuse}


def stopped_by(error: Exception) -> FileError | None:
    """The fault of the machine behind an error that stops an import; None for a defect.

    What was imported is kept, and running again goes on from there.
    """
    cause = error.__cause__
    state = getattr(error, "sqlstate", None) or getattr(cause, "sqlstate", None)
    number = getattr(error, "errno", None)
    if (
        state == DISK_FULL
        or number in {errno.ENOSPC, errno.EDQUOT}
        or "No space left" in str(error)
    ):
        return FileError(
            "file.disk_full",
            "磁盘已满，导入停在这里。已导入的部分不受影响；腾出空间后再运行一次即可继续。",
        )
    if isinstance(error, AWAY):
        return FileError(
            "file.database_away",
            "数据库连接中断，导入停在这里。已导入的部分不受影响；数据库恢复后再运行一次即可继续。",
        )
    return None
