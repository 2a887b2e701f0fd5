"""The samples of the documentation, run as a partner would, against a running server."""

import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from tests.factories.database import value
from tests.httpapi.conftest import people_link, provider_open

from tanpuhui.domain.intake import selectors as intake
from tanpuhui.kernel import clock

SAMPLES = Path(__file__).resolve().parents[2] / "docs" / "api" / "samples"
COMMANDS = {
    "send.sh": ["bash"],
    "send.py": [sys.executable],
    "Send.java": ["java"],
}
NEEDS = {"send.sh": ("curl", "openssl", "base64"), "send.py": (), "Send.java": ("java",)}


@pytest.fixture
def metro(served):
    provider = provider_open("metro")
    people_link(provider, ["test-1"])
    provider.address = served
    return provider


def run(provider, name, batch_no, base=""):
    if lacking := [one for one in NEEDS[name] if shutil.which(one) is None]:
        pytest.skip(f"{name} needs {'、'.join(lacking)}")
    key_id, secret = provider.keys["hmac-sha256"]
    hour_ago = (clock.now() - timedelta(hours=1)).astimezone(clock.city_zone())
    return subprocess.run(
        [*COMMANDS[name], SAMPLES / name, batch_no, hour_ago.isoformat(timespec="seconds")],
        env={
            "PATH": os.environ["PATH"],
            "TANPUHUI_URL": f"http://{provider.address}{base}",
            "TANPUHUI_KEY": key_id,
            "TANPUHUI_SECRET": secret,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("name", list(COMMANDS))
def test_a_sample_reports_a_ride(metro, name):
    tried = run(metro, name, "s1", "/sandbox")
    assert tried.returncode == 0, tried.stdout + tried.stderr
    assert "counted" in tried.stdout
    assert intake.trials(metro.id)[0].batch_no == "s1"
    assert value("select count(*) from scenarios_act") == 0
    sent = run(metro, name, "b1")
    assert sent.returncode == 0, sent.stdout + sent.stderr
    assert "counted" in sent.stdout
    assert value("select count(*) from scenarios_act") == 1


@pytest.mark.parametrize("name", list(COMMANDS))
def test_a_sample_shows_a_refusal(metro, name):
    metro.keys["hmac-sha256"] = (metro.keys["hmac-sha256"][0], "0" * 64)
    refused = run(metro, name, "b1")
    assert refused.returncode != 0
    assert "signature.invalid" in refused.stdout + refused.stderr
