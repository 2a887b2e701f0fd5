"""RFC 9421 signatures: good ones pass, everything else has its own code."""

import base64
import hashlib
import hmac
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from tanpuhui.httpapi import signing
from tanpuhui.httpapi.client import sign_request
from tanpuhui.httpapi.errors import RequestRefused

NOW_S = 1_785_500_000
URL = "http://localhost/api/v1/batches?batch_no=b1"
BODY = '{"batch_no":"b1","note":"地铁"}'.encode()
PRIVATE = Ed25519PrivateKey.generate()
PEM = PRIVATE.private_bytes(
    serialization.Encoding.PEM,
    serialization.PrivateFormat.PKCS8,
    serialization.NoEncryption(),
).decode()
SECRETS = {"hmac-sha256": "ab" * 32, "hmac-sm3": "cd" * 32, "ed25519": PEM}


def public_text(key: Ed25519PublicKey, form: str) -> str:
    if form == "pem":
        return key.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ).decode()
    return base64.b64encode(key.public_bytes_raw()).decode()


def key_of(algorithm: str, form: str = "pem") -> signing.VerificationKey:
    return signing.VerificationKey(
        "k1", algorithm, SECRETS[algorithm].encode(), public_text(PRIVATE.public_key(), form)
    )


def signed(algorithm: str = "hmac-sha256", **changes) -> signing.SignedMessage:
    given_ = {"method": "POST", "url": URL, "body": BODY, "created_s": NOW_S, "nonce": "n" * 16}
    given_ |= changes
    headers = sign_request(key_id="k1", secret=SECRETS[algorithm], algorithm=algorithm, **given_)
    return signing.SignedMessage(given_["method"], given_["url"], headers, given_["body"])


def check(message: signing.SignedMessage, key=None, now_s: int = NOW_S) -> signing.Claim:
    stated = signing.claim(message)
    signing.verify(message, stated, key or key_of("hmac-sha256"), now_s=now_s)
    return stated


def code_of(message: signing.SignedMessage, key=None, now_s: int = NOW_S) -> str:
    with pytest.raises(RequestRefused) as refusal:
        check(message, key, now_s)
    assert refusal.value.status == 401
    return refusal.value.code


def with_headers(message: signing.SignedMessage, **changes: str) -> signing.SignedMessage:
    headers = dict(message.headers)
    for name, value in changes.items():
        headers[name.replace("_", "-")] = value
    return replace(message, headers=headers)


@pytest.mark.parametrize("algorithm", list(SECRETS))
def test_each_algorithm(algorithm):
    stated = check(signed(algorithm), key_of(algorithm))
    assert stated.key_id == "k1"
    assert stated.nonce == "n" * 16


def test_ed25519_key_as_base64():
    check(signed("ed25519"), key_of("ed25519", "base64"))


def test_request_without_a_body_needs_no_digest():
    message = signed(method="GET", url="http://localhost/api/v1/scenarios", body=None)
    assert "Content-Digest" not in message.headers
    check(message)


@pytest.mark.parametrize("algorithm", ["hmac-sm3", "ed25519"])
def test_another_algorithm_than_the_keys(algorithm):
    assert code_of(signed(algorithm)) == "signature.invalid"


@pytest.mark.parametrize("name", ["Signature", "Signature-Input"])
def test_missing(name):
    message = signed()
    headers = {k: v for k, v in message.headers.items() if k != name}
    assert code_of(replace(message, headers=headers)) == "signature.missing"


@pytest.mark.parametrize("shift", [-301, 301, -86_400, 10**9])
def test_stale(shift):
    assert code_of(signed(), now_s=NOW_S + shift) == "signature.stale"


@pytest.mark.parametrize("shift", [-300, 0, 300])
def test_within_the_window(shift):
    check(signed(), now_s=NOW_S + shift)


def test_changed_body():
    assert code_of(replace(signed(), body=BODY + b" ")) == "signature.digest_mismatch"


def test_changed_body_and_digest():
    other = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
    message = with_headers(signed(), Content_Digest=f"sha-256=:{other}:")
    assert code_of(replace(message, body=b"other")) == "signature.invalid"


@pytest.mark.parametrize(
    "change",
    [
        {"method": "PUT"},
        {"url": URL.replace("batches", "acts")},
        {"url": URL.replace("b1", "b2")},
        {"url": URL + "&x=1"},
    ],
)
def test_changed_request_line(change):
    assert code_of(replace(signed(), **change)) == "signature.invalid"


