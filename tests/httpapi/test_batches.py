"""Batches over HTTP: what counts, what is refused and how it is told."""

import gzip
import json
import math
from datetime import timedelta

import pytest
from django.test import Client
from tests.httpapi.conftest import SYSTEM, City, people_link, ride

from tanpuhui.domain.ledger import selectors as ledger
from tanpuhui.domain.ledger import services as ledger_services
from tanpuhui.domain.ledger.states import AccountState
from tanpuhui.domain.parties import services as parties
from tanpuhui.kernel import actors, clock


def receipts(response) -> list[dict]:
    assert response.status_code == 200, response.content.decode()
    return response.json()["receipts"]


def only(response) -> dict:
    (receipt,) = receipts(response)
    return receipt


def code(response) -> str:
    content = response.json()
    assert set(content) == {"code", "message", "detail"}
    assert content["message"].endswith("。")
    return content["code"]


def balance(city: City, n: int = 0) -> int:
    return ledger.balance(city.people[n]).reduction_mg


# -- what counts


def test_a_batch_counts_and_answers_with_receipts(city):
    response = city.metro.batch("b1", ride(0), ride(1, subject="u-1"))
    answer = response.json()
    first, second = receipts(response)
    assert first["status"] == second["status"] == "counted"
    assert (first["line"], second["line"]) == (1, 2)
    assert first["receipt_no"] != second["receipt_no"]
    assert first["reduction_mg"] > 0
    assert first["points"] >= 0
    assert answer["counts"] == {"counted": 2}
    assert answer["reduction_mg"] == first["reduction_mg"] + second["reduction_mg"]
    assert balance(city) == first["reduction_mg"]


@pytest.mark.parametrize("algorithm", ["hmac-sm3", "ed25519"])
def test_other_algorithms(city, algorithm):
    assert only(city.metro.batch("b1", ride(), algorithm=algorithm))["status"] == "counted"


def test_the_same_batch_again_gives_the_same_answer(city):
    first = only(city.metro.batch("b1", ride()))
    again = only(city.metro.batch("b1", ride()))
    assert again == first | {"status": "duplicate"}
    assert balance(city) == first["reduction_mg"]


def test_same_number_other_content_is_a_conflict(city):
    first = only(city.metro.batch("b1", ride()))
    other = only(city.metro.batch("b2", ride(quantities={"distance": 20})))
    assert (other["status"], other["code"]) == ("conflict", "record.conflict")
    assert other["reduction_mg"] == 0
    assert balance(city) == first["reduction_mg"]


def test_lines_with_a_byte_order_mark_mixed_ends_and_gzip(city):
    rows = [json.dumps(ride(n)).encode() for n in range(3)]
    body = gzip.compress(b"\xef\xbb\xbf" + rows[0] + b"\r\n" + rows[1] + b"\n\r\n" + rows[2])
    response = city.metro.send(
        "POST",
        "/api/v1/batches?batch_no=b1",
        body,
        content_type="application/x-ndjson",
        headers={"Content-Encoding": "gzip"},
    )
    assert [(r["line"], r["status"]) for r in receipts(response)] == [
        (1, "counted"),
        (2, "counted"),
        (4, "counted"),
    ]


def test_json_with_a_byte_order_mark(city):
    body = b"\xef\xbb\xbf" + json.dumps({"batch_no": "b1", "records": [ride()]}).encode()
    assert only(city.metro.send("POST", "/api/v1/batches", body))["status"] == "counted"


def test_quantity_with_its_unit(city):
    plain = only(city.metro.batch("b1", ride()))
    metres = {"distance": {"value": 12500, "unit": "m"}}
    converted = only(city.metro.batch("b2", ride(1, subject="u-1", quantities=metres)))
    assert converted["reduction_mg"] == plain["reduction_mg"]


def test_one_record(city):
    first = only(city.metro.send("POST", "/api/v1/acts", ride()))
    again = only(city.metro.send("POST", "/api/v1/acts", ride()))
    assert first["status"] == "counted"
    assert again == first | {"status": "duplicate"}


