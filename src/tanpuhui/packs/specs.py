"""Forms of values: each reads a node strictly; a flaw is one sentence with its cure."""

import re
from collections.abc import Mapping as Mapped
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from tanpuhui.engine.units import parse_unit
from tanpuhui.packs.loader import Form, Mapping, Node, Reading, Sequence, Text, engine_checked

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORDS = {"true": True, "false": False, "null": None}
_LIKE_TRUTH = {"yes", "no", "on", "off", "true", "false", "y", "n"}


def _scalar(node: Node, reading: Reading, wanted: str) -> str | None:
    """The text of a scalar that is neither null nor empty."""
    if not isinstance(node, Text):
        kind = "列表" if isinstance(node, Sequence) else "映射"
        reading.add("form_type", node, f"这里要{wanted}，写的却是{kind}；请改写。")
        return None
    if node.is_null or not node.text.strip():
        reading.add("form_blank", node, f"这里要{wanted}，却是空的；请填写，或删去这一项。")
        return None
    return node.text


@dataclass(frozen=True)
class Words(Form):
    """Text, quoted or not; ``pattern`` restricts it, ``means`` says how in Chinese."""

    pattern: str = ""
    means: str = "文字"

    def read(self, node: Node, reading: Reading) -> str | None:
        """The text without surrounding space."""
        text = _scalar(node, reading, self.means)
        if text is not None and self.pattern and not re.fullmatch(self.pattern, text):
            reading.add("form_pattern", node, f"“{text}”不合写法；这里要{self.means}。")
            return None
        return None if text is None else text.strip()


@dataclass(frozen=True)
class Numeric(Form):
    """A plain decimal number, kept exactly; ``minimum`` is inclusive."""

    minimum: Decimal | None = None
    is_whole: bool = False

    def read(self, node: Node, reading: Reading) -> Decimal | int | None:
        """A Decimal, or an int for a whole number."""
        number = self._exact(node, reading)
        if number is None:
            return None
        if self.minimum is not None and number < self.minimum:
            message = f"{number} 小于允许的最小值 {self.minimum}；请更正。"
            reading.add("number_too_small", node, message)
            return None
        if self.is_whole and number != number.to_integral_value():
            reading.add("number_not_whole", node, f"这里要整数，写的是 {number}；请去掉小数。")
            return None
        return int(number) if self.is_whole else number

    def _exact(self, node: Node, reading: Reading) -> Decimal | None:
        text = _scalar(node, reading, "一个数")
        if text is None:
            return None
        assert isinstance(node, Text)
        if not node.is_plain:
            reading.add("number_quoted", node, f"数“{text}”加了引号；请去掉引号。")
            return None
        if not _NUMBER.fullmatch(text):
            message = (
                f"“{text}”不是规范的十进制数；请写成 12 或 0.35"
                "（不用科学计数、千分位、前导零和单位）。"
            )
            reading.add("number_malformed", node, message)
            return None
        return Decimal(text)


def whole(minimum: int = 0) -> Numeric:
    """An integer of at least ``minimum``."""
    return Numeric(Decimal(minimum), is_whole=True)


@dataclass(frozen=True)
class Flag(Form):
    """Only ``true`` or ``false``."""

    def read(self, node: Node, reading: Reading) -> bool | None:
        """The truth value."""
        if isinstance(node, Text) and node.is_plain and node.text in ("true", "false"):
            return node.text == "true"
        shown = node.text if isinstance(node, Text) else "…"
        reading.add(
            "flag_malformed",
            node,
            f"“{shown}”不是真假值；请写 true 或 false（不用 yes、no、on、off）。",
        )
        return None


