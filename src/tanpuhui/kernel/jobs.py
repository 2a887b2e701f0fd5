"""Long work outside the page: a table, worked by `tanpuhui worker` or a thread of the server.

A job is claimed by one worker (skip locked). A worker that dies stops giving signs of life; after
a minute another takes the job, from the start, three times at most. Work must therefore be safe to
repeat: an export writes its file anew.
"""

import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from tanpuhui.kernel import audit, clock, ids, sqlfiles
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.errors import DomainError
from tanpuhui.kernel.listing import ordered, state_counts
from tanpuhui.kernel.models import Job

ATTEMPTS_MAX = 3
LOST_AFTER = timedelta(seconds=60)
TELL_EVERY_S = 0.5
KEEP = timedelta(days=7)
KEEP_OF_KIND = {"own_copy": timedelta(days=1)}  # what holds much about one person goes sooner
IDLE_S = 1.0
ORDERS = {"asked": "id", "title": "title", "done": "finished_at"}
log = logging.getLogger(__name__)


class UnknownJob(DomainError):
    """No such job of this person."""

    code = "job.unknown"
    status = 404


class Cancelled(Exception):
    """The job was cancelled, or another worker has taken it."""


@dataclass(frozen=True)
class JobView:
    """One job."""

    public_id: str
    kind: str
    title: str
    params: dict[str, Any]
    asked_by: str
    asked_at: datetime
    state: str
    state_label: str
    done: int
    total: int | None
    error: str
    result: str
    result_bytes: int
    finished_at: datetime | None

    @property
    def percent(self) -> int:
        """How far it is, 0 to 100."""
        if self.state == "done":
            return 100
        return min(self.done * 100 // self.total, 100) if self.total else 0

    @property
    def is_waiting(self) -> bool:
        """Whether it still has work before it."""
        return self.state in {"queued", "running"}


@dataclass(frozen=True)
class Claimed:
    """A job in a worker's hands."""

    public_id: str
    kind: str
    title: str
    params: dict[str, Any]
    asked_by: str
    attempts: int


class Progress:
    """Tells how far a job is, twice a second at most, and hears that it was cancelled."""

    def __init__(self, job: Claimed) -> None:
        self._job, self._told = job, 0.0

    def move(self, done: int, total: int | None = None) -> None:
        """Say how much is done, of how much.

        Raises:
            Cancelled: stop now, nobody waits for the result.
        """
        if time.monotonic() - self._told < TELL_EVERY_S:
            return
        self._told = time.monotonic()
        rows = Job.objects.filter(
            public_id=self._job.public_id,
            state=Job.State.RUNNING,
            attempts=self._job.attempts,
            is_cancel_asked=False,
        )
        if not rows.update(done=done, total=total, seen_at=clock.now()):
            raise Cancelled


Run = Callable[[Claimed, Progress], str]


def folder() -> Path:
    """Where results lie."""
    place = Path(settings.HOME) / "exports"
    place.mkdir(parents=True, exist_ok=True)
    return place


def enqueue(*, actor: Actor, kind: str, title: str, params: dict[str, Any]) -> JobView:
    """Put work into the queue."""
    with transaction.atomic():
        row = Job.objects.create(
            public_id=ids.fresh("j"),
            kind=kind,
            title=title[:120],
            params=params,
            asked_by=actor.label,
            asked_at=clock.now(),
        )
        audit.record(
            actor, "kernel:job:ask", f"job:{row.public_id}", after={"kind": kind, "params": params}
        )
    return _view(row)


def cancel(*, actor: Actor, public_id: str) -> JobView:
    """Stop one's own job; a running one stops at its next sign of life.

    Raises:
        UnknownJob: not one of this person's.
    """
    with transaction.atomic():
        row = Job.objects.select_for_update().filter(public_id=public_id).first()
        if row is None or row.asked_by != actor.label:
            raise UnknownJob("没有这个任务，请从任务清单重新进入。")
        if row.state == Job.State.QUEUED:
            row.state, row.finished_at = Job.State.CANCELLED, clock.now()
        row.is_cancel_asked = True
        row.save(update_fields=["state", "finished_at", "is_cancel_asked"])
        audit.record(actor, "kernel:job:cancel", f"job:{public_id}")
    return _view(row)


def jobs(
    asked_by: str,
    *,
    kind: str = "",
    state: str = "",
    text: str = "",
    order: str = "-asked",
    limit: int = 50,
    offset: int = 0,
) -> list[JobView]:
    """A person's jobs: those with a text in their title, in an order of ORDERS."""
    rows = Job.objects.filter(asked_by=asked_by, title__icontains=text)
    if kind:
        rows = rows.filter(kind=kind)
    if state:
        rows = rows.filter(state=state)
    rows = ordered(rows, order, ORDERS, "id", "-id")
    return [_view(row) for row in rows[offset : offset + limit]]


def job_counts(asked_by: str, *, text: str = "") -> dict[str, int]:
    """State → number of a person's jobs."""
    return state_counts(Job.objects.filter(asked_by=asked_by, title__icontains=text))


def job(public_id: str, asked_by: str) -> JobView:
    """One job of a person.

    Raises:
        UnknownJob: not one of this person's.
    """
    row = Job.objects.filter(public_id=public_id, asked_by=asked_by).first()
    if row is None:
        raise UnknownJob("没有这个任务，请从任务清单重新进入。")
    return _view(row)


def work_one(runs: Mapping[str, Run]) -> bool:
    """Claim one job and see it to its end; False where none waits."""
    claimed = _claim()
    if claimed is None:
        return False
    try:
        if claimed.attempts > ATTEMPTS_MAX:
            _end(claimed, Job.State.FAILED, error="多次中断，未能完成。请缩小范围后重试。")
        else:
            result = runs[claimed.kind](claimed, Progress(claimed))
            _end(claimed, Job.State.DONE, result=result)
    except Cancelled:
        _end(claimed, Job.State.CANCELLED)
    except DomainError as error:
        _end(claimed, Job.State.FAILED, error=error.message)
    except Exception:
        log.exception("job %s failed", claimed.public_id)
        _end(claimed, Job.State.FAILED, error="任务出错，未能完成。请稍后重试或联系技术人员。")
    return True


def keep(kind: str) -> timedelta:
    """How long a result of a kind is kept."""
    return KEEP_OF_KIND.get(kind, KEEP)


def sweep() -> None:
    """Delete the results whose time is over."""
    now = clock.now()
    outlived = Q(finished_at__lt=now - KEEP)
    for kind, span in KEEP_OF_KIND.items():
        outlived |= Q(kind=kind, finished_at__lt=now - span)
    _results_drop(Job.objects.filter(outlived).exclude(result="")[:100])


def results_drop(asked_by: str) -> None:
    """Delete all results of somebody who goes, and stop what is under way."""
    rows = Job.objects.filter(asked_by=asked_by)
    rows.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING]).update(is_cancel_asked=True)
    rows.filter(state=Job.State.QUEUED).update(state=Job.State.CANCELLED, finished_at=clock.now())
    _results_drop(rows)