def test_a_batch_can_be_asked_for(city):
    city.metro.batch("b1", ride(0), ride(1, quantities={"distance": 9999}))
    city.metro.batch("b1", ride(0))
    answer = city.metro.send("GET", "/api/v1/batches/b1").json()
    assert [d["records"] for d in answer["deliveries"]] == [2, 1]
    assert answer["deliveries"][0]["counts"]["counted"] == 1
    (refused,) = answer["deliveries"][0]["refused"]
    assert (refused["line"], refused["code"]) == (2, "record.out_of_bounds")
    unknown = city.metro.send("GET", "/api/v1/batches/nothing")
    assert (unknown.status_code, code(unknown)) == (404, "batch.not_found")
    foreign = city.other.send("GET", "/api/v1/batches/b1")
    assert foreign.status_code == 404


# -- what is refused record by record (issue 1, section H)

REFUSED = {
    "unknown scenario": ({"scenario": "travel/teleport"}, "scenario.unknown"),
    "wrong unit": ({"quantities": {"distance": {"value": 3, "unit": "kWh"}}}, "record.wrong_unit"),
    "missing quantity": ({"quantities": {}}, "record.field_missing"),
    "extra quantity": ({"quantities": {"distance": 3, "mood": 1}}, "record.unknown_field"),
    "extra field": ({"note": "x"}, "record.unknown_field"),
    "out of bounds": ({"quantities": {"distance": 500}}, "record.out_of_bounds"),
    "negative": ({"quantities": {"distance": -3}}, "record.out_of_bounds"),
    "text for a number": ({"quantities": {"distance": "3"}}, "record.not_a_number"),
    "flag for a number": ({"quantities": {"distance": True}}, "record.not_a_number"),
    "impossible speed": ({"quantities": {"distance": 60, "duration": 60}}, "record.implausible"),
    "track": ({"track": [[117.2, 31.8], [117.3, 31.8]]}, "record.raw_track_refused"),
    "track as quantity": ({"quantities": {"distance": 3, "lat": 31.8}}, "record.raw_track_refused"),
    "future": ({"occurred_at": "2026-03-10T13:00:00+08:00"}, "time.future"),
    "clock off by hours": ({"occurred_at": "2026-03-10T11:00:00Z"}, "time.future"),
    "no offset": ({"occurred_at": "2026-03-10T08:00:00"}, "time.missing"),
    "no such day": ({"occurred_at": "2026-02-30T08:00:00+08:00"}, "time.missing"),
    "before the methodology": (
        {"occurred_at": "2020-01-01T08:00:00+08:00"},
        "time.before_methodology",
    ),
    "too late": ({"occurred_at": "2025-06-01T08:00:00+08:00"}, "time.too_late"),
    "no item number": ({"item_no": ""}, "record.item_missing"),
    "control character": ({"item_no": "a\u0000"}, "record.malformed"),
    "control character in a subject": ({"subject": "u-0\u0000"}, "subject.unknown"),
    "control character in a scenario": ({"scenario": "travel\u0000"}, "scenario.unknown"),
    "control character in a name": ({"quantities": {"a\u0000": 1}}, "record.unknown_field"),
    "control character in a key": ({"asset_key": "\u0000"}, "record.malformed"),
    "long item number": ({"item_no": "x" * 5000}, "record.malformed"),
    "long field name": ({"x" * 5000: 1}, "record.unknown_field"),
}


