"""CSV as partners send it: marks, line ends, encodings, broken rows, cut archives."""

import gzip

import pytest
from tests.domain.scenarios.imports.reading_files import profile, read, written

from tanpuhui.domain.scenarios.imports import source
from tanpuhui.domain.scenarios.imports.faults import FileError
from tanpuhui.domain.scenarios.imports.reading import Reading

HEAD = "no,rider,start,stop,metres\n"
ROW = "{no},r1,2024-05-01 08:00:00,2024-05-01 08:10:00,1500\n"


def rows(*numbers: object) -> str:
    return "".join(ROW.format(no=number) for number in numbers)


def refused_code(path, form) -> str:
    with pytest.raises(FileError) as caught:
        read(path, form)
    assert caught.value.message
    return caught.value.code


def test_a_plain_row(tmp_path):
    frame = read(written(tmp_path, HEAD + rows("a1")), profile())
    assert frame.columns == [
        "line", "item_no", "subject", "scenario", "occurred_at", "asset_key",
        "q_distance", "q_duration", "refused", "raw",
    ]  # fmt: skip
    row = frame.row(0, named=True)
    assert row["line"] == 2
    assert row["item_no"] == "a1"
    assert row["occurred_at"].isoformat() == "2024-05-01T00:00:00+00:00"
    assert row["q_distance"] == 1.5
    assert row["q_duration"] == 600
    assert row["refused"] is None
    assert row["raw"] == rows("a1").rstrip("\n")


def test_byte_order_mark_mixed_line_ends_blank_lines_and_no_last_newline(tmp_path):
    text = HEAD.replace("\n", "\r\n") + rows(1) + rows(2).replace("\n", "\r\n")
    text += "\n" + rows(3).replace("\n", "\r") + rows(4).rstrip("\n")
    frame = read(written(tmp_path, b"\xef\xbb\xbf" + text.encode()), profile())
    assert frame["item_no"].to_list() == ["1", "2", "3", "4"]
    assert frame["line"].to_list() == [2, 3, 5, 6]
    assert frame["refused"].null_count() == 4


def test_line_ends_cut_by_a_block_border(tmp_path, monkeypatch):
    monkeypatch.setattr(source, "BLOCK_BYTES", 7)
    text = (HEAD + rows(*range(20))).replace("\n", "\r\n")
    frame = read(written(tmp_path, text), profile())
    assert frame["item_no"].to_list() == [str(number) for number in range(20)]
    assert frame["line"].to_list() == list(range(2, 22))


@pytest.mark.parametrize("block", [8 * 1024 * 1024, 40])
def test_quoted_newlines_and_separators_keep_line_numbers(tmp_path, monkeypatch, block):
    monkeypatch.setattr(source, "BLOCK_BYTES", block)
    text = HEAD + '"a\nb","r,1",2024-05-01 08:00:00,2024-05-01 08:10:00,1500\n' + rows("c")
    frame = read(written(tmp_path, text), profile())
    assert frame["item_no"].to_list() == ["a\nb", "c"]
    assert frame["subject"].to_list() == ["r,1", "r1"]
    assert frame["line"].to_list() == [2, 4]
    assert frame["raw"][0].startswith('"a\nb","r,1",')


def test_gb18030(tmp_path):
    head = "编号,rider,start,stop,metres\n"
    text = head + "行程，一,张𠮷,2024-05-01 08:00:00,2024-05-01 08:10:00,1500\n"
    form = profile(encoding="gb18030")
    form = form.__class__(**{**form.__dict__, "item_no": ("编号",)})
    frame = read(written(tmp_path, text.encode("gb18030")), form)
    assert frame["item_no"].to_list() == ["行程，一"]
    assert frame["subject"].to_list() == ["张𠮷"]


def test_bytes_that_are_no_text_refuse_their_row_only(tmp_path):
    data = HEAD.encode() + rows(1).encode() + b"\xff\xfe,r1,x,y,1\n" + rows(3).encode()
    frame = read(written(tmp_path, data), profile())
    assert frame["refused"].to_list() == [None, "record.row_encoding", None]
    assert frame["line"].to_list() == [2, 3, 4]
    assert "�" in frame["raw"][1]


