"""Headers that every answer carries."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from tanpuhui.kernel import clock

POLICY = (
    "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
SESSION_BEGAN, SESSION_SEEN = "staff_began", "staff_seen"
SEEN_EVERY_S = 60
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class PageCompression(GZipMiddleware):
    """Pages only: static files come compressed already, and the API's hot path pays nothing.

    Django's form tokens are masked anew in each answer, so compression gives nothing away.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Compress HTML where the reader's browser takes it."""
        if not response.headers.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)


def content_security_policy(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Only our own files: no inline script or style, no other host, no frame, no eval."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response

    return middleware


def session_limits(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """End a staff session that idles too long or is too old; citizens' sessions are not touched."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if SESSION_KEY in request.session:
            now_s = int(clock.now().timestamp())
            began_s = request.session.setdefault(SESSION_BEGAN, now_s)
            seen_s = request.session.setdefault(SESSION_SEEN, now_s)
            if now_s - seen_s > settings.STAFF_IDLE_S or now_s - began_s > settings.STAFF_SESSION_S:
                logout(request)
            elif now_s - seen_s > SEEN_EVERY_S:
                request.session[SESSION_SEEN] = now_s
        return get_response(request)

    return middleware
