"""撤回与更正: single acts by their numbers, with a reason that the citizen reads."""

import re

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from tanpuhui.domain.intake.errors import CorrectionRefused
from tanpuhui.domain.intake.services import corrections as services
from tanpuhui.domain.intake.services.corrections import ITEMS_MAX
from tanpuhui.domain.scenarios.data import BatchView
from tanpuhui.web.provider import batch_lists, frame
from tanpuhui.web.provider.pages import batches
from tanpuhui.web.shared import list_files, lists, scenes
from tanpuhui.web.shared.guards import Provider, provider_only


@provider_only
def corrections(request: HttpRequest, provider: Provider) -> HttpResponseBase:
    """Find acts, then withdraw them or correct one; earlier corrections below."""
    if request.method == "GET":
        query = batch_lists.query_of(request.GET)
        file = list_files.download(request, lambda one: past(one, provider), query, "corrections")
        if file:
            return file
    error = ""
    items = items_of(request.POST.get("items") or request.GET.get("items", ""))
    reason = request.POST.get("reason", "").strip()
    act = request.POST.get("act", "")
    if request.method == "POST" and act in {"withdraw", "correct"}:
        try:
            if act == "withdraw":
                said = _withdraw(provider, items, reason)
            else:
                said = _correct(request, provider, items, reason)
        except CorrectionRefused as refusal:
            error = refusal.message
        else:
            messages.success(request, said)
            return redirect("provider:corrections")
    return _page(request, provider, items, reason, error)


def _withdraw(provider: Provider, items: list[str], reason: str) -> str:
    if len(items) > ITEMS_MAX:
        change = services.items_propose(
            actor=provider.actor, provider_id=provider.provider_id, items=items, reason=reason
        )
        return f"{len(items)} 条的撤回申请已提交，编号 {change}；运营机构复核同意后执行。"
    answer = services.items_withdraw(
        actor=provider.actor, provider_id=provider.provider_id, items=items, reason=reason
    )
    parts = [
        f"{label} {number} 条"
        for key, label in (
            ("withdrawn", "已撤回"),
            ("already", "先前已撤回"),
            ("unknown", "没有这个单号"),
        )
        if (number := sum(one == key for one in answer.values()))
    ]
    return "；".join(parts) + "。"


def _correct(request: HttpRequest, provider: Provider, items: list[str], reason: str) -> str:
    if len(items) != 1:
        raise CorrectionRefused("更正一次只能一条，请只留一个单号。")
    answer = services.item_correct(
        actor=provider.actor,
        provider_id=provider.provider_id,
        item_no=items[0],
        quantities={
            name.removeprefix("q-"): value.strip()
            for name, value in request.POST.items()
            if name.startswith("q-") and isinstance(value, str) and value.strip()
        },
        reason=reason,
    )
    return f"{items[0]}：{answer}"


def _page(
    request: HttpRequest, provider: Provider, items: list[str], reason: str, error: str
) -> HttpResponse:
    found = services.items_look(provider.provider_id, items) if items else []
    editable = found[0] if len(found) == 1 and found[0].is_held else None
    return frame.show(
        request,
        provider,
        "corrections.html",
        "corrections",
        status=422 if error else 200,
        items="\n".join(items),
        reason=reason,
        error=error,
        found=found,
        held=sum(one.is_held for one in found),
        editable=editable,
        bounds={name: scenes.bounds(one) for name, one in editable.inputs.items()}
        if editable
        else {},
        listing=past(batch_lists.query_of(request.GET), provider),
        limit=ITEMS_MAX,
    )


def past(query: lists.Query, provider: Provider) -> lists.Listing[BatchView]:
    """The batches that corrected something."""
    return batch_lists.table(query, provider.provider_id, batches.href, channel="correction")


def items_of(text: str) -> list[str]:
    """Item numbers of a text: one a line, or parted by commas and blanks; each once."""
    return list(dict.fromkeys(one[:120] for one in re.split(r"[\s,，、;；]+", text) if one))
