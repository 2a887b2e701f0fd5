"""Files in the browser: taken by content, mapped, tried, imported, stopped, mended, reconciled."""

import csv
import io
import json
import re
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.web.conftest import staff_in
from tests.web.test_provider_pages import streamed, text

from tanpuhui.domain.intake import selectors as intake
from tanpuhui.domain.intake import services
from tanpuhui.domain.intake.services import background, runs, uploads
from tanpuhui.domain.ledger import selectors as ledger
from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.kernel import clock, jobs

HEAD = "行程号,会员号,进站时间,出站时间,里程(m)"
GOOD = [
    f"T{n},ann,2026-03-10 0{6 + n}:00:00,2026-03-10 0{6 + n}:25:00,{10_000 + n}" for n in range(3)
]
BAD = [
    "T8,ann,2026-03-10 11:00:00,2026-03-10 11:20:00,500000",
    "T9,nobody,2026-03-10 11:30:00,2026-03-10 11:40:00,5000",
]
CSV = "\n".join([HEAD, *GOOD, *BAD]) + "\n"
MAPPING = {
    "scenario": "travel/metro",
    "title": "地铁行程",
    "item_no": ["行程号", ""],
    "subject": "会员号",
    "occurred_at": "进站时间",
    "ended_at": "出站时间",
    "time_form": "%Y-%m-%d %H:%M:%S",
    "time_zone": "Asia/Shanghai",
    "encoding": "utf-8",
    "separator": ",",
    "f-distance": "里程(m)",
    "u-distance": "m",
    "f-duration": "@computed",
}


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """Background work is done before the answer."""

    def start(*, provider_id, token, is_anew, **rest):
        runs.run_work(provider_id, token, is_anew=is_anew)

    monkeypatch.setattr(background, "start", start)


@pytest.fixture(autouse=True)
def own_home(settings, tmp_path):
    settings.HOME = tmp_path
    return tmp_path


def bring(client, content=CSV, name="trips.csv"):
    data = content.encode() if isinstance(content, str) else content
    answer = client.post("/partner/imports/", {"file": SimpleUploadedFile(name, data)})
    assert answer.status_code == 302, text(answer, answer.status_code)
    return answer["Location"].rstrip("/").rpartition("/")[2]


def refused(client, content, name="trips.csv"):
    data = content.encode() if isinstance(content, str) else content
    return text(client.post("/partner/imports/", {"file": SimpleUploadedFile(name, data)}), 422)


def saved(client, token, **changes):
    answer = client.post(f"/partner/imports/{token}/mapping/", MAPPING | {"act": "save"} | changes)
    assert answer.status_code == 302, text(answer, answer.status_code)
    return answer["Location"].rpartition("=")[2]


def run(client, token, profile, act="import"):
    return text(
        client.post(f"/partner/imports/{token}/run/", {"profile": profile, "act": act}, follow=True)
    )


def test_from_file_to_book(town, as_metro, django_assert_max_num_queries):
    token = bring(as_metro)
    page = text(as_metro.get(f"/partner/imports/{token}/mapping/?scenario=travel/metro"))
    assert "进站到出站时长" in page
    html = as_metro.get(f"/partner/imports/{token}/mapping/?scenario=travel/metro").content.decode()
    assert re.search(r'value="行程号" selected', html), "columns are guessed by their names"
    assert re.search(r'value="里程\(m\)" selected', html)
    assert re.search(r'value="m" selected', html), "the unit stands in the column's name"
    preview = text(
        as_metro.post(f"/partner/imports/{token}/mapping/", MAPPING | {"act": "preview"})
    )
    assert "3 / 5 行会计入" in preview
    assert "distance 10" in preview
    assert "duration 1500" in preview
    assert "超出允许范围" in preview
    profile = saved(as_metro, token)
    tried = run(as_metro, token, profile, "trial")
    assert "试算结果（没有入账）" in tried
    assert ledger.balance(town.ann).reduction_mg == 0
    done = run(as_metro, token, profile)
    assert "导入结果" in done
    upload = intake.upload(town.metro, token)
    assert upload.state == "done"
    assert upload.report["counts"]["counted"] == 3
    assert ledger.balance(town.ann).reduction_mg == upload.report["reduction_mg"] > 0
    assert "接口" not in text(as_metro.get("/partner/batches/?channel=file")).partition("状态")[2]
    assert ledger.proof().is_clean
    with django_assert_max_num_queries(7):
        as_metro.get(f"/partner/imports/{token}/")
    again = run(as_metro, token, profile, "anew")
    assert "重复，先前已收到" in again
    assert ledger.balance(town.ann).reduction_mg == upload.report["reduction_mg"]


