"""The provider's pages: batches, refusals with reasons, the file, the days."""

import csv
import io
import re

from tests.web.conftest import deliver, record

from tanpuhui.domain.scenarios import selectors as scenarios


def text(response):
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def batch_id(town, batch_no="metro-1"):
    return scenarios.batches_by_no(town.metro, batch_no)[0].id


def test_batches(busy_town, as_metro, django_assert_max_num_queries):
    as_metro.get("/partner/")
    with django_assert_max_num_queries(5):
        page = text(as_metro.get("/partner/"))
    assert "metro-1" in page
    assert "metro-0" in page
    assert "meal-1" not in page
    assert "部分退回" in page
    assert "无退回" in page


def test_batches_are_found_by_number_and_channel(busy_town, as_metro):
    assert "metro-0" not in text(as_metro.get("/partner/?q=metro-1"))
    assert "没有符合条件的批次" in text(as_metro.get("/partner/?channel=file"))
    assert "没有符合条件的批次" in text(as_metro.get("/partner/?q=meal-1"))


def test_one_batch(busy_town, as_metro, django_assert_max_num_queries):
    address = f"/partner/batches/{batch_id(busy_town)}/"
    with django_assert_max_num_queries(6):
        page = text(as_metro.get(address))
    assert "数据项超出允许范围" in page
    assert "record.out_of_bounds" in page
    assert "尚未绑定碳账户" in page
    assert "已达到当日上限" in page
    only = text(as_metro.get(address + "?code=subject.unknown"))
    assert "record.out_of_bounds" not in only


def test_refused_rows_as_a_file(busy_town, as_metro):
    response = as_metro.get(f"/partner/batches/{batch_id(busy_town)}/refusals.csv")
    assert response.streaming
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    content = b"".join(response.streaming_content)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[0] == ["行", "记录编号", "原因代码", "原因", "补充说明", "原始记录"]
    known, unknown = sorted(rows[1:], key=lambda row: int(row[0]))
    assert known[:3] == ["8", "M90", "record.out_of_bounds"]
    assert known[5] == '{"distance": 500}'
    assert unknown[1:3] == ["", "subject.unknown"]
    assert unknown[5] == "", "nothing personal about somebody unknown"


def test_reconciliation(busy_town, as_metro):
    page = text(as_metro.get("/partner/reconciliation/"))
    assert "2026-03-10" in page
    assert "合计" in page
    assert "2026-02-03" not in text(as_metro.get("/partner/reconciliation/?days=7"))
    assert "2026-02-03" in text(as_metro.get("/partner/reconciliation/?days=92"))
    assert as_metro.get("/partner/reconciliation/?days=x").status_code == 200


def test_long_lists_have_pages(town, as_metro):
    for n in range(22):
        deliver(
            town.metro, f"b-{n:02d}", record(f"P{n}", "ann", "travel/metro", "09:00", distance=1.0)
        )
    first, second = text(as_metro.get("/partner/")), text(as_metro.get("/partner/?page=2"))
    assert "下一页" in first
    assert "b-21" in first
    assert "b-01" in second
    assert "上一页" in second
