"""The reader's language: Chinese unless our cookie says otherwise, whatever a browser says."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation

COOKIE = "tph_lang"
CHINESE, ENGLISH = "zh-hans", "en"
YEAR = 365 * 24 * 3600


def language_read(request: HttpRequest) -> str:
    """The language chosen by cookie; anything unknown counts as Chinese."""
    return ENGLISH if request.COOKIES.get(COOKIE) == ENGLISH else CHINESE


def language_write(response: HttpResponse, chosen: str, *, secure: bool) -> None:
    """Remember the choice for a year."""
    response.set_cookie(
        COOKIE,
        ENGLISH if chosen == ENGLISH else CHINESE,
        max_age=YEAR,
        httponly=True,
        samesite="Lax",
        secure=secure,
    )


def reader_language(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer in the reader's language; the next request of the thread starts in Chinese."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        with translation.override(language_read(request)):
            return get_response(request)

    return middleware
