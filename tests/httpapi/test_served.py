"""Against a running server with real commits: delivery in parallel, and bodies that go wrong."""

import http.client
import json
import math
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection
from tests.httpapi.conftest import people_link, provider_open, ride

from tanpuhui.domain.ledger import selectors as ledger
from tanpuhui.domain.scenarios.pipeline import writing
from tanpuhui.httpapi import bodies
from tanpuhui.httpapi.client import ProviderClient, sign_request
from tanpuhui.kernel import clock


@pytest.fixture
def metro(served):
    provider = provider_open("metro")
    provider.people = people_link(provider, [f"u-{n}" for n in range(50)])
    provider.address = served
    return provider


def client_of(provider, algorithm="hmac-sha256") -> ProviderClient:
    key_id, secret = provider.keys[algorithm]
    return ProviderClient(f"http://{provider.address}", key_id, secret, algorithm)


def rides(count: int, *, people: int = 50) -> list[dict]:
    """Ten minutes apart for each person; the longest batch takes a day and a half of the past."""
    start = datetime.combine(clock.today() - timedelta(days=3), datetime.min.time())
    start = start.replace(hour=6, tzinfo=clock.city_zone())
    return [
        ride(0)
        | {
            "item_no": f"M{n}",
            "subject": f"u-{n % people}",
            "occurred_at": (start + timedelta(minutes=10 * (n // people))).isoformat(),
        }
        for n in range(count)
    ]


def balances(provider) -> int:
    return sum(ledger.balance(number).reduction_mg for number in provider.people)


def test_the_same_batch_eight_times_in_parallel_counts_once(metro):
    rows = rides(200)
    barrier = threading.Barrier(8)

    def send(n: int):
        barrier.wait()
        return client_of(metro).post_batch("b1", rows, compress=n % 2 == 0, as_lines=n % 3 == 0)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    assert [answer.status for answer in answers] == [200] * 8
    statuses = [{r["status"] for r in answer.content["receipts"]} for answer in answers]
    assert sorted(map(sorted, statuses)) == [["counted"]] + [["duplicate"]] * 7
    firsts = [[r["reduction_mg"] for r in answer.content["receipts"]] for answer in answers]
    assert all(first == firsts[0] for first in firsts)
    assert balances(metro) == sum(firsts[0])
    assert ledger.proof().is_clean


def test_one_nonce_in_parallel_is_taken_once(metro):
    body = json.dumps({"batch_no": "b1", "records": rides(1)}).encode()
    key_id, secret = metro.keys["hmac-sha256"]
    url = f"http://{metro.address}/api/v1/batches"
    headers = sign_request(method="POST", url=url, key_id=key_id, secret=secret, body=body)
    barrier = threading.Barrier(8)

    def send(_n: int) -> int:
        barrier.wait()
        talk = http.client.HTTPConnection(metro.address, timeout=20)
        talk.request("POST", "/api/v1/batches", body, headers)
        status = talk.getresponse().status
        talk.close()
        return status

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(send, range(8))) == [200] + [401] * 7


def test_different_batches_of_the_same_people_in_parallel_keep_the_caps(metro):
    """Ten deliveries race for a cap of five rides a day."""
    rows = rides(10, people=1)

    def send(n: int):
        return client_of(metro).post_batch(f"b{n}", [rows[n]]).content["receipts"][0]

    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(send, range(10)))
    codes = [receipt["code"] for receipt in receipts]
    assert codes.count("counted") == 5, codes
    assert codes.count("cap.day") == 5
    assert balances(metro) == sum(receipt["reduction_mg"] for receipt in receipts)
    assert ledger.proof().is_clean


def test_algorithms_and_questions_with_the_sample_client(metro):
    for algorithm in ("hmac-sha256", "hmac-sm3", "ed25519"):
        client = client_of(metro, algorithm)
        assert client.post_act(rides(1)[0]).status == 200
    assert len(client.get_batch("nothing").content["message"]) > 5
    assert client.withdraw(["M0"], "测试撤回").content == {"items": {"M0": "withdrawn"}}
    assert balances(metro) == 0


def raw(provider, head: str, *parts: bytes, finish: bool = True) -> tuple[int, str]:
    """Send bytes as they are; the answer's status and code."""
    host, _, port = provider.address.partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as talk:
        talk.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n")
        for part in parts:
            talk.sendall(part)
        if not finish:
            talk.shutdown(socket.SHUT_WR)
        with http.client.HTTPResponse(talk, method="POST") as answer:
            answer.begin()
            return answer.status, json.loads(answer.read())["code"]


HEAD = "POST /api/v1/batches HTTP/1.1\nHost: 127.0.0.1\nContent-Type: application/json\n"


def test_fifty_megabytes_are_refused_before_they_are_sent(metro):
    answer = raw(metro, f"{HEAD}Content-Length: {50 * bodies.MIB}")
    assert answer == (413, "request.too_large")


def test_chunked_bodies_are_told_to_bring_their_length(metro):
    answer = raw(metro, f"{HEAD}Transfer-Encoding: chunked", b"2\r\n{}\r\n0\r\n\r\n")
    assert answer == (411, "request.length_required")


def test_a_body_cut_short_counts_nothing(metro):
    body = json.dumps({"batch_no": "b1", "records": rides(50)}).encode()
    key_id, secret = metro.keys["hmac-sha256"]
    url = f"http://{metro.address}/api/v1/batches"
    headers = sign_request(method="POST", url=url, key_id=key_id, secret=secret, body=body)
    lines = "\n".join(f"{name}: {value}" for name, value in headers.items())
    head = f"POST /api/v1/batches HTTP/1.1\nHost: 127.0.0.1\n{lines}\nContent-Length: {len(body)}"
    assert raw(metro, head, body[:1000], finish=False) == (400, "request.cut_short")
    assert balances(metro) == 0
    assert client_of(metro).post_batch("b1", rides(50)).content["counts"] == {"counted": 50}


def test_ten_thousand_records_and_one_more(metro):
    rows = rides(10_001)
    client = client_of(metro)
    refused = client.post_batch("b1", rows, compress=True)
    assert (refused.status, refused.content["code"]) == (413, "batch.too_many_records")
    answer = client.post_batch("b1", rows[:10_000], compress=True)
    assert answer.status == 200
    assert len(answer.content["receipts"]) == 10_000
    assert balances(metro) == answer.content["reduction_mg"]
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from scenarios_act")
        assert cursor.fetchone()[0] == 10_000


def test_database_lost_in_mid_batch(metro, monkeypatch):
    """The session dies after evidence and entries are written; redelivery counts it, once."""
    honest = writing.write_refusals

    def lost(work, cursor, batch_id):
        monkeypatch.setattr(writing, "write_refusals", honest)
        cursor.execute("select pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setattr(writing, "write_refusals", lost)
    client = client_of(metro)
    answer = client.post_batch("b1", rides(50))
    assert (answer.status, answer.content["code"]) == (503, "request.unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert balances(metro) == 0
    assert client.post_batch("b1", rides(50)).content["counts"] == {"counted": 50}
    assert ledger.proof().is_clean


def test_too_much_is_not_even_sent_by_the_sample_client(metro):
    with pytest.raises(ValueError, match="smaller batches"):
        client_of(metro).send("POST", "/api/v1/batches", bytes(21 << 20))


def test_not_finite_is_not_even_sent_by_the_sample_client(metro):
    with pytest.raises(ValueError, match="JSON"):
        client_of(metro).post_act(ride(quantities={"distance": math.nan}))
