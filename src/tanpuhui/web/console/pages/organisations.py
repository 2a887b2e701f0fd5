"""机构: who takes part, and who applies to."""

from collections.abc import Mapping, Sequence

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.parties import services, staffing
from tanpuhui.domain.parties.data import ApplicationView, OrganisationView
from tanpuhui.kernel.cityrules import pack
from tanpuhui.kernel.errors import DomainError, NotPermitted
from tanpuhui.web.console import frame
from tanpuhui.web.console.menu import HELPERS, READERS
from tanpuhui.web.shared import lists, numbers, scenes
from tanpuhui.web.shared.guards import Staff, staff_only
from tanpuhui.web.shared.lists import Cell, Chip, Head
from tanpuhui.web.templatetags.tph import moment

KINDS = {
    "authority": "管理机构", "operator": "运营机构", "department": "责任部门",
    "provider": "场景企业", "merchant": "激励商户", "verifier": "核证机构",
    "finance": "金融机构", "buyer": "采购单位", "enterprise": "小微企业", "supervisor": "监管部门",
}  # fmt: skip
APPLICATION_STATES = {"submitted": "待审核", "returned": "已退回", "approved": "已通过"}
APPLICATION_TONES = {"submitted": "wait", "returned": "no", "approved": "ok"}
HEADS = (
    Head("机构", "title"),
    Head("类型", "kind"),
    Head("代码", "code"),
    Head("场景", is_right=True),
)
APPLICATION_HEADS = (
    Head("申请单位", "title"),
    Head("类型", "kind"),
    Head("提交", "submitted"),
    Head("状态"),
)
SORTS = {
    "title": lambda one: one.title,
    "kind": lambda one: (one.kind, one.title),
    "code": lambda one: one.code,
}


def query_of(got: Mapping[str, str]) -> lists.Query:
    """What the address asks for."""
    return lists.query_of(got, sorts=tuple(SORTS), sort="kind", filters={"kind": tuple(KINDS)})


def table(query: lists.Query) -> lists.Listing[OrganisationView]:
    """The list of organisations."""
    return lists.held(
        query,
        HEADS,
        parties.organisations(query.get("kind") or None),
        cells,
        words=lambda one: f"{one.title} {one.code}",
        keys=SORTS,
        caption="机构",
        search_hint="名称或代码",
        filters=(_kinds(query),),
        export="organisations",
    )


def _kinds(query: lists.Query) -> lists.Filter:
    offered = lists.options(tuple(KINDS.items()))
    return lists.Filter("kind", "类型", "全部类型", offered, query.get("kind"))


def cells(one: OrganisationView) -> tuple[Cell, ...]:
    """An organisation in a list."""
    href = reverse("console:provider", args=[one.code]) if one.kind == "provider" else ""
    number = one.scenario_mask.bit_count()
    return (
        Cell(one.title, href),
        Cell(KINDS.get(one.kind, one.kind)),
        Cell(one.code, is_code=True),
        Cell(numbers.count(number) if number else "—", is_right=True),
    )


@staff_only(*READERS)
def organisations(request: HttpRequest, staff: Staff) -> HttpResponse:
    """All organisations, and the queue of applications above them."""
    waiting = staffing.applications("submitted", limit=50) if staff.role in HELPERS else []
    return frame.show(
        request,
        staff,
        "organisations.html",
        "organisations",
        title="机构",
        lead="参与碳普惠的部门、企业和机构；入驻申请由运营机构审核",
        listing=table(query_of(request.GET)),
        applications=[_line(one) for one in waiting],
        may_decide=staff.role in HELPERS,
    )


def _line(one: ApplicationView) -> tuple[str, str, str, str]:
    return (
        one.form.title,
        KINDS.get(one.form.kind, one.form.kind),
        moment(one.submitted_at),
        reverse("console:application", args=[one.public_id]),
    )


def applications_query(got: Mapping[str, str]) -> lists.Query:
    """What the address asks for."""
    return lists.query_of(
        got,
        states=APPLICATION_STATES,
        sorts=("title", "kind", "submitted"),
        sort="-submitted",
        filters={"kind": tuple(KINDS)},
    )


def applications_table(query: lists.Query) -> lists.Listing[ApplicationView]:
    """The list of applications."""
    chosen = {"kind": query.get("kind"), "text": query.text}

    def read(limit: int, offset: int) -> list[ApplicationView]:
        return staffing.applications(query.state, limit, offset, order=query.sort, **chosen)

    counts = {one: staffing.application_count(one, **chosen) for one in APPLICATION_STATES}
    return lists.listing(
        query,
        APPLICATION_HEADS,
        read,
        _application_cells,
        caption="入驻申请",
        search_hint="单位名称或信用代码",
        filters=(_kinds(query),),
        counters=lists.counters(APPLICATION_STATES, counts, query.state),
        export="applications",
        empty_title="没有申请",
    )


@staff_only(*HELPERS)
def applications(request: HttpRequest, staff: Staff) -> HttpResponse:
    """All applications."""
    return frame.show(
        request,
        staff,
        "list.html",
        "organisations",
        title="入驻申请",
        lead="核对营业执照和统一社会信用代码后通过，或写明理由退回",
        listing=applications_table(applications_query(request.GET)),
    )


def _application_cells(rows: Sequence[ApplicationView]) -> list[tuple[Cell, ...]]:
    return [
        (
            Cell(
                one.form.title,
                reverse("console:application", args=[one.public_id]),
                small=one.form.credit_code,
            ),
            Cell(KINDS.get(one.form.kind, one.form.kind)),
            Cell(moment(one.submitted_at)),
            Cell(chips=(Chip(one.state_title, APPLICATION_TONES[one.state]),)),
        )
        for one in rows
    ]


@staff_only(*HELPERS)
def application(request: HttpRequest, staff: Staff, public_id: str) -> HttpResponse:
    """One application with its files; approve or return."""
    found = staffing.application(public_id)
    if found is None:
        raise Http404
    error = ""
    if request.method == "POST":
        approve = request.POST.get("decision") == "approve"
        try:
            services.application_decide(
                actor=staff.actor,
                application=public_id,
                approve=approve,
                reason=request.POST.get("reason", ""),
                code=request.POST.get("code", ""),
            )
        except NotPermitted:
            raise
        except DomainError as refusal:
            error = refusal.message
        else:
            text = "已通过，机构已开通。请接着邀请它的工作人员。" if approve else "已退回。"
            messages.success(request, text)
            return redirect("console:application", public_id)
    known = pack().scenarios
    return frame.show(
        request,
        staff,
        "application.html",
        "organisations",
        status=422 if error else 200,
        one=found,
        kind=KINDS.get(found.form.kind, found.form.kind),
        tone=APPLICATION_TONES[found.state],
        scenarios=[known[name].title for name in found.form.scenarios if name in known],
        values=request.POST,
        error=error,
        groups=scenes.GROUPS,
    )


@require_POST
@staff_only(*HELPERS)
def document(request: HttpRequest, staff: Staff, document_id: str) -> HttpResponse:
    """One file of an application; each look is on the record."""
    content = services.document_read(
        actor=staff.actor, document=document_id, reason=request.POST.get("why", "审核入驻申请")
    )
    response = HttpResponse(content.content, content_type=content.media_type)
    suffix = content.media_type.partition("/")[2]
    response.headers["Content-Disposition"] = f'attachment; filename="{document_id}.{suffix}"'
    response.headers["Cache-Control"] = "no-store"
    return response
