"""The provider's pages: way in, keys, sandbox, debugger, documents, batches, corrections, boards."""

import csv
import io
import re

import pytest
from tests.web.conftest import deliver, record, staff_in

from tanpuhui.domain.intake import services as intake
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.httpapi.client import sign_request
from tanpuhui.kernel import clock
from tanpuhui.kernel.models import AuditEvent
from tanpuhui.web.provider import reader
from tanpuhui.web.provider.frame import batch_token


def text(response, status=200):
    assert response.status_code == status, response.status_code
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def token(town, batch_no="metro-1"):
    return batch_token(scenarios.batches_by_no(town.metro, batch_no)[0].id)


# -- the way in


def test_the_steps_follow_what_is_done(town, as_metro, django_assert_max_num_queries):
    as_metro.get("/partner/")
    with django_assert_max_num_queries(13):
        page = text(as_metro.get("/partner/"))
    assert "已完成 1 / 6" in page
    assert page.index("下一步") < page.index("沙箱里第一次签名调用")
    assert "travel/metro" in page
    as_metro.post("/partner/keys/new/", {"algorithm": "hmac-sha256", "use": "sandbox"})
    deliver(town.metro, "b1", record("P1", "ann", "travel/metro", "09:00", distance=1.0))
    assert "已完成 4 / 6" in text(as_metro.get("/partner/"))


# -- keys


def issue(client, **given):
    data = {"algorithm": "hmac-sha256", "use": "live", "label": "生产"} | given
    return client.post("/partner/keys/new/", data)


def test_a_secret_is_shown_once(town, as_metro):
    shown = issue(as_metro)
    page = text(shown)
    (key,) = parties.provider_keys(town.metro)
    secret = parties.provider_key(key.key_id).secret.decode()
    assert secret in page
    assert "no-store" in shown["Cache-Control"]
    for path in ("/partner/keys/", f"/partner/keys/{key.key_id}/revoke/"):
        assert secret not in as_metro.get(path).content.decode()
    assert "生产" in text(as_metro.get("/partner/keys/"))
    assert AuditEvent.objects.filter(tag="parties:key:issue").count() == 1


def test_ed25519_wants_a_public_key(town, as_metro):
    page = text(issue(as_metro, algorithm="ed25519", public_key="not a key"), 422)
    assert "不是 Ed25519 公钥" in page
    assert parties.provider_keys(town.metro) == []
    assert "公钥" in text(issue(as_metro, algorithm="ed25519", public_key="A" * 43 + "="))
    assert text(issue(as_metro, algorithm="md5"), 422)


def test_rotation_overlaps(town, as_metro):
    issue(as_metro)
    (old,) = parties.provider_keys(town.metro)
    assert "过渡期" in text(as_metro.get(f"/partner/keys/{old.key_id}/rotate/"))
    page = text(as_metro.post(f"/partner/keys/{old.key_id}/rotate/", {"overlap": "24"}))
    assert "有效到 2026-03-11 12:00" in page
    listed = text(as_metro.get("/partner/keys/"))
    assert "过渡中" in listed
    assert "使用中" in listed
    assert parties.provider_key(old.key_id) is not None
    again = as_metro.post(f"/partner/keys/{old.key_id}/rotate/", {"overlap": "24"})
    assert again.status_code == 404, "a key is rotated once"
    assert text(as_metro.post(f"/partner/keys/{old.key_id}/rotate/", {"overlap": "9"}), 422)


def test_revoking_is_asked_first(town, as_metro):
    issue(as_metro)
    (key,) = parties.provider_keys(town.metro)
    assert "停用这个密钥吗" in text(as_metro.get(f"/partner/keys/{key.key_id}/revoke/"))
    assert parties.provider_key(key.key_id) is not None
    page = text(as_metro.post(f"/partner/keys/{key.key_id}/revoke/", follow=True))
    assert "已停用" in page
    assert parties.provider_key(key.key_id) is None
    assert AuditEvent.objects.filter(tag="parties:key:revoke").count() == 1


def test_another_providers_key_is_not_there(town, as_metro, client):
    issue(as_metro)
    (key,) = parties.provider_keys(town.metro)
    canteen = staff_in(client.__class__(), "canteen")
    for act in ("rotate", "revoke"):
        assert canteen.get(f"/partner/keys/{key.key_id}/{act}/").status_code == 404
        assert canteen.post(f"/partner/keys/{key.key_id}/{act}/", {}).status_code == 404
    assert parties.provider_key(key.key_id) is not None


# -- sandbox and debugger


