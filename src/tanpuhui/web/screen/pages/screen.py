"""The big screen: a page that stays, a board that is fetched again, and the same as tables."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control

from tanpuhui.kernel import cityrules
from tanpuhui.web.screen import figures


@cache_control(public=True, max_age=10)
def screen(request: HttpRequest) -> HttpResponse:
    """The whole wall."""
    return render(request, "screen/screen.html", _context())


@cache_control(public=True, max_age=10)
def board(request: HttpRequest) -> HttpResponse:
    """What is exchanged every half minute."""
    return render(request, "screen/board.html", _context())


@cache_control(public=True, max_age=10)
def table(request: HttpRequest) -> HttpResponse:
    """The same figures as tables, for screen readers and for copying."""
    return render(request, "screen/table.html", _context())


def _context() -> dict[str, object]:
    return {
        "board": figures.board(),
        "city": cityrules.pack().title,
        "refresh_s": figures.REFRESH_S,
    }
