"""The file way in: a partner's file, chunk by chunk, through the same door as everything else."""

import hashlib
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import polars as pl
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from tanpuhui.domain.scenarios.imports.ahead import ahead
from tanpuhui.domain.scenarios.imports.faults import FileError, reasons, stopped_by
from tanpuhui.domain.scenarios.imports.progress import ImportReport, OnProgress, Progress
from tanpuhui.domain.scenarios.imports.reading import CHUNK_ROWS, Chunk, Reading
from tanpuhui.domain.scenarios.imports.refusals import RefusedRows, lists_sweep
from tanpuhui.domain.scenarios.imports.source import file_digest
from tanpuhui.domain.scenarios.models import ImportRun
from tanpuhui.domain.scenarios.pipeline.work import Work
from tanpuhui.domain.scenarios.reasons import BY_CODE
from tanpuhui.domain.scenarios.services.ingestion import (
    acts_post,
    acts_read,
    ensure_months,
    filings_in_force,
)
from tanpuhui.kernel import clock
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.cityrules import pack
from tanpuhui.kernel.locking import Space
from tanpuhui.kernel.permissions import permit
from tanpuhui.packs.profiles import Profile

_LOCK_DIGITS = 7  # hexadecimal digits of the digest: 28 bits, fits the lock's second key
_LOCK_ATTEMPTS, _LOCK_PAUSE_MS = 8, 250
_UNREADABLE = {"record.row_ragged", "record.row_encoding", "record.row_json"}
_SILENT = [reason.code for reason in BY_CODE.values() if reason.kind == "silent"]


def profile_named(name: str) -> Profile:
    """The city's import profile of that name.

    Raises:
        FileError: `file.profile_unknown`, with the names there are.
    """
    profiles: Mapping[str, Profile] = pack().profiles
    if name not in profiles:
        known = "、".join(sorted(profiles)) or "（规则包里还没有导入档案）"
        raise FileError("file.profile_unknown", f"没有导入档案“{name}”；可用的有：{known}。")
    return profiles[name]


def file_import(
    *,
    actor: Actor,
    provider_id: int,
    path: Path,
    profile: Profile,
    dry_run: bool = False,
    resume: bool = True,
    on_progress: OnProgress | None = None,
    lookups: Mapping[str, Path] | None = None,
    refused_path: Path | None = None,
    chunk_rows: int = CHUNK_ROWS,
) -> ImportReport:
    """Import a file; every chunk is one transaction, progress and refused rows included.

    The file is known by its SHA-256: running again goes on after the last whole chunk, and what
    was imported is never counted twice. An interruption (KeyboardInterrupt, kill, power)
    loses no more than the chunk at hand.

    Args:
        actor: the provider itself, or the system on its behalf.
        provider_id: whose records these are.
        path: the file; gzip is unpacked on the way.
        profile: how to read it.
        dry_run: do everything, keep nothing; refused rows are listed only into a given
            `refused_path`, and repetitions are found within a chunk only.
        resume: go on where an earlier import of this very file stopped; False begins anew.
        on_progress: called while the file is read and after each chunk.
        lookups: look-up table name -> file.
        refused_path: where refused rows go; by default into the reports folder.
        chunk_rows: records per transaction.

    Raises:
        FileError: the file, its profile or its look-up table cannot be used; what was kept before
            stays. `file.import_running`: somebody imports this file right now.
        NotPermitted: the actor is not this provider.
    """
    permit(actor, "scenarios.ingest", party_id=provider_id)
    tell = on_progress or _silent
    size = path.stat().st_size if path.is_file() else 0
    digest = file_digest(path, lambda done: tell(Progress("digest", done, size)))
    reading = Reading(
        path=path,
        profile=profile,
        day_zone=pack().time_zone,
        lookups=lookups or {},
        chunk_rows=chunk_rows,
        spill=Path(settings.HOME) / "spill",
    )
    lists_sweep(Path(settings.HOME) / "reports", clock.now())
    with _only_one(digest):
        run = _run(provider_id, digest, path, reading, resume=resume, dry_run=dry_run)
        if refused_path is None and not dry_run:
            refused_path = Path(run.refused_path or _refused_default(digest, profile))
        if run.refused_path != str(refused_path):
            run.refused_bytes = 0
        run.refused_path = str(refused_path or "")
        work = _Import(actor, provider_id, reading, run, dry_run=dry_run, tell=tell)
        return work.all_chunks(refused_path)


