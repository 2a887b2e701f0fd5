"""Trials and imports of uploaded files, in the background; the row is the state."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from tanpuhui.domain.intake.data import OWN
from tanpuhui.domain.intake.errors import UnknownProfile, UploadBusy
from tanpuhui.domain.intake.models import OwnProfile, Upload
from tanpuhui.domain.intake.services import background
from tanpuhui.domain.intake.services.profiles import profile_checked
from tanpuhui.domain.intake.services.uploads import is_working, path_of, upload_row
from tanpuhui.domain.scenarios.imports.faults import FileError
from tanpuhui.domain.scenarios.imports.progress import ImportReport, Progress
from tanpuhui.domain.scenarios.services.imports import file_import
from tanpuhui.kernel import actors, audit, clock, jobs
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.cityrules import pack
from tanpuhui.kernel.errors import DomainError
from tanpuhui.kernel.permissions import permit
from tanpuhui.packs.profiles import Profile

CHUNK_ROWS = 20_000
LIFE_EVERY_S = 0.5
Sign = Callable[[int, int], None]
TROUBLE = "处理中断（平台内部原因）。已导入的部分有效，请点“继续”；仍不行请联系运营机构。"


class _StopAsked(KeyboardInterrupt):
    """The importer ends on an interruption as it does for Ctrl-C: at a chunk's border."""


def profile_used(provider_id: int, name: str) -> Profile:
    """A provider's own profile or the city's, by name.

    Raises:
        UnknownProfile: neither.
    """
    if name.startswith(OWN):
        number = name.removeprefix(OWN)
        row = OwnProfile.objects.filter(
            provider_id=provider_id, pk=int(number) if number.isdecimal() else 0
        ).first()
        if row is not None:
            return profile_checked(row.document)
    elif name in pack().profiles:
        return pack().profiles[name]
    raise UnknownProfile("没有这份映射，请先选择或新建。")


def run_begin(
    *,
    actor: Actor,
    provider_id: int,
    token: str,
    profile: str,
    is_trial: bool,
    is_anew: bool = False,
) -> None:
    """Begin a trial or an import, or go on where one stopped.

    Args:
        actor: the provider.
        provider_id: whose file.
        token: the file.
        profile: how to read it.
        is_trial: compute everything, keep nothing.
        is_anew: read a finished file again from its first row (nothing counts twice).

    Raises:
        UploadBusy: work on it goes on, or the file is deleted.
    """
    permit(actor, "intake.manage", party_id=provider_id)
    profile_used(provider_id, profile)
    with transaction.atomic():
        row = upload_row(provider_id, token, lock=True)
        if is_working(row):
            raise UploadBusy("这个文件正在处理，请等它结束，或先停止。")
        path_of(row)
        row.profile, row.is_trial = profile, is_trial
        row.state, row.is_stop_asked = Upload.State.WAITING, False
        row.bytes_done = row.rows_done = 0
        row.began_at = row.seen_at = clock.now()
        row.ended_at, row.error, row.report = None, "", None
        row.save()
        audit.record(
            actor,
            "intake:run:begin",
            f"upload:{token}",
            after={"profile": profile, "trial": is_trial, "anew": is_anew},
        )
    verb = "试算" if is_trial else "导入"
    background.start(
        actor=actor,
        provider_id=provider_id,
        token=token,
        title=f"{verb} {row.file_name}",
        is_anew=is_anew,
    )


def run_stop(*, actor: Actor, provider_id: int, token: str) -> None:
    """Ask the work to stop after the chunk at hand; what is imported stays."""
    permit(actor, "intake.manage", party_id=provider_id)
    with transaction.atomic():
        row = upload_row(provider_id, token, lock=True)
        if row.state in {Upload.State.WAITING, Upload.State.RUNNING}:
            row.is_stop_asked = True
            if not is_working(row):  # its process is gone: nobody else would say so
                row.state, row.ended_at = Upload.State.STOPPED, clock.now()
            row.save()
            audit.record(actor, "intake:run:stop", f"upload:{token}")


