"""What every console page carries: navigation by role, the inbox's number, who is here."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tanpuhui.domain.parties import support
from tanpuhui.web.console import inbox
from tanpuhui.web.console.menu import MENU, menu_for
from tanpuhui.web.shared.guards import Staff

ROLE_WORDS = {
    "operator": "运营",
    "authority": "管理",
    "supervisor": "监管",
    "system_admin": "系统管理",
    "security_admin": "安全管理",
    "audit_admin": "审计管理",
}


def show(
    request: HttpRequest,
    staff: Staff,
    template: str,
    tab: str,
    *,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """A console page.

    Args:
        request: the request.
        staff: who asks.
        template: below `console/`.
        tab: the current line of the navigation.
        status: HTTP status.
        context: what the template needs.
    """
    group, entry = next(
        (group, entry) for group in MENU for entry in group.entries if entry.tab == tab
    )
    frame = {
        "staff": staff,
        "menu": menu_for(staff.role),
        "tab": tab,
        "group_title": group.title,
        "tab_title": entry.title,
        "waiting": inbox.waiting(staff),
        "role_word": ROLE_WORDS.get(staff.role, ""),
        "may_work": staff.role in {"operator", "authority"},
    }
    return render(request, f"console/{template}", frame | context, status=status)


def names(labels: Iterable[str], *, is_full: bool = False) -> dict[str, str]:
    """Audit labels in words, with the organisation where there is room for it; one query."""
    return support.login_names({one for one in labels if one}, with_organisation=is_full)