def test_changed_content_type():
    message = with_headers(signed(), Content_Type="application/x-ndjson")
    assert code_of(message) == "signature.invalid"


def test_wrong_secret():
    key = replace(key_of("hmac-sha256"), secret=b"other")
    assert code_of(signed(), key) == "signature.invalid"


@pytest.mark.parametrize("position", range(0, 43, 6))
def test_any_changed_byte_of_the_signature(position):
    message = signed()
    text = list(message.headers["Signature"])
    place = len("sig1=:") + position
    text[place] = "A" if text[place] != "A" else "B"
    assert code_of(with_headers(message, Signature="".join(text))) in {
        "signature.invalid",
        "signature.malformed",
    }


@pytest.mark.parametrize(
    "lost", ['"@method" ', '"@path" ', '"@query" ', '"content-digest"', '"content-type" ']
)
def test_coverage_that_is_too_small(lost):
    message = signed()
    stated = message.headers["Signature-Input"]
    assert lost in stated
    cut = stated.replace(lost, "")
    assert code_of(with_headers(message, Signature_Input=cut)) == "signature.malformed"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (';nonce="nnnnnnnnnnnnnnnn"', ""),
        (';nonce="nnnnnnnnnnnnnnnn"', ';nonce="short"'),
        (f";created={NOW_S}", ""),
        (f";created={NOW_S}", f';created="{NOW_S}"'),
        (';keyid="k1"', ""),
        (';keyid="k1"', ';keyid="k 1"'),
        ('"@method"', '"@method";req'),
        ("sig1=", "sig1=("),
        ("sig1=", "sig0=();created=1, sig1="),
    ],
)
def test_malformed_parameters(old, new):
    message = signed()
    stated = message.headers["Signature-Input"]
    assert old in stated
    changed = with_headers(message, Signature_Input=stated.replace(old, new))
    assert code_of(changed) == "signature.malformed"


def test_signature_over_a_claimed_but_other_nonce():
    message = signed()
    stated = message.headers["Signature-Input"].replace("n" * 16, "m" * 16)
    assert code_of(with_headers(message, Signature_Input=stated)) == "signature.invalid"


@given(st.text(max_size=300), st.text(max_size=100))
@settings(max_examples=200)
def test_no_header_text_crashes_the_verifier(stated, signature):
    message = signing.SignedMessage(
        "POST", URL, {"Signature-Input": stated, "Signature": signature}, BODY
    )
    with pytest.raises(RequestRefused):
        check(message)


@pytest.mark.parametrize("name", ["sha-256", "sha-512", "sm3"])
def test_digest_algorithms(name):
    digest = base64.b64encode(signing.DIGESTS[name](BODY)).decode()
    signing.check_digest(f"{name}=:{digest}:", BODY)
    with pytest.raises(RequestRefused, match="不一致"):
        signing.check_digest(f"{name}=:{digest}:", b"x")


@pytest.mark.parametrize("field", ["", "md5=:AAAA:", "sha-256=:!!:", "sha-256=AAAA=x"])
def test_useless_digests(field):
    with pytest.raises(RequestRefused):
        signing.check_digest(field, BODY)


def test_every_named_digest_must_hold():
    good = base64.b64encode(hashlib.sha256(BODY).digest()).decode()
    bad = base64.b64encode(bytes(32)).decode()
    with pytest.raises(RequestRefused):
        signing.check_digest(f"sha-256=:{good}:, sm3=:{bad}:", BODY)


def test_hmac_example_of_rfc_9421():
    """Appendix B.2.5: test-shared-secret signs date, @authority and content-type."""
    secret = base64.b64decode(
        "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ=="
    )
    base = (
        '"date": Tue, 20 Apr 2021 02:07:55 GMT\n'
        '"@authority": example.com\n'
        '"content-type": application/json\n'
        '"@signature-params": ("date" "@authority" "content-type")'
        ';created=1618884473;keyid="test-shared-secret"'
    )
    expected = base64.b64decode("pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=")
    assert hmac.new(secret, base.encode(), hashlib.sha256).digest() == expected
    key = signing.VerificationKey("test-shared-secret", "hmac-sha256", secret)
    message = signing.SignedMessage(
        "POST",
        "http://example.com/foo",
        {
            "Date": "Tue, 20 Apr 2021 02:07:55 GMT",
            "Content-Type": "application/json",
            "Signature-Input": 'sig-b25=("date" "@authority" "content-type")'
            ';created=1618884473;keyid="test-shared-secret"',
            "Signature": "sig-b25=:pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:",
        },
    )
    signing._Verifier(key).verify(message, max_age=None)