def _results_drop(rows: "QuerySet[Job]") -> None:
    for row in rows:
        if row.result:
            (folder() / row.result).unlink(missing_ok=True)
            row.result = ""
            row.save(update_fields=["result"])


def _claim() -> Claimed | None:
    now = clock.now()
    with transaction.atomic(), connection.cursor() as cursor:
        values = {"now": now, "lost": now - LOST_AFTER}
        cursor.execute(sqlfiles.query(__file__, "job_claim"), values)
        row = cursor.fetchone()
    if row is None:
        return None
    public_id, kind, title, params, asked_by, attempts = row
    decoded = json.loads(params) if isinstance(params, str) else params
    return Claimed(public_id, kind, title, decoded, asked_by, attempts)


def _end(claimed: Claimed, state: Job.State, *, result: str = "", error: str = "") -> None:
    """Close the job, unless another worker has it by now."""
    size = (folder() / result).stat().st_size if result else 0
    Job.objects.filter(
        public_id=claimed.public_id, state=Job.State.RUNNING, attempts=claimed.attempts
    ).update(state=state, result=result, result_bytes=size, error=error, finished_at=clock.now())


def _view(row: Job) -> JobView:
    return JobView(
        public_id=row.public_id,
        kind=row.kind,
        title=row.title,
        params=row.params,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        state=row.state,
        state_label=Job.State(row.state).label,
        done=row.done,
        total=row.total,
        error=row.error,
        result=row.result,
        result_bytes=row.result_bytes,
        finished_at=row.finished_at,
    )
