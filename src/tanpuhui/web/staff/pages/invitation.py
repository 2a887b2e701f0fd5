"""An invited person opens their login."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from tanpuhui.domain.parties import services
from tanpuhui.kernel import actors, limits
from tanpuhui.kernel.errors import DomainError
from tanpuhui.web.shared import errors, visitors

TRIES = limits.Limit("invitation", at_once=20, refill_s=30)


class NewPasswordForm(forms.Form):
    """A password, twice."""

    password = forms.CharField(
        label="密码",
        help_text="至少 10 个字符，不要用常见密码。",
        error_messages={"required": "请填密码。"},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="再填一次密码",
        error_messages={"required": "请再填一次密码。"},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_again(self) -> str:
        """The same as the first."""
        again = str(self.cleaned_data["again"])
        if again != self.cleaned_data.get("password"):
            raise forms.ValidationError("两次填的密码不一样。")
        return again


class AcceptForm(NewPasswordForm):
    """A user name and a password."""

    field_order = ("username", "password", "again")
    username = forms.RegexField(
        r"^[a-zA-Z][a-zA-Z0-9._-]{3,39}$",
        label="用户名",
        help_text="4 到 40 个字母、数字或 . _ -，以字母开头。不要用姓名或手机号。",
        error_messages={
            "required": "请填用户名。",
            "invalid": "用户名不合要求，请照下面的说明填。",
        },
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )


@sensitive_post_parameters()
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What the invitation is for, and the form."""
    if wait_s := limits.take(TRIES, visitors.address(request)):
        return errors.too_many(request, wait_s)
    try:
        invited = services.invitation_read(actor=actors.visitor(), token=token)
    except DomainError as error:
        return errors.refused(request, error)
    form = AcceptForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.invitation_accept(
                actor=actors.visitor(),
                token=token,
                username=form.cleaned_data["username"],
                password=form.cleaned_data["password"],
            )
        except DomainError as error:
            field = "password" if error.code == "staff.password_weak" else "username"
            form.add_error(field, error.message)
        else:
            messages.success(request, "账号已开通，请登录。")
            return redirect("public:login")
    return render(request, "staff/invitation.html", {"form": form, "invited": invited})
