"""The pack's first page: which city, which engine, which clock, what to accept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tanpuhui.packs.forms import ENGINE_VERSION
from tanpuhui.packs.loader import Document
from tanpuhui.packs.problems import Problems


@dataclass(frozen=True)
class Manifest:
    """``pack.yaml``. ``accept`` holds whole numbers, such as ``future_minutes``."""

    id: str
    title: str
    brand: str
    official_name: str
    operator_name: str
    time_zone: str
    engine: int
    accept: Mapping[str, int]
    support_phone: str


@dataclass(frozen=True)
class Source:
    """Where figures come from, and how firm that is (``tier``)."""

    key: str
    title: str
    issuer: str
    tier: str
    number: str = ""
    date: str = ""
    url: str = ""
    note: str = ""


def manifest_from(document: Document, problems: Problems) -> Manifest:
    """Build and check the manifest."""
    manifest = Manifest(**document.data)
    if manifest.engine != ENGINE_VERSION:
        message = f"数据包要求引擎 {manifest.engine}，本程序是 {ENGINE_VERSION}；请换用相配的版本。"
        problems.add("engine_version", document.file, document.line("engine"), message)
    try:
        ZoneInfo(manifest.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        message = f"不认识时区“{manifest.time_zone}”；请写成 Asia/Shanghai 的样子。"
        problems.add("time_zone_unknown", document.file, document.line("time_zone"), message)
    return manifest


def sources_from(document: Document) -> dict[str, Source]:
    """All sources by key."""
    forms: dict[str, Any] = document.data["sources"]
    return {key: Source(key=key, **form) for key, form in forms.items()}
