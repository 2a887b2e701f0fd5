"""The reader's language: Chinese unless our cookie says otherwise, whatever a browser says.

Chinese is the language of the source and the key of the catalogue; what has no English stays
Chinese. Rooms of staff and partners, and answers to machines, are Chinese for everybody.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation

COOKIE = "tph_lang"
CHINESE, ENGLISH = "zh-hans", "en"
YEAR = 365 * 24 * 3600
CHINESE_ROOMS = (
    "/console/", "/partner/", "/staff/", "/screen/", "/api/", "/sandbox/", "/gateway.do",
)  # fmt: skip


def language_read(request: HttpRequest) -> str:
    """The language in which this address answers: the cookie's, where the room has English."""
    if request.path.startswith(CHINESE_ROOMS):
        return CHINESE
    return ENGLISH if request.COOKIES.get(COOKIE) == ENGLISH else CHINESE


def language_chosen(request: HttpRequest) -> str:
    """What the reader chose with our button; empty where nothing was ever chosen."""
    chosen = request.COOKIES.get(COOKIE, "")
    return chosen if chosen in {CHINESE, ENGLISH} else ""


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
