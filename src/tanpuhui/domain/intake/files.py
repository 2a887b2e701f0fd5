"""What an uploaded file is, by its content: its name and the browser's word are not believed."""

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pyarrow as pa
from pyarrow import parquet
from python_calamine import CalamineError, CalamineWorkbook

from tanpuhui.domain.intake.data import Sniffed
from tanpuhui.domain.intake.errors import UploadRefused

HEAD_BYTES = 256 * 1024
SAMPLE_ROWS = 5
SEPARATORS = (",", "\t", ";", "|")
COLUMNS_MAX = 200
XLSX_BYTES_MAX = 400 << 20  # unpacked
NAMED = {
    b"%PDF": "PDF 文档",
    b"\xd0\xcf\x11\xe0": "旧式 Excel（.xls）",
    b"Rar!": "RAR 压缩包",
    b"7z\xbc\xaf": "7z 压缩包",
    b"\x7fELF": "程序",
    b"MZ": "程序",
    b"\x89PNG": "图片",
    b"\xff\xd8\xff": "图片",
}
TAKEN = "可上传 CSV、NDJSON、Parquet 或 XLSX。"


def sniff(path: Path) -> Sniffed:
    """Kind, encoding, separator and columns of a file.

    Raises:
        UploadRefused: nothing that can be imported; the sentence says what it looks like.
    """
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if not head.strip():
        raise UploadRefused("文件是空的，请重新导出后上传。")
    for mark, name in NAMED.items():
        if head.startswith(mark):
            raise UploadRefused(f"这个文件的内容是{name}，不能导入。{TAKEN}")
    if head.startswith(b"PAR1"):
        return _parquet(path)
    if head.startswith(b"PK"):
        return _xlsx(path)
    if head.startswith(b"\x1f\x8b"):
        raise UploadRefused("请先解压再上传（gzip 压缩的文件可由命令行导入）。")
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise UploadRefused("文件是 UTF-16 编码，请另存为 UTF-8 后上传。")
    if b"\0" in head:
        raise UploadRefused(f"这个文件不是文本，也不是认识的表格。{TAKEN}")
    return _text(head)


def _parquet(path: Path) -> Sniffed:
    try:
        file = parquet.ParquetFile(path)
        names = tuple(file.schema_arrow.names)
        batch = next(file.iter_batches(batch_size=SAMPLE_ROWS), None)
        rows = (
            [tuple(_shown(value) for value in row.values()) for row in batch.to_pylist()]
            if batch
            else []
        )
    except (pa.ArrowException, OSError) as error:
        raise UploadRefused(f"Parquet 文件不完整或已损坏，请重新导出。{TAKEN}") from error
    return Sniffed("parquet", "", "", names[:COLUMNS_MAX], tuple(rows))


def _xlsx(path: Path) -> Sniffed:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, OSError) as error:
        raise UploadRefused("压缩包不完整或已损坏，请重新导出。") from error
    if "xl/workbook.xml" not in {info.filename for info in infos}:
        raise UploadRefused(f"这是压缩包，不是 XLSX 表格，请解压后上传其中的文件。{TAKEN}")
    if sum(info.file_size for info in infos) > XLSX_BYTES_MAX:
        raise UploadRefused("XLSX 展开后过大，请拆分，或另存为 CSV 后上传。")
    try:
        sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
        rows = [
            [_shown(cell) for cell in row]
            for _, row in zip(range(SAMPLE_ROWS + 1), sheet.iter_rows(), strict=False)
        ]
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise UploadRefused("XLSX 读不出来，请重新导出，或另存为 CSV。") from error
    if not rows:
        raise UploadRefused("工作表是空的，请重新导出。")
    return Sniffed(
        "xlsx", "", "", _columns([name.strip() for name in rows[0]]), tuple(map(tuple, rows[1:]))
    )


def _text(head: bytes) -> Sniffed:
    encoding, text = _decoded(head)
    lines = text.splitlines()
    if len(head) == HEAD_BYTES:
        lines = lines[:-1] or lines  # the last one is cut
    first = next((line for line in lines if line.strip()), "")
    if first.lstrip().startswith("{"):
        return _ndjson(encoding, lines)
    if first.lstrip().startswith("["):
        raise UploadRefused("这是一整份 JSON。请改为每行一个对象的 NDJSON 后上传。")
    if first.lstrip().startswith("<"):
        raise UploadRefused(f"这是网页或 XML，不是数据表。{TAKEN}")
    separator = max(SEPARATORS, key=first.count)
    if not first.count(separator):
        separator = ","
    rows = list(_csv_rows("\n".join(lines[: SAMPLE_ROWS + 1]), separator))
    names = [name.strip() for name in rows[0]]
    return Sniffed(
        "csv", encoding, separator, _columns(names), tuple(map(tuple, rows[1 : SAMPLE_ROWS + 1]))
    )


def _decoded(head: bytes) -> tuple[str, str]:
    """UTF-8 where it reads as such, else GB 18030; a cut last character does not matter."""
    for cut in range(4):
        try:
            return "utf-8", head[: len(head) - cut].decode("utf-8-sig")
        except UnicodeDecodeError as error:
            if error.start < len(head) - 8:
                break
    try:
        return "gb18030", head.decode(
            "gb18030", errors="strict" if len(head) < HEAD_BYTES else "ignore"
        )
    except UnicodeDecodeError as error:
        raise UploadRefused("文件既不是 UTF-8 也不是 GB 18030 编码，请另存为 UTF-8。") from error


def _ndjson(encoding: str, lines: list[str]) -> Sniffed:
    names: dict[str, None] = {}
    rows = []
    for line in [line for line in lines if line.strip()][:50]:
        try:
            item = msgspec.json.decode(line, type=dict)
        except msgspec.DecodeError as error:
            raise UploadRefused("第一部分就有读不懂的行：每行应是一个 JSON 对象。") from error
        flat = dict(_flat(item))
        names |= dict.fromkeys(flat)
        rows.append(flat)
    columns = tuple(names)[:COLUMNS_MAX]
    sample = tuple(tuple(_shown(row.get(name)) for name in columns) for row in rows[:SAMPLE_ROWS])
    return Sniffed("ndjson", encoding, "", columns, sample)


def _flat(item: dict[str, object], before: str = "") -> Iterator[tuple[str, object]]:
    """Values by dotted path, as import profiles name them."""
    for key, value in item.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def _csv_rows(text: str, separator: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text), delimiter=separator)
    except csv.Error as error:
        raise UploadRefused("表头读不出来，请检查引号是否成对。") from error


def _columns(names: list[str]) -> tuple[str, ...]:
    """The header, as far as it can be mapped."""
    found = tuple(name for name in names if name)
    if not found:
        raise UploadRefused("第一行应是列名，请补上表头后上传。")
    if len(found) > COLUMNS_MAX:
        raise UploadRefused(f"列数超过 {COLUMNS_MAX}，多半是分隔符不对，请核对文件。")
    if repeated := sorted({name for name in found if found.count(name) > 1}):
        raise UploadRefused(f"表头里重复出现：{'、'.join(repeated)}，请改名后上传。")
    return found


def _shown(value: object) -> str:
    return "" if value is None else str(value)[:80]
