"""`sign-in.json`: which city apps, and what is refused before anybody is sent anywhere."""

import json

import pytest
from tests.web.city_apps import OURS, SECRET, THEIRS, private_text, public_text

from tanpuhui.config import sign_in

OPENID = {
    "code": "wanshitong",
    "title": "皖事通",
    "server": "https://idp.example",
    "client_id": "c",
    "secret": SECRET,
}
WEIXIN = {"kind": "weixin", "client_id": "wx520c15f417810387", "secret": SECRET}
ALIPAY = {
    "kind": "alipay",
    "client_id": "2021000122650399",
    "secret": private_text(OURS),
    "public_keys": [public_text(THEIRS)],
}


def load(tmp_path, *entries):
    path = tmp_path / "sign-in.json"
    path.write_text(json.dumps(entries), encoding="utf-8")
    return sign_in.load(path)


def test_three_kinds(tmp_path):
    found = load(tmp_path, OPENID, WEIXIN, ALIPAY | {"code": "alipay", "title": "支付宝城市服务"})
    assert [(one.provider, one.code, one.title) for one in found] == [
        ("openid_connect", "wanshitong", "皖事通"),
        ("weixin", "weixin", "微信"),
        ("alipay", "alipay", "支付宝城市服务"),
    ]
    assert {sign_in.urlsplit(a).hostname for one in found for a in one.addresses} == {
        "idp.example",
        "open.weixin.qq.com",
        "api.weixin.qq.com",
        "openauth.alipay.com",
        "openapi.alipay.com",
    }
    for text in (SECRET, private_text(OURS)):
        assert text not in repr(found)
    assert sign_in.load(tmp_path / "none.json") == []


def test_sandbox_addresses(tmp_path):
    sandbox = "https://openapi-sandbox.dl.alipaydev.com/gateway.do"
    (found,) = load(tmp_path, ALIPAY | {"gateway": sandbox})
    assert sign_in.providers([found])["alipay"]["APPS"][0]["settings"]["gateway"] == sandbox


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([WEIXIN | {"kind": "qq"}], "entry 1: kind: one of openid, weixin, alipay"),
        ([OPENID, {"kind": "weixin"}], "entry 2: .*client_id"),
        ([WEIXIN | {"nickname": True}], "nickname"),
        ([WEIXIN, WEIXIN], "entry 2: weixin stands twice"),
        ([OPENID, OPENID], "entry 2: wanshitong stands twice"),
        ([OPENID | {"code": "alipay"}], "alipay is the name of a kind"),
        ([WEIXIN | {"code": "wechat"}], "is called weixin"),
        ([WEIXIN | {"subject": "nickname"}], "subject: one of openid, unionid"),
        ([ALIPAY | {"subject": "mobile"}], "subject: one of open_id, user_id"),
        ([OPENID | {"server": "http://idp.example"}], "https"),
        ([WEIXIN | {"token": "http://api.weixin.qq.com/x"}], "https"),
        ([ALIPAY | {"gateway": "ftp://127.0.0.2/"}], "https"),
        ([ALIPAY | {"public_keys": []}], "public_keys"),
        ([ALIPAY | {"public_keys": "MIIB"}], "no RSA public key"),
        ([ALIPAY | {"secret": SECRET}], "no RSA private key"),
    ],
)
def test_what_is_refused(tmp_path, entries, said):
    with pytest.raises(ValueError, match=said) as error:
        load(tmp_path, *entries)
    assert SECRET not in str(error.value)
