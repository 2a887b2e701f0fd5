"""任务与导出: one's own background work, how far it is, and its files."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from tanpuhui.kernel import clock
from tanpuhui.kernel import jobs as queue
from tanpuhui.web.console import frame, lists
from tanpuhui.web.console.menu import EVERYBODY
from tanpuhui.web.console.pages import exports
from tanpuhui.web.shared import paging
from tanpuhui.web.shared.guards import Staff, staff_only

STATES = {
    "queued": "排队中", "running": "进行中", "done": "已完成", "failed": "未成功",
    "cancelled": "已取消",
}  # fmt: skip
FORMATS = ("xlsx", "csv")
PAGE = 20


@staff_only(*EVERYBODY)
def jobs(request: HttpRequest, staff: Staff) -> HttpResponse:
    """One's own jobs; while one is at work the page asks for itself again."""
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    label = staff.actor.label
    page = paging.page(
        lambda limit, offset: queue.jobs(label, state=state, limit=limit, offset=offset),
        request.GET.get("page", ""),
        PAGE,
    )
    return frame.show(
        request,
        staff,
        "jobs.html",
        "jobs",
        page=page,
        rows=[(one, lists.tone(one.state)) for one in page.rows],
        states=STATES.items(),
        state=state,
        is_busy=any(one.is_waiting for one in page.rows),
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
