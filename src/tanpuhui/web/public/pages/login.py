"""Staff and provider sign-in: user name and password, then the second factor where one is set."""

from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.contrib.auth import logout
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.forms import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from tanpuhui.kernel import limits
from tanpuhui.web.shared import visitors
from tanpuhui.web.shared.guards import next_path

# Five wrong passwords lock a name for a while; an address may try many names, but slowly.
BY_NAME = limits.Limit("login_name", at_once=5, refill_s=180)
BY_ADDRESS = limits.Limit("login_address", at_once=50, refill_s=20)
LOCKED = lazy("尝试次数太多，已暂时锁定。请 15 分钟后再试，或联系平台运营机构。")
WRONG = lazy("用户名或密码不对，请核对后再试。忘记密码可用邮箱找回，或联系平台管理员。")


class StaffForm(AuthenticationForm):
    """Django's form with our words; it never says whether the user name exists."""

    error_messages = {  # noqa: RUF012 - the base class declares a plain dict
        "invalid_login": WRONG,
        "inactive": WRONG,
    }

    def __init__(self, request: HttpRequest | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label = lazy("用户名")
        self.fields["password"].label = lazy("密码")

    def clean(self) -> dict[str, Any]:
        """Each try counts before the password is looked at; a right one gives the tries back."""
        assert self.request is not None
        name = str(self.cleaned_data.get("username", "")).strip().lower()
        place = visitors.address(self.request)
        if limits.take(BY_ADDRESS, place) or limits.take(BY_NAME, name):
            raise ValidationError(LOCKED, code="locked")
        cleaned = super().clean()
        limits.forget(BY_NAME, name)
        return cleaned


class StaffLogin(LoginView):
    """Sign in, then the second factor, then the page asked for, else the role's own."""

    template_name = "public/login.html"
    authentication_form = StaffForm

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """The password was right; django-allauth asks for the second factor where one is set."""
        user = form.get_user()
        login = Login(user=user, redirect_url=next_path(self.request, "") or None)
        answer: HttpResponse = perform_password_login(
            self.request, {"username": user.get_username()}, login
        )
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether to name the demonstration's code."""
        return super().get_context_data(**kwargs, demo_code=visitors.is_demo(self.request))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("public:home")
