"""Rows of text as they stood in the file: decoding, and the column `@raw` of a frame."""

import numpy as np
import polars as pl
import pyarrow as pa

from tanpuhui.domain.scenarios.imports.faults import FileError
from tanpuhui.domain.scenarios.imports.source import Block, Offsets
from tanpuhui.packs.profiles import Encoding

_WRONG_SHARE = 2  # more than one row in two unreadable: the declared encoding is wrong
_WRONG_ROWS = 20


def decoded(block: Block, encoding: Encoding) -> tuple[Block, dict[int, str]]:
    """The block in UTF-8, and the rows that could not be read (position -> text with marks).

    An unreadable row keeps its place as an empty row.

    Raises:
        FileError: `file.encoding_wrong` when most rows cannot be read.
    """
    codec = "gb18030" if encoding == "gb18030" else "utf-8"
    if block.data.isascii():
        return block, {}
    try:
        text = block.data.decode(codec)
    except UnicodeDecodeError:
        return _row_by_row(block, codec)
    if codec == "utf-8":
        return block, {}
    data = text.encode()
    return Block(
        data, _ends_again(block, [row.encode() for row in _split(block, codec)]), block.lines
    ), {}


def _split(block: Block, codec: str) -> list[str]:
    starts = [0, *block.ends[:-1].tolist()]
    return [
        block.data[start:end].decode(codec)
        for start, end in zip(starts, block.ends.tolist(), strict=True)
    ]


def _ends_again(block: Block, rows: list[bytes]) -> Offsets:
    return np.cumsum(np.fromiter((len(row) for row in rows), np.int64, len(block.ends)))


def _row_by_row(block: Block, codec: str) -> tuple[Block, dict[int, str]]:
    rows: list[bytes] = []
    unreadable: dict[int, str] = {}
    starts = [0, *block.ends[:-1].tolist()]
    for place, (start, end) in enumerate(zip(starts, block.ends.tolist(), strict=True)):
        row = block.data[start:end]
        try:
            rows.append(row.decode(codec).encode())
        except UnicodeDecodeError:
            unreadable[place] = row.decode(codec, errors="replace").rstrip("\n")
            rows.append(b"\n")
    if len(unreadable) * _WRONG_SHARE > len(rows) and len(rows) >= _WRONG_ROWS:
        other = "gb18030" if codec == "utf-8" else "utf-8"
        raise FileError(
            "file.encoding_wrong",
            f"第 {int(block.lines[0])} 行起多数行不能按 {codec} 读取；"
            f"请核对档案里的 encoding（也许是 {other}）。",
        )
    return Block(b"".join(rows), _ends_again(block, rows), block.lines), unreadable


def raw_column(block: Block) -> pl.Series:
    """The rows of a block as text, without copying it; each still ends in its newline."""
    offsets = np.concatenate((np.zeros(1, np.int64), block.ends))
    rows = pa.LargeStringArray.from_buffers(
        len(block.ends), pa.py_buffer(offsets), pa.py_buffer(block.data)
    )
    return pl.Series("@raw", rows)
