"""Places in a profile's document: each reads its value strictly and names itself if it is wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tanpuhui.engine.errors import EngineError
from tanpuhui.engine.numbers import to_fraction
from tanpuhui.packs.profiles import ProfileError

_OFFSET = re.compile(r"[+-](0[0-9]|1[0-4]):[0-5][0-9]")


@dataclass(frozen=True)
class Node:
    """A place in the document: its value and the way to it."""

    value: Any
    path: tuple[str | int, ...] = ()

    def fail(self, code: str, message: str) -> ProfileError:
        """The flaw of this place, to be raised."""
        return ProfileError(code, message, self.path)

    def mapping(self, allowed: str | None = None, required: str = "") -> dict[str, "Node"]:
        """The keys of a mapping; `allowed` and `required` are names parted by spaces."""
        if not isinstance(self.value, Mapping):
            raise self.fail("profile_mapping", "这里应写成“键: 值”的形式。")
        names = set((allowed or "").split()) | set(required.split())
        for key in self.value:
            if not isinstance(key, str):
                raise self.fail("profile_key", f"键“{key}”应是文字；请加引号。")
            if allowed is not None and key not in names:
                known = "、".join(sorted(names))
                raise self.fail("profile_key_unknown", f"不认识“{key}”；可写的键：{known}。")
        for key in required.split():
            if key not in self.value:
                raise self.fail("profile_key_missing", f"缺少“{key}”；请补上。")
        return {key: Node(item, (*self.path, key)) for key, item in self.value.items()}

    def items(self) -> list["Node"]:
        """The elements of a list."""
        if not isinstance(self.value, list):
            raise self.fail("profile_list", "这里应写成列表。")
        return [Node(item, (*self.path, place)) for place, item in enumerate(self.value)]

    def text(self) -> str:
        """A text; numbers count as their text."""
        if isinstance(self.value, (int, Decimal, Fraction)) and not isinstance(self.value, bool):
            return str(self.value)
        if not isinstance(self.value, str) or not self.value:
            raise self.fail("profile_text", "这里应写一段文字；含特殊字符时请加引号。")
        return self.value

    def texts(self) -> tuple[str, ...]:
        """A text, or a list of texts."""
        if isinstance(self.value, list):
            if not self.value:
                raise self.fail("profile_list_empty", "列表不能为空。")
            return tuple(item.text() for item in self.items())
        return (self.text(),)

    def words(self) -> dict[str, str]:
        """A mapping of texts."""
        return {key: item.text() for key, item in self.mapping().items()}

    def flag(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            raise self.fail("profile_flag", "这里只能写 true 或 false。")
        return self.value

    def number(self) -> Fraction:
        """An exact number."""
        try:
            return to_fraction(self.value)
        except EngineError as error:
            raise self.fail("profile_number", error.message) from None

    def choice(self, choices: tuple[str, ...]) -> str:
        """One of the given words."""
        text = self.text()
        if text not in choices:
            raise self.fail("profile_choice", f"“{text}”不在可选之列：{'、'.join(choices)}。")
        return text

    def zone(self) -> str:
        """A time zone by name, or a fixed offset."""
        name = self.text()
        if name.startswith(("+", "-")):
            if _OFFSET.fullmatch(name):
                return name
            raise self.fail("profile_zone", f"时差“{name}”应写成 +08:00 的样子。")
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise self.fail(
                "profile_zone", f"没有时区“{name}”；请写 Asia/Shanghai 或 +08:00 这样的名称。"
            ) from None
        return name
