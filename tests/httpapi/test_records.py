"""Records: all at once where they fit, one by one where one does not."""

import json

import pytest

from tanpuhui.httpapi import records
from tanpuhui.httpapi.errors import RequestRefused

GOOD = {
    "item_no": "M1",
    "subject": "u-1",
    "scenario": "travel/metro",
    "occurred_at": "2026-03-10T08:00:00+08:00",
    "quantities": {"distance": 12.5},
}


def body(*rows, batch_no="b1") -> bytes:
    return json.dumps({"batch_no": batch_no, "records": list(rows)}).encode()


def code_of(call, *given) -> str:
    with pytest.raises(RequestRefused) as refusal:
        call(*given)
    return refusal.value.code


def flaw_of(changes: dict, *, drop: str = "") -> records.Flaw | None:
    row = {k: v for k, v in (GOOD | changes).items() if k != drop}
    _, decoded = records.decode_batch(body(GOOD, row))
    assert 0 not in decoded.flaws
    assert len(decoded.records) == 2
    return decoded.flaws.get(1)


def test_good_batch():
    batch_no, decoded = records.decode_batch(body(GOOD, GOOD | {"asset_key": "k"}))
    assert batch_no == "b1"
    assert decoded.lines == [1, 2]
    assert not decoded.flaws
    assert decoded.records[1].asset_key == "k"


@pytest.mark.parametrize(
    ("changes", "code", "note"),
    [
        ({"speed": 1}, "record.unknown_field", "speed"),
        ({"track": [[117.2, 31.8]]}, "record.raw_track_refused", "track"),
        ({"gps": "117.2,31.8"}, "record.raw_track_refused", "gps"),
        ({"stops": ["a", "b"]}, "record.raw_track_refused", "stops"),
        ({"quantities": {"points": [1, 2]}}, "record.raw_track_refused", "points"),
        ({"quantities": {"distance": [1, 2]}}, "record.raw_track_refused", "distance"),
        ({"quantities": {"distance": True}}, "record.not_a_number", "distance"),
        (
            {"quantities": {"distance": {"value": "1", "unit": "m"}}},
            "record.not_a_number",
            "distance",
        ),
        ({"quantities": {"distance": {"value": 1}}}, "record.not_a_number", "distance"),
        ({"quantities": 5}, "record.malformed", "quantities"),
        ({"item_no": 7}, "record.malformed", "item_no"),
        ({"subject": None}, "record.field_missing", "subject"),
        ({"asset_key": 5}, "record.malformed", "asset_key"),
    ],
)
def test_flawed_record_keeps_its_place(changes, code, note):
    assert flaw_of(changes) == records.Flaw(code, note)


@pytest.mark.parametrize("name", ["item_no", "subject", "scenario", "occurred_at", "quantities"])
def test_missing_field(name):
    assert flaw_of({}, drop=name) == records.Flaw("record.field_missing", name)


def test_flawed_record_shows_what_could_be_read():
    _, decoded = records.decode_batch(body(GOOD | {"x": 1}, 5, "text", None))
    assert decoded.records[0].item_no == "M1"
    assert decoded.raws[0].startswith('{"item_no"')
    assert [decoded.flaws[i].code for i in (1, 2, 3)] == ["record.malformed"] * 3


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"", "request.not_json"),
        (b"{", "request.not_json"),
        (b"[1]", "request.wrong_shape"),
        (b'{"batch_no":"b1"}', "request.wrong_shape"),
        (b'{"batch_no":1,"records":[]}', "request.wrong_shape"),
        (b'{"batch_no":"b1","records":[],"x":1}', "request.wrong_shape"),
        (b'{"batch_no":"b1","records":[]}', "batch.empty"),
        (b'{"batch_no":"","records":[{}]}', "batch.number_missing"),
        (b'{"batch_no":"a b","records":[{}]}', "batch.number_malformed"),
        (b'{"batch_no":"b1","records":[{"quantities":{"a":NaN}}]}', "request.not_json"),
        (b'{"batch_no":"b1","records":[{"quantities":{"a":Infinity}}]}', "request.not_json"),
        (b'{"batch_no":"b1","records":' + b"[" * 100_000, "request.too_deep"),
    ],
)
def test_bad_envelope(text, code):
    assert code_of(records.decode_batch, text) == code


def test_number_out_of_every_range_is_a_flaw_of_its_record():
    text = body(GOOD, GOOD).replace(b"12.5", b"1e999", 1)
    _, decoded = records.decode_batch(text)
    assert decoded.flaws[0].code == "record.malformed"
    assert 1 not in decoded.flaws


def test_count_limits():
    row = json.dumps(GOOD)
    full = f'{{"batch_no":"b","records":[{",".join([row] * 10_000)}]}}'.encode()
    assert len(records.decode_batch(full)[1].records) == 10_000
    over = full.replace(b"[{", b"[" + row.encode() + b",{", 1)
    assert code_of(records.decode_batch, over) == "batch.too_many_records"
    assert code_of(records.decode_lines, (row + "\n").encode() * 10_001) == "batch.too_many_records"


def test_lines_with_mixed_ends_and_empty_lines():
    row = json.dumps(GOOD).encode()
    decoded = records.decode_lines(row + b"\r\n" + row + b"\n\n" + row + b"\r" + b"  \n" + row)
    assert decoded.lines == [1, 2, 4, 6]
    assert not decoded.flaws


def test_one_broken_line_refuses_one_record():
    row = json.dumps(GOOD).encode()
    decoded = records.decode_lines(row + b"\n{oops\n" + row.replace(b"12.5", b"NaN") + b"\n" + row)
    assert [decoded.flaws[i].code for i in sorted(decoded.flaws)] == ["record.malformed"] * 2
    assert sorted(decoded.flaws) == [1, 2]
    assert decoded.raws[1] == "{oops"


@pytest.mark.parametrize("text", [b"", b"\n\r\n  \n"])
def test_no_lines(text):
    assert code_of(records.decode_lines, text) == "batch.empty"
