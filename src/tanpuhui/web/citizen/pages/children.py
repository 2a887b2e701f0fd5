"""Children under 14: a guardian opens their accounts and looks after them."""

from datetime import date

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from tanpuhui.domain.ledger import services as ledger
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.parties import services
from tanpuhui.domain.parties.data import ChildView
from tanpuhui.domain.parties.errors import NotAChild, PhoneTaken, WrongCode
from tanpuhui.kernel import actors, clock
from tanpuhui.kernel.errors import DomainError
from tanpuhui.web.citizen import consenting, new_phone, signing_in
from tanpuhui.web.citizen.pages.login import CodeForm, PhoneForm
from tanpuhui.web.citizen.signing_in import masked
from tanpuhui.web.shared import errors
from tanpuhui.web.shared.guards import Citizen, citizen_only, grown_ups_only

YEARS = 15


class ChildForm(forms.Form):
    """A nickname and the birthday, of which only the 14th is kept."""

    nickname = forms.CharField(
        label=lazy("孩子的昵称"),
        max_length=20,
        help_text=lazy("不要填真实姓名。"),
        error_messages={"required": lazy("请填一个昵称。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    born_on = forms.DateField(
        label=lazy("出生日期"),
        help_text=lazy("只用来核对是否满 14 周岁，平台只保存满 14 周岁的日期。"),
        error_messages={
            "required": lazy("请填孩子的出生日期。"),
            "invalid": lazy("日期写成 2016-05-20 的样子。"),
        },
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    agreed = forms.BooleanField(
        label=lazy("我是孩子的监护人，已阅读并同意上面的须知"),
        error_messages={"required": lazy("需要监护人阅读并同意须知。")},
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        today = clock.today()
        span = {"min": date(today.year - YEARS, 1, 1), "max": today}
        self.fields["born_on"].widget.attrs |= {name: day.isoformat() for name, day in span.items()}


@grown_ups_only
@citizen_only
def children(request: HttpRequest, citizen: Citizen) -> HttpResponse:
    """The children's accounts, and a form for another."""
    form = ChildForm(request.POST or None)
    words = consenting.platform_text("child")
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                child = services.child_open(
                    actor=citizen.actor,
                    nickname=form.cleaned_data["nickname"],
                    born_on=form.cleaned_data["born_on"],
                    texts={"child": words.version if words else ""},
                )
                ledger.accounts_open(
                    actor=actors.system("page"), kind="person", party_ids=[child.party_id]
                )
        except DomainError as error:
            form.add_error(None, errors.told(error))
        else:
            done = gettext("已为%(name)s开户。") % {"name": child.nickname}
            messages.success(request, done)
            return redirect("citizen:children")
    context = {
        "tab": "me",
        "children": [
            (child, len(parties.scenarios_open(child.party_id)))
            for child in parties.children(citizen.person_id)
        ],
        "grown": parties.children(citizen.person_id, is_grown=True),
        "form": form,
        "words": words,
    }
    return render(request, "citizen/children.html", context)


@require_POST
@grown_ups_only
@citizen_only
def child_enter(request: HttpRequest, citizen: Citizen) -> HttpResponse:
    """Go into a child's account."""
    wanted = request.POST.get("child", "")
    for child in parties.children(citizen.person_id):
        if child.public_id == wanted:
            signing_in.become_child(request, citizen.person_id, child.party_id)
            here = gettext("现在看到的是%(name)s的账户。") % {"name": child.nickname}
            messages.info(request, here)
            return redirect("citizen:home")
    raise Http404


@require_POST
def child_leave(request: HttpRequest) -> HttpResponse:
    """Back to the guardian's own account."""
    if not signing_in.become_guardian(request):
        return redirect("citizen:login")
    return redirect("citizen:children")


@grown_ups_only
@citizen_only
def hand_over(request: HttpRequest, citizen: Citizen, child: str) -> HttpResponse:
    """The young person's own phone, to which a code is sent."""
    one = _grown(citizen, child)
    form = PhoneForm(request.POST or None)
    form.fields["phone"].label = gettext("%(name)s自己的手机号") % {"name": one.nickname}
    form.fields["phone"].help_text = gettext("验证码会发到这个手机号，由孩子本人告诉您。")
    if request.method == "POST" and form.is_valid():
        new_phone.code_send(request, form.cleaned_data["phone"], child)
        return redirect("citizen:hand_over_code", child)
    return render(request, "citizen/hand_over.html", {"tab": "me", "form": form, "child": one})


@grown_ups_only
@citizen_only
def hand_over_code(request: HttpRequest, citizen: Citizen, child: str) -> HttpResponse:
    """The code; a right one makes the account the young person's own."""
    one, phone = _grown(citizen, child), new_phone.waiting(request, child)
    if not phone:
        return redirect("citizen:hand_over", child)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            new_phone.code_prove(request, phone, form.cleaned_data["code"])
            services.child_hand_over(actor=citizen.actor, child=child, phone=phone)
        except (WrongCode, PhoneTaken, NotAChild) as error:
            form.add_error("code", errors.told(error))
        else:
            new_phone.done(request)
            sentence = gettext("已移交。%(name)s可以用自己的手机号登录了。")
            messages.success(request, sentence % {"name": one.nickname})
            return redirect("citizen:children")
    context = {
        "tab": "me",
        "form": form,
        "child": one,
        "phone": masked(phone),
        "demo_code": new_phone.demo_code(request),
    }
    return render(request, "citizen/hand_over_code.html", context)


def _grown(citizen: Citizen, public_id: str) -> ChildView:
    grown = parties.children(citizen.person_id, is_grown=True)
    found = next((one for one in grown if one.public_id == public_id), None)
    if found is None:
        raise NotAChild("孩子满 14 周岁后才能移交账户，请核对后再试。")
    return found
