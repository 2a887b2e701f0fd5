"""Behind a proxy that ends TLS, the site knows that its visitors came by HTTPS."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROBE = """
import django
django.setup()
from django.http import HttpResponse
from django.middleware.security import SecurityMiddleware
from django.test import RequestFactory
request = RequestFactory().get("/m/", headers={"X-Forwarded-Proto": "https"})
print(SecurityMiddleware(lambda request: HttpResponse())(request).status_code)
"""


def answer(home: Path, **world: str) -> str:
    """The status of a page for a visitor whose proxy speaks of HTTPS."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tanpuhui.config.settings",
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",  # named, never opened
            "TANPUHUI_HOME": str(home),
            **world,
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.parametrize(("proxies", "status"), [("1", "200"), ("0", "301")])
def test_only_a_trusted_proxy_speaks_for_https(tmp_path: Path, proxies: str, status: str) -> None:
    answer(tmp_path, TANPUHUI_PRODUCTION="0")  # makes the keys that production wants to find
    assert answer(tmp_path, TANPUHUI_PRODUCTION="1", TANPUHUI_PROXIES=proxies) == status