def _silent(progress: Progress) -> None:
    """Nobody watches."""


def _refused_default(digest: str, profile: Profile) -> Path:
    return Path(settings.HOME) / "reports" / f"{profile.id}-{digest[:12]}-refused.csv"


@contextmanager
def _only_one(digest: str) -> Iterator[None]:
    """Hold the file's lock on this connection; a killed process lets go of it by dying."""
    key = int(digest[:_LOCK_DIGITS], 16)
    for attempt in range(_LOCK_ATTEMPTS):  # the server needs a moment to miss a killed importer
        with connection.cursor() as cursor:
            cursor.execute("select pg_try_advisory_lock(%s, %s)", [int(Space.IMPORT), key])
            if cursor.fetchone()[0]:
                break
        if attempt + 1 == _LOCK_ATTEMPTS:
            raise FileError(
                "file.import_running", "同一个文件正在导入，请等它结束；中断后再次运行会接着做。"
            )
        time.sleep(_LOCK_PAUSE_MS / 1000)
    try:
        yield
    finally:
        # a lost connection has let go of the lock already
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(%s, %s)", [int(Space.IMPORT), key])


def _run(
    provider_id: int, digest: str, path: Path, reading: Reading, *, resume: bool, dry_run: bool
) -> ImportRun:
    """The row of this file: where an earlier import stopped, or a new beginning.

    Raises:
        FileError: `file.already_imported`.
    """
    layout = f"{reading.chunk_rows}:polars-{version('polars')}:{_hash_of(reading.profile)}"
    mine = {"provider_id": provider_id, "file_digest": digest, "profile": reading.profile.id}
    found = None if dry_run else ImportRun.objects.filter(**mine).first()
    if found is not None and resume:
        if found.state == ImportRun.State.DONE:
            raise FileError(
                "file.already_imported",
                f"这个文件已于 {found.finished_at:%Y-%m-%d %H:%M} UTC 导入完毕；"
                "若要重新核对（不会重复计入），请加 --restart。",
            )
        if found.layout == layout:
            return found
    started = found or ImportRun(**mine)
    started.layout, started.size = layout, path.stat().st_size
    started.file_name = path.name[-255:]
    started.rows_done = started.chunks_done = started.refused_bytes = 0
    started.reduction_mg = started.points = 0
    started.counts, started.error = {}, ""
    started.state, started.finished_at = ImportRun.State.RUNNING, None
    started.started_at = clock.now()
    return started


def _hash_of(profile: Profile) -> str:
    """A short name of the profile's content: a changed profile makes other chunks."""
    return hashlib.sha256(repr(profile).encode()).hexdigest()[:16]


