"""CSV for spreadsheets: readable Chinese, and no cell that runs."""

from tanpuhui.web.shared.downloads import csv_download


def text(*rows):
    response = csv_download("x.csv", ("行", "原因"), rows)
    assert response["Content-Disposition"] == 'attachment; filename="x.csv"'
    return b"".join(response.streaming_content).decode()


def test_mark_and_quoting():
    assert text((1, '说"好"，好')) == '\ufeff行,原因\r\n1,"说""好""，好"\r\n'


def test_formulas_are_harmless():
    assert text((1, "=cmd()")).endswith("1,'=cmd()\r\n")


def test_rows_are_not_read_ahead():
    def rows():
        yield (1, "a")
        raise AssertionError("read too early")

    response = csv_download("x.csv", ("行", "原因"), rows())
    stream = iter(response.streaming_content)
    next(stream)
    assert next(stream) == b"1,a\r\n"
