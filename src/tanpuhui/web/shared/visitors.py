"""Where a request comes from."""

from django.conf import settings
from django.http import HttpRequest

LOOPBACK = frozenset({"127.0.0.1", "::1"})
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]", "testserver"})


def address(request: HttpRequest) -> str:
    """The visitor's network address.

    With `TANPUHUI_PROXIES` = n, the n-th entry from the right of X-Forwarded-For: what stands
    further left was written by the visitor and is not believed.
    """
    direct = str(request.META.get("REMOTE_ADDR", ""))
    if not settings.PROXIES:
        return direct
    stated = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    return stated[-settings.PROXIES] if len(stated) >= settings.PROXIES else direct


def is_demo(request: HttpRequest) -> bool:
    """A demonstration on this very machine: only then do the demonstration's short cuts work."""
    host = request.get_host().rpartition(":")[0] or request.get_host()
    host = request.get_host() if request.get_host() in LOOPBACK_HOSTS else host
    return bool(settings.DEMO) and host in LOOPBACK_HOSTS and address(request) in LOOPBACK