def test_refused_rows_come_back_mended(town, as_metro):
    token = bring(as_metro)
    profile = saved(as_metro, token)
    run(as_metro, token, profile)
    listed = streamed(as_metro.get(f"/partner/imports/{token}/refused.csv"))
    rows = list(csv.reader(io.StringIO(listed)))
    assert rows[0] == ["行号", "编号", "原始内容", "代码", "原因"]
    by_code = {row[3]: row for row in rows[1:]}
    assert by_code["subject.unknown"][2] == "", "nothing of somebody unknown"
    mended = by_code["record.out_of_bounds"][2].replace("500000", "5000")
    out = io.StringIO()
    csv.writer(out).writerows([rows[0], ["6", "", mended, "", ""]])
    answer = as_metro.post(
        f"/partner/imports/{token}/mended/",
        {"file": SimpleUploadedFile("mended.csv", out.getvalue().encode("gb18030"))},
    )
    fresh = answer["Location"].rstrip("/").rpartition("/")[2]
    assert "更正自 trips.csv" in text(as_metro.get(f"/partner/imports/{fresh}/"))
    run(as_metro, fresh, profile)
    assert intake.upload(town.metro, fresh).report["counts"] == {"counted": 1}
    assert scenarios.provider_act(town.metro, "T8").quantities["distance"] == "5"


def test_only_our_own_list_is_taken_back(town, as_metro):
    token = bring(as_metro)
    run(as_metro, token, saved(as_metro, token))
    for content, words in (
        ("a,b\n1,2\n", "这不是下载的未通过清单"),
        ("行号,编号,原始内容,代码,原因\n", "没有可以重新报送的行"),
    ):
        page = text(
            as_metro.post(
                f"/partner/imports/{token}/mended/",
                {"file": SimpleUploadedFile("x.csv", content.encode())},
                follow=True,
            )
        )
        assert words in page


def workbook():
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    for line, row in enumerate(CSV.splitlines()):
        for column, value in enumerate(row.split(",")):
            if line and column == 4:
                sheet.write_number(line, column, int(value))
            else:
                sheet.write_string(line, column, value)
    book.close()
    return out.getvalue()


def ndjson():
    names = HEAD.split(",")
    rows = [dict(zip(names, line.split(","), strict=True)) for line in CSV.splitlines()[1:]]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def parquet():
    out = io.BytesIO()
    pl.read_csv(io.StringIO(CSV)).write_parquet(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("trips.bin", CSV, "csv"),
        ("trips.csv", CSV.encode("gb18030"), "csv"),
        ("trips.csv", CSV.replace(",", ";"), "csv"),
        ("trips.csv", workbook(), "xlsx"),
        ("trips", ndjson(), "ndjson"),
        ("trips.txt", parquet(), "parquet"),
    ],
    ids=["csv", "gb18030", "semicolons", "xlsx", "ndjson", "parquet"],
)
def test_kinds_are_known_by_content(town, as_metro, name, content, kind):
    token = bring(as_metro, content, name)
    upload = intake.upload(town.metro, token)
    assert upload.kind == kind
    assert upload.columns == tuple(HEAD.split(","))
    given = {"encoding": upload.encoding or "utf-8", "separator": upload.separator or ","}
    profile = saved(as_metro, token, **given)
    run(as_metro, token, profile)
    found = intake.upload(town.metro, token)
    assert (found.error, found.state) == ("", "done")
    assert found.report["counts"]["counted"] == 3


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "文件是空的"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"MZ\x90\x00", "程序"),
        (b"PK\x03\x04 broken", "压缩包不完整"),
        (b"\x1f\x8b\x08", "先解压"),
        (b"<html><script>", "网页"),
        (b"[1, 2]", "NDJSON"),
        (b"a,b\0c", "不是文本"),
        ("a,b".encode("utf-16"), "UTF-16"),
        (b"a,a\n1,2\n", "重复出现"),
        (b"PAR1 nothing", "Parquet"),
    ],
)
def test_other_files_are_refused_and_not_kept(town, as_metro, content, words):
    assert words in refused(as_metro, content)
    assert list(uploads.folder().iterdir()) == []
    assert intake.uploads(town.metro) == []


