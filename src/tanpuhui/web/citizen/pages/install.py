"""Installable pages: manifest, worker, what is shown without a network; and the language."""

import hashlib

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST

from tanpuhui.domain.notify import services as notify
from tanpuhui.kernel import actors, cityrules
from tanpuhui.web.shared import language
from tanpuhui.web.shared.guards import SESSION_PERSON, next_path

DAY_S = 86400
ICONS = {"tph/icon-192.png": "192x192", "tph/icon-512.png": "512x512"}


@cache_control(public=True, max_age=DAY_S)
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to keep the pages like an app."""
    del request
    names = cityrules.pack().manifest
    icons = [
        {"src": static(path), "sizes": size, "type": "image/png", "purpose": "any maskable"}
        for path, size in ICONS.items()
    ]
    content = {
        "name": names.official_name,
        "short_name": names.brand,
        "lang": "zh-Hans",
        "id": reverse("citizen:home"),
        "start_url": reverse("citizen:home"),
        "scope": reverse("citizen:home"),
        "display": "standalone",
        "theme_color": "#0c7049",
        "background_color": "#f3f6f4",
        "icons": icons,
    }
    return JsonResponse(content, content_type="application/manifest+json")


def worker(request: HttpRequest) -> HttpResponse:
    """The worker's script; it keeps the shell and the offline page, never a page with data.

    Another language makes another script, and with it the offline page is fetched anew.
    """
    look = f"{cityrules.pack().digest}{static('tph/tph.css')}{language.language_read(request)}"
    shell = hashlib.blake2b(look.encode(), digest_size=6).hexdigest()
    return render(
        request,
        "citizen/worker.js",
        {"shell": shell},
        content_type="text/javascript; charset=utf-8",
    )


def offline(request: HttpRequest) -> HttpResponse:
    """What is shown without a network; the same for everybody."""
    return render(request, "citizen/offline.html")


@require_POST
def change_language(request: HttpRequest) -> HttpResponse:
    """Remember the language for a year; needs no account. Who is signed in gets their SMS in it."""
    chosen = (
        language.ENGLISH if request.POST.get("language") == language.ENGLISH else language.CHINESE
    )
    person_id = request.session.get(SESSION_PERSON)
    if isinstance(person_id, int):
        notify.language_set(actor=actors.person(person_id), language=chosen)
    response = redirect(next_path(request, reverse("citizen:home")))
    language.language_write(response, chosen, secure=request.is_secure())
    return response
