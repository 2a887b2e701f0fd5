"""The documents for providers: Markdown of the repository as HTML, and samples beside it."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

READER = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(frozen=True)
class Document:
    """A page of the documentation."""

    name: str
    title: str
    lead: str
    file: str


@dataclass(frozen=True)
class Sample:
    """A program to copy."""

    name: str
    title: str
    lead: str
    text: str = ""


DOCUMENTS = {
    one.name: one
    for one in (
        Document("quickstart", "快速开始", "半天接入：从密钥到第一批数据", "api/quickstart.md"),
        Document("provider", "数据接口", "地址、签名、批次、回执、限额", "api/provider.md"),
        Document("gateway", "兼容网关", "已对接蚂蚁链碳普惠接口的单位", "api/gateway.md"),
        Document("errors", "错误代码", "每个代码的含义和处理办法", "errors.md"),
        Document("imports", "导入档案", "字段映射的完整写法", "import-profiles.md"),
    )
}
SAMPLES = {
    one.name: one
    for one in (
        Sample("send.sh", "curl + openssl", "命令行，HMAC-SHA256"),
        Sample("send.py", "Python", "只用标准库，或用平台的客户端"),
        Sample("Send.java", "Java", "JDK 11 起，不需要第三方库"),
    )
}
PAGES = {Path(one.file).name: one.name for one in DOCUMENTS.values()}
LINK = re.compile(r"^(?:\.\./|api/|docs/)*([\w-]+\.md)(#.*)?$")


def folder() -> Path:
    """Where the documents lie."""
    return Path(settings.DOCUMENTS)


def path_of_sample(name: str) -> Path:
    """A sample's file; the name must be one of SAMPLES."""
    return folder() / "api" / "samples" / SAMPLES[name].name


def samples() -> tuple[Sample, ...]:
    """All samples with their text."""
    return tuple(
        Sample(one.name, one.title, one.lead, path_of_sample(one.name).read_text(encoding="utf-8"))
        for one in SAMPLES.values()
    )


@lru_cache(maxsize=16)
def rendered(name: str) -> SafeString:
    """A document as HTML: its title goes, links to other documents lead to their pages."""
    tokens = READER.parse((folder() / DOCUMENTS[name].file).read_text(encoding="utf-8"))
    if tokens and tokens[0].tag == "h1":
        del tokens[:3]
    for token in tokens:
        if token.type == "table_open":
            token.attrSet("class", "t-table")
        for child in token.children or ():
            href = str(child.attrGet("href") or "")
            if found := LINK.match(href):
                page = PAGES.get(found.group(1))
                child.attrSet(
                    "href", reverse("provider:document", args=[page]) if page else "#main"
                )
            elif href and "://" not in href:
                child.attrSet("href", reverse("provider:documents"))
    made: str = READER.renderer.render(tokens, READER.options, {})
    numbers = count(1)

    def region(_found: re.Match[str]) -> str:
        label = f"表格 {next(numbers)}，可左右滚动"
        return f'<div class="t-scroll" role="region" aria-label="{label}" tabindex="0"><table'

    scrolling = re.sub("<table", region, made).replace("</table>", "</table></div>")
    code = scrolling.replace("<pre>", '<pre class="t-pre" tabindex="0">')
    return mark_safe(code)  # noqa: S308 - made by the renderer, which escapes
