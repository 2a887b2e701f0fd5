"""A forgotten password, and the address to which its link goes."""

from django import forms
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from tanpuhui.domain.notify import services as notify
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.parties.services import recovery
from tanpuhui.kernel import actors, cityrules, limits
from tanpuhui.kernel.errors import DomainError
from tanpuhui.web.shared import errors, visitors
from tanpuhui.web.staff.pages.invitation import NewPasswordForm

BY_ADDRESS = limits.Limit("reset_address", at_once=10, refill_s=120)
BY_NAME = limits.Limit("reset_name", at_once=3, refill_s=600)
ASKED = (
    "{brand}：有人为账号 {name} 申请重设密码。请在 {minutes} 分钟内打开链接，只能使用一次：{link} "
    "不是您本人申请的，不用理会，密码不会改变。"
)
DONE = (
    "{brand}：账号 {name} 的密码刚刚重设，原有登录已全部退出。不是您本人操作的，请马上联系管理员。"
)


class AskForm(forms.Form):
    """Whose password."""

    username = forms.CharField(
        label="用户名",
        max_length=150,
        error_messages={"required": "请填用户名。"},
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )


class EmailForm(forms.Form):
    """The address, and the password of whoever sits here."""

    email = forms.EmailField(
        label="找回邮箱",
        required=False,
        help_text="只用来找回密码，加密保存。留空就是不再使用。",
        error_messages={"invalid": "邮箱写法不对。"},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    password = forms.CharField(
        label="登录密码",
        error_messages={"required": "请填登录密码。"},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


@never_cache
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a link; the answer is the same for every name."""
    if wait_s := limits.take(BY_ADDRESS, visitors.address(request)) if request.POST else 0:
        return errors.too_many(request, wait_s)
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["username"].strip()
        if not limits.take(BY_NAME, name.lower()):
            _send(request, name)
        return render(request, "staff/recover_sent.html", {"minutes": recovery.RESET_MINUTES})
    return render(request, "staff/recover.html", {"form": form})


def _send(request: HttpRequest, name: str) -> None:
    with transaction.atomic():
        found = recovery.password_reset_ask(actor=actors.visitor(), username=name)
        if found is None:
            return
        link = request.build_absolute_uri(reverse("staff:recover_set", args=[found.token]))
        text = ASKED.format(
            brand=cityrules.pack().manifest.brand,
            name=name,
            minutes=recovery.RESET_MINUTES,
            link=link,
        )
        stale_s = recovery.RESET_MINUTES * 60
        notify.email_queue(address=found.address, text=text, stale_after_s=stale_s)


@sensitive_post_parameters()
@never_cache
def choose(request: HttpRequest, token: str) -> HttpResponse:
    """The new password, twice."""
    if wait_s := limits.take(BY_ADDRESS, visitors.address(request)):
        return errors.too_many(request, wait_s)
    visitor = actors.visitor()
    try:
        name = recovery.password_reset_read(actor=visitor, token=token)
    except DomainError as error:
        return errors.refused(request, error)
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                address = recovery.password_reset_finish(
                    actor=visitor, token=token, password=form.cleaned_data["password"]
                )
                text = DONE.format(brand=cityrules.pack().manifest.brand, name=name)
                notify.email_queue(address=address, text=text, stale_after_s=24 * 3600)
        except DomainError as error:
            form.add_error("password", error.message)
        else:
            messages.success(request, "密码已重设，请用新密码登录。")
            return redirect("public:login")
    return render(request, "staff/recover_set.html", {"form": form, "name": name})


@sensitive_post_parameters()
@never_cache
@login_required
def email(request: HttpRequest) -> HttpResponse:
    """Keep, change or forget the address; the password is asked for once more."""
    assert isinstance(request.user, AbstractBaseUser)
    view = parties.staff(request.user)
    if view is None:
        raise Http404
    form = EmailForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if limits.take(BY_NAME, f"email:{view.username}"):
            form.add_error("password", "尝试次数太多，请 10 分钟后再试。")
        elif request.user.check_password(form.cleaned_data["password"]):
            limits.forget(BY_NAME, f"email:{view.username}")
            recovery.staff_email_set(
                actor=actors.staff(view.organisation.party_id, view.role, view.user_id),
                user_id=view.user_id,
                address=form.cleaned_data["email"],
            )
            messages.success(request, "找回邮箱已保存。")
            return redirect("staff:home")
        else:
            form.add_error("password", "密码不对，请核对后再试。")
    context = {"form": form, "now": recovery.staff_email_masked(view.user_id)}
    return render(request, "staff/email.html", context)