def run_job(claimed: jobs.Claimed, progress: jobs.Progress) -> str:
    """The work as a worker does it; from a dead worker it is taken over where that stopped."""
    given = claimed.params
    is_first = claimed.attempts == 1
    run_work(
        given["provider_id"],
        given["token"],
        is_anew=given["is_anew"] and is_first,
        sign=progress.move,
    )
    return ""


def run_work(
    provider_id: int, token: str, *, is_anew: bool = False, sign: Sign | None = None
) -> None:
    """The work itself; ends with the row in a final state, whatever happens.

    Args:
        provider_id: whose file.
        token: the file.
        is_anew: from its first row.
        sign: told how many bytes are done, of how many; may raise to stop the work.
    """
    row = upload_row(provider_id, token)
    if row.state not in {Upload.State.WAITING, Upload.State.RUNNING}:
        return  # stopped before a worker came to it
    life = _Life(row, sign)
    try:
        report = file_import(
            actor=actors.provider(provider_id, door="job"),
            provider_id=provider_id,
            path=path_of(row),
            profile=profile_used(provider_id, row.profile),
            dry_run=row.is_trial,
            resume=not is_anew,
            on_progress=life.tell,
            refused_path=refused_path(row),
            chunk_rows=CHUNK_ROWS,
        )
    except jobs.Cancelled:
        raise  # another worker has it by now: the row is theirs
    except KeyboardInterrupt:
        life.end(Upload.State.STOPPED)
    except FileError as error:
        life.end(Upload.State.FAILED, error.message.replace(str(path_of(row).parent), ""))
    except DomainError as error:
        life.end(Upload.State.FAILED, error.message)
    except Exception:
        life.end(Upload.State.FAILED, TROUBLE)
        raise
    else:
        state = Upload.State.TRIED if row.is_trial else Upload.State.DONE
        life.end(state, report=_kept(report))


def refused_path(row: Upload) -> Path:
    """Where the rows that did not pass are listed."""
    suffix = "-trial" if row.is_trial else ""
    return Path(settings.HOME) / "reports" / f"upload-{row.token}{suffix}.csv"


class _Life:
    """Writes signs of life, and hears the wish to stop."""

    def __init__(self, row: Upload, sign: Sign | None) -> None:
        self.size, self.sign = row.size, sign
        self.rows = Upload.objects.filter(pk=row.pk)
        self.told_s = 0.0
        self.rows.update(state=Upload.State.RUNNING, seen_at=clock.now())

    def tell(self, progress: Progress) -> None:
        """Called by the importer, outside the chunks' transactions."""
        if time.monotonic() - self.told_s < LIFE_EVERY_S:
            return
        self.told_s = time.monotonic()
        done = progress.bytes_done if progress.stage == "import" else 0
        self.rows.update(bytes_done=done, rows_done=progress.rows_done, seen_at=clock.now())
        if self.rows.filter(is_stop_asked=True).exists():
            raise _StopAsked
        if self.sign is not None:
            self.sign(done, self.size)

    def end(
        self, state: Upload.State, error: str = "", report: dict[str, Any] | None = None
    ) -> None:
        """The final state."""
        values: dict[str, Any] = {"state": state, "error": error, "ended_at": clock.now()}
        if report is not None:
            values |= {"report": report, "rows_done": report["rows_read"]}
        self.rows.update(**values)


def _kept(report: ImportReport) -> dict[str, Any]:
    return {
        "rows_read": report.rows_read,
        "left_out": report.left_out,
        "joined": report.joined,
        "counts": report.counts,
        "sentences": report.sentences,
        "reduction_mg": report.reduction_mg,
        "points": report.points,
        "refused": report.refused,
        "has_file": report.refused_path is not None,
    }
