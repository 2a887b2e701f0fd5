"""Files and mappings of a provider."""

from collections.abc import Collection
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from tanpuhui.domain.intake.data import OWN, ProfileView, UploadView
from tanpuhui.domain.intake.errors import UnknownProfile, UnknownUpload
from tanpuhui.domain.intake.models import OwnProfile, Upload
from tanpuhui.kernel import clock
from tanpuhui.kernel.cityrules import pack
from tanpuhui.kernel.listing import ordered, state_counts

ALIVE_S = 90
WAIT_S = 15 * 60
PERCENT = 100
UPLOAD_ORDERS = {"uploaded": "id", "name": "file_name", "rows": "rows_done"}


def uploads(
    provider_id: int,
    *,
    state: str = "",
    text: str = "",
    order: str = "-uploaded",
    limit: int = 20,
    offset: int = 0,
) -> list[UploadView]:
    """A provider's files: those with a text in their name, in an order of UPLOAD_ORDERS."""
    rows = _uploads(provider_id, text).select_related("mends")
    if state:
        rows = rows.filter(state=state)
    rows = ordered(rows, order, UPLOAD_ORDERS, "id", "-id")
    return [_view(row) for row in rows[offset : offset + limit]]


def upload_counts(provider_id: int, *, text: str = "") -> dict[str, int]:
    """State → number of a provider's files."""
    return state_counts(_uploads(provider_id, text))


def upload_states() -> dict[str, str]:
    """Every state of a file with its Chinese name."""
    return {str(value): str(label) for value, label in Upload.State.choices}


def _uploads(provider_id: int, text: str) -> QuerySet[Upload]:
    return Upload.objects.filter(provider_id=provider_id, file_name__icontains=text)


def upload(provider_id: int, token: str) -> UploadView:
    """One file of this provider.

    Raises:
        UnknownUpload: there is none, or it is another provider's.
    """
    rows = Upload.objects.select_related("mends")
    row = rows.filter(provider_id=provider_id, token=token).first()
    if row is None:
        raise UnknownUpload("没有这个文件，请从文件列表重新进入。")
    return _view(row)


def uploads_stored(names: Collection[str]) -> dict[str, UploadView]:
    """Files by the name under which they were stored, of any provider."""
    rows = Upload.objects.filter(stored_name__in=set(names) - {""}).select_related("mends")
    return {row.stored_name: _view(row) for row in rows}


def refused_file(provider_id: int, token: str) -> Path:
    """The list of rows that did not pass.

    Raises:
        UnknownUpload: no such file, or everything passed.
    """
    found = upload(provider_id, token)
    path = refused_path(token, is_trial=found.is_trial)
    if not path.is_file():
        raise UnknownUpload("这次没有未通过的行，或清单已清理。")
    return path


def refused_path(token: str, *, is_trial: bool) -> Path:
    """Where the rows that did not pass are listed."""
    suffix = "-trial" if is_trial else ""
    return Path(settings.HOME) / "reports" / f"upload-{token}{suffix}.csv"


def profiles(provider_id: int) -> list[ProfileView]:
    """A provider's own mappings, then the city's."""
    own = OwnProfile.objects.filter(provider_id=provider_id).order_by("title")
    return [_profile(row) for row in own] + [
        ProfileView(name, one.title, is_own=False) for name, one in sorted(pack().profiles.items())
    ]


def profile(provider_id: int, name: str) -> ProfileView:
    """One mapping of the provider's own.

    Raises:
        UnknownProfile: none of this provider's.
    """
    number = name.removeprefix(OWN)
    row = OwnProfile.objects.filter(
        provider_id=provider_id,
        pk=int(number) if number.isdecimal() and len(number) < 15 else 0,  # noqa: PLR2004 - fits a bigint
    ).first()
    if row is None:
        raise UnknownProfile("没有这份映射，请从列表重新进入。")
    return _profile(row)


def _profile(row: OwnProfile) -> ProfileView:
    return ProfileView(f"{OWN}{row.pk}", row.title, True, row.changed_at, row.document)  # noqa: FBT003


def _view(row: Upload) -> UploadView:
    working = row.state in {Upload.State.WAITING, Upload.State.RUNNING}
    silent_s = (clock.now() - row.seen_at).total_seconds() if row.seen_at else 0
    is_alive = not working or silent_s < (WAIT_S if row.state == "waiting" else ALIVE_S)
    return UploadView(
        token=row.token,
        file_name=row.file_name,
        size=row.size,
        kind=row.kind,
        encoding=row.encoding,
        separator=row.separator,
        columns=tuple(row.columns),
        uploaded_at=row.uploaded_at,
        profile=row.profile,
        state=row.state,
        state_label=row.get_state_display() if is_alive else "已中断",
        is_trial=row.is_trial,
        is_stop_asked=row.is_stop_asked,
        is_alive=is_alive,
        is_kept=bool(row.stored_name),
        rows_done=row.rows_done,
        percent=min(row.bytes_done * PERCENT // max(1, row.size), PERCENT),
        began_at=row.began_at,
        ended_at=row.ended_at,
        error=row.error,
        report=row.report,
        has_refused_file=bool(row.report and row.report.get("has_file")),
        mends=row.mends.file_name if row.mends else "",
    )
