"""Staff and provider sign-in: user name and password."""

from typing import Any

from django.contrib.auth import logout
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST


class StaffForm(AuthenticationForm):
    """Django's form with our words; it never says whether the user name exists."""

    error_messages = {  # noqa: RUF012 - the base class declares a plain dict
        "invalid_login": "用户名或密码不对，请核对后再试。忘记密码请联系平台运营机构。",
        "inactive": "用户名或密码不对，请核对后再试。忘记密码请联系平台运营机构。",
    }

    def __init__(self, request: HttpRequest | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label = "用户名"
        self.fields["password"].label = "密码"


class StaffLogin(LoginView):
    """Sign in, then to the page asked for, else to the provider's console."""

    template_name = "public/login.html"
    authentication_form = StaffForm
    next_page = "provider:batches"


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("public:home")
