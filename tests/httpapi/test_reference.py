"""What a provider may ask, withdrawal and correction, and the committed document."""

import json

import msgspec
import pytest
from tests.httpapi.conftest import ride

from tanpuhui.domain.ledger import selectors as ledger
from tanpuhui.httpapi import api, records
from tanpuhui.httpapi.errors import CODES


def test_scenarios_tell_what_to_send(city):
    answer = city.metro.send("GET", "/api/v1/scenarios").json()
    guides = {guide["id"]: guide for guide in answer["scenarios"]}
    assert len(guides) == 24
    metro = guides["travel/metro"]
    assert metro["is_permitted"] is True
    assert metro["methodology"].startswith("HF-TR-002/")
    distance = next(field for field in metro["fields"] if field["name"] == "distance")
    assert (distance["unit"], distance["places"], distance["is_required"]) == ("km", 3, True)
    assert (distance["minimum"], distance["maximum"]) == ("0.1", "80")
    etc = guides["travel/etc"]
    assert etc["is_points_only"] is True
    assert etc["methodology"] is None
    assert "fuel" in etc["fields"][0]["choices"]


def test_every_scenario_takes_a_record_made_from_its_guide(city):
    """The guide alone is enough to write a record that is understood."""
    guides = city.metro.send("GET", "/api/v1/scenarios").json()["scenarios"]
    rows = []
    for number, guide in enumerate(guides):
        quantities = {}
        for field in guide["fields"]:
            if field["choices"]:
                quantities[field["name"]] = field["choices"][0]
            else:
                low, high = float(field["minimum"]), float(field["maximum"])
                quantities[field["name"]] = round(low + (high - low) / 4, field["places"])
        rows.append(
            ride(number, item_no=f"G{number}", scenario=guide["id"], quantities=quantities)
            | {"occurred_at": f"2026-03-{1 + number % 9:02d}T08:{number:02d}:00+08:00"}
        )
    answer = city.metro.batch("b1", *rows).json()
    told = {r["code"] for r in answer["receipts"]}
    assert not told & {
        "record.unknown_field",
        "record.field_missing",
        "record.not_a_number",
        "record.unknown_choice",
        "record.out_of_bounds",
        "scenario.unknown",
        "time.after_methodology",
    }, answer["counts"]


def test_consents_of_a_subject(city):
    answer = city.metro.send("GET", "/api/v1/consents?subject=u-0").json()
    assert answer["subject"] == "u-0"
    assert len(answer["consents"]) == 24
    state = next(c for c in answer["consents"] if c["scenario"] == "travel/metro")
    assert state["text_version"] == "quantify-general/1"
    assert state["withdrawn_at"] is None


def test_consents_of_another_providers_subject(city):
    response = city.other.send("GET", "/api/v1/consents?subject=u-0")
    assert (response.status_code, response.json()["code"]) == (404, "subject.not_found")


def test_withdraw(city):
    city.metro.batch("b1", ride(0), ride(1))
    before = ledger.balance(city.people[0]).reduction_mg
    asked = {"items": ["M0", "M9"], "reason": "重复上传"}
    answer = city.metro.send("POST", "/api/v1/acts/withdraw", asked).json()
    assert answer == {"items": {"M0": "withdrawn", "M9": "unknown"}}
    assert ledger.balance(city.people[0]).reduction_mg == before // 2
    again = city.metro.send("POST", "/api/v1/acts/withdraw", asked).json()
    assert again == {"items": {"M0": "already", "M9": "unknown"}}
    assert ledger.balance(city.people[0]).reduction_mg == before // 2


def test_another_provider_withdraws_nothing(city):
    city.metro.batch("b1", ride(0))
    asked = {"items": ["M0"], "reason": "不是我的"}
    assert city.other.send("POST", "/api/v1/acts/withdraw", asked).json() == {
        "items": {"M0": "unknown"}
    }


def test_correct(city):
    (first,) = city.metro.batch("b1", ride(0)).json()["receipts"]
    asked = {
        "batch_no": "c1",
        "reason": "里程登记错误",
        "records": [ride(0, quantities={"distance": 6.25}), ride(7)],
    }
    corrected, unknown = city.metro.send("POST", "/api/v1/acts/correct", asked).json()["receipts"]
    assert corrected["status"] == "counted"
    assert 0 < corrected["reduction_mg"] < first["reduction_mg"]
    assert corrected["receipt_no"] == first["receipt_no"]
    assert unknown["code"] == "record.unknown_item"
    assert ledger.balance(city.people[0]).reduction_mg == corrected["reduction_mg"]


@pytest.mark.parametrize(
    "body",
    [{"items": [], "reason": "xx"}, {"items": ["a"] * 1001, "reason": "xx"}, {"items": ["a"]}],
)
def test_malformed_withdrawals(city, body):
    response = city.metro.send("POST", "/api/v1/acts/withdraw", body)
    assert (response.status_code, response.json()["code"]) == (422, "request.wrong_shape")


def test_document_is_the_committed_one():
    told = "the API changed: run `python manage.py openapi_write` and read the difference"
    assert json.loads(api.DOCUMENT.read_text()) == json.loads(api.document()), told


def test_document_refers_to_nothing_unknown():
    content = json.loads(api.document())
    text = json.dumps(content)
    names = set(content["components"]["schemas"])
    used = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert used <= names
    assert names <= used | {"Input"}
    assert {"Record", "Batch", "Receipt", "Refusal"} <= names
    for path in content["paths"].values():
        for operation in path.values():
            assert operation["summary"]
            assert operation["security"] == [{"signature": []}]


def test_document_is_served_without_a_signature(db, client):
    response = client.get("/api/v1/openapi.json")
    assert response.status_code == 200
    assert response.json()["info"]["title"] == "碳普惠数据接口"


def test_every_refusal_says_what_why_and_what_to_do():
    for code, (status, sentence) in CODES.items():
        assert 400 <= status <= 503, code
        assert sentence.endswith("。"), code
        assert "请" in sentence, code


def test_schema_of_a_record_accepts_a_record():
    msgspec.convert(ride(), records.Record)