def test_too_large_a_file_is_not_kept(town, as_metro, settings):
    settings.UPLOAD_BYTES_MAX = 200_000
    assert "超过 0 MB" in refused(as_metro, b"a,b\n" + b"1,2\n" * 100_000)
    assert list(uploads.folder().iterdir()) == []


def test_names_are_random_and_private(town, as_metro):
    bring(as_metro, CSV, "../../etc/passwd.csv")
    (stored,) = uploads.folder().iterdir()
    assert "passwd" not in stored.name
    assert stored.stat().st_mode & 0o077 == 0
    assert "passwd.csv" in text(as_metro.get("/partner/imports/"))


def test_another_providers_files_and_mappings_are_not_there(town, as_metro, client):
    token = bring(as_metro)
    profile = saved(as_metro, token)
    run(as_metro, token, profile)
    canteen = staff_in(client.__class__(), "canteen")
    for path in ("", "mapping/", "refused.csv"):
        assert canteen.get(f"/partner/imports/{token}/{path}").status_code == 404
    for path in ("run/", "stop/", "delete/"):
        answer = canteen.post(f"/partner/imports/{token}/{path}", {"profile": profile})
        assert answer.status_code == 404
    mine = bring(canteen)
    answer = canteen.post(f"/partner/imports/{mine}/run/", {"profile": profile, "act": "trial"})
    assert answer.status_code == 404
    assert canteen.get(f"/partner/mappings/{profile}/").status_code == 404
    assert canteen.post(f"/partner/mappings/{profile}/delete/").status_code == 404
    assert "trips.csv" not in text(canteen.get("/partner/mappings/"))


def test_stopping_and_going_on(town, as_metro, monkeypatch):
    monkeypatch.setattr(runs, "CHUNK_ROWS", 1)
    monkeypatch.setattr(runs, "LIFE_EVERY_S", 0)
    token = bring(as_metro)
    profile = saved(as_metro, token)
    honest = runs._Life.tell
    seen = []

    def tell(self, progress):
        seen.append(progress.rows_done)
        if progress.stage == "import" and len([one for one in seen if one]) == 2:
            runs.run_stop(actor=actor, provider_id=town.metro, token=token)
        honest(self, progress)

    from tanpuhui.kernel import actors

    actor = actors.provider(town.metro, door="page")
    monkeypatch.setattr(runs._Life, "tell", tell)
    page = run(as_metro, token, profile)
    assert "已停止" in page
    held = ledger.balance(town.ann).acts if hasattr(ledger.balance(town.ann), "acts") else None
    monkeypatch.setattr(runs._Life, "tell", honest)
    run(as_metro, token, profile)
    upload = intake.upload(town.metro, token)
    assert upload.state == "done"
    assert upload.report["counts"]["counted"] == 3, held
    assert ledger.proof().is_clean


def test_work_without_a_sign_of_life_can_be_taken_up(town, as_metro, monkeypatch, fixed_clock):
    monkeypatch.setattr(background, "start", lambda **named: None)
    token = bring(as_metro)
    profile = saved(as_metro, token)
    assert "正在导入" in run(as_metro, token, profile)
    busy = as_metro.post(f"/partner/imports/{token}/run/", {"profile": profile, "act": "import"})
    assert busy.status_code == 409
    fixed_clock.set("2026-03-10T12:16:00+08:00")
    assert "已中断" in text(as_metro.get(f"/partner/imports/{token}/"))
    answer = as_metro.post(f"/partner/imports/{token}/run/", {"profile": profile, "act": "import"})
    assert answer.status_code == 302


def test_a_dead_workers_file_is_taken_over(town, as_metro, monkeypatch, fixed_clock):
    monkeypatch.undo()
    monkeypatch.setattr(clock, "now", fixed_clock)
    monkeypatch.setattr(runs, "CHUNK_ROWS", 2)
    monkeypatch.setattr(runs, "LIFE_EVERY_S", 0)
    token = bring(as_metro)
    profile = saved(as_metro, token)
    run(as_metro, token, profile)
    honest = jobs.Progress.move

    def dies(self, done, total=None):
        if done:
            raise SystemExit

    monkeypatch.setattr(jobs.Progress, "move", dies)
    registered = {background.KIND: runs.run_job}
    with pytest.raises(SystemExit):
        jobs.work_one(registered)
    assert intake.upload(town.metro, token).state == "running"
    monkeypatch.setattr(jobs.Progress, "move", honest)
    assert not jobs.work_one(registered), "not lost yet"
    fixed_clock.set("2026-03-10T12:02:00+08:00")
    assert jobs.work_one(registered)
    upload = intake.upload(town.metro, token)
    assert (upload.state, upload.report["counts"]["counted"]) == ("done", 3)
    assert ledger.proof().is_clean


