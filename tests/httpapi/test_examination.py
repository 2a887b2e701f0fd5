"""The signature debugger: what is wrong is named, and no secret or right signature leaves it."""

import base64
import gzip
import hashlib
import hmac
import json
from urllib.parse import quote, urlencode

import pytest
from tests.httpapi.conftest import ride

from tanpuhui.httpapi.client import sign_request
from tanpuhui.httpapi.examination import examine
from tanpuhui.httpapi.gateway import wire
from tanpuhui.kernel import clock

URL = "https://carbon.example.cn/api/v1/batches"
BODY = json.dumps({"batch_no": "b1", "records": [ride(0)]})


def signed(provider, *, algorithm="hmac-sha256", body=BODY, **changes):
    key_id, secret = provider.keys[algorithm]
    given = {
        "method": "POST",
        "url": URL,
        "key_id": key_id,
        "secret": secret,
        "algorithm": algorithm,
        "body": body.encode() if isinstance(body, str) else body,
        "created_s": int(clock.now().timestamp()),
    }
    return sign_request(**(given | changes))


def look(provider, headers, *, method="POST", address=URL, body=BODY):
    text = "\n".join(f"{name}: {value}" for name, value in headers.items())
    return examine(provider_id=provider.id, method=method, address=address, headers=text, body=body)


def wrong(found):
    return {one.title: one.text for one in found.findings if one.state == "bad"}


@pytest.mark.parametrize("algorithm", ["hmac-sha256", "hmac-sm3", "ed25519"])
def test_a_right_request(city, algorithm):
    found = look(city.metro, signed(city.metro, algorithm=algorithm))
    assert found.is_right, wrong(found)
    base = next(one.shown for one in found.findings if one.title == "签名")
    assert base.startswith('"@method": POST\n"@path": /api/v1/batches\n')
    assert base.splitlines()[-1].startswith('"@signature-params": ("@method"')


def test_compressed_bytes_are_pasted_as_base64(city):
    packed = gzip.compress(BODY.encode())
    headers = signed(city.metro, body=packed)
    found = look(city.metro, headers, body="base64:" + base64.b64encode(packed).decode())
    assert found.is_right


def test_headers_may_be_pasted_from_curl(city):
    lines = "\n".join(f"  -H '{name}: {value}' \\" for name, value in signed(city.metro).items())
    found = examine(provider_id=city.metro.id, method="post", address=URL, headers=lines, body=BODY)
    assert found.is_right, wrong(found)


@pytest.mark.parametrize(
    ("changes", "title", "words"),
    [
        ({"created_s": 1_000}, "时间", "比平台早"),
        ({"created_s": 1773115200 * 1000}, "时间", "毫秒"),
        ({"created_s": 1773115200 - 8 * 3600}, "时间", "正好差 8 小时"),
        ({"body": BODY.encode() + b"\n"}, "正文摘要", "加一个换行"),
        ({"method": "GET"}, "签名", "方法为 GET"),
        ({"url": URL + "/"}, "签名", "末尾带斜线"),
        ({"url": URL.replace("/api/", "/sandbox/api/")}, "签名", "以 /sandbox 开头"),
        ({"key_id": "k-nobody"}, "密钥", "没有这个有效的密钥编号"),
        ({"secret": "0" * 64}, "签名", "逐行核对"),
    ],
)
def test_usual_mistakes_are_named(city, changes, title, words):
    found = look(city.metro, signed(city.metro, **changes))
    assert not found.is_right
    assert words in wrong(found)[title]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda base, secret: (base + b"\n", secret), "末尾多了一个换行"),
        (lambda base, secret: (base.replace(b"\n", b"\r\n"), secret), "CR LF"),
        (lambda base, secret: (base, bytes.fromhex(secret.decode())), "十六进制"),
        (lambda base, secret: (base, secret.upper()), "大写"),
    ],
)
def test_mistakes_in_the_signature_base_are_named(city, change, words):
    headers = signed(city.metro)
    right = look(city.metro, headers)
    base = next(one.shown for one in right.findings if one.title == "签名")
    text, secret = change(base.encode(), city.metro.keys["hmac-sha256"][1].encode())
    other = base64.b64encode(hmac.new(secret, text, hashlib.sha256).digest()).decode()
    found = look(city.metro, headers | {"Signature": f"sig1=:{other}:"})
    assert words in wrong(found)["签名"]


def test_nothing_secret_leaves(city):
    secret = city.metro.keys["hmac-sha256"][1]
    headers = signed(city.metro)
    forged = headers | {"Signature": "sig1=:" + "A" * 43 + "=:"}
    said = json.dumps([vars(one) for one in look(city.metro, forged).findings], ensure_ascii=False)
    assert secret not in said
    assert headers["Signature"].split(":")[1] not in said, "no oracle for right signatures"


def test_another_provider_learns_nothing(city):
    found = look(city.other, signed(city.metro))
    assert "没有这个有效的密钥编号" in wrong(found)["密钥"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Signature": "x", "Signature-Input": "?"},
        {"Signature-Input": "sig1=()", "Signature": "sig1=::"},
    ],
)
def test_headers_that_say_nothing(city, headers):
    assert "签名头" in wrong(look(city.metro, headers))


def gateway_call(provider, sign_type="HmacSHA1", *, encode=None, **changes):
    key_id, secret = provider.keys[wire.SIGN_TYPES[sign_type][0]]
    common = {
        "method": "antchain.carbon.ecar.offsetdatum.list",
        "version": "1.0",
        "sign_type": sign_type,
        "req_time": f"{clock.now():%Y-%m-%dT%H:%M:%SZ}",
        "req_msg_id": "m-00000001",
        "access_key": key_id,
    } | changes
    own = {"name": "地铁 一号/线"}
    text = wire.signed_text(common | own)
    if encode:
        text = "&".join(f"{n}={encode((common | own)[n])}" for n in sorted(common | own))
    sign = wire.mac(text, secret.encode(), sign_type)
    return f"/gateway.do?{urlencode(common | {'sign': sign}, quote_via=quote)}", urlencode(own)


@pytest.mark.parametrize("sign_type", ["HmacSHA1", "HmacSHA256", "HmacSM3"])
def test_the_gateways_form(city, sign_type):
    address, body = gateway_call(city.metro, sign_type)
    found = look(city.metro, {}, address=address, body=body)
    assert found.is_right, wrong(found)


def test_mistakes_in_the_gateways_form(city):
    address, body = gateway_call(city.metro, encode=str)
    assert "百分号" in wrong(look(city.metro, {}, address=address, body=body))["签名"]
    address, body = gateway_call(city.metro, req_time="2026-03-10 12:00:00")
    assert "世界时" in wrong(look(city.metro, {}, address=address, body=body))["时间"]
    address, body = gateway_call(city.metro)
    assert "没有这个有效" in wrong(look(city.other, {}, address=address, body=body))["密钥"]
    assert "缺少" in wrong(look(city.metro, {}, address="/gateway.do?a=b", body=""))["公共参数"]
