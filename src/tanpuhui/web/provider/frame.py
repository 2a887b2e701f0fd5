"""What every page of a provider carries: the menu, whose pages these are."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import constant_time_compare, salted_hmac

from tanpuhui.domain.scenarios.errors import UnknownBatch
from tanpuhui.web.shared.guards import Provider

MARK = 12


@dataclass(frozen=True)
class Entry:
    """One line of the menu."""

    tab: str
    title: str
    icon: str


@dataclass(frozen=True)
class Group:
    """Lines of the menu under one title."""

    title: str
    entries: tuple[Entry, ...]


MENU = (
    Group(
        "接入",
        (
            Entry("start", "接入向导", "route"),
            Entry("keys", "密钥", "key-round"),
            Entry("sandbox", "沙箱", "flask-conical"),
            Entry("debugger", "签名调试", "bug"),
            Entry("documents", "接口文档", "book-open"),
        ),
    ),
    Group(
        "数据",
        (
            Entry("imports", "文件导入", "upload"),
            Entry("mappings", "字段映射", "table-properties"),
            Entry("batches", "数据批次", "inbox"),
            Entry("corrections", "撤回与更正", "undo-2"),
            Entry("reconciliation", "每日对账", "scale"),
        ),
    ),
    Group(
        "服务",
        (
            Entry("consents", "授权人数", "users"),
            Entry("service", "服务看板", "activity"),
        ),
    ),
)
TITLES = {entry.tab: (group.title, entry.title) for group in MENU for entry in group.entries}


def show(
    request: HttpRequest,
    provider: Provider,
    template: str,
    tab: str,
    *,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """A page below `provider/` under its line of the menu."""
    group_title, tab_title = TITLES[tab]
    frame = {
        "provider": provider.organisation,
        "menu": MENU,
        "tab": tab,
        "group_title": group_title,
        "tab_title": tab_title,
    }
    return render(request, f"provider/{template}", frame | context, status=status)


def batch_token(batch_id: int) -> str:
    """A batch's name in addresses: the next one cannot be guessed."""
    return f"{batch_id}-{_mark(batch_id)}"


def batch_id_of(token: str) -> int:
    """The batch behind its name.

    Raises:
        UnknownBatch: nobody gave this name.
    """
    number, _, mark = token.partition("-")
    known = number.isdecimal() and len(number) < 19  # noqa: PLR2004 - fits a bigint
    if not known or not constant_time_compare(mark, _mark(int(number))):
        raise UnknownBatch("没有这个批次，请从批次列表重新进入。")
    return int(number)


def _mark(batch_id: int) -> str:
    return salted_hmac("tanpuhui.provider.batch", str(batch_id)).hexdigest()[:MARK]
