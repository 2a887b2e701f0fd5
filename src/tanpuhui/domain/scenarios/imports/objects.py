"""NDJSON, JSON lists, XLSX sheets and Parquet: rows to columns."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import IO, Any

import ijson
import msgspec
import polars as pl
import pyarrow as pa
from pyarrow import parquet
from python_calamine import CalamineError, CalamineWorkbook

from tanpuhui.domain.scenarios.imports.faults import FileError
from tanpuhui.domain.scenarios.imports.source import Block, bytes_read, row_blocks
from tanpuhui.domain.scenarios.imports.textrows import decoded, raw_column
from tanpuhui.packs.profiles import FileForm

FRAME_ROWS = 50_000
Row = tuple[int, str | None, str | None, list[str | None]]
"""line, original text, refusal code, values"""


def ndjson_frames(
    stream: IO[bytes], form: FileForm, columns: tuple[str, ...]
) -> Iterator[pl.DataFrame]:
    """One JSON object per line; a line that is none is set aside with its code.

    Blocks without a broken line are read as columns, the others line by line, to the same texts.
    """
    for block in row_blocks(stream, None):
        readable, unreadable = decoded(block, form.encoding)
        frame = None if unreadable else _ndjson_columns(readable, columns)
        if frame is None:
            yield from _frames(_ndjson_rows(readable, unreadable, columns), columns)
        else:
            yield frame


def _ndjson_columns(block: Block, columns: tuple[str, ...]) -> pl.DataFrame | None:
    """The block at once; None where a line is broken, or a column lies inside another object."""
    if any("." in name for name in columns):
        return None
    lines = pl.DataFrame({"@line": pl.Series(block.lines), "@raw": raw_column(block)})
    lines = lines.with_columns(
        pl.col("@raw").str.strip_suffix("\n"), pl.lit(None, pl.String).alias("@refused")
    ).filter(pl.col("@raw").str.strip_chars() != "")
    if lines.is_empty():
        return None
    try:
        values = pl.read_ndjson(block.data, schema=dict.fromkeys(columns, pl.String))
    except pl.exceptions.PolarsError:
        return None
    if values.height != lines.height:
        return None
    return pl.concat([lines, values.select(columns)], how="horizontal")


def _ndjson_rows(
    block: Block, unreadable: dict[int, str], columns: tuple[str, ...]
) -> Iterator[Row]:
    paths = [name.split(".") for name in columns]
    decoder = msgspec.json.Decoder(dict[str, Any])
    nothing: list[str | None] = [None] * len(paths)
    start = 0
    for place, (end, line) in enumerate(
        zip(block.ends.tolist(), block.lines.tolist(), strict=True)
    ):
        data, start = block.data[start:end], end
        if place in unreadable:
            yield line, unreadable[place], "record.row_encoding", nothing
            continue
        if not data.strip():
            continue
        text = data.decode().rstrip("\n")
        try:
            item = decoder.decode(data)
        except msgspec.DecodeError:
            yield line, text, "record.row_json", nothing
            continue
        yield line, text, None, [_text(_inside(item, path)) for path in paths]


def json_frames(
    stream: IO[bytes], form: FileForm, columns: tuple[str, ...]
) -> Iterator[pl.DataFrame]:
    """The objects of a list inside one JSON document, read as a stream.

    Raises:
        FileError: `file.json_broken`, `file.list_missing`.
    """
    paths = [name.split(".") for name in columns]
    prefix = f"{form.list_path}.item" if form.list_path else "item"

    class Unpacked:
        """A file object over blocks, so that a cut gzip file is named as such."""

        def __init__(self) -> None:
            self.blocks = bytes_read(stream)
            self.rest = b""

        def read(self, size: int) -> bytes:
            while not self.rest:
                block = next(self.blocks, b"")
                if not block:
                    return b""
                self.rest = block
            taken, self.rest = self.rest[:size], self.rest[size:]
            return taken

    def rows() -> Iterator[Row]:
        place = 0
        try:
            for item in ijson.items(Unpacked(), prefix):
                place += 1
                whole = isinstance(item, dict)
                values = [_text(_inside(item, path)) for path in paths]
                raw = msgspec.json.encode(item).decode()
                yield place, raw, None if whole else "record.row_json", values
        except (ijson.JSONError, UnicodeDecodeError) as error:
            raise FileError(
                "file.json_broken",
                f"第 {place} 条之后 JSON 不完整或不合规，请重新导出（{error}）。",
            ) from error
        if not place:
            raise FileError(
                "file.list_missing",
                f"文件里找不到列表“{form.list_path or '最外层'}”，或它是空的；请核对档案的 list。",
            )

    return _frames(rows(), columns)


def xlsx_frames(path: Path, form: FileForm, columns: tuple[str, ...]) -> Iterator[pl.DataFrame]:
    """One sheet; a sheet has at most 1,048,576 rows and is held in memory by the reader.

    Raises:
        FileError: `file.xlsx_broken`, `file.sheet_missing`, `file.column_missing`.
    """
    try:
        book = CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError, ValueError) as error:
        raise FileError(
            "file.xlsx_broken", f"不是可读的 XLSX 文件（{error}），请重新导出。"
        ) from error
    name = form.sheet or book.sheet_names[0]
    if name not in book.sheet_names:
        raise FileError(
            "file.sheet_missing", f"没有工作表“{name}”；文件里有：{'、'.join(book.sheet_names)}。"
        )
    sheet = book.get_sheet_by_name(name)
    first_row = 1 + (sheet.start[0] if sheet.start else 0)
    cells = iter(sheet.iter_rows())
    names = form.header or tuple((_text(cell) or "").strip() for cell in next(cells, []))
    if lacking := [column for column in columns if column not in names]:
        raise FileError(
            "file.column_missing",
            f"工作表里没有这些列：{'、'.join(lacking)}。表头是：{'、'.join(names)}。",
        )
    places = [names.index(column) for column in columns]

    def rows() -> Iterator[Row]:
        begin = first_row + (0 if form.header else 1)
        for line, row in enumerate(cells, start=begin):
            if all(cell == "" for cell in row):
                continue
            texts = [_text(cell) for cell in row]
            raw = "\t".join(text or "" for text in texts)
            yield (
                line,
                raw,
                None,
                [texts[place] if place < len(texts) else None for place in places],
            )

    return _frames(rows(), columns)


def parquet_frames(
    path: Path, columns: tuple[str, ...], rows: int
) -> Iterator[tuple[pl.DataFrame, Fraction]]:
    """Record batches of the asked columns with their own types, `@raw` as JSON; and the share read.

    Raises:
        FileError: `file.parquet_broken`, `file.column_missing`.
    """
    try:
        file = parquet.ParquetFile(path, memory_map=True)
    except (pa.ArrowException, OSError) as error:
        raise FileError(
            "file.parquet_broken", f"不是可读的 Parquet 文件（{error}），请重新导出。"
        ) from error
    names = file.schema_arrow.names
    if lacking := [column for column in columns if column not in names]:
        raise FileError(
            "file.column_missing",
            f"文件里没有这些列：{'、'.join(lacking)}。文件的列是：{'、'.join(names)}。",
        )
    line = 1
    try:
        for batch in file.iter_batches(batch_size=rows, columns=list(columns), use_threads=False):
            frame = pl.DataFrame(pl.from_arrow(batch))
            values = frame.select(columns)
            records = values.with_columns(
                pl.int_range(line, line + frame.height, dtype=pl.Int64).alias("@line"),
                pl.struct(columns).struct.json_encode().alias("@raw"),
                pl.lit(None, pl.String).alias("@refused"),
            )
            line += frame.height
            yield records, Fraction(line - 1, max(1, file.metadata.num_rows))
    except (pa.ArrowException, OSError) as error:
        raise FileError(
            "file.parquet_broken", f"第 {line} 行之后无法读取（{error}），请重新导出。"
        ) from error


def _inside(item: Any, path: list[str]) -> Any:
    for key in path:
        if not isinstance(item, dict):
            return None
        item = item.get(key)
    return item


def _text(value: Any) -> str | None:
    """A value as the text that a CSV would hold; blank becomes None."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, float):  # spreadsheets know no whole numbers
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, (int, Decimal, date, time, timedelta)) and not isinstance(value, bool):
        return str(value)
    return msgspec.json.encode(value).decode()  # true, false, lists, objects


def _frames(rows: Iterable[Row], columns: tuple[str, ...]) -> Iterator[pl.DataFrame]:
    held: list[Row] = []
    for row in rows:
        held.append(row)
        if len(held) >= FRAME_ROWS:
            yield _frame(held, columns)
            held = []
    if held:
        yield _frame(held, columns)


def _frame(rows: list[Row], columns: tuple[str, ...]) -> pl.DataFrame:
    lines, raws, codes, values = zip(*rows, strict=True)
    texts = list(zip(*values, strict=True)) if columns else []
    return pl.DataFrame(
        {
            "@line": pl.Series(lines, dtype=pl.Int64),
            "@raw": pl.Series(raws, dtype=pl.String),
            "@refused": pl.Series(codes, dtype=pl.String),
        }
        | {
            name: pl.Series(text, dtype=pl.String)
            for name, text in zip(columns, texts, strict=True)
        }
    )
