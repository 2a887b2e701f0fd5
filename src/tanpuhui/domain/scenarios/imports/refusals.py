"""The file of refused rows: written in step with the chunks, cut back to the last whole one."""

import csv
import io
import os
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import polars as pl

from tanpuhui.domain.scenarios.imports.faults import FileError
from tanpuhui.kernel.spreadsheets import harmless

HEADER = ["行号", "编号", "原始内容", "代码", "原因"]
KEPT_DAYS = 30
_MARK = b"\xef\xbb\xbf"  # spreadsheet programs then read it as UTF-8


class RefusedRows:
    """Appends refused rows; `bytes_kept` is the length after the last chunk that was kept."""

    def __init__(self, path: Path, bytes_kept: int = 0) -> None:
        self.path = path
        self.bytes_kept = bytes_kept
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
            if path.stat().st_size < bytes_kept:  # somebody removed or shortened it
                self.bytes_kept = 0
            self._stream.truncate(self.bytes_kept)
            self._stream.seek(self.bytes_kept)
        except OSError as error:
            raise FileError(
                "file.refused_unwritable",
                f"写不了未通过清单“{path}”（{error.strerror}），请换一个位置。",
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stream.close()
        if not self.bytes_kept:
            self.path.unlink(missing_ok=True)

    def write(self, rows: pl.DataFrame) -> int:
        """Append rows (line, item_no, raw, code, message), durably; give the new length.

        Raises:
            FileError: `file.disk_full`; the file is cut back to what it was.
        """
        if not rows.height:
            return self.bytes_kept
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        if not self.bytes_kept:
            writer.writerow(HEADER)
        cells = rows.select("line", "item_no", "raw", "code", "message")
        writer.writerows(map(harmless, row) for row in cells.iter_rows())
        data = (b"" if self.bytes_kept else _MARK) + text.getvalue().encode()
        try:
            self._stream.write(data)
            self._stream.flush()
            os.fsync(self._stream.fileno())
        except OSError as error:
            self._stream.seek(self.bytes_kept)
            self._stream.truncate()
            raise FileError(
                "file.disk_full",
                f"写未通过清单时出错（{error.strerror}）。"
                "已导入的部分不受影响；腾出空间后再运行一次即可继续。",
            ) from error
        return self.bytes_kept + len(data)


def lists_sweep(folder: Path, now: datetime) -> None:
    """Delete lists of refused rows, which hold what was sent, after their month."""
    before = (now - timedelta(days=KEPT_DAYS)).timestamp()
    for path in folder.glob("*.csv"):
        if path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
