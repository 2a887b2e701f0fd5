"""The sample client signs exactly what RFC 9421 says."""

import re

from tanpuhui.httpapi.client import sign_request


def test_signature_base_by_hand():
    headers = sign_request(
        method="GET",
        url="https://carbon.example.cn/api/v1/consents?subject=u-1",
        key_id="k1",
        secret="s",
        created_s=1_785_500_000,
        nonce="n" * 16,
    )
    assert headers["Signature-Input"] == (
        'sig1=("@method" "@path" "@query");created=1785500000;keyid="k1";'
        'nonce="nnnnnnnnnnnnnnnn";alg="hmac-sha256"'
    )
    # openssl dgst -sha256 -hmac s over the four lines of the signature base
    assert headers["Signature"] == "sig1=:Mqu2XI8whILe1WqxHRPAlSNpdpVP7YYkHJ8r3SP3pBw=:"


def test_every_call_has_its_own_nonce():
    def nonce() -> str:
        headers = sign_request(method="GET", url="http://h/", key_id="k", secret="s")
        return re.search('nonce="([^"]+)"', headers["Signature-Input"])[1]

    assert len({nonce() for _ in range(100)}) == 100
