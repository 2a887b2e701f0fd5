"""Files that providers bring by browser: kept under a random name until used, then deleted."""

import csv
import io
import secrets
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import xlsxwriter
from django.conf import settings
from django.db import transaction

from tanpuhui.domain.intake import files
from tanpuhui.domain.intake.errors import UnknownUpload, UploadBusy, UploadRefused
from tanpuhui.domain.intake.models import Upload
from tanpuhui.domain.scenarios.imports.refusals import HEADER
from tanpuhui.kernel import audit, clock
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.permissions import permit
from tanpuhui.kernel.spreadsheets import unquoted

KEPT_DAYS = 7
MEND_BYTES_MAX = 64 << 20
RAW = HEADER.index("原始内容")
ENDINGS = {"csv": ".csv", "ndjson": ".ndjson", "parquet": ".parquet", "xlsx": ".xlsx"}
ALIVE_S = 90
WAIT_S = 15 * 60


def folder() -> Path:
    """Where uploaded files lie; readable by the platform alone."""
    place = Path(settings.HOME) / "files" / "uploads"
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    return place


def upload_take(
    *,
    actor: Actor,
    provider_id: int,
    file_name: str,
    blocks: Iterable[bytes],
    mends: Upload | None = None,
) -> str:
    """Keep a file, look at what it is, and give its token.

    Raises:
        UploadRefused: too large, empty, or of a kind that is not taken; nothing is kept.
    """
    permit(actor, "intake.manage", party_id=provider_id)
    uploads_sweep()
    token = secrets.token_urlsafe(16)
    stored = folder() / secrets.token_hex(16)
    try:
        size = _write(stored, blocks)
        sniffed = files.sniff(stored)
    except UploadRefused:
        stored.unlink(missing_ok=True)
        raise
    with transaction.atomic():
        Upload.objects.create(
            token=token,
            provider_id=provider_id,
            file_name=Path(file_name.replace("\\", "/")).name[-255:] or "未命名",
            stored_name=stored.name,
            size=size,
            kind=sniffed.kind,
            encoding=sniffed.encoding,
            separator=sniffed.separator,
            columns=list(sniffed.columns),
            mends=mends,
            profile=mends.profile if mends else "",
            uploaded_at=clock.now(),
            state=Upload.State.RECEIVED,
        )
        audit.record(
            actor,
            "intake:upload:take",
            f"upload:{token}",
            after={"size": size, "kind": sniffed.kind},
        )
    return token


def _write(stored: Path, blocks: Iterable[bytes]) -> int:
    size = 0
    with stored.open("xb") as stream:
        stored.chmod(0o600)
        for block in blocks:
            size += len(block)
            if size > settings.UPLOAD_BYTES_MAX:
                limit = settings.UPLOAD_BYTES_MAX >> 20
                raise UploadRefused(f"文件超过 {limit} MB。请拆分后上传，或由接口、命令行导入。")
            stream.write(block)
    return size


def upload_row(provider_id: int, token: str, *, lock: bool = False) -> Upload:
    """The row of a provider's file.

    Raises:
        UnknownUpload: there is none, or it is another provider's.
    """
    rows = Upload.objects.select_for_update() if lock else Upload.objects
    row = rows.filter(provider_id=provider_id, token=token).first()
    if row is None:
        raise UnknownUpload("没有这个文件，请从文件列表重新进入。")
    return row


def path_of(row: Upload) -> Path:
    """Where the file lies.

    Raises:
        UploadBusy: it is deleted.
    """
    path = folder() / row.stored_name
    if not row.stored_name or not path.is_file():
        raise UploadBusy("原始文件已删除，请重新上传。")
    return path


def is_working(row: Upload) -> bool:
    """Whether somebody works on the file right now."""
    if row.state not in {Upload.State.WAITING, Upload.State.RUNNING} or row.seen_at is None:
        return False
    patience_s = WAIT_S if row.state == Upload.State.WAITING else ALIVE_S
    return clock.now() - row.seen_at < timedelta(seconds=patience_s)


