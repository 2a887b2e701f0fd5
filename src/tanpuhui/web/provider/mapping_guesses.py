"""What a file's own words suggest: which column is meant, how its times and units are written."""

import re
from collections.abc import Iterable
from functools import lru_cache

from tanpuhui.domain.intake.mapping import TIME_FORMS
from tanpuhui.engine.errors import EngineError
from tanpuhui.packs.profiles import conversion

UNITS = (
    "km", "m", "mi", "ft", "h", "min", "s", "kWh", "Wh", "MWh", "kg", "g", "t", "jin", "m3", "L",
    "gal_us", "item", "1",
)  # fmt: skip
GUESSES = {
    "item_no": r"单号|订单|流水|编号|行程号|交易号|_id$|_no$|^id$|^no$|trip|order|transaction",
    "subject": r"用户|会员|乘客|卡号|账号|subject|user|member|openid|card",
    "occurred_at": r"进站时间|开始|上车|发生|下单|起始|start|occurred|^time|时间|date|日期",
    "ended_at": r"出站时间|结束|下车|还车|end|stop|finish",
    "asset_key": r"充电订单|发票|运单|session|asset|invoice",
}
FIELD_GUESSES = {
    "distance": r"里程|距离|公里|distance|mileage|km",
    "duration": r"时长|用时|duration|seconds|minutes",
    "energy": r"电量|度数|energy|kwh",
    "weight": r"重量|公斤|weight|kg",
}
TIME_SHAPES = (
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", "%Y-%m-%dT%H:%M:%S%:z"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "%Y-%m-%dT%H:%M:%S%.fZ"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", "%Y-%m-%dT%H:%M:%S"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "%Y-%m-%d %H:%M:%S"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d", "%Y-%m-%d %H:%M"),
    (r"\d{4}/\d+/\d+ \d+:\d\d:\d\d", "%Y/%m/%d %H:%M:%S"),
    (r"\d{4}/\d+/\d+ \d+:\d\d", "%Y/%m/%d %H:%M"),
    (r"\d{4}年.*", "%Y年%m月%d日 %H:%M:%S"),
    (r"20\d{12}", "%Y%m%d%H%M%S"),
    (r"1\d{12}", "epoch_ms"),
    (r"1\d{9}", "epoch_s"),
    (r"\d{4}-\d\d-\d\d", "day:%Y-%m-%d"),
    (r"20\d{6}", "day:%Y%m%d"),
)


def guess(pattern: str, columns: Iterable[str]) -> str:
    """The first column whose name looks right; alternatives are tried in their order."""
    names = list(columns)
    for part in pattern.split("|"):
        for name in names:
            if re.search(part, name, re.IGNORECASE):
                return name
    return ""


def time_form_of(example: str) -> str:
    """How a time is written."""
    for shape, form in TIME_SHAPES:
        if re.fullmatch(shape, example.strip()):
            return form
    return next(iter(TIME_FORMS))


@lru_cache(maxsize=64)
def units_for(to: str) -> tuple[str, ...]:
    """Units that a file may use for a quantity, the declared one first."""
    if not to:
        return ()
    found = [to]
    for unit in UNITS:
        try:
            conversion(unit, to)
        except EngineError:
            continue
        if unit != to:
            found.append(unit)
    return tuple(found)


def unit_of(column: str, to: str) -> str:
    """The unit that a column's name tells: 里程(m), distance_km."""
    found = re.search(r"[(（_\s]([A-Za-z]+[0-9]?)[)）]?$", column)
    if found and found.group(1) in units_for(to):
        return found.group(1)
    words = {"米": "m", "公里": "km", "分钟": "min", "秒": "s", "小时": "h", "克": "g", "度": "kWh"}
    for word, unit in sorted(words.items(), key=lambda pair: -len(pair[0])):
        if word in column and unit in units_for(to):
            return unit
    return to
