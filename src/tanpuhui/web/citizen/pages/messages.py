"""消息: the inbox, one message, and what somebody wants to be told."""

from django import forms
from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from tanpuhui.domain.notify import selectors as notify
from tanpuhui.domain.notify import services
from tanpuhui.web.citizen import own_lists
from tanpuhui.web.shared import language, list_files
from tanpuhui.web.shared.guards import Citizen, citizen_only

HOURS = [(str(hour), f"{hour}:00") for hour in range(24)]


class PreferenceForm(forms.Form):
    """Ways and hours."""

    is_sms = forms.BooleanField(label=lazy("重要的服务消息同时发短信"), required=False)
    is_activity = forms.BooleanField(label=lazy("接收活动消息"), required=False)
    quiet_from = forms.ChoiceField(label=lazy("免打扰开始"), choices=HOURS)
    quiet_until = forms.ChoiceField(
        label=lazy("免打扰结束"),
        choices=HOURS,
        help_text=lazy("这段时间里的短信会等到结束后再发。"),
    )


@citizen_only
def inbox(request: HttpRequest, citizen: Citizen) -> HttpResponseBase:
    """Messages, newest first, all or only new ones."""
    query = own_lists.messages_query(request.GET)
    file = list_files.download(
        request, lambda one: own_lists.messages(one, citizen.person_id), query, "messages"
    )
    if file:
        return file
    context = {
        "tab": "me",
        "listing": own_lists.messages(query, citizen.person_id),
        "unread": notify.unread_count(citizen.person_id),
        "is_unread": query.get("show") == "unread",
    }
    return render(request, "citizen/messages.html", context)


@citizen_only
def message(request: HttpRequest, citizen: Citizen, public_id: str) -> HttpResponse:
    """One message; opening it marks it as read."""
    one = notify.message(citizen.person_id, public_id)
    services.message_read(actor=citizen.actor, public_id=public_id)
    return render(request, "citizen/message.html", {"tab": "me", "one": one})


@require_POST
@citizen_only
def messages_read(request: HttpRequest, citizen: Citizen) -> HttpResponse:
    """Mark everything as read."""
    services.messages_read_all(actor=citizen.actor)
    flash.success(request, gettext("已全部标为已读。"))
    return redirect("citizen:messages")


@citizen_only
def message_settings(request: HttpRequest, citizen: Citizen) -> HttpResponse:
    """What to be told, how, and when not."""
    now = notify.preference(citizen.person_id)
    initial = {
        "is_sms": now.is_sms,
        "is_activity": now.is_activity,
        "quiet_from": str(now.quiet_from),
        "quiet_until": str(now.quiet_until),
    }
    form = PreferenceForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.preference_set(
            actor=citizen.actor,
            is_sms=form.cleaned_data["is_sms"],
            is_activity=form.cleaned_data["is_activity"] and not citizen.is_child,
            quiet_from=int(form.cleaned_data["quiet_from"]),
            quiet_until=int(form.cleaned_data["quiet_until"]),
            language=get_language() or language.CHINESE,
        )
        flash.success(request, gettext("消息设置已保存。"))
        return redirect("citizen:message_settings")
    return render(request, "citizen/message_settings.html", {"tab": "me", "form": form})
