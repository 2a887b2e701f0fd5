"""The sandbox answers like the real door and keeps nothing; calls are counted for their provider."""

import pytest
from tests.factories.database import counts, value
from tests.httpapi.conftest import SYSTEM, ride

from tanpuhui.domain.intake import selectors as intake
from tanpuhui.domain.parties import services as parties

LIVE, SANDBOX = "/api/v1/batches", "/sandbox/api/v1/batches"


def send(provider, address, *rows, **options):
    return provider.send("POST", address, {"batch_no": "b1", "records": list(rows)}, **options)


def test_the_sandbox_answers_as_the_real_door_and_keeps_nothing(city):
    rows = [ride(0), ride(1, quantities={"distance": 500}), ride(2, subject="nobody")]
    before = counts()
    tried = send(city.metro, SANDBOX, *rows)
    assert tried.status_code == 200
    assert counts() == before
    real = send(city.metro, LIVE, *rows)
    assert real.json() == tried.json()
    assert counts() != before


def test_test_people_are_bound_and_willing_in_the_sandbox_only(city):
    rows = [
        ride(0, subject="test-1"),
        ride(1, subject="test-unlinked"),
        ride(2, subject="test-no-consent"),
    ]
    codes = [one["code"] for one in send(city.metro, SANDBOX, *rows).json()["receipts"]]
    assert codes == ["counted", "subject.unknown", "consent.missing"]
    codes = [one["code"] for one in send(city.metro, LIVE, *rows).json()["receipts"]]
    assert codes == ["subject.unknown"] * 3
    assert value("select count(*) from parties_subjectlink where subject like 'test-%%'") == 0


def test_what_a_sandbox_call_gave_can_be_looked_up(city):
    send(city.metro, SANDBOX, ride(0, subject="test-1"), ride(1, quantities={"distance": 500}))
    (kept,) = intake.trials(city.metro.id)
    assert (kept.batch_no, kept.records, kept.counts["counted"]) == ("b1", 2, 1)
    shown = city.metro.send("GET", f"{SANDBOX}/b1").json()
    assert shown["deliveries"][0]["refused"][0]["code"] == "record.out_of_bounds"
    assert city.metro.send("GET", f"{LIVE}/b1").status_code == 404
    assert intake.trials(city.other.id) == []


def test_withdrawal_and_questions_in_the_sandbox(city):
    city.metro.batch("b1", ride(0))
    body = {"items": ["M0"], "reason": "测试撤回"}
    answer = city.metro.send("POST", "/sandbox/api/v1/acts/withdraw", body)
    assert answer.json() == {"items": {"M0": "withdrawn"}}
    again = city.metro.send("POST", "/sandbox/api/v1/acts/withdraw", body)
    assert again.json() == {"items": {"M0": "withdrawn"}}, "nothing was taken back"
    corrected = {
        "batch_no": "c1",
        "reason": "测试更正",
        "records": [ride(0, quantities={"distance": 1})],
    }
    assert city.metro.send("POST", "/sandbox/api/v1/acts/correct", corrected).status_code == 200
    assert value("select max(revision) from scenarios_act") == 0
    asked = city.metro.send("GET", "/sandbox/api/v1/consents?subject=test-7")
    assert len(asked.json()["consents"]) > 1


def test_a_sandbox_key_opens_the_sandbox_only(city):
    key = parties.provider_key_issue(actor=SYSTEM, provider_id=city.metro.id, is_sandbox=True)
    city.metro.keys["hmac-sha256"] = key
    assert send(city.metro, SANDBOX, ride(0)).status_code == 200
    refused = send(city.metro, LIVE, ride(0))
    assert (refused.status_code, refused.json()["code"]) == (401, "signature.sandbox_key")


def test_a_message_for_the_sandbox_is_none_for_the_real_door(city):
    signed = {}

    class Catch:
        def __getattr__(self, name):
            return lambda *args, **named: signed.update(named["headers"]) or self

    from tests.httpapi import conftest

    original, conftest.Client = conftest.Client, Catch
    try:
        send(city.metro, SANDBOX, ride(0))
    finally:
        conftest.Client = original
    import json

    from django.test import Client

    body = json.dumps({"batch_no": "b1", "records": [ride(0)]}, ensure_ascii=False).encode()
    answer = Client().generic("POST", LIVE, body, content_type="application/json", headers=signed)
    assert answer.json()["code"] == "signature.invalid"


def test_calls_are_counted_by_outcome(city):
    city.metro.batch("b1", ride(0))
    city.metro.batch("b2", ride(1))
    city.metro.batch("b3", ride(2), secret="wrong" * 8)
    send(city.metro, SANDBOX, ride(3))
    city.metro.send("GET", f"{LIVE}/b1")
    board = intake.call_board(city.metro.id, days=1)
    assert (board.calls, board.refused, board.failed) == (4, 1, 0)
    assert board.codes == (("signature.invalid", 401, 1),)
    assert {line.operation: line.calls for line in board.lines} == {
        "POST /batches": 3,
        "GET /batches/{batch_no}": 1,
    }
    assert board.p50_ms <= board.p95_ms
    assert board.answered_share == "100.00%"
    assert intake.call_board(city.metro.id, days=1, doors=["sandbox"]).calls == 1
    assert intake.call_board(city.other.id, days=1).calls == 0
    assert set(intake.keys_last_used(city.metro.id)) == {city.metro.keys["hmac-sha256"][0]}


@pytest.mark.parametrize("address", ["/sandbox/api/v1/nothing", "/sandbox/api/v2/batches"])
def test_other_addresses_of_the_sandbox(city, address):
    assert city.metro.send("GET", address).json()["code"] == "request.not_found"
