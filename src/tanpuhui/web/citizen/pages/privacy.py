"""隐私中心: what is held, who sent it, who looked; copy, withdraw, close."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from tanpuhui.domain.ledger import selectors as ledger
from tanpuhui.domain.notify import services as notify
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.parties import services
from tanpuhui.kernel import cityrules, clock, jobs
from tanpuhui.web.citizen import closing, consenting, copies, holdings, own_lists
from tanpuhui.web.shared import districts, list_files, lists
from tanpuhui.web.shared.guards import Citizen, citizen_only

AGREED = "yes"
HOUR = timedelta(hours=1)


@citizen_only
def privacy(request: HttpRequest, citizen: Citizen) -> HttpResponse:
    """What is held about the citizen, and what can be done about it."""
    held = parties.held(citizen.person_id)
    person = parties.person(citizen.person_id)
    context = {
        "tab": "me",
        "held": held,
        "region": districts.name(held.region) if held.region else "",
        "public_id": person.public_id if person else "",
        "holdings": holdings.HOLDINGS,
        "copies": jobs.jobs(citizen.actor.label, kind=copies.KIND, limit=3),
        "copy_hours": jobs.keep(copies.KIND) // HOUR,
    }
    return render(request, "citizen/privacy.html", context)


@citizen_only
def copy(request: HttpRequest, citizen: Citizen, public_id: str) -> HttpResponseBase:
    """A copy that was made in the background; nobody else's."""
    del request
    found = jobs.job(public_id, citizen.actor.label)
    path = jobs.folder() / found.result
    if found.kind != copies.KIND or not found.result or not path.is_file():
        raise Http404
    return FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=f"my-data-{found.asked_at:%Y%m%d}.zip",
        headers={"Cache-Control": "no-store"},
    )


def _list_page(
    request: HttpRequest,
    make: Callable[[lists.Query], lists.Listing[Any]],
    query: lists.Query,
    name: str,
    template: str,
) -> HttpResponseBase:
    """A list as its file where one is asked for, else as its page."""
    file = list_files.download(request, make, query, name)
    return file or render(request, template, {"tab": "me", "listing": make(query)})


@citizen_only
def senders(request: HttpRequest, citizen: Citizen) -> HttpResponseBase:
    """Who sent what: providers and scenarios with counts."""
    return _list_page(
        request,
        lambda one: own_lists.senders(one, citizen.person_id),
        own_lists.senders_query(request.GET),
        "senders",
        "citizen/senders.html",
    )


@citizen_only
def history(request: HttpRequest, citizen: Citizen) -> HttpResponseBase:
    """Every consent ever given, with the version of its words."""
    return _list_page(
        request,
        lambda one: own_lists.consents(one, citizen.person_id),
        own_lists.consents_query(request.GET),
        "consents",
        "citizen/consent_history.html",
    )


@citizen_only
def consent_text(
    request: HttpRequest, citizen: Citizen, text_id: str, version: int
) -> HttpResponse:
    """The words of one version, as they were agreed to."""
    del citizen
    words = consenting.text_of(f"{text_id}/{version}")
    if words is None:
        raise Http404
    return render(request, "citizen/consent_text.html", {"tab": "me", "words": words})


@citizen_only
def looked(request: HttpRequest, citizen: Citizen) -> HttpResponseBase:
    """Who saw the citizen's details unmasked, when and why."""
    return _list_page(
        request,
        lambda one: own_lists.looked(one, citizen.person_id),
        own_lists.looks_query(request.GET),
        "looks",
        "citizen/looks.html",
    )


@require_POST
@citizen_only
def export(request: HttpRequest, citizen: Citizen) -> HttpResponseBase:
    """The whole data as one archive: at once, or from the background where there is much of it."""
    if ledger.acts_count(citizen.person_id) > copies.AT_ONCE_ACTS:
        jobs.enqueue(
            actor=citizen.actor,
            kind=copies.KIND,
            title="我的全部数据",
            params={"person_id": citizen.person_id},
        )
        messages.success(
            request, gettext("您的记录较多，正在后台准备，几分钟内完成，好了会发消息给您。")
        )
        return redirect("citizen:privacy")
    with transaction.atomic():
        own = services.person_export(actor=citizen.actor)
        file = copies.archive(citizen.person_id, own, cityrules.pack().manifest.official_name)
        notify.message_send(person_id=citizen.person_id, code="export_made", link="/m/privacy/")
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"my-data-{clock.today():%Y%m%d}.zip",
        headers={"Cache-Control": "no-store"},
    )


@citizen_only
def withdraw_all(request: HttpRequest, citizen: Citizen) -> HttpResponse:
    """Withdraw every consent at once, after one question."""
    if request.method == "POST":
        with transaction.atomic():
            count = services.consents_withdraw_all(actor=citizen.actor, person_id=citizen.person_id)
            if count:
                notify.message_send(
                    person_id=citizen.person_id,
                    code="consents_withdrawn",
                    facts={"count": count},
                    link="/m/consents/",
                )
        messages.success(
            request,
            gettext("已撤回 %(count)s 项授权，从现在起不再接收新的记录。") % {"count": count},
        )
        return redirect("citizen:consents")
    standing = consenting.standing(citizen.person_id)
    return render(request, "citizen/withdraw_all.html", {"tab": "me", "rows": standing})


@citizen_only
def close(request: HttpRequest, citizen: Citizen) -> HttpResponse:
    """Close the account: what goes, what stays and why; then identity is erased."""
    flaw = ""
    if request.method == "POST":
        if request.POST.get("sure") == AGREED:
            closing.account_close(citizen.actor)
            request.session.flush()
            return redirect("citizen:closed")
        flaw = gettext("请先勾选“我已了解，注销后不能恢复”。")
    context = {
        "tab": "me",
        "holdings": holdings.HOLDINGS,
        "balance": ledger.balance(citizen.person_id),
        "flaw": flaw,
    }
    return render(request, "citizen/close.html", context)


def closed(request: HttpRequest) -> HttpResponse:
    """Said once the account is closed; nobody is signed in any more."""
    return render(request, "citizen/closed.html", {"tab": ""})
