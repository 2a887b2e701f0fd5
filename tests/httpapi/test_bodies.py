"""Bodies that are too large, cut short, badly compressed or badly encoded."""

import gzip

import pytest
from django.test import RequestFactory

from tanpuhui.httpapi import bodies
from tanpuhui.httpapi.errors import RequestRefused

TEXT = '{"记录": 1}'.encode()


def code_of(call, *given) -> str:
    with pytest.raises(RequestRefused) as refusal:
        call(*given)
    return refusal.value.code


def test_plain_and_gzip():
    assert bodies.plain(TEXT, "") == TEXT
    assert bodies.plain(TEXT, "identity") == TEXT
    assert bodies.plain(gzip.compress(TEXT), "gzip") == TEXT


def test_gzip_of_several_members():
    assert bodies.plain(gzip.compress(b"[1,") + gzip.compress(b"2]"), "GZIP") == b"[1,2]"


def test_byte_order_mark_is_dropped():
    assert bodies.plain(b"\xef\xbb\xbf" + TEXT, "") == TEXT


@pytest.mark.parametrize("cut", [0, 1, 9, 15, -8, -1])
def test_truncated_gzip(cut):
    whole = gzip.compress(TEXT * 100)
    assert code_of(bodies.plain, whole[:cut], "gzip") == "request.gzip_broken"


def test_gzip_with_a_wrong_checksum_or_trailing_rubbish():
    whole = gzip.compress(TEXT)
    broken = whole[:-8] + bytes(4) + whole[-4:]
    assert code_of(bodies.plain, broken, "gzip") == "request.gzip_broken"
    assert code_of(bodies.plain, whole + b"rubbish", "gzip") == "request.gzip_broken"
    assert code_of(bodies.plain, TEXT, "gzip") == "request.gzip_broken"


def test_gzip_bomb_is_not_unpacked(monkeypatch):
    monkeypatch.setattr(bodies, "PLAIN_BYTES_MAX", 1_000_000)
    bomb = gzip.compress(bytes(50_000_000))
    assert len(bomb) < 100_000
    assert code_of(bodies.plain, bomb, "gzip") == "request.expands_too_much"
    members = gzip.compress(bytes(600_000)) * 2
    assert code_of(bodies.plain, members, "gzip") == "request.expands_too_much"
    assert len(bodies.plain(gzip.compress(b" " * 1_000_000), "gzip")) == 1_000_000


@pytest.mark.parametrize("coding", ["br", "deflate", "gzip, gzip", "zstd"])
def test_other_codings(coding):
    assert code_of(bodies.plain, TEXT, coding) == "request.encoding_unsupported"


@pytest.mark.parametrize("text", [b"\xff\xfe{\x00}\x00", "公交".encode("gb18030"), b'"\xc3("'])
def test_other_encodings(text):
    assert code_of(bodies.plain, text, "") == "request.not_utf8"


class _Untouchable:
    def read(self, *_given):
        raise AssertionError("the body was read")


def test_too_large_is_refused_before_reading():
    request = RequestFactory().post("/", b"", content_type="application/json")
    request.META["CONTENT_LENGTH"] = str(50 * 1024 * 1024)
    request._stream = _Untouchable()
    assert code_of(bodies.read, request) == "request.too_large"


@pytest.mark.parametrize("announced", ["", None, "-1", "many"])
def test_length_is_required(announced):
    request = RequestFactory().post("/", b"{}", content_type="application/json")
    request.META["CONTENT_LENGTH"] = announced
    assert code_of(bodies.read, request) == "request.length_required"


def test_shorter_than_announced():
    request = RequestFactory().post("/", b"{}", content_type="application/json")
    request.META["CONTENT_LENGTH"] = "20"
    assert code_of(bodies.read, request) == "request.cut_short"