@dataclass
class _Import:
    """One pass: the run's row and the report grow with each chunk."""

    actor: Actor
    provider_id: int
    reading: Reading
    run: ImportRun
    dry_run: bool
    tell: OnProgress

    def all_chunks(self, refused_path: Path | None) -> ImportReport:
        first = self.run.chunks_done
        self.run.state, self.run.error = ImportRun.State.RUNNING, ""
        if not self.dry_run:
            self.run.save()
        try:
            if refused_path is None:
                self._pass(first, None)
            else:
                with RefusedRows(refused_path, self.run.refused_bytes) as refused:
                    self._pass(first, refused)
        except KeyboardInterrupt:
            self._keep_state(ImportRun.State.STOPPED)
            raise
        except FileError as error:
            stopped = error.code == "file.disk_full"
            self.run.error = error.code
            self._keep_state(ImportRun.State.STOPPED if stopped else ImportRun.State.FAILED)
            raise
        except Exception as error:
            fault = stopped_by(error)
            if fault is None:
                raise
            if not connection.is_usable():
                connection.close()
            self.run.error = fault.code
            with suppress(DatabaseError):  # it may still be away
                self._keep_state(ImportRun.State.STOPPED)
            raise fault from error
        self.run.finished_at = clock.now()
        self._keep_state(ImportRun.State.DONE)
        return self._report(first, refused_path)

    def _pass(self, first: int, refused: RefusedRows | None) -> None:
        filing_ids = filings_in_force()

        def read(chunk: Chunk) -> Work | None:
            return self._read(chunk, filing_ids) if chunk.index >= first else None

        for chunk, work in ahead(self.reading, read):
            if work is not None:
                if self.dry_run:
                    self._chunk(chunk, work, refused)
                else:
                    ensure_months(work)
                    with transaction.atomic():
                        self._chunk(chunk, work, refused)
                        self.run.save()
                if refused is not None:
                    refused.bytes_kept = self.run.refused_bytes
            size = self.run.size
            self.tell(Progress("import", chunk.bytes_read, size, chunk.rows_read))

    def _read(self, chunk: Chunk, filing_ids: dict[tuple[str, str], int]) -> Work:
        """The half of a chunk's way that needs no database."""
        records = chunk.records
        return acts_read(
            provider_id=self.provider_id,
            records=records.with_columns(_handed_on(records, reasons(self.reading.profile))),
            filing_ids=filing_ids,
        )

    def _chunk(self, chunk: Chunk, work: Work, refused: RefusedRows | None) -> None:
        """Post a chunk, write its refused rows, count."""
        run = self.run
        records = chunk.records
        result = acts_post(
            actor=self.actor,
            work=work,
            batch_no=f"file:{run.file_digest[:16]}:{run.profile}:{chunk.index}",
            channel="file",
            dry_run=self.dry_run,
        )
        rows = _answers(records, result.receipts)
        counts = dict(run.counts)
        for code, number in rows.group_by("code").len().iter_rows():
            counts[code] = counts.get(code, 0) + number
        run.counts = counts
        run.reduction_mg += result.reduction_mg
        run.points += result.points
        run.rows_done, run.chunks_done = chunk.rows_read, chunk.index + 1
        if refused is not None:
            run.refused_bytes = refused.write(rows.filter(pl.col("status") == "refused"))

    def _keep_state(self, state: ImportRun.State) -> None:
        """Write only the state: counts belong to the chunks' transactions."""
        self.run.state = state
        if self.dry_run:
            return
        self.run.save(update_fields=["state", "error", "finished_at"])

    def _report(self, first: int, refused_path: Path | None) -> ImportReport:
        run, reading = self.run, self.reading
        known = {code: reason.sentence for code, reason in BY_CODE.items()}
        own = known | reasons(reading.profile)
        accepted = {"counted", "duplicate"} | {r.code for r in BY_CODE.values() if r.kind == "act"}
        refused = sum(number for code, number in run.counts.items() if code not in accepted)
        return ImportReport(
            file_digest=run.file_digest,
            rows_read=reading.rows_read,
            left_out=reading.left_out,
            joined=reading.joined,
            chunks=run.chunks_done,
            resumed_at=first,
            counts=dict(sorted(run.counts.items())),
            reduction_mg=run.reduction_mg,
            points=run.points,
            refused=refused,
            refused_path=refused_path if refused and refused_path else None,
            sentences={code: own.get(code, "") for code in run.counts},
            dry_run=self.dry_run,
        )


def _handed_on(records: pl.DataFrame, sentences: Mapping[str, str]) -> pl.Expr:
    """The reader's refusals as the pipeline keeps them: a stable code, our words as its note."""
    found = records["refused"].unique().drop_nulls().to_list()
    words = {}
    for code in found:
        if code in BY_CODE:
            words[code] = code
        else:
            kind = "row.unreadable" if code in _UNREADABLE else "row.refused"
            words[code] = f"{kind}|{sentences.get(code, code)}"
    return pl.col("refused").replace_strict(words, default=None, return_dtype=pl.String)


def _answers(records: pl.DataFrame, receipts: pl.DataFrame) -> pl.DataFrame:
    """Receipts beside their rows; the reader's own code where it refused; silent rows stay bare."""
    silent = pl.col("code").is_in(_SILENT)
    own = pl.col("own").is_not_null()
    return receipts.with_columns(
        records["raw"].alias("raw"), records["refused"].alias("own")
    ).with_columns(
        pl.when(pl.col("status") == "duplicate")
        .then(pl.lit("duplicate"))
        .when(~silent & own)
        .then(pl.col("own"))
        .otherwise(pl.col("code"))
        .alias("code"),
        pl.when(~silent).then(pl.col("raw")).alias("raw"),
        pl.when(~silent).then(pl.col("item_no")).alias("item_no"),
    )