@pytest.mark.parametrize(("changes", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_a_flawed_record_is_refused_and_the_others_count(city, changes, reason):
    flawed, good = receipts(city.metro.batch("b1", ride(5) | changes, ride(0)))
    assert (flawed["status"], flawed["code"]) == ("refused", reason)
    assert flawed["message"]
    assert flawed["receipt_no"] is None
    assert (flawed["reduction_mg"], flawed["points"]) == (0, 0)
    assert good["status"] == "counted"
    assert balance(city) == good["reduction_mg"]


def test_unknown_subject_and_missing_consent_keep_nothing_personal(city):
    people_link(city.metro, ["stranger"], consent=False)
    rows = [ride(0, subject="nobody"), ride(1, subject="stranger"), ride(2)]
    unknown, without, good = receipts(city.metro.batch("b1", *rows))
    assert (unknown["code"], without["code"]) == ("subject.unknown", "consent.missing")
    assert good["status"] == "counted"
    answer = city.metro.send("GET", "/api/v1/batches/b1").json()
    refused = answer["deliveries"][0]["refused"]
    assert {r["item_no"] for r in refused} <= {None}


def test_another_providers_subject(city):
    assert only(city.other.batch("b1", ride()))["code"] == "subject.unknown"
    assert balance(city) == 0


def test_withdrawn_consent(city):
    parties.consent_withdraw(
        actor=actors.person(city.people[0]),
        provider_id=city.metro.id,
        person_id=city.people[0],
        scenario_nos=[2],
    )
    assert only(city.metro.batch("b1", ride()))["code"] == "consent.missing"
    assert balance(city) == 0


def test_frozen_account(city):
    authority = actors.Actor(kind="staff", door="page", roles=frozenset({"authority"}))
    ledger_services.account_set_state(
        actor=authority, account_id=city.people[0], state=AccountState.FROZEN, reason="核查"
    )
    assert only(city.metro.batch("b1", ride()))["code"] == "account.not_open"


def test_midnight_belongs_to_the_citys_day(city):
    before = ride(0, occurred_at="2026-03-09T23:59:59+08:00")
    after = ride(1, occurred_at="2026-03-09T16:00:00Z", subject="u-1")
    assert {r["status"] for r in receipts(city.metro.batch("b1", before, after))} == {"counted"}
    assert [
        line.day.isoformat()
        for line in ledger.day_sums(city.people[1], until=clock.today(), days=1)
    ] == ["2026-03-10"]


# -- what is refused as a whole


def refused(response, status: int, expected: str) -> dict:
    assert response.status_code == status, response.content.decode()
    assert code(response) == expected
    return response.json()["detail"]


def test_too_many_records(city):
    rows = [ride(n % 60, item_no=f"M{n}") for n in range(10_001)]
    detail = refused(city.metro.batch("b1", *rows), 413, "batch.too_many_records")
    assert detail == {"records": 10_001, "records_max": 10_000}
    assert balance(city) == 0


def test_not_finite_numbers(city):
    body = json.dumps({"batch_no": "b1", "records": [ride(quantities={"distance": math.nan})]})
    response = city.metro.send("POST", "/api/v1/batches", body.encode())
    assert "byte" in refused(response, 400, "request.not_json")["reason"]
    lines = f"{json.dumps(ride(quantities={'distance': math.inf}))}\n{json.dumps(ride())}".encode()
    response = city.metro.send(
        "POST", "/api/v1/batches?batch_no=b2", lines, content_type="application/x-ndjson"
    )
    assert [r["code"] for r in receipts(response)] == ["record.malformed", "counted"]


@pytest.mark.parametrize(
    ("body", "headers", "status", "expected"),
    [
        (b"{", {}, 400, "request.not_json"),
        ('{"batch_no":"公交'.encode("gb18030"), {}, 400, "request.not_utf8"),
        (
            gzip.compress(b"{}", mtime=0)[:-9],
            {"Content-Encoding": "gzip"},
            400,
            "request.gzip_broken",
        ),
        (b"{}", {"Content-Encoding": "br"}, 415, "request.encoding_unsupported"),
        (b"{}", {}, 422, "request.wrong_shape"),
        (b'{"batch_no":"b","records":[]}', {}, 422, "batch.empty"),
        (b'{"batch_no":"b/1","records":[{}]}', {}, 422, "batch.number_malformed"),
    ],
)
def test_unreadable_bodies(city, body, headers, status, expected):
    response = city.metro.send("POST", "/api/v1/batches", body, headers=headers)
    refused(response, status, expected)


def test_lines_without_a_batch_number(city):
    response = city.metro.send(
        "POST", "/api/v1/batches", b"{}", content_type="application/x-ndjson"
    )
    refused(response, 422, "batch.number_missing")


def test_other_media_types(city):
    response = city.metro.send("POST", "/api/v1/batches", b"a=b", content_type="text/csv")
    refused(response, 415, "request.media_type_unsupported")


# -- who may


def test_unsigned(city):
    response = Client().post("/api/v1/batches", {}, content_type="application/json")
    refused(response, 401, "signature.missing")


def test_unknown_and_revoked_key(city):
    key_id, secret = city.metro.keys["hmac-sha256"]
    parties.provider_key_revoke(actor=SYSTEM, provider_id=city.metro.id, key_id=key_id)
    refused(city.metro.batch("b1", ride()), 401, "signature.unknown_key")
    city.metro.keys["hmac-sha256"] = ("nobody", secret)
    refused(city.metro.batch("b1", ride()), 401, "signature.unknown_key")


def test_forged(city):
    refused(city.metro.batch("b1", ride(), secret="guess"), 401, "signature.invalid")
    assert balance(city) == 0


@pytest.mark.parametrize("shift", [-301, 301])
def test_stale(city, shift):
    then = int(clock.now().timestamp()) + shift
    refused(city.metro.batch("b1", ride(), created_s=then), 401, "signature.stale")


def test_replayed(city):
    assert only(city.metro.batch("b1", ride(), nonce="n" * 16))["status"] == "counted"
    refused(city.metro.batch("b1", ride(), nonce="n" * 16), 401, "signature.replayed")
    assert only(city.other.batch("b1", ride(), nonce="n" * 16))["code"] == "subject.unknown"


def test_a_nonce_is_used_up_only_by_a_good_signature(city):
    refused(city.metro.batch("b1", ride(), nonce="n" * 16, secret="x"), 401, "signature.invalid")
    assert only(city.metro.batch("b1", ride(), nonce="n" * 16))["status"] == "counted"


def test_rate_limit(city, settings):
    settings.API_CALLS_PER_SECOND, settings.API_CALLS_AT_ONCE = 1, 3
    for _ in range(3):
        assert city.metro.send("GET", "/api/v1/scenarios").status_code == 200
    limited = city.metro.send("GET", "/api/v1/scenarios")
    refused(limited, 429, "rate.limited")
    assert limited["Retry-After"] == "1"
    assert city.other.send("GET", "/api/v1/scenarios").status_code == 200


def test_allowance_comes_back(city, settings, fixed_clock):
    settings.API_CALLS_PER_SECOND, settings.API_CALLS_AT_ONCE = 1, 1
    assert city.metro.send("GET", "/api/v1/scenarios").status_code == 200
    assert city.metro.send("GET", "/api/v1/scenarios").status_code == 429
    fixed_clock.set(fixed_clock.instant + timedelta(seconds=1))
    assert city.metro.send("GET", "/api/v1/scenarios").status_code == 200


@pytest.mark.parametrize(
    ("method", "address", "status", "expected"),
    [
        ("GET", "/api/v1/batches", 405, "request.method_not_allowed"),
        ("GET", "/api/v1/nothing", 404, "request.not_found"),
        ("GET", "/api/", 404, "request.not_found"),
        ("GET", "/api/v1/consents", 422, "request.bad_parameter"),
    ],
)
def test_wrong_addresses(db, method, address, status, expected):
    refused(Client().generic(method, address), status, expected)


def test_a_failure_tells_no_innards(city, monkeypatch, caplog):
    def broken(**_given):
        raise RuntimeError("secret innards")

    monkeypatch.setattr("tanpuhui.domain.scenarios.services.acts_ingest", broken)
    response = city.metro.batch("b1", ride())
    detail = refused(response, 500, "request.failed")
    assert b"innards" not in response.content
    assert detail["request_no"] in caplog.text
