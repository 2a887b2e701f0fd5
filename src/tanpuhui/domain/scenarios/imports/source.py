"""The file itself: what it is, its digest, its bytes in blocks of whole rows."""

import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import numpy as np
import numpy.typing as npt

from tanpuhui.domain.scenarios.imports.faults import FileError

BLOCK_BYTES = 8 * 1024 * 1024
ROW_BYTES_MAX = 16 * 1024 * 1024
_GZIP = b"\x1f\x8b"
_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")

Offsets = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Block:
    """Whole rows: `data` ends in a newline; row i is data[ends[i-1]:ends[i]], from lines[i] on."""

    data: bytes
    ends: Offsets
    lines: Offsets


def file_check(path: Path) -> None:
    """Refuse what is no readable, filled file.

    Raises:
        FileError: `file.missing`, `file.empty`.
    """
    try:
        with path.open("rb") as stream:
            filled = stream.read(1)
    except OSError as error:
        raise FileError(
            "file.missing", f"打不开文件“{path}”（{error.strerror}），请核对路径和权限。"
        ) from error
    if not filled:
        raise FileError("file.empty", f"文件“{path.name}”是空的，没有可导入的内容。")


def unpacked(stream: IO[bytes]) -> IO[bytes]:
    """The stream itself, or its contents where it is packed with gzip."""
    mark = stream.read(2)
    stream.seek(0)
    if mark == _GZIP:
        return cast("IO[bytes]", gzip.GzipFile(fileobj=stream))
    return stream


def file_digest(path: Path, on_bytes: Callable[[int], None] | None = None) -> str:
    """SHA-256 of the file as it lies on disk; gzip is unpacked as well, to find a cut file early.

    Raises:
        FileError: `file.missing`, `file.empty`, `file.gzip_truncated`, `file.gzip_broken`.
    """
    file_check(path)
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        packed = stream.read(2) == _GZIP
        stream.seek(0)
        while block := stream.read(BLOCK_BYTES):
            digest.update(block)
            if on_bytes:
                on_bytes(stream.tell())
        if packed:
            stream.seek(0)
            for _ in bytes_read(unpacked(stream)):
                pass
    return digest.hexdigest()


def bytes_read(stream: IO[bytes]) -> Iterator[bytes]:
    """Blocks of bytes; a cut or damaged gzip file becomes a coded error."""
    while True:
        try:
            block = stream.read(BLOCK_BYTES)
        except EOFError as error:
            raise FileError(
                "file.gzip_truncated", "压缩文件不完整（末尾被截断），请重新传输。"
            ) from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise FileError("file.gzip_broken", "压缩文件已损坏，请重新导出并传输。") from error
        if not block:
            return
        yield block


def row_blocks(stream: IO[bytes], quote: str | None) -> Iterator[Block]:
    """Blocks of whole rows, whatever the line ends; newlines inside quotes belong to their row.

    Args:
        stream: bytes in an encoding that keeps ASCII bytes for ASCII characters (UTF-8, GB 18030).
        quote: the quote character, or None for files without quoting.

    Raises:
        FileError: `file.utf16`, `file.row_too_long` (mostly a quote that is never closed).
    """
    rest = b""
    line = 1
    after_return = False
    first = True
    for read in bytes_read(stream):
        block = read
        if first:
            if block[:2] in _UTF16_MARKS:
                raise FileError("file.utf16", "文件是 UTF-16 编码，请另存为 UTF-8 后再导入。")
            block = block.removeprefix(_UTF8_MARK)
            first = False
        if after_return and block[:1] == b"\n":
            block = block[1:]
        after_return = block[-1:] == b"\r"
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        data = rest + block
        whole = _rows(data, quote, line)
        if whole is None:
            rest = data
            if len(rest) > ROW_BYTES_MAX:
                raise FileError(
                    "file.row_too_long",
                    f"从第 {line} 行起超过 16 MB 没有行尾，多半是引号没有成对；"
                    "没有引号的文件请在档案里写 quote: none。",
                )
            continue
        rest = data[len(whole.data) :]
        line += whole.data.count(b"\n")
        yield whole
    if rest:
        whole = _rows(rest + b"\n", quote, line)
        if whole is None or len(whole.data) <= len(rest):
            raise FileError(
                "file.quote_open", f"第 {line} 行起有引号没有成对，请检查文件末尾是否完整。"
            )
        yield whole


def _rows(data: bytes, quote: str | None, first_line: int) -> Block | None:
    """The whole rows at the start of `data`; None if there is not even one."""
    view = np.frombuffer(data, dtype=np.uint8)
    newlines = np.flatnonzero(view == ord("\n"))
    ends = newlines
    if quote is not None and quote.encode() in data:
        quotes = np.flatnonzero(view == ord(quote))
        ends = newlines[np.searchsorted(quotes, newlines) % 2 == 0]
    if not ends.size:
        return None
    starts = np.concatenate(([0], ends[:-1] + 1))
    lines = first_line + np.searchsorted(newlines, starts)
    return Block(data[: int(ends[-1]) + 1], ends.astype(np.int64) + 1, lines.astype(np.int64))
