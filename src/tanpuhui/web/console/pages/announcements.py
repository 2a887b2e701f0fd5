"""公告: write, publish, withdraw."""

from collections.abc import Mapping
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from tanpuhui.domain.supervision import selectors as supervision
from tanpuhui.domain.supervision import services
from tanpuhui.domain.supervision.data import AnnouncementView
from tanpuhui.domain.supervision.states import AnnouncementState
from tanpuhui.kernel.errors import DomainError, NotPermitted
from tanpuhui.web.console import frame
from tanpuhui.web.console.menu import WORKERS
from tanpuhui.web.shared import lists
from tanpuhui.web.shared.guards import Staff, staff_only
from tanpuhui.web.shared.lists import Cell, Chip, Head
from tanpuhui.web.templatetags.tph import moment

STATES = {str(one): str(one.label) for one in AnnouncementState}
AUDIENCES = (("all", "所有人"), ("citizen", "居民"), ("provider", "场景企业"))
HEADS = (
    Head("公告", "title"),
    Head("给谁看"),
    Head("写于", "written"),
    Head("发布", "published"),
    Head("状态"),
)


def query_of(got: Mapping[str, str]) -> lists.Query:
    """What the address asks for."""
    sorts = ("title", "written", "published")
    return lists.query_of(got, states=STATES, sorts=sorts, sort="-written")


def table(query: lists.Query) -> lists.Listing[AnnouncementView]:
    """The list of announcements."""

    def read(limit: int, offset: int) -> list[AnnouncementView]:
        return supervision.announcements(
            state=query.state, text=query.text, order=query.sort, limit=limit, offset=offset
        )

    return lists.listing(
        query,
        HEADS,
        read,
        lambda rows: [cells(row) for row in rows],
        caption="公告",
        search_hint="标题或内容",
        counters=lists.counters(
            STATES, supervision.announcement_counts(text=query.text), query.state
        ),
        export="announcements",
        empty_title="还没有公告",
        empty_text="写一份，发布后居民和企业就能看到。",
    )


def cells(row: AnnouncementView) -> tuple[Cell, ...]:
    """An announcement in a list."""
    return (
        Cell(row.title, reverse("console:announcement", args=[row.public_id])),
        Cell(row.audience_label),
        Cell(moment(row.written_at)),
        Cell(moment(row.published_at) if row.published_at else "—"),
        Cell(chips=(Chip(row.state_label, lists.tone(row.state)),)),
    )


@staff_only(*WORKERS)
def announcements(request: HttpRequest, staff: Staff) -> HttpResponse:
    """All announcements."""
    return frame.show(
        request,
        staff,
        "list.html",
        "announcements",
        title="公告",
        lead="停机维护、规则变化、活动通知",
        listing=table(query_of(request.GET)),
        action_href=reverse("console:announcement_new"),
        action="写公告",
    )


@staff_only(*WORKERS)
def edit(request: HttpRequest, staff: Staff, public_id: str = "") -> HttpResponse:
    """Write or change a draft; read what is published."""
    found = supervision.announcement(public_id) if public_id else None
    values = (
        {
            "title": found.title,
            "body": found.body,
            "audience": found.audience,
            "until": found.until.isoformat() if found.until else "",
        }
        if found
        else {}
    )
    error = ""
    if request.method == "POST":
        values = {
            name: request.POST.get(name, "") for name in ("title", "body", "audience", "until")
        }
        try:
            made = services.announcement_write(
                actor=staff.actor,
                title=values["title"],
                body=values["body"],
                audience=values["audience"],
                until=_day(values["until"]),
                public_id=public_id,
            )
        except NotPermitted:
            raise
        except DomainError as refusal:
            error = refusal.message
        else:
            messages.success(request, "已保存为草稿；发布前只有工作人员能看到。")
            return redirect("console:announcement", made.public_id)
    return frame.show(
        request,
        staff,
        "announcement.html",
        "announcements",
        status=422 if error else 200,
        one=found,
        tone=lists.tone(found.state) if found else "",
        values=values,
        audiences=AUDIENCES,
        error=error,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@require_POST
@staff_only(*WORKERS)
def turn(request: HttpRequest, staff: Staff, public_id: str) -> HttpResponse:
    """Publish or withdraw."""
    if request.POST.get("step") == "publish":
        services.announcement_publish(actor=staff.actor, public_id=public_id)
        messages.success(request, "已发布。")
    else:
        services.announcement_withdraw(actor=staff.actor, public_id=public_id)
        messages.success(request, "已撤下。")
    return redirect("console:announcement", public_id)