def test_deleting_the_file(town, as_metro):
    token = bring(as_metro)
    page = text(as_metro.post(f"/partner/imports/{token}/delete/", follow=True))
    assert "原始文件已删除" in page
    assert list(uploads.folder().iterdir()) == []
    assert as_metro.get(f"/partner/imports/{token}/mapping/").status_code == 409


def test_files_are_deleted_after_a_week(town, as_metro, fixed_clock):
    token = bring(as_metro)
    fixed_clock.set("2026-03-18T12:00:00+08:00")
    assert intake.upload(town.metro, token).is_kept
    services.sweep()
    assert not intake.upload(town.metro, token).is_kept
    assert list(Path(uploads.folder()).iterdir()) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"subject": ""}, "用户标识"),
        ({"item_no": ["", ""]}, "记录编号"),
        ({"f-distance": ""}, "必须报送"),
        ({"ended_at": ""}, "结束时间"),
        ({"u-distance": "kWh"}, "量纲不同"),
        ({"time_form": "%x"}, "不存在的选项"),
        ({"separator": "~"}, "不存在的选项"),
        ({"title": ""}, "名称"),
        ({"scenario": "living/clean_plate"}, "请先选择场景"),
        ({"f-distance": "没有的列"}, "没有这些列"),
    ],
)
def test_flawed_mappings_are_told(town, as_metro, changes, words):
    token = bring(as_metro)
    page = as_metro.post(f"/partner/imports/{token}/mapping/", MAPPING | {"act": "save"} | changes)
    assert words in text(page, 422)
    assert all(not one.is_own for one in intake.profiles(town.metro))


def test_a_mapping_may_be_edited_as_its_document(town, as_metro):
    token = bring(as_metro)
    profile = saved(as_metro, token)
    view = intake.profile(town.metro, profile)
    assert "地铁行程" in text(as_metro.get(f"/partner/mappings/{profile}/"))
    longer = (
        view.document
        + "refuse: [{code: record.short, quantity: distance, below: 1, message: 太短。}]\n"
    )
    answer = as_metro.post(f"/partner/mappings/{profile}/", {"document": longer})
    assert answer.status_code == 302
    assert "太短" in intake.profile(town.metro, profile).document
    for broken, words in (
        (longer + "nonsense: 1\n", "不认识"),
        (longer.replace("travel/metro", "travel/rocket"), "没有这些场景"),
        ("a: [", "YAML"),
        ("a: &x 1", "锚点"),
    ):
        page = as_metro.post(f"/partner/mappings/{profile}/", {"document": broken})
        assert words in text(page, 422)
    assert "太短" in intake.profile(town.metro, profile).document
    as_metro.post(f"/partner/mappings/{profile}/delete/")
    assert as_metro.get(f"/partner/mappings/{profile}/").status_code == 404


def test_two_scenarios_in_one_file(town, as_metro):
    rows = (
        "单号,用户,方式,时间,公里\nA1,ann,地铁,2026-03-10 08:00:00,5\n"
        "A2,ben,公交,2026-03-10 08:00:00,5\n"
    )
    token = bring(as_metro, rows)
    page = text(
        as_metro.get(f"/partner/imports/{token}/mapping/?scenario=travel/metro&scenario=travel/bus")
    )
    assert "说明场景的列" in page
    given = {
        "scenario": ["travel/metro", "travel/bus"],
        "item_no": ["单号"],
        "subject": "用户",
        "occurred_at": "时间",
        "ended_at": "",
        "scenario_column": "方式",
        "scenario_words": "地铁=travel/metro\n公交 = travel/bus",
        "f-distance": "公里",
        "u-distance": "km",
        "f-duration": "",
    }
    run(as_metro, token, saved(as_metro, token, **given))
    assert intake.upload(town.metro, token).report["counts"] == {"counted": 2}


# -- reconciliation


