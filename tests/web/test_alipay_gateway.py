"""Alipay's gateway: canonical text, RSA2, and the exact text that an answer's signature covers."""

import base64
import json

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st
from tests.web.city_apps import OURS, STRANGER, THEIRS, private_text, public_text

from tanpuhui.web.citizen.city_apps import alipay_gateway as gateway
from tanpuhui.web.citizen.city_apps import refusals

METHOD = "alipay.system.oauth.token"
NAME = "alipay_system_oauth_token_response"
# Made by alipay-sdk-python 3.7.1411 (get_sign_content, sign_with_rsa2) with a key thrown away.
PARAMETERS = {
    "app_id": "2021000122650399",
    "method": "alipay.system.oauth.token",
    "format": "json",
    "charset": "utf-8",
    "sign_type": "RSA2",
    "timestamp": "2026-03-10 12:00:00",
    "version": "1.0",
    "grant_type": "authorization_code",
    "code": "4b203fe6c11548bcabd8da5bb087a83b",
}
SDK_TEXT = (
    "app_id=2021000122650399&charset=utf-"
    "8&code=4b203fe6c11548bcabd8da5bb087a83b&format=json&grant_type=authorization_code&method"
    "=alipay.system.oauth.token&sign_type=RSA2&timestamp=2026-03-10 12:00:00&version=1.0"
)
SDK_SIGN = (
    "HdwvbdZhjpS+y1mqWOQ4Zp7NwiQsDkL/UxtKArPWqI6X9pLXAI+pUdobCZKfvO9c5G4ndCg1UX/wL6YMEkHLs4Tj"
    "WCIcPokBx7B2t6+ySk4v43yPWHo1ohmIbwY10sU6r9m9zo0kJzYGflOXhb1aFxPNT5FmaVNLnEOaqfU7b0afz3OK"
    "BAIPkLXsTSG/FXRgRxFCWZnUJSsiYwHLQdm8fAmV5pawsu0V5dP1Kpyvj6n0JIZmj4jEBE8iUQFghpz1Lr/mJcH0"
    "ggCx3ZwmyxXCsYwxnzXnZP+VcYxynFtOBv4JZUbhgpM1tmiN160JBXj6FqXXyZy8JgnuXR79w/b26Q=="
)
SDK_KEY = (
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAk+db33R++J0RmCLbE5iEYoZ3RflbAOv3ZUbJmRZThEUc"
    "XTCSdWsgDa6eFH7QNtOLNo2XgBnEXAgSoQ9BgWnhG3bcON80uOu8vTY81e54ehDpWUASBJJZGYV1Ytz2QB91SEjJ"
    "+IMfAYW7ikllu8qmluwiG+khjp/CUYLoj7BTfmdts6y7KR6TwowW8NPD3vww2HMbrGmNC0UC2vn3g3uZh1U+btzk"
    "SfCu1JflxQ/kBLEXENFWE+mKuezZy72OfPjyhh5vfqv8PQS8wh/k0HpeSFm6C4JUSE6esN2z9RKdnX1THwWsTj7M"
    "n155HZe6h9clZ5N1a8AmqyPIIkhaBxZRWwIDAQAB"
)


def signed(raw: str, key: rsa.RSAPrivateKey = THEIRS) -> str:
    sign = key.sign(raw.encode(), padding.PKCS1v15(), hashes.SHA256())
    return base64.b64encode(sign).decode()


def opened(text: str, *keys: rsa.RSAPrivateKey) -> dict:
    return gateway.answer_open(text, METHOD, [public_text(key) for key in keys or (THEIRS,)])


def test_requests_are_signed_as_ants_own_sdk_signs_them():
    assert gateway.signed_text(PARAMETERS) == SDK_TEXT
    assert gateway.signed_text(PARAMETERS | {"sign": "x"}) == SDK_TEXT
    assert gateway.is_signed(SDK_TEXT, SDK_SIGN, [SDK_KEY])
    sign = gateway.signature(PARAMETERS, private_text(OURS))
    assert gateway.is_signed(SDK_TEXT, sign, [public_text(OURS)])
    assert not gateway.is_signed(SDK_TEXT + " ", sign, [public_text(OURS)])
    assert not gateway.is_signed(SDK_TEXT, "not base64!", [public_text(OURS)])


def test_keys_as_alipays_tools_write_them():
    bare = [private_text(OURS), private_text(OURS, PrivateFormat.TraditionalOpenSSL)]
    bare += [
        OURS.private_bytes(Encoding.PEM, form, NoEncryption()).decode()
        for form in (PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL)
    ]
    assert {gateway.signature(PARAMETERS, key) for key in bare} == {
        gateway.signature(PARAMETERS, bare[0])
    }
    pem = f"-----BEGIN PUBLIC KEY-----\n{public_text(THEIRS)}\n-----END PUBLIC KEY-----\n"
    assert gateway.is_signed("x", signed("x"), [pem])


