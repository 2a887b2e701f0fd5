"""帮助: answers to search, tickets to write, read, continue and rate."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from tanpuhui.domain.scenarios import selectors as acts
from tanpuhui.domain.supervision import selectors as supervision
from tanpuhui.domain.supervision import services
from tanpuhui.domain.supervision.data import TicketView
from tanpuhui.domain.supervision.errors import ReasonMissing
from tanpuhui.web.citizen import explanations, faq, own_lists, rows
from tanpuhui.web.shared import durations, errors, list_files
from tanpuhui.web.shared.guards import Citizen, citizen_only

RECENT = 3
APPEAL = "appeal"
KINDS = [("help", lazy("咨询")), ("complaint", lazy("投诉"))]
STARS = [(number, f"{number} / 5") for number in range(5, 0, -1)]


class TicketForm(forms.Form):
    """What it is about, and the words."""

    kind = forms.ChoiceField(
        label=lazy("类别"), choices=KINDS, help_text=lazy("咨询 24 小时内、投诉 3 天内答复。")
    )
    title = forms.CharField(
        label=lazy("标题"),
        max_length=80,
        help_text=lazy("不要写手机号和证件号。"),
        error_messages={"required": lazy("请写一个标题。")},
    )
    body = forms.CharField(
        label=lazy("内容"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": lazy("请写下要说的话。")},
    )


class AppealForm(forms.Form):
    """Why the result is wrong."""

    body = forms.CharField(
        label=lazy("申诉理由"),
        max_length=2000,
        help_text=lazy("写清哪里不对、依据是什么；不要写证件号。"),
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": lazy("请写下申诉理由。")},
    )


@citizen_only
def help_home(request: HttpRequest, citizen: Citizen) -> HttpResponse:
    """Answers, and the latest tickets."""
    wanted = request.GET.get("q", "").strip()[:40]
    context = {
        "tab": "me",
        "q": wanted,
        "topics": faq.search(wanted),
        "tickets": supervision.tickets(person_id=citizen.person_id, order="-opened", limit=RECENT),
        "figures": supervision.ticket_figures(),
    }
    return render(request, "citizen/help.html", context)


@citizen_only
def tickets(request: HttpRequest, citizen: Citizen) -> HttpResponseBase:
    """All own tickets, or only appeals."""
    query = own_lists.tickets_query(request.GET)
    file = list_files.download(
        request, lambda one: own_lists.tickets(one, citizen.person_id), query, "tickets"
    )
    listing = own_lists.tickets(query, citizen.person_id)
    context = {"tab": "me", "listing": listing, "kind": query.get("kind")}
    return file or render(request, "citizen/tickets.html", context)


@citizen_only
def ticket_new(request: HttpRequest, citizen: Citizen) -> HttpResponse:
    """Ask or complain."""
    form = TicketForm(request.POST or None, initial={"kind": request.GET.get("kind", "help")})
    if request.method == "POST" and form.is_valid():
        opened = services.ticket_open(
            actor=citizen.actor, person_id=citizen.person_id, **form.cleaned_data
        )
        messages.success(request, gettext("已提交，有答复会发消息给您。"))
        return redirect("citizen:ticket_thread", opened.public_id)
    return render(request, "citizen/ticket_new.html", {"tab": "me", "form": form})


@citizen_only
def ticket_thread(request: HttpRequest, citizen: Citizen, public_id: str) -> HttpResponse:
    """One ticket: what was said, how long it took, what came of it."""
    one = supervision.ticket(public_id, person_id=citizen.person_id)
    if request.method == "POST":
        return _say(request, citizen, one)
    context = {
        "tab": "me",
        "one": one,
        "took": durations.between(one.opened_at, one.answered_at) if one.answered_at else "",
        "act": _act_row(citizen.person_id, one),
        "stars": STARS,
    }
    return render(request, "citizen/ticket.html", context)


@citizen_only
def appeal(request: HttpRequest, citizen: Citizen, token: str) -> HttpResponse:
    """Appeal the result of one act; where an appeal is under way, it is shown instead."""
    provider_id, item_no = acts.act_key(citizen.person_id, token)
    act = acts.act_of_item(citizen.person_id, provider_id, item_no)
    standing = supervision.appeal_of(citizen.person_id, provider_id, item_no)
    if act is None or (standing and not standing.closed_at):
        return redirect("citizen:ticket_thread", standing.public_id if standing else "")
    form = AppealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        day = f"{act.occurred_on.month}月{act.occurred_on.day}日"
        opened = services.ticket_open(
            actor=citizen.actor,
            kind=APPEAL,
            title=f"{day}的{act.scenario_title}：{act.state}",
            body=f"平台给出的原因：{act.reason}\n我的理由：{form.cleaned_data['body']}",
            person_id=citizen.person_id,
            provider_id=provider_id,
            item_no=item_no,
        )
        messages.success(request, gettext("申诉已提交，7 天内答复，有结果会发消息给您。"))
        return redirect("citizen:ticket_thread", opened.public_id)
    context = {
        "tab": "ledger",
        "form": form,
        "act": rows.act_rows([act])[0],
        "reason": explanations.reason(act),
        "token": token,
    }
    return render(request, "citizen/appeal.html", context)


@require_POST
@citizen_only
def ticket_rate(request: HttpRequest, citizen: Citizen, public_id: str) -> HttpResponse:
    """Rate the answer; every number of stars is welcome."""
    given = request.POST.get("stars", "")
    services.ticket_rate(
        actor=citizen.actor,
        public_id=public_id,
        stars=int(given) if given.isdecimal() else 0,
        note=request.POST.get("note", ""),
    )
    messages.success(request, gettext("评分已记下，谢谢您的意见。"))
    return redirect("citizen:ticket_thread", public_id)


def _act_row(person_id: int, one: TicketView) -> rows.ActRow | None:
    act = acts.act_of_item(person_id, one.provider_id, one.item_no) if one.provider_id else None
    return rows.act_rows([act])[0] if act else None


def _say(request: HttpRequest, citizen: Citizen, one: TicketView) -> HttpResponse:
    try:
        services.ticket_reply(
            actor=citizen.actor, public_id=one.public_id, body=request.POST.get("body", "")
        )
    except ReasonMissing as error:
        messages.error(request, errors.told(error))
    else:
        messages.success(request, gettext("已发送。"))
    return redirect(reverse("citizen:ticket_thread", args=[one.public_id]))