def test_wrong_encoding_is_a_fault_of_the_file(tmp_path):
    text = HEAD + "".join(
        f"号{n},人,2024-05-01 08:00:00,2024-05-01 08:10:00,1\n" for n in range(40)
    )
    assert (
        refused_code(written(tmp_path, text.encode("gb18030")), profile()) == "file.encoding_wrong"
    )


def test_ragged_rows_are_set_aside(tmp_path):
    text = HEAD + rows(1) + "2,r1\n" + rows(3) + "4,r1,a,b,c,d,e\n" + rows(5)
    frame = read(written(tmp_path, text), profile())
    ragged = "record.row_ragged"
    assert frame["refused"].to_list() == [None, ragged, None, ragged, None]
    assert frame["raw"].to_list()[1] == "2,r1"
    assert frame["line"].to_list() == [2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file.empty"),
        (HEAD.encode(), "file.no_rows"),
        (b"no,rider,start\n1,2,3\n", "file.column_missing"),
        (b"no,no,rider,start,stop,metres\n1,1,2,3,4,5\n", "file.header_repeats"),
        (HEAD.encode("utf-16"), "file.utf16"),
        (HEAD.encode() + b'1,"r1,2024-05-01 08:00:00\n', "file.quote_open"),
    ],
)
def test_faults_of_the_file(tmp_path, data, code):
    assert refused_code(written(tmp_path, data), profile()) == code


def test_no_such_file(tmp_path):
    assert refused_code(tmp_path / "none.csv", profile()) == "file.missing"


def test_gzip_whole_cut_and_damaged(tmp_path):
    packed = gzip.compress((HEAD + rows(*range(5000))).encode(), mtime=0)
    whole = written(tmp_path, packed, "whole.csv.gz")
    assert read(whole, profile()).height == 5000
    cut = written(tmp_path, packed[:-20], "cut.csv.gz")
    with pytest.raises(FileError) as caught:
        source.file_digest(cut)
    assert caught.value.code == "file.gzip_truncated"
    damaged = written(tmp_path, packed[:200] + b"\0\1\2\3" + packed[204:], "damaged.csv.gz")
    with pytest.raises(FileError) as caught:
        source.file_digest(damaged)
    assert caught.value.code == "file.gzip_broken"


def test_numbers_that_are_none(tmp_path):
    values = ["1500", "", "abc", "inf", "nan", "1e400", " 20 ", "-5", "\uff11\uff12"]
    text = HEAD + "".join(
        f"{place},r1,2024-05-01 08:00:00,2024-05-01 08:10:00,{value}\n"
        for place, value in enumerate(values)
    )
    frame = read(written(tmp_path, text), profile())
    bad = "record.number_unreadable"
    assert frame["refused"].to_list() == [None, None, bad, bad, bad, bad, None, None, bad]
    assert frame["q_distance"].to_list() == [1.5, None, None, None, None, None, 0.02, -0.005, None]


def test_open_and_backward_sessions(tmp_path):
    text = HEAD + (
        "1,r1,2024-05-01 08:00:00,,5\n"
        "2,r1,2024-05-01 08:00:00,2024-05-01 07:59:59,5\n"
        "3,r1,,2024-05-01 07:59:59,5\n"
        "4,,2024-05-01 08:00:00,2024-05-01 08:00:00,5\n"
        ",r1,2024-05-01 08:00:00,2024-05-01 08:00:00,5\n"
        "6,r1,2024-05-01 23:59:00,2024-05-02 00:01:00,5\n"
    )
    frame = read(written(tmp_path, text), profile())
    assert frame["refused"].to_list() == [
        "record.session_open", "record.duration_negative", "record.time_missing",
        "record.subject_missing", "record.item_missing", None,
    ]  # fmt: skip
    assert frame["q_duration"][5] == 120


def test_chunks_depend_only_on_the_file(tmp_path):
    path = written(tmp_path, HEAD + rows(*range(10)))
    sizes = [c.records.height for c in Reading(path, profile(), "Asia/Shanghai", chunk_rows=4)]
    assert sizes == [4, 4, 2]
    last = list(Reading(path, profile(), "Asia/Shanghai", chunk_rows=5))[-1]
    assert (last.index, last.records.height) == (1, 5)
