"""NDJSON, JSON, Parquet and XLSX carry the same records as CSV."""

import gzip
import json
import zipfile

import polars as pl
import pytest
from tests.domain.scenarios.imports.reading_files import RIDES, profile, read, written

from tanpuhui.domain.scenarios.imports.faults import FileError

ROWS = [
    {"no": str(n), "rider": f"r{n % 2}", "start": f"2024-05-01 08:0{n}:00", "stop": "2024-05-01 08:10:00", "metres": 100 * n + 0.5}
    for n in range(1, 4)
]  # fmt: skip


def facts(frame: pl.DataFrame) -> list[tuple[object, ...]]:
    return frame.select("item_no", "subject", "occurred_at", "q_distance", "q_duration").rows()


@pytest.fixture
def as_csv(tmp_path):
    text = "no,rider,start,stop,metres\n" + "".join(
        ",".join(str(value) for value in row.values()) + "\n" for row in ROWS
    )
    return facts(read(written(tmp_path, text), profile()))


def test_ndjson(tmp_path, as_csv):
    lines = [json.dumps(row) for row in ROWS]
    data = "\r\n".join([*lines[:2], "", '{"no": ', "[1]", lines[2]])
    frame = read(written(tmp_path, data, "r.ndjson"), profile(kind="ndjson"))
    assert frame["refused"].to_list() == [None, None, "record.row_json", "record.row_json", None]
    assert frame["line"].to_list() == [1, 2, 4, 5, 6]
    assert facts(frame.filter(pl.col("refused").is_null())) == as_csv


def test_ndjson_blocks_with_and_without_broken_lines_give_the_same_texts(tmp_path):
    odd = {"no": 7, "rider": 12.50, "start": "2024-05-01 08:00:00", "stop": "2024-05-01 08:10:00"}
    lines = [json.dumps(odd | {"metres": "1"}), json.dumps(odd | {"no": True, "metres": 1e3})]
    form = profile(kind="ndjson")
    whole = read(written(tmp_path, "\n".join(lines), "whole.ndjson"), form)
    broken = read(written(tmp_path, "\n".join([*lines, "{"]), "broken.ndjson"), form)
    assert whole["item_no"].to_list() == ["7", "true"]
    assert whole["subject"].to_list() == ["12.5", "12.5"]
    assert whole.rows() == broken.head(2).rows()


def test_json_list(tmp_path, as_csv):
    data = json.dumps({"meta": {"n": 3}, "data": {"items": ROWS}})
    form = profile(kind="json", list="data.items")
    assert facts(read(written(tmp_path, data, "r.json"), form)) == as_csv
    packed = written(tmp_path, gzip.compress(data.encode()), "r.json.gz")
    assert facts(read(packed, form)) == as_csv
    with pytest.raises(FileError) as caught:
        read(written(tmp_path, data[:-30], "cut.json"), form)
    assert caught.value.code == "file.json_broken"
    with pytest.raises(FileError) as caught:
        read(written(tmp_path, data, "r.json"), profile(kind="json", list="data.rows"))
    assert caught.value.code == "file.list_missing"


def test_parquet_with_its_own_types(tmp_path, as_csv):
    path = tmp_path / "r.parquet"
    frame = pl.DataFrame(ROWS).with_columns(
        pl.col("start").str.to_datetime(), pl.col("stop").str.to_datetime()
    )
    frame.write_parquet(path)
    got = read(path, profile(kind="parquet"))
    assert facts(got) == as_csv
    assert json.loads(got["raw"][0])["no"] == "1"
    with pytest.raises(FileError) as caught:
        read(path, profile(RIDES.replace("column: metres", "column: meters"), kind="parquet"))
    assert caught.value.code == "file.column_missing"
    with pytest.raises(FileError) as caught:
        read(written(tmp_path, b"PAR1 nonsense", "x.parquet"), profile(kind="parquet"))
    assert caught.value.code == "file.parquet_broken"


def workbook(path, rows: list[list[object]]) -> None:
    """The smallest workbook that a spreadsheet program opens: inline texts and numbers."""

    def cell(value: object) -> str:
        if isinstance(value, str):
            return f'<c t="inlineStr"><is><t>{value}</t></is></c>'
        return f"<c><v>{value}</v></c>"

    sheet = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="行程" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w") as book:
        for name, text in parts.items():
            book.writestr(name, text)


def test_xlsx(tmp_path, as_csv):
    path = tmp_path / "r.xlsx"
    rows = [[int(row["no"]), *list(row.values())[1:]] for row in ROWS]
    workbook(path, [list(ROWS[0]), *rows])
    frame = read(path, profile(kind="xlsx"))
    assert facts(frame) == as_csv  # whole numbers stay whole: 1, not 1.0
    assert frame["line"].to_list() == [2, 3, 4]
    with pytest.raises(FileError) as caught:
        read(path, profile(kind="xlsx", sheet="没有"))
    assert caught.value.code == "file.sheet_missing"
    with pytest.raises(FileError) as caught:
        read(written(tmp_path, b"no book", "x.xlsx"), profile(kind="xlsx"))
    assert caught.value.code == "file.xlsx_broken"


def test_first_instant_is_what_it_says(as_csv):
    assert as_csv[0][2].isoformat() == "2024-05-01T00:01:00+00:00"