def upload_delete(*, actor: Actor, provider_id: int, token: str) -> None:
    """Delete the file itself; the row stays as a record of what was done.

    Raises:
        UnknownUpload, UploadBusy: it is being read.
    """
    permit(actor, "intake.manage", party_id=provider_id)
    with transaction.atomic():
        row = upload_row(provider_id, token, lock=True)
        if is_working(row):
            raise UploadBusy("文件正在处理，请先停止再删除。")
        _forget(row)
        audit.record(actor, "intake:upload:delete", f"upload:{token}")


def _forget(row: Upload) -> None:
    if row.stored_name:
        (folder() / row.stored_name).unlink(missing_ok=True)
    row.stored_name = ""
    row.save(update_fields=["stored_name"])


def uploads_sweep() -> None:
    """Delete files that lie longer than promised."""
    before = clock.now() - timedelta(days=KEPT_DAYS)
    for row in Upload.objects.filter(uploaded_at__lt=before).exclude(stored_name="")[:100]:
        if not is_working(row):
            _forget(row)


def mended_take(
    *, actor: Actor, provider_id: int, token: str, blocks: Iterable[bytes]
) -> tuple[str, int]:
    """Make a new file of the mended rows of a list of refused ones, as it was downloaded.

    Returns:
        The new file's token, and how many rows it has.

    Raises:
        UploadRefused: this is no list of ours, or nothing in it can be sent again.
    """
    permit(actor, "intake.manage", party_id=provider_id)
    row = upload_row(provider_id, token)
    rows = _mended_rows(blocks)
    if row.kind == "parquet":
        raise UploadRefused("Parquet 文件请在来源系统更正后整份重新上传，已计入的不会重复。")
    if row.kind == "xlsx":
        content = _sheet(row.columns, [one.split("\t") for one in rows])
    else:
        content = "".join(f"{line}\n" for line in [*_head(row), *rows]).encode(
            row.encoding or "utf-8", errors="replace"
        )
    name = f"{Path(row.file_name).stem}-更正{ENDINGS[row.kind]}"
    fresh = upload_take(
        actor=actor, provider_id=provider_id, file_name=name, blocks=[content], mends=row
    )
    return fresh, len(rows)


def _mended_rows(blocks: Iterable[bytes]) -> list[str]:
    content = b""
    for block in blocks:
        content += block
        if len(content) > MEND_BYTES_MAX:
            raise UploadRefused("更正清单超过 64 MB，请分几次上传。")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")  # spreadsheets save so
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter="\t" if "\t" in first else ",")
    try:
        lines = list(reader)
    except csv.Error as error:
        raise UploadRefused("清单读不出来，请检查引号是否成对，并另存为 CSV。") from error
    if not lines or [cell.strip() for cell in lines[0][: len(HEADER)]] != HEADER:
        raise UploadRefused(
            f"这不是下载的未通过清单：表头应为{'、'.join(HEADER)}。请保留表头，只改“原始内容”。"
        )
    rows = [unquoted(line[RAW]) for line in lines[1:] if len(line) > RAW and line[RAW].strip()]
    if not rows:
        raise UploadRefused("清单里没有可以重新报送的行：未绑定或未授权的用户，平台不留原始内容。")
    return rows


def _head(row: Upload) -> list[str]:
    """The header line of a CSV file, as it stood there where the file is still kept."""
    if row.kind != "csv":
        return []
    path = folder() / row.stored_name
    if row.stored_name and path.is_file():
        with path.open("rb") as stream:
            line = stream.readline(files.HEAD_BYTES)
        return [line.decode(row.encoding, errors="replace").lstrip("\ufeff").rstrip("\r\n")]
    text = io.StringIO()
    csv.writer(text, delimiter=row.separator, lineterminator="").writerow(row.columns)
    return [text.getvalue()]


def _sheet(head: list[str], rows: list[list[str]]) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet()
    for place, row in enumerate([head, *rows]):
        for column, text in enumerate(row):
            sheet.write_string(place, column, text)
    book.close()
    return buffer.getvalue()