@dataclass(frozen=True)
class Day(Form):
    """A calendar day, YYYY-MM-DD."""

    def read(self, node: Node, reading: Reading) -> date | None:
        """The day."""
        text = _scalar(node, reading, "日期")
        if text is None:
            return None
        if _DAY.fullmatch(text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                reading.add("day_unknown", node, f"日历上没有 {text} 这一天；请更正。")
                return None
        reading.add("day_malformed", node, f"“{text}”不是日期；请写成 2025-01-31 的样子。")
        return None


@dataclass(frozen=True)
class OneOf(Form):
    """One of a few words."""

    words: tuple[str, ...]

    def read(self, node: Node, reading: Reading) -> str | None:
        """The word."""
        text = _scalar(node, reading, "、".join(self.words) + " 之一")
        if text is not None and text not in self.words:
            reading.add(
                "word_unknown", node, f"“{text}”不在允许的写法之中；请用 {'、'.join(self.words)}。"
            )
            return None
        return text


@dataclass(frozen=True)
class UnitText(Form):
    """A unit of the engine's table."""

    def read(self, node: Node, reading: Reading) -> str | None:
        """The unit as text."""
        text = _scalar(node, reading, "单位")
        if text is None or engine_checked(reading, node, parse_unit, text) is None:
            return None
        return text


@dataclass(frozen=True)
class ListOf(Form):
    """A list; with ``or_one`` a single item may stand alone."""

    item: Form
    or_one: bool = False
    may_be_empty: bool = False

    def read(self, node: Node, reading: Reading) -> list[Any] | None:
        """The items."""
        if not isinstance(node, Sequence):
            if self.or_one:
                return [self.item.read(node, reading)]
            reading.add("form_type", node, "这里要一个列表；请每项一行，以“- ”开头。")
            return None
        if not node.items and not self.may_be_empty:
            reading.add("form_blank", node, "列表是空的；请至少写一项，或删去这一项。")
        return [
            self.item.read(item, reading.at(index, item)) for index, item in enumerate(node.items)
        ]


@dataclass(frozen=True)
class MapOf(Form):
    """A mapping with free keys of one form and values of another; keys become text."""

    key: Form
    value: Form
    may_be_empty: bool = False

    def read(self, node: Node, reading: Reading) -> dict[str, Any] | None:
        """The values by key, in file order."""
        if not isinstance(node, Mapping):
            reading.add("form_type", node, "这里要“键: 值”的映射；请按格式改写。")
            return None
        if not node.items and not self.may_be_empty:
            reading.add("form_blank", node, "这里没有任何一项；请至少写一项，或删去这一项。")
        found = {}
        for key, value in node.items:
            if self.key.read(key, reading) is not None:
                inner = reading.at(key.text, Text("", is_plain=False, line=key.line))
                found[key.text] = self.value.read(value, inner)
        return found


@dataclass(frozen=True)
class OrNull(Form):
    """A value, or ``null`` to end a series."""

    form: Form

    def read(self, node: Node, reading: Reading) -> Any:
        """None for null."""
        if isinstance(node, Text) and node.is_null:
            return None
        return self.form.read(node, reading)


@dataclass(frozen=True)
class Record(Form):
    """A mapping with known keys; ``key?`` marks an optional one."""

    fields: Mapped[str, Form]

    def read(self, node: Node, reading: Reading) -> dict[str, Any] | None:
        """The values by key; keys not written are absent."""
        if not isinstance(node, Mapping):
            reading.add(
                "form_type", node, f"这里要写 {'、'.join(self.names())} 等项；请按格式改写。"
            )
            return None
        forms = {name.removesuffix("?"): form for name, form in self.fields.items()}
        found = {}
        for key, value in node.items:
            form = forms.get(key.text)
            if form is None:
                reading.add(
                    "key_unknown",
                    key,
                    f"不认识“{key.text}”这一项；可用：{'、'.join(self.names())}。",
                )
                continue
            inner = reading.at(key.text, Text("", is_plain=False, line=key.line))
            found[key.text] = form.read(value, inner)
        for name in self.fields:
            if not name.endswith("?") and name not in {key.text for key, _ in node.items}:
                reading.add("key_missing", node, f"缺少“{name}”；请补上。")
        return found

    def names(self) -> list[str]:
        """The keys without marks."""
        return [name.removesuffix("?") for name in self.fields]


@dataclass(frozen=True)
class Loose(Form):
    """Anything: numbers become Decimal, ``true``/``false`` bool, ``null`` None, days date."""

    def read(self, node: Node, reading: Reading) -> Any:
        """Plain dicts, lists and scalars."""
        if isinstance(node, Mapping):
            return {
                key.text: self.read(
                    value, reading.at(key.text, Text("", is_plain=False, line=key.line))
                )
                for key, value in node.items
            }
        if isinstance(node, Sequence):
            return [
                self.read(item, reading.at(index, item)) for index, item in enumerate(node.items)
            ]
        return self.scalar(node, reading)

    def scalar(self, node: Text, reading: Reading) -> Any:
        """One scalar; unquoted words that YAML readers take for truth values are refused."""
        if not node.is_plain:
            return node.text
        if node.text in _WORDS:
            return _WORDS[node.text]
        if not node.text:
            reading.add("form_blank", node, "这一项是空的；请填写，写 null，或删去。")
        elif node.text.lower() in _LIKE_TRUTH:
            message = f"“{node.text}”会被误认作真假值；请写 true、false，或给文字加引号。"
            reading.add("flag_malformed", node, message)
        elif _DAY.fullmatch(node.text):
            return Day().read(node, reading)
        return Decimal(node.text) if _NUMBER.fullmatch(node.text) else node.text
