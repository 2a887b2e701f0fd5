"""Refusals as pages: what happened, why, what to do. Nothing inside the system is shown."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as lazy

from tanpuhui.kernel.errors import DomainError, filled

TITLES = {
    400: lazy("请求看不懂"),
    403: lazy("没有权限"),
    404: lazy("没有找到"),
    410: lazy("链接已失效"),
    503: lazy("暂时不可用"),
    409: lazy("与现有记录冲突"),
    422: lazy("这样不行"),
    429: lazy("操作太快了"),
}


def told(error: DomainError) -> str:
    """A refusal's sentence in the reader's language; its facts are words or numbers."""
    facts = {
        name: gettext(value) if value and isinstance(value, str) else value
        for name, value in error.detail.items()
    }
    return filled(gettext(error.sentence), facts)


def refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    """A domain refusal with its own sentence and status."""
    context = {
        "title": TITLES.get(error.status, lazy("没有完成")),
        "text": told(error),
        "code": f"{error.status} {error.code}",
    }
    response = render(request, "shared/refused.html", context, status=error.status)
    if "retry_after_s" in error.detail:
        response.headers["Retry-After"] = str(error.detail["retry_after_s"])
    return response


def too_many(request: HttpRequest, retry_after_seconds: int) -> HttpResponse:
    """Asks the reader to wait, in words and in the header."""
    response = render(request, "429.html", status=429)
    response.headers["Retry-After"] = str(retry_after_seconds)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose protection ran out: the cure is to load the page again."""
    del reason
    context = {
        "title": gettext("页面放得太久了"),
        "text": gettext(
            "为了安全，这次提交没有处理，内容没有改动。请回到上一页刷新后再提交；"
            "若仍不行，请允许本站使用 Cookie。"
        ),
        "code": "403 csrf",
    }
    return render(request, "shared/refused.html", context, status=403)
