"""Administrators: who may work here, invitations, roles, deactivation."""

from collections.abc import Mapping

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from tanpuhui.domain.notify import services as notify
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.parties import services, staffing
from tanpuhui.domain.parties.data import StaffView
from tanpuhui.kernel import cityrules
from tanpuhui.kernel.errors import DomainError
from tanpuhui.web.shared import list_files, lists
from tanpuhui.web.shared.guards import Staff, staff_only
from tanpuhui.web.shared.lists import Cell, Head

ROWS = 50
STANDINGS = {"on": "有效", "off": "已停用"}
EMAIL_LIFE_S = 72 * 3600
SESSION_LINK = "invitation_link"
EMAIL = "{brand}：您被邀请为“{title}”开通工作账号。请在 72 小时内打开链接，只能使用一次：{link}"


class InviteForm(forms.Form):
    """Whom to invite."""

    organisation = forms.ChoiceField(label="机构")
    role = forms.ChoiceField(label="岗位")
    email = forms.EmailField(
        label="邮箱（可不填）",
        required=False,
        help_text="填了就把链接发到邮箱；不填时，请把下一页的链接当面交给本人。",
        error_messages={"invalid": "邮箱写法不对。"},
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        organisation, role = self.fields["organisation"], self.fields["role"]
        assert isinstance(organisation, forms.ChoiceField)
        assert isinstance(role, forms.ChoiceField)
        organisation.choices = [(one.code, one.title) for one in parties.organisations()]
        role.choices = staffing.roles()


@staff_only("system_admin", "security_admin", "operator")
def people(request: HttpRequest, staff: Staff) -> HttpResponseBase:
    """Logins with search and role, open invitations, and the form to invite."""
    query = query_of(request.GET)
    if file := list_files.download(request, table, query, "people"):
        return file
    context = {
        "staff": staff,
        "listing": table(query),
        "roles": staffing.roles(),
        "invitations": staffing.invitations_open(),
        "form": InviteForm(),
        "link": request.session.pop(SESSION_LINK, ""),
        "may_invite": staff.role in {"system_admin", "operator"},
        "may_move": staff.role == "security_admin",
        "may_stop": staff.role in {"system_admin", "security_admin"},
    }
    return render(request, "staff/people.html", context)


def query_of(got: Mapping[str, str]) -> lists.Query:
    """What the address asks for."""
    filters = {"role": [value for value, _ in staffing.roles()], "standing": tuple(STANDINGS)}
    sorts = ("place", "name", "role")
    return lists.query_of(got, sorts=sorts, sort="place", filters=filters)


def table(query: lists.Query) -> lists.Listing[StaffView]:
    """The list of logins."""
    standing = query.get("standing")
    titles = dict(staffing.roles())
    roles = lists.options(staffing.roles())
    return lists.held(
        query,
        tuple(Head(one) for one in ("用户名", "机构", "岗位", "状态")),
        [
            one
            for one in staffing.staff_list(role=query.get("role"))
            if standing in {"", _standing(one)}
        ],
        lambda one: (
            Cell(one.username),
            Cell(one.organisation.title),
            Cell(titles.get(one.role, one.role)),
            Cell(STANDINGS[_standing(one)]),
        ),
        words=lambda one: f"{one.username} {one.organisation.title}",
        keys={
            "place": lambda one: (one.organisation.title, one.username),
            "name": lambda one: one.username,
            "role": lambda one: (titles.get(one.role, one.role), one.username),
        },
        size=ROWS,
        caption="账号",
        search_hint="用户名或机构",
        filters=(
            lists.Filter("role", "岗位", "全部", roles, query.get("role")),
            lists.Filter(
                "standing", "状态", "全部", lists.options(tuple(STANDINGS.items())), standing
            ),
        ),
        sorts=lists.options([("place", "按机构"), ("name", "按用户名"), ("role", "按岗位")]),
    )


def _standing(one: StaffView) -> str:
    return "off" if one.deactivated_at else "on"


@require_POST
@staff_only("system_admin", "operator")
def invite(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Make an invitation; its link is shown once on the next page."""
    form = InviteForm(request.POST)
    if not form.is_valid():
        messages.error(request, "邀请没有发出：请选择机构和岗位，邮箱可不填。")
        return redirect("staff:people")
    email = form.cleaned_data["email"]
    try:
        token = services.staff_invite(
            actor=staff.actor,
            organisation_code=form.cleaned_data["organisation"],
            role=form.cleaned_data["role"],
            email=email,
        )
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("staff:people")
    link = request.build_absolute_uri(reverse("staff:invitation", args=[token]))
    if email:
        names = cityrules.pack().manifest
        text = EMAIL.format(brand=names.brand, title=names.official_name, link=link)
        notify.email_queue(address=email, text=text, stale_after_s=EMAIL_LIFE_S)
        messages.success(request, "邀请已发到邮箱，72 小时内有效。")
    else:
        request.session[SESSION_LINK] = link
    return redirect("staff:people")


@require_POST
@staff_only("system_admin", "operator")
def withdraw(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Make an invitation useless."""
    services.invitation_withdraw(
        actor=staff.actor, invitation=request.POST.get("invitation", "")[:26]
    )
    messages.success(request, "邀请已撤回，链接失效。")
    return redirect("staff:people")


@require_POST
@staff_only("security_admin")
def set_role(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Move a login to another role of its organisation."""
    services.staff_set_role(
        actor=staff.actor,
        username=request.POST.get("username", ""),
        role=request.POST.get("role", ""),
        reason=request.POST.get("reason", "")[:400],
    )
    messages.success(request, "岗位已变更，该账号需要重新登录。")
    return redirect("staff:people")


@require_POST
@staff_only("system_admin", "security_admin")
def set_active(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Deactivate a login or let it in again."""
    active = request.POST.get("deed") == "activate"
    services.staff_set_active(
        actor=staff.actor,
        username=request.POST.get("username", ""),
        active=active,
        reason=request.POST.get("reason", "")[:400],
    )
    messages.success(request, "账号已恢复。" if active else "账号已停用，所有会话已结束。")
    return redirect("staff:people")