def test_a_first_call_in_the_sandbox_is_seen(town, as_metro, client):
    issue(as_metro, use="sandbox")
    (key,) = parties.provider_keys(town.metro)
    secret = parties.provider_key(key.key_id).secret.decode()
    body = (
        '{"batch_no":"first","records":[{"item_no":"S1","subject":"test-1","scenario":"travel/metro",'
        '"occurred_at":"2026-03-10T08:00:00+08:00","quantities":{"distance":12.5}}]}'
    )
    path = "/sandbox/api/v1/batches"
    headers = sign_request(
        method="POST",
        url=f"http://testserver{path}",
        key_id=key.key_id,
        secret=secret,
        body=body.encode(),
        created_s=int(clock.now().timestamp()),
    )
    given = {
        "method": "POST",
        "address": path,
        "headers": "\n".join(f"{name}: {value}" for name, value in headers.items()),
        "body": body,
    }
    page = text(as_metro.post("/partner/debugger/", given))
    assert "签名正确" in page
    assert secret not in page
    page = text(as_metro.post("/partner/debugger/", given | {"body": body + " "}))
    assert "会被拒绝" in page
    answer = client.__class__().generic(
        "POST", path, body.encode(), content_type="application/json", headers=headers
    )
    assert answer.json()["counts"] == {"counted": 1}
    page = text(as_metro.get("/partner/sandbox/"))
    assert "first" in page
    assert "S1" in page
    assert "已完成 3 / 6" in text(as_metro.get("/partner/"))
    assert "使用中" in text(as_metro.get("/partner/keys/"))
    other = staff_in(client.__class__(), "canteen")
    assert "first" not in text(other.get("/partner/sandbox/"))
    assert "没有这个有效的密钥编号" in text(other.post("/partner/debugger/", given))


# -- documents


@pytest.mark.parametrize("name", list(reader.DOCUMENTS))
def test_documents_are_pages(town, as_metro, name):
    page = as_metro.get(f"/partner/documents/{name}/")
    assert page.status_code == 200
    content = page.content.decode()
    assert 'href="provider.md' not in content
    for link in re.findall(r'href="(/partner/[^"#?]+)"', content):
        assert as_metro.get(link).status_code == 200, link


def test_samples_are_files(town, as_metro):
    for name in reader.SAMPLES:
        sent = as_metro.get(f"/partner/documents/samples/{name}")
        assert sent.content == reader.path_of_sample(name).read_bytes()
    assert as_metro.get("/partner/documents/samples/..%2Fprovider.md").status_code == 404
    assert as_metro.get("/partner/documents/nothing/").status_code == 404


# -- batches


def test_batches(busy_town, as_metro, django_assert_max_num_queries):
    as_metro.get("/partner/batches/")
    with django_assert_max_num_queries(6):
        page = text(as_metro.get("/partner/batches/"))
    assert "metro-1" in page
    assert "metro-0" in page
    assert "meal-1" not in page
    assert "部分退回" in page
    assert "无退回" in page


def test_batches_are_found_by_number_and_channel(busy_town, as_metro):
    assert "metro-0" not in text(as_metro.get("/partner/batches/?q=metro-1"))
    assert "没有符合条件的批次" in text(as_metro.get("/partner/batches/?channel=file"))
    assert "没有符合条件的批次" in text(as_metro.get("/partner/batches/?q=meal-1"))


def test_batches_as_files(busy_town, as_metro):
    rows = list(csv.reader(io.StringIO(streamed(as_metro.get("/partner/batches/?form=csv")))))
    assert [row[0] for row in rows] == ["批次", "metro-0", "metro-1"]
    assert [row[0] for row in rows[1:2]] == ["metro-0"]
    sheet = as_metro.get("/partner/batches/?form=xlsx&q=metro-1")
    assert b"".join(sheet.streaming_content).startswith(b"PK")
    for close in sheet._resource_closers:  # closing the response would close the connection
        close()
    assert "metro-1" in text(as_metro.get("/partner/batches/?form=exe"))


def streamed(response):
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode("utf-8-sig")


def test_one_batch(busy_town, as_metro, django_assert_max_num_queries):
    address = f"/partner/batches/{token(busy_town)}/"
    with django_assert_max_num_queries(6):
        page = text(as_metro.get(address))
    assert "数据项超出允许范围" in page
    assert "record.out_of_bounds" in page
    assert "尚未绑定碳账户" in page
    assert "已达到当日上限" in page
    only = text(as_metro.get(address + "?code=subject.unknown"))
    assert "record.out_of_bounds" not in only


