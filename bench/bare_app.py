"""The bare peer of a page: a Django view that only answers, with a page's weight."""

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import path

PAGE = b"x" * 50_000  # about what the citizen's first page weighs before it is packed


def page(_request: HttpRequest) -> HttpResponse:
    """Nothing is read, nothing is drawn."""
    return HttpResponse(PAGE)


settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"], MIDDLEWARE=[])
django.setup(set_prefix=False)
urlpatterns = [path("", page)]
application = WSGIHandler()
