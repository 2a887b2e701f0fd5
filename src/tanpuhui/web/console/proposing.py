"""Proposing a change from any page: the form's words, kept where they are refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from tanpuhui.domain.supervision import services
from tanpuhui.kernel.errors import DomainError, NotPermitted
from tanpuhui.web.shared.guards import Staff


@dataclass(frozen=True)
class Tried:
    """What was filled in and why it was refused; empty at first."""

    values: Mapping[str, str] = field(default_factory=dict)
    error: str = ""


def propose(
    request: HttpRequest, staff: Staff, kind: str, payload: dict[str, Any], *, ticket: str = ""
) -> HttpResponse | Tried:
    """To the new change's page, or what to show again.

    Raises:
        NotPermitted: this role proposes nothing.
    """
    try:
        made = services.change_propose(
            actor=staff.actor,
            kind=kind,
            payload=payload,
            reason=request.POST.get("reason", ""),
            evidence=request.POST.get("evidence", ""),
            ticket=ticket,
            is_draft=request.POST.get("as") == "draft",
        )
    except NotPermitted:
        raise
    except DomainError as error:
        return Tried({name: str(value) for name, value in request.POST.items()}, error.message)
    word = "已存为草稿" if made.state == "draft" else "已提交，等待另一位人员复核"
    messages.success(request, f"{made.title}：{word}。")
    return redirect("console:change", made.public_id)
