"""Files for spreadsheet programs, streamed so that memory does not grow with them."""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.http import FileResponse, StreamingHttpResponse

from tanpuhui.kernel.spreadsheets import harmless

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BOM = "\ufeff"


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_download(
    name: str, head: Sequence[str], rows: Iterable[Sequence[object]]
) -> StreamingHttpResponse:
    """UTF-8 CSV with a byte order mark, which Excel needs to read Chinese.

    Args:
        name: file name in ASCII.
        head: column names.
        rows: values; text that a spreadsheet would run as a formula is quoted.
    """
    response = StreamingHttpResponse(csv_lines(head, rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def csv_lines(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Lines of such a file, the byte order mark first."""
    writer = csv.writer(_Echo())
    yield BOM + writer.writerow(head)
    for row in rows:
        yield writer.writerow([harmless(value) for value in row])


def table_download(
    form: str, name: str, head: Sequence[str], rows: Iterable[Sequence[object]]
) -> FileResponse | StreamingHttpResponse:
    """A table as a file.

    Args:
        form: `xlsx`, else CSV.
        name: file name in ASCII without ending.
        head: column names.
        rows: values; text stays text, whatever it begins with.
    """
    if form != "xlsx":
        return csv_download(f"{name}.csv", head, rows)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    xlsx_write(file, head, rows)
    file.seek(0)
    response = FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)
    response.headers["Cache-Control"] = "no-store"
    return response


def xlsx_write(file: Any, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a workbook of one sheet in constant memory; numbers are numbers, the rest is text.

    Args:
        file: a path, or an open binary file.
        head: column names.
        rows: values.
    """
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    try:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True, "bg_color": "#E3F4EB"})
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, max(len(head) - 1, 0), 20)
        for column, label in enumerate(head):
            sheet.write_string(0, column, label, bold)
        for line, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
                    sheet.write_number(line, column, value)
                elif value is not None:
                    sheet.write_string(line, column, str(value))
    finally:
        book.close()
