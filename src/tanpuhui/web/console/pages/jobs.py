"""任务与导出: one's own background work, how far it is, and its files."""

from collections.abc import Mapping
from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.views.decorators.http import require_POST

from tanpuhui.kernel import clock
from tanpuhui.kernel import jobs as queue
from tanpuhui.web.console import frame
from tanpuhui.web.console.menu import EVERYBODY
from tanpuhui.web.console.pages import exports
from tanpuhui.web.shared import list_files, lists, numbers
from tanpuhui.web.shared.guards import Staff, staff_only
from tanpuhui.web.shared.lists import Cell, Chip, Head, Link
from tanpuhui.web.templatetags.tph import moment

STATES = {
    "queued": "排队中", "running": "进行中", "done": "已完成", "failed": "未成功",
    "cancelled": "已取消",
}  # fmt: skip
HEADS = (
    Head("任务", "title"),
    Head("提出时间", "asked"),
    Head("进度"),
    Head("状态"),
    Head("完成时间", "done"),
    Head("文件"),
)
FORMATS = list_files.FORMS
BUSY_S = 2


def query_of(got: Mapping[str, str]) -> lists.Query:
    """What the address asks for."""
    return lists.query_of(got, states=STATES, sorts=tuple(queue.ORDERS), sort="-asked")


def table(query: lists.Query, viewer: str) -> lists.Listing[queue.JobView]:
    """One's own jobs; while one is at work the table asks for itself again."""

    def read(limit: int, offset: int) -> list[queue.JobView]:
        return queue.jobs(
            viewer,
            state=query.state,
            text=query.text,
            order=query.sort,
            limit=limit,
            offset=offset,
        )

    counts = queue.job_counts(viewer, text=query.text)
    is_busy = bool(counts.get("queued") or counts.get("running"))
    return lists.listing(
        query,
        HEADS,
        read,
        lambda rows: [_cells(one) for one in rows],
        caption="我的任务",
        search_hint="任务名称",
        counters=lists.counters(STATES, counts, query.state),
        empty_glyph="download",
        empty_title="没有任务",
        empty_text="在任一清单右上角点“导出”，文件会在这里生成。",
        refresh_s=BUSY_S if is_busy else 0,
    )


def _cells(one: queue.JobView) -> tuple[Cell, ...]:
    done = f"，{numbers.count(one.done)} 行" if one.done else ""
    return (
        Cell(one.title, small=one.public_id),
        Cell(moment(one.asked_at)),
        Cell(percent=one.percent, small=f"{one.percent}%{done}"),
        Cell(chips=(Chip(one.state_label, lists.tone(one.state)),), small=one.error),
        Cell(moment(one.finished_at) if one.finished_at else "—"),
        _file(one),
    )


def _file(one: queue.JobView) -> Cell:
    if one.result:
        href = reverse("console:job_file", args=[one.public_id])
        return Cell(f"下载（{filesizeformat(one.result_bytes)}）", href)
    if one.is_waiting:
        href = reverse("console:job_cancel", args=[one.public_id])
        return Cell(links=(Link("取消", href, f"取消 {one.title}", is_deed=True),))
    return Cell("文件已过期" if one.state == "done" else "—")


@staff_only(*EVERYBODY)
def jobs(request: HttpRequest, staff: Staff) -> HttpResponseBase:
    """The page, or the list itself as a file."""
    query = query_of(request.GET)
    file = list_files.download(request, lambda one: table(one, staff.actor.label), query, "jobs")
    return file or frame.show(
        request,
        staff,
        "list.html",
        "jobs",
        title="任务与导出",
        lead="后台生成的文件保留 7 天，只有您本人能看到和下载",
        listing=table(query, staff.actor.label),
    )


@require_POST
@staff_only(*EVERYBODY)
def export(request: HttpRequest, staff: Staff, kind: str) -> HttpResponse:
    """Ask for a list as a file."""
    wanted = exports.EXPORTS.get(kind)
    form = request.POST.get("format", "")
    if wanted is None or form not in FORMATS:
        raise Http404
    if staff.role not in wanted.roles:
        raise PermissionDenied
    skipped = {"csrfmiddlewaretoken", "format", "page"}
    query = {name: str(value)[:80] for name, value in request.POST.items() if name not in skipped}
    title = f"{wanted.title} {clock.today()}（{'Excel' if form == 'xlsx' else 'CSV'}）"
    params = {"list": kind, "format": form, "query": query}
    queue.enqueue(actor=staff.actor, kind="export", title=title, params=params)
    messages.success(request, "已加入后台任务，完成后在这里下载；可以离开本页。")
    return redirect("console:jobs")


@require_POST
@staff_only(*EVERYBODY)
def cancel(request: HttpRequest, staff: Staff, public_id: str) -> HttpResponse:
    """Stop one's own job."""
    queue.cancel(actor=staff.actor, public_id=public_id)
    messages.success(request, "任务已取消。")
    return redirect(reverse("console:jobs"))


@staff_only(*EVERYBODY)
def download(request: HttpRequest, staff: Staff, public_id: str) -> HttpResponseBase:
    """The file of one's own job, streamed."""
    del request
    found = queue.job(public_id, staff.actor.label)
    path = queue.folder() / found.result
    if not found.result or not path.is_file():
        raise Http404
    name = f"{found.title}{path.suffix}"
    response = FileResponse(path.open("rb"), as_attachment=True, filename=name)
    response.headers["Cache-Control"] = "no-store"
    return cast("HttpResponseBase", response)
