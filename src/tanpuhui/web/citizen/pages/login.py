"""Citizens' sign-in: a phone, then the code that was sent to it. One field a step."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from tanpuhui.domain.notify import services as notify
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.parties import services
from tanpuhui.domain.parties.errors import PhoneMalformed, TooOften, WrongCode
from tanpuhui.kernel import actors, cityrules
from tanpuhui.web.citizen import signing_in
from tanpuhui.web.shared import errors, visitors
from tanpuhui.web.shared.guards import next_path

PEOPLE = 6
SESSION_DEMO_CODE = "demo_code"


class PhoneForm(forms.Form):
    """The first step."""

    phone = forms.CharField(
        label=lazy("手机号"),
        max_length=30,
        help_text=lazy("还没有碳账户的，验证后会为您开户。"),
        error_messages={"required": lazy("请填写手机号。")},
        widget=forms.TextInput(
            attrs={"type": "tel", "inputmode": "numeric", "autocomplete": "tel-national"}
        ),
    )

    def clean_phone(self) -> str:
        """Eleven digits."""
        try:
            return services.phone_read(self.cleaned_data["phone"])
        except PhoneMalformed as error:
            raise forms.ValidationError(errors.told(error)) from error


class CodeForm(forms.Form):
    """The second step."""

    code = forms.CharField(
        label=lazy("短信验证码"),
        max_length=12,
        help_text=lazy("6 位数字，5 分钟内有效。"),
        error_messages={"required": lazy("请填写短信里的验证码。")},
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}
        ),
    )


@sensitive_post_parameters()
@never_cache
def login(request: HttpRequest) -> HttpResponse:
    """Ask for the phone; in a demonstration also offer simulated people."""
    if request.method == "POST" and "person" in request.POST:
        return _choose(request)
    form = PhoneForm(request.POST or None)
    wanted = next_path(request, "")
    if request.method == "POST" and form.is_valid():
        return _send(request, form.cleaned_data["phone"], wanted)
    context = {
        "form": form,
        "people": parties.people(PEOPLE) if visitors.is_demo(request) else [],
        "services": _services(request),
        "next": wanted,
    }
    return render(request, "citizen/login.html", context)


@sensitive_post_parameters()
@never_cache
def code(request: HttpRequest) -> HttpResponse:
    """Ask for the code; a right one leads in, or to the notice on first coming in."""
    asked = signing_in.asked_phone(request)
    if asked is None:
        return redirect("citizen:login")
    phone, wanted = asked
    form = CodeForm(request.POST or None)
    if request.method == "POST" and "again" in request.POST:
        return _send(request, phone, wanted)
    if request.method == "POST" and form.is_valid():
        try:
            services.code_check(
                actor=actors.visitor(),
                phone=phone,
                code=form.cleaned_data["code"],
                address=visitors.address(request),
            )
        except WrongCode as error:
            form.add_error("code", errors.told(error))
        except TooOften as error:
            return errors.refused(request, error)
        else:
            return signing_in.proven(request, wanted, phone=phone)
    context: dict[str, Any] = {"form": form, "phone": signing_in.masked(phone)}
    if visitors.is_demo(request):
        context["demo_code"] = request.session.get(SESSION_DEMO_CODE, "")
    return render(request, "citizen/code.html", context)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, whatever it held."""
    request.session.flush()
    return redirect("public:home")


def _services(request: HttpRequest) -> list[dict[str, str]]:
    """City apps that work in the reader's browser: name, and where the way to it begins."""
    said = request.headers.get("User-Agent", "")
    return [
        {
            "title": one.title,
            "address": reverse("openid_connect_login", args=[one.code])
            if one.provider == "openid_connect"
            else reverse(f"{one.provider}_login"),
        }
        for one in settings.SIGN_IN_SERVICES
        if one.works_in(said)
    ]


def _send(request: HttpRequest, phone: str, wanted: str) -> HttpResponse:
    try:
        fresh = services.code_issue(
            actor=actors.visitor(), phone=phone, address=visitors.address(request)
        )
    except TooOften as error:
        return errors.refused(request, error)
    with transaction.atomic():
        notify.sms_queue(
            phone=phone,
            text=gettext(signing_in.SMS).format(brand=cityrules.pack().manifest.brand, code=fresh),
            stale_after_s=signing_in.CODE_LIFE_S,
        )
    signing_in.asked_keep(request, phone, wanted)
    if visitors.is_demo(request):
        request.session[SESSION_DEMO_CODE] = fresh
    return redirect("citizen:code")


def _choose(request: HttpRequest) -> HttpResponse:
    if not visitors.is_demo(request):
        raise PermissionDenied
    person = parties.person_by_public_id(request.POST.get("person", ""))
    if person is None:
        return redirect("citizen:login")
    wanted = next_path(request, reverse("citizen:home"))
    return signing_in.come_in(request, person.party_id, wanted, "演示入口")