def test_totals_beside_the_book(busy_town, as_metro, django_assert_max_num_queries):
    given = {"day": "2026-03-10", "scenario": "travel/metro", "records": "9", "kg": "4.25"}
    page = text(as_metro.post("/partner/reconciliation/statement/", given, follow=True))
    assert "收到 1 行合计" in page
    with django_assert_max_num_queries(7):
        page = text(as_metro.get("/partner/reconciliation/"))
    assert "+2" in page, "nine stated, seven kept"
    assert "已达到当日上限 2 条" in page
    (line,) = [one for one in intake.days(busy_town.metro, span=7) if one.scenario_no == 2]
    assert (line.stated_records, line.held, line.counted, line.missing) == (9, 7, 5, 2)
    assert line.stated_mg == 4_250_000
    assert "2026-03-10" in text(as_metro.get("/partner/reconciliation/?only=apart"))
    assert "2026-02-03" in text(as_metro.get("/partner/reconciliation/?days=92"))
    assert as_metro.get("/partner/reconciliation/?days=x").status_code == 200


def test_totals_by_file(busy_town, as_metro, client):
    content = "日期,场景,条数,减排量_kg\n2026-03-10,地铁,7,\n2026/3/9,travel/bus,0,0\n".replace(
        "2026/3/9", "2026/03/09"
    )
    file = SimpleUploadedFile("t.csv", content.encode("gb18030"))
    page = text(as_metro.post("/partner/reconciliation/statement/", {"file": file}, follow=True))
    assert "收到 2 行合计" in page
    assert "相符" in page
    canteen = staff_in(client.__class__(), "canteen")
    assert "2026-03-09" not in text(canteen.get("/partner/reconciliation/"))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"day": "10.3.2026"}, "应写成 2026-03-10"),
        ({"day": "2026-03-11"}, "还没有到"),
        ({"scenario": "火箭"}, "没有场景"),
        ({"records": "-1"}, "不小于零"),
        ({"kg": "1e-9"}, "公斤数"),
        ({"kg": "NaN"}, "公斤数"),
    ],
)
def test_unreadable_totals(town, as_metro, given, words):
    data = {"day": "2026-03-10", "scenario": "travel/metro", "records": "1", "kg": ""} | given
    assert words in text(as_metro.post("/partner/reconciliation/statement/", data, follow=True))
    assert intake.days(town.metro, span=7) == []


def test_single_numbers(busy_town, as_metro, client):
    given = {"items": "M0 M6,M90\nM404"}
    page = text(as_metro.post("/partner/reconciliation/items/", given))
    for words in ("当日上限", "超出允许范围", "没有收到"):
        assert words in page
    rows = list(
        csv.reader(
            io.StringIO(
                streamed(as_metro.post("/partner/reconciliation/items/", given | {"form": "csv"}))
            )
        )
    )
    assert [row[:3] for row in rows[1:]] == [
        ["M0", "计入", "counted"],
        ["M404", "没有收到", ""],
        ["M6", "未计入", "cap.day"],
        ["M90", "退回", "record.out_of_bounds"],
    ]
    canteen = staff_in(client.__class__(), "canteen")
    page = text(canteen.post("/partner/reconciliation/items/", given))
    assert "超出允许范围" not in page


def test_the_rows_behind_a_number(busy_town, as_metro, client):
    address = "/partner/reconciliation/rows/?day=2026-03-10&scenario=2&code=cap.day"
    assert (
        address.replace("&", "&amp;") in as_metro.get("/partner/reconciliation/").content.decode()
    )
    page = text(as_metro.get(address))
    assert "M5" in page
    assert "M6" in page
    assert "M0" not in page
    rows = list(csv.reader(io.StringIO(streamed(as_metro.get(address + "&form=csv")))))
    assert [row[0] for row in rows[1:]] == ["M5", "M6"]
    canteen = staff_in(client.__class__(), "canteen")
    assert "M5" not in text(canteen.get(address))
    for bad in ("day=x", "scenario=999", "code=nothing"):
        name = bad.partition("=")[0]
        assert as_metro.get(re.sub(f"{name}=[^&]*", bad, address)).status_code == 404


def test_a_months_statement(busy_town, as_metro):
    rows = list(
        csv.reader(
            io.StringIO(streamed(as_metro.get("/partner/reconciliation/month.csv?month=2026-03")))
        )
    )
    assert rows[0][0] == "日期"
    assert rows[1][:6] == ["2026-03-10", "地铁", "", "7", "5", "2"]
    assert as_metro.get("/partner/reconciliation/month.csv?month=x").status_code == 404
    assert as_metro.get("/partner/reconciliation/month.exe?month=2026-03").status_code == 404
