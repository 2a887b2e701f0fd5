"""Administrators: who may work here, invitations, roles, deactivation."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from tanpuhui.domain.notify import services as notify
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.parties import services, staffing
from tanpuhui.kernel import cityrules
from tanpuhui.kernel.errors import DomainError
from tanpuhui.web.shared import paging
from tanpuhui.web.shared.guards import Staff, staff_only

ROWS = 50
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
def people(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Logins with search and role, open invitations, and the form to invite."""
    rows = staffing.staff_list(
        role=request.GET.get("role", ""), search=request.GET.get("q", "").strip()
    )
    page = paging.page(
        lambda limit, offset: rows[offset : offset + limit], request.GET.get("page", "1"), ROWS
    )
    context = {
        "staff": staff,
        "page": page,
        "roles": staffing.roles(),
        "role": request.GET.get("role", ""),
        "q": request.GET.get("q", ""),
        "invitations": staffing.invitations_open(),
        "form": InviteForm(),
        "link": request.session.pop(SESSION_LINK, ""),
        "may_invite": staff.role in {"system_admin", "operator"},
        "may_move": staff.role == "security_admin",
        "may_stop": staff.role in {"system_admin", "security_admin"},
    }
    return render(request, "staff/people.html", context)


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