def test_refused_rows_as_a_file(busy_town, as_metro):
    response = as_metro.get(f"/partner/batches/{token(busy_town)}/refusals.csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(streamed(response))))
    assert rows[0] == ["行", "记录编号", "原因代码", "原因", "补充说明", "原始记录"]
    known, unknown = sorted(rows[1:], key=lambda row: int(row[0]))
    assert known[:3] == ["8", "M90", "record.out_of_bounds"]
    assert known[5] == '{"distance": 500}'
    assert unknown[1:3] == ["", "subject.unknown"]
    assert unknown[5] == "", "nothing personal about somebody unknown"


def test_batches_cannot_be_walked(busy_town, as_metro, client):
    good = token(busy_town)
    number = good.partition("-")[0]
    for bad in (number, f"{number}-000000000000", f"{int(number) + 1}-{good[-12:]}", "x", "9" * 30):
        assert as_metro.get(f"/partner/batches/{bad}/").status_code == 404
    canteen = staff_in(client.__class__(), "canteen")
    assert canteen.get(f"/partner/batches/{good}/").status_code == 404
    assert canteen.get(f"/partner/batches/{good}/refusals.csv").status_code == 404


def test_long_lists_have_pages(town, as_metro):
    for n in range(22):
        deliver(
            town.metro, f"b-{n:02d}", record(f"P{n}", "ann", "travel/metro", "09:00", distance=1.0)
        )
    first = text(as_metro.get("/partner/batches/"))
    second = text(as_metro.get("/partner/batches/?page=2"))
    assert "下一页" in first
    assert "b-21" in first
    assert "b-01" in second
    assert "上一页" in second


# -- corrections


def test_withdrawing(busy_town, as_metro, client):
    page = text(as_metro.get("/partner/corrections/?items=M0%0AM1%0Anothing"))
    assert "撤回 2 条" in page
    assert "没有这个编号" in page
    given = {"items": "M0\nM1\nnothing", "act": "withdraw", "reason": "重复刷卡"}
    assert "至 200 字" in text(as_metro.post("/partner/corrections/", given | {"reason": "x"}), 422)
    page = text(as_metro.post("/partner/corrections/", given, follow=True))
    assert "已撤回 2 条；没有这个单号 1 条" in page
    assert scenarios.provider_act(busy_town.metro, "M0").code == "act.withdrawn"
    canteen = staff_in(client.__class__(), "canteen")
    assert "撤回 1 条" not in text(canteen.get("/partner/corrections/?items=M2"))
    page = text(canteen.post("/partner/corrections/", given | {"items": "M2"}, follow=True))
    assert "没有这个单号 1 条" in page
    assert scenarios.provider_act(busy_town.metro, "M2").code == "counted"


def test_correcting_one(busy_town, as_metro):
    before = scenarios.provider_act(busy_town.metro, "M0").reduction_mg
    page = text(as_metro.get("/partner/corrections/?items=M0"))
    assert "更正 M0" in page
    given = {"items": "M0", "act": "correct", "reason": "里程写错了", "q-distance": "5"}
    assert "M0" in text(as_metro.post("/partner/corrections/", given, follow=True))
    after = scenarios.provider_act(busy_town.metro, "M0")
    assert after.quantities["distance"] == "5"
    assert after.reduction_mg * 2 == before
    same = text(as_metro.post("/partner/corrections/", given), 422)
    assert "相同" in same
    wrong = text(as_metro.post("/partner/corrections/", given | {"q-distance": "x"}), 422)
    assert "应为数字" in wrong
    far = text(as_metro.post("/partner/corrections/", given | {"q-distance": "500"}), 422)
    assert "超出允许范围" in far
    assert scenarios.provider_act(busy_town.metro, "M0").quantities["distance"] == "5"


def test_many_withdrawals_are_proposed(town, as_metro):
    rides = [
        record(f"R{n}", "ann", "travel/metro", f"{6 + n // 20:02d}:{n % 20 * 3:02d}", distance=1.0)
        for n in range(60)
    ]
    deliver(town.metro, "many", *rides)
    given = {
        "items": "\n".join(f"R{n}" for n in range(60)),
        "act": "withdraw",
        "reason": "整批时间有误",
    }
    page = text(as_metro.post("/partner/corrections/", given, follow=True))
    assert "申请已提交" in page
    assert scenarios.provider_act(town.metro, "R0").code == "counted"


# -- boards


def test_consents_are_numbers(town, as_metro, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        page = text(as_metro.get("/partner/consents/"))
    assert "地铁 2 人" in page
    assert "ann" not in page


def test_the_service_board(town, as_metro, django_assert_max_num_queries):
    assert "没有调用" in text(as_metro.get("/partner/service/"))
    for code, status, took_ms in (("ok", 200, 30), ("ok", 200, 4), ("signature.stale", 401, 2)):
        intake.call_note(
            provider_id=town.metro,
            key_id="k1",
            door="api",
            operation="POST /batches",
            code=code,
            status=status,
            took_ms=took_ms,
        )
    with django_assert_max_num_queries(7):
        page = text(as_metro.get("/partner/service/?days=1"))
    assert "signature.stale" in page
    assert "100.00%" in page
    assert "50 毫秒内" in page
    assert "没有调用" in text(as_metro.get("/partner/service/?door=sandbox"))
    assert as_metro.get("/partner/service/?days=x&door=y").status_code == 200
