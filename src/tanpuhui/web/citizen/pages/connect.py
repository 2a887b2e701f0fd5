"""Somebody new by a city app who has an account: the phone is proven, and the two are connected.

These pages are entered on purpose. A phone proven on the usual page never takes along what an
earlier reader of this browser proved and left.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from tanpuhui.domain.parties.errors import TooOften, WrongCode
from tanpuhui.kernel.errors import DomainError
from tanpuhui.web.citizen import new_phone, signing_in
from tanpuhui.web.citizen.pages.login import CodeForm, PhoneForm
from tanpuhui.web.shared import errors


@sensitive_post_parameters()
@never_cache
def connect(request: HttpRequest) -> HttpResponse:
    """The phone of the account, to which a code is sent."""
    visitor = _by_app(request)
    if visitor is None:
        return redirect("citizen:login")
    form = PhoneForm(request.POST or None)
    form.fields["phone"].label = gettext("开户时的手机号")
    form.fields["phone"].help_text = ""
    if request.method == "POST" and form.is_valid():
        try:
            new_phone.code_send(request, form.cleaned_data["phone"], _why(visitor))
        except TooOften as error:
            return errors.refused(request, error)
        return redirect("citizen:connect_code")
    return render(request, "citizen/connect.html", {"form": form, "app": _title(visitor)})


@sensitive_post_parameters()
@never_cache
def connect_code(request: HttpRequest) -> HttpResponse:
    """The code; a right one leads in, and next time the app alone does."""
    visitor = _by_app(request)
    phone = new_phone.waiting(request, _why(visitor)) if visitor else ""
    if visitor is None or not phone:
        return redirect("citizen:connect")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            new_phone.code_prove(request, phone, form.cleaned_data["code"])
            app = {"service": visitor.service, "subject": visitor.subject}
            return signing_in.proven(request, visitor.next_path, phone=phone, **app)
        except WrongCode as error:
            form.add_error("code", errors.told(error))
        except DomainError as error:
            return errors.refused(request, error)
    context: dict[str, Any] = {
        "form": form,
        "app": _title(visitor),
        "phone": signing_in.masked(phone),
        "demo_code": new_phone.demo_code(request),
    }
    return render(request, "citizen/connect_code.html", context)


def _by_app(request: HttpRequest) -> signing_in.Proven | None:
    visitor = signing_in.proven_read(request)
    return visitor if visitor and visitor.service else None


def _why(visitor: signing_in.Proven) -> str:
    return f"connect:{visitor.subject}"


def _title(visitor: signing_in.Proven) -> str:
    known = {one.code: one.title for one in settings.SIGN_IN_SERVICES}
    return str(known.get(visitor.service, ""))
