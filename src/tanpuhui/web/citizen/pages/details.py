"""更正资料: nickname and district, and another phone after its code."""

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as lazy

from tanpuhui.domain.notify import services as notify
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.parties import services
from tanpuhui.domain.parties.errors import PhoneTaken, WrongCode
from tanpuhui.web.citizen import new_phone
from tanpuhui.web.citizen.pages.login import CodeForm, PhoneForm
from tanpuhui.web.citizen.signing_in import masked
from tanpuhui.web.shared import districts, errors
from tanpuhui.web.shared.guards import Citizen, citizen_only, grown_ups_only


class DetailsForm(forms.Form):
    """Nickname and district; both may be empty."""

    nickname = forms.CharField(
        label=lazy("昵称"),
        max_length=20,
        required=False,
        help_text=lazy("不要填真实姓名，可以留空。"),
    )
    region = forms.ChoiceField(
        label=lazy("所在区县"), required=False, help_text=lazy("只用于按区县汇总。")
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["region"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", lazy("不填")),
            *((one.code, one.name) for one in districts.districts()),
        ]


@citizen_only
def details(request: HttpRequest, citizen: Citizen) -> HttpResponse:
    """Correct nickname and district."""
    held = parties.held(citizen.person_id)
    initial = {"nickname": held.nickname, "region": held.region}
    form = DetailsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.person_correct(
            actor=citizen.actor,
            nickname=form.cleaned_data["nickname"],
            region=form.cleaned_data["region"],
        )
        messages.success(request, gettext("资料已更正。"))
        return redirect("citizen:details")
    context = {"tab": "me", "form": form, "held": held}
    return render(request, "citizen/details.html", context)


@grown_ups_only
@citizen_only
def phone(request: HttpRequest, citizen: Citizen) -> HttpResponse:
    """The new phone, to which a code is sent."""
    del citizen
    form = PhoneForm(request.POST or None)
    form.fields["phone"].label = gettext("新手机号")
    form.fields["phone"].help_text = gettext("验证码会发到新手机号。")
    if request.method == "POST" and form.is_valid():
        new_phone.code_send(request, form.cleaned_data["phone"], new_phone.OWN)
        return redirect("citizen:phone_code")
    return render(request, "citizen/phone.html", {"tab": "me", "form": form})


@grown_ups_only
@citizen_only
def phone_code(request: HttpRequest, citizen: Citizen) -> HttpResponse:
    """The code; a right one puts the new phone in the place of the old."""
    wanted = new_phone.waiting(request, new_phone.OWN)
    if not wanted:
        return redirect("citizen:phone")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _change(request, citizen, wanted, form.cleaned_data["code"])
        except (WrongCode, PhoneTaken) as error:
            form.add_error("code", errors.told(error))
        else:
            messages.success(request, gettext("手机号已更换，下次用新号码登录。"))
            return redirect("citizen:details")
    context = {
        "tab": "me",
        "form": form,
        "phone": masked(wanted),
        "demo_code": new_phone.demo_code(request),
    }
    return render(request, "citizen/phone_code.html", context)


def _change(request: HttpRequest, citizen: Citizen, wanted: str, code: str) -> None:
    new_phone.code_prove(request, wanted, code)
    with transaction.atomic():
        # Told before the change, so that a short message reaches the old phone.
        notify.message_send(
            person_id=citizen.person_id, code="details_changed", facts={"what": "手机号"}
        )
        services.phone_change(actor=citizen.actor, phone=wanted)
    new_phone.done(request)