@pytest.mark.parametrize("flaw", ["", "MIIE", "-----BEGIN PRIVATE KEY-----", "short", "public"])
def test_keys_that_are_none(flaw):
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    text = {"short": private_text(weak), "public": public_text(OURS)}.get(flaw, flaw)
    with pytest.raises(ValueError, match="no RSA private key of at least 2048 bits") as said:
        gateway.private_key(text)
    assert not text or text not in str(said.value)
    with pytest.raises(ValueError, match="no RSA public key"):
        gateway.public_key(private_text(OURS) if flaw == "public" else flaw)


@given(
    st.dictionaries(
        st.text(max_size=5),
        st.recursive(
            st.none() | st.integers() | st.text(max_size=8),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner),
            max_leaves=6,
        ),
    ),
    st.booleans(),
    st.sampled_from([None, 1]),
)
def test_the_exact_text_of_each_member(content, is_ascii, indent):
    text = json.dumps(content, ensure_ascii=is_ascii, indent=indent)
    if not content:
        with pytest.raises(ValueError, match="Expecting value"):
            gateway.raw_members(text)
        return
    found = gateway.raw_members(text)
    assert {name: json.loads(raw) for name, raw in found.items()} == content
    assert all(raw in text for raw in found.values())


def test_an_answer_is_believed_as_it_stands_on_the_wire():
    raw = '{ "open_id":"a",\n "url":"https:\\/\\/x","n":"}\\",\\"sign\\":\\"" }'
    for text in (
        f'{{"{NAME}":{raw},"sign":"{signed(raw)}"}}',
        f' {{ "sign" : "{signed(raw)}" , "alipay_cert_sn":"1", "{NAME}" :\t{raw} }}\n',
    ):
        assert opened(text)["open_id"] == "a"
        assert opened(text, STRANGER, THEIRS)["open_id"] == "a"
        with pytest.raises(refusals.AnswerForged):
            opened(text, STRANGER)
    tidy = json.dumps(json.loads(raw))  # the same meaning in other letters
    with pytest.raises(refusals.AnswerForged):
        opened(f'{{"{NAME}":{tidy},"sign":"{signed(raw)}"}}')


@pytest.mark.parametrize(
    "text",
    [
        f'{{"{NAME}":{{"open_id":"a"}}}}',
        f'{{"{NAME}":{{"open_id":"a"}},"sign":""}}',
        f'{{"{NAME}":{{"open_id":"a"}},"sign":null}}',
        f'{{"{NAME}":{{"open_id":"a"}},"sign":7}}',
    ],
)
def test_an_answer_without_signature(text):
    with pytest.raises(refusals.AnswerForged):
        opened(text)


def test_a_signed_answer_of_another_kind_is_not_this_one():
    raw = '{"open_id":"a"}'
    other = f'{{"alipay_user_info_share_response":{raw},"sign":"{signed(raw)}"}}'
    inside = f'{{"x":{{"{NAME}":{raw}}},"sign":"{signed(raw)}"}}'
    twice = f'{{"{NAME}":{raw},"{NAME}":{{"open_id":"b"}},"sign":"{signed(raw)}"}}'
    behind = f'{{"{NAME}":{raw},"sign":"{signed(raw)}"}}{{}}'
    for text in (other, inside, twice, behind, "", "{}", "[]", '{"a":1,}', "null", "{" * 9999):
        with pytest.raises(refusals.AnswerUnclear):
            opened(text)


@pytest.mark.parametrize(
    ("content", "kind", "why"),
    [
        ({"code": "40002", "sub_code": "isv.code-invalid"}, "CodeSpent", "40002 isv.code-invalid"),
        (
            {"code": "20000", "sub_code": "isp.unknow-error"},
            "ServiceAway",
            "20000 isp.unknow-error",
        ),
        ({"code": "40003"}, "ServiceDeclined", "40003 "),
        ({}, "ServiceDeclined", " "),
        ({"code": 7, "sub_code": "<b>王\n"}, "ServiceDeclined", "7 b王"),
    ],
)
def test_refusals_need_no_signature(content, kind, why):
    for name in ("error_response", NAME):
        if name == NAME and "code" not in content:
            continue
        with pytest.raises(getattr(refusals, kind)) as said:
            opened(json.dumps({name: content}))
        assert said.value.why == why
