"""CSV: rows to columns of text, broken rows set aside."""

import csv
from collections.abc import Iterator
from typing import IO, Any

import polars as pl
import pyarrow as pa
import pyarrow.csv as arrow_csv

from tanpuhui.domain.scenarios.imports.faults import FileError
from tanpuhui.domain.scenarios.imports.source import Block, row_blocks
from tanpuhui.domain.scenarios.imports.textrows import decoded, raw_column
from tanpuhui.packs.profiles import FileForm


def csv_frames(
    stream: IO[bytes], form: FileForm, columns: tuple[str, ...]
) -> Iterator[pl.DataFrame]:
    """Frames with `@line`, `@raw`, `@refused` and the asked columns as text.

    Raises:
        FileError: a header that lacks a column or repeats one, wrong encoding, uneven quotes.
    """
    names = form.header
    if names is not None:
        _check_header(names, columns)
    for block in row_blocks(stream, form.quote):
        readable, unreadable = decoded(block, form.encoding)
        if names is None:
            names, readable, unreadable = _take_header(readable, unreadable, form)
            _check_header(names, columns)
        if len(readable.ends):
            yield _frame(readable, unreadable, names, form, columns)


def _take_header(
    block: Block, unreadable: dict[int, str], form: FileForm
) -> tuple[tuple[str, ...], Block, dict[int, str]]:
    end = int(block.ends[0])
    if 0 in unreadable:
        raise FileError(
            "file.encoding_wrong", f"表头不能按 {form.encoding} 读取，请核对档案里的 encoding。"
        )
    text = block.data[:end].decode()
    reader = csv.reader(
        text.splitlines(keepends=True),
        delimiter=form.separator,
        quotechar=form.quote,
        quoting=csv.QUOTE_MINIMAL if form.quote else csv.QUOTE_NONE,
    )
    names = tuple(name.strip() for name in next(reader, []))
    rest = Block(block.data[end:], block.ends[1:] - end, block.lines[1:])
    return names, rest, {place - 1: row for place, row in unreadable.items()}


def _check_header(names: tuple[str, ...], columns: tuple[str, ...]) -> None:
    if lacking := [name for name in columns if name not in names]:
        raise FileError(
            "file.column_missing",
            f"文件里没有这些列：{'、'.join(lacking)}。文件的列是：{'、'.join(names)}。请核对档案、分隔符和表头。",
        )
    if repeated := sorted({name for name in columns if names.count(name) > 1}):
        raise FileError(
            "file.header_repeats", f"表头里重复出现：{'、'.join(repeated)}，无法确定用哪一列。"
        )


def _frame(
    block: Block,
    unreadable: dict[int, str],
    names: tuple[str, ...],
    form: FileForm,
    columns: tuple[str, ...],
) -> pl.DataFrame:
    ragged: set[int] = set()

    def set_aside(row: Any) -> str:
        ragged.add(row.number - 1)
        return "skip"

    unique = [f"{place}:{name}" for place, name in enumerate(names)]
    asked = [unique[names.index(name)] for name in columns]
    table = arrow_csv.read_csv(
        pa.BufferReader(block.data),
        read_options=arrow_csv.ReadOptions(
            use_threads=False, column_names=unique, block_size=len(block.data) + 1
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=form.separator,
            quote_char=form.quote or False,
            newlines_in_values=form.quote is not None,
            ignore_empty_lines=False,
            invalid_row_handler=set_aside,
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(asked, pa.string()),
            include_columns=asked,
            strings_can_be_null=False,
            check_utf8=False,
        ),
    )
    count = len(block.ends)
    if table.num_rows + len(ragged) != count:
        raise FileError(
            "file.quotes_uneven",
            f"第 {int(block.lines[0])} 行起的引号用法前后不一；"
            "若引号只是普通字符，请在档案里写 quote: none。",
        )
    lines = pl.DataFrame(
        {"@line": pl.Series(block.lines), "@raw": raw_column(block)}
    ).with_row_index("@place")
    values = pl.DataFrame(pl.from_arrow(table))
    values.columns = list(columns)
    if ragged:
        whole = [place for place in range(count) if place not in ragged]
        values = values.with_columns(pl.Series("@place", whole, pl.UInt32))
        frame = lines.join(values, on="@place", how="left", maintain_order="left")
    else:
        frame = pl.concat([lines, values], how="horizontal")
    return _marked(frame, unreadable, ragged)


def _marked(frame: pl.DataFrame, unreadable: dict[int, str], ragged: set[int]) -> pl.DataFrame:
    """Drop blank lines; give broken rows their code and what could be read of them."""
    raw = pl.col("@raw").str.strip_suffix("\n")
    refused = pl.lit(None, pl.String)
    if ragged:
        refused = pl.when(pl.col("@place").is_in(list(ragged))).then(pl.lit("record.row_ragged"))
    if unreadable:
        texts = pl.col("@place").replace_strict(unreadable, default=None, return_dtype=pl.String)
        refused = (
            pl.when(texts.is_not_null()).then(pl.lit("record.row_encoding")).otherwise(refused)
        )
        frame = frame.with_columns(refused.alias("@refused"), pl.coalesce(texts, raw).alias("@raw"))
    else:
        frame = frame.with_columns(refused.alias("@refused"), raw)
    return frame.filter(pl.col("@raw") != "").drop("@place")
