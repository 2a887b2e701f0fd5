"""Background work: exports from the queue, and the hourly look for anomalies."""

import logging
import threading
from contextlib import AbstractContextManager

from tanpuhui.config.commands.runner import beside, django_ready, note

HOUR_S = 3600
LOOK_DAYS = 3
log = logging.getLogger(__name__)


def worker() -> None:
    """处理后台任务（导出、异常检查）；服务运行时已自带一个。Work the queue."""
    django_ready()
    note("后台任务：正在等待任务（按 Ctrl-C 停止）")
    ended = threading.Event()
    try:
        work(ended)
    except KeyboardInterrupt:
        ended.set()
        note("已停止；没有做完的任务一分钟后由别的工作进程接着做。")


def at_work() -> AbstractContextManager[None]:
    """Work the queue in a thread of its own until the block ends."""
    return beside(work, "worker")


def work(ended: threading.Event) -> None:
    """Until told to end; what goes wrong in one turn does not end the next."""
    from django.db import connections

    from tanpuhui.domain.intake.services import background
    from tanpuhui.domain.intake.services import runs as imports
    from tanpuhui.kernel import jobs
    from tanpuhui.web.citizen import copies
    from tanpuhui.web.console.pages import exports

    runs = {
        "export": exports.run,
        background.KIND: imports.run_job,
        copies.KIND: copies.run,
    }
    waited_s = float(HOUR_S)
    while not ended.is_set():
        try:
            if waited_s >= HOUR_S:
                waited_s = 0.0
                _hourly()
            if jobs.work_one(runs):
                continue
        except Exception:  # the database may be away for a moment; the next turn tries again
            log.exception("background work failed")
            connections.close_all()
        ended.wait(jobs.IDLE_S)
        waited_s += jobs.IDLE_S
    connections.close_all()


def _hourly() -> None:
    from datetime import timedelta

    from tanpuhui.domain.intake import services as intake
    from tanpuhui.domain.supervision import services as supervision
    from tanpuhui.kernel import actors, clock, jobs

    jobs.sweep()
    intake.sweep()
    today = clock.today()
    supervision.anomalies_find(
        actor=actors.system(door="job"), first=today - timedelta(days=LOOK_DAYS), last=today
    )
