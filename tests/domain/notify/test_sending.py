"""Messages leave after the request, once, with patience; and leave nothing behind."""

import base64
import hashlib
import hmac
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.db import connection

from tanpuhui.domain.notify import services
from tanpuhui.domain.notify.models import Outgoing
from tanpuhui.domain.notify.services import senders

PHONE, KEY = "13800001234", "a-shared-key"


class Flaky:
    def __init__(self, failures):
        self.failures, self.sent = failures, []

    def send(self, message_id, channel, recipient, text):
        if self.failures:
            self.failures -= 1
            raise senders.NotSent("status_503")
        self.sent.append((message_id, channel, recipient, text))


@pytest.fixture
def flaky(monkeypatch, settings):
    settings.NOTIFY_IN_BACKGROUND = False
    made = Flaky(0)
    monkeypatch.setattr(senders, "current", lambda: made)
    return made


def queue(**changes):
    return services.sms_queue(
        **{"phone": PHONE, "text": "验证码 123456", "stale_after_s": 300} | changes
    )


def test_sent_once_and_forgotten(db, fixed_clock, flaky):
    number = queue()
    row = Outgoing.objects.get()
    assert PHONE not in row.recipient_sealed
    assert "123456" not in row.text_sealed
    assert services.outgoing_deliver_due() == 1
    assert flaky.sent == [(f"out_{number}", "sms", PHONE, "验证码 123456")]
    row.refresh_from_db()
    assert (row.state, row.recipient_sealed, row.text_sealed) == ("sent", "", "")
    assert services.outgoing_deliver_due() == 0


def test_tried_again_later(db, fixed_clock, flaky):
    flaky.failures = 2
    queue()
    for wait_s in (0, 2, 10):
        fixed_clock.set(fixed_clock() + timedelta(seconds=wait_s))
        services.outgoing_deliver_due()
        assert services.outgoing_deliver_due() == 0
    assert len(flaky.sent) == 1
    assert Outgoing.objects.get().attempts == 3


def test_given_up_when_worthless_or_hopeless(db, fixed_clock, flaky):
    queue(stale_after_s=60)
    fixed_clock.set(fixed_clock() + timedelta(seconds=60))
    services.outgoing_deliver_due()
    assert (flaky.sent, Outgoing.objects.get().trouble) == ([], "stale")
    flaky.failures = 99
    queue(stale_after_s=99_999)
    for _ in range(12):
        fixed_clock.set(fixed_clock() + timedelta(seconds=700))
        services.outgoing_deliver_due()
    row = Outgoing.objects.last()
    assert (row.state, row.attempts, row.recipient_sealed) == ("given_up", 6, "")


def test_many_workers_send_each_message_once(committed, fixed_clock, flaky):
    for _ in range(12):
        queue()

    def work(_):
        try:
            return services.outgoing_deliver_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 12
    assert len({one[0] for one in flaky.sent}) == 12


class Gateway(BaseHTTPRequestHandler):
    status = 200

    def log_message(self, *args): ...

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((dict(self.headers), body))
        self.send_response(self.status)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.fixture
def gateway(settings):
    server = HTTPServer(("127.0.0.1", 0), Gateway)
    server.received = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.NOTIFY_URL = f"http://127.0.0.1:{server.server_port}/send"
    settings.NOTIFY_KEY = KEY
    yield server
    server.shutdown()
    server.server_close()


def test_the_gateway_can_check_who_sends(gateway):
    senders.current().send("out_7", "sms", PHONE, "您好")
    headers, body = gateway.received[0]
    headers = {name.lower(): value for name, value in headers.items()}
    assert json.loads(body) == {"id": "out_7", "channel": "sms", "to": PHONE, "text": "您好"}
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(KEY.encode(), signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


@pytest.mark.parametrize("status", [302, 400, 500])
def test_anything_but_yes_is_a_failure(gateway, monkeypatch, status):
    monkeypatch.setattr(Gateway, "status", status)
    with pytest.raises(senders.NotSent, match=f"status_{status}"):
        senders.current().send("out_7", "sms", PHONE, "您好")
    assert len(gateway.received) == 1  # no redirect was followed


def test_no_gateway_answers(settings):
    settings.NOTIFY_URL = "http://127.0.0.1:9/"
    with pytest.raises(senders.NotSent):
        senders.current().send("out_7", "sms", PHONE, "您好")


def test_the_console_masks_and_is_not_for_production(settings, capsys):
    settings.NOTIFY_URL = ""
    senders.current().send("out_7", "sms", PHONE, "您好")
    shown = capsys.readouterr().err
    assert "138****1234：您好" in shown
    assert PHONE not in shown
    settings.PRODUCTION = True
    with pytest.raises(senders.NotSent):
        senders.current().send("out_7", "sms", PHONE, "您好")
