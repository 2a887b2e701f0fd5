"""The sums that pages show: brought on, made anew, kept up while the server runs."""

import logging
import threading
from contextlib import AbstractContextManager
from typing import Annotated

import typer

from tanpuhui.config.commands.runner import beside, django_ready, progress, say

EVERY_S = 3
Rebuild = Annotated[bool, typer.Option("--rebuild", help="全部重算；算完之前页面仍显示原来的数")]
log = logging.getLogger(__name__)


def rollup(*, rebuild: Rebuild = False) -> None:
    """把新的记账并入统计（服务运行时每 3 秒自动进行）。Bring the sums on."""
    django_ready()
    from tanpuhui.domain.insight import services as insight
    from tanpuhui.kernel import actors

    bring = insight.rollup_rebuild if rebuild else insight.rollup_advance
    with progress("并入统计") as bar:
        count = bring(
            actor=actors.system(),
            on_progress=lambda done: bar.move(done, None, f"并入统计 {done:,} 笔"),
        )
    say(f"统计已是最新：并入 {count:,} 笔记账。")


def brought_on() -> None:
    """After a command that posted to the book: pages show it at once."""
    from tanpuhui.domain.insight import services as insight
    from tanpuhui.kernel import actors

    with progress("并入统计"):
        insight.rollup_advance(actor=actors.system())


def kept_up() -> AbstractContextManager[None]:
    """Bring the sums on every few seconds in a thread of its own, until the block ends."""
    return beside(_keep, "rollup")


def _keep(ended: threading.Event) -> None:
    from django.db import connections

    from tanpuhui.domain.insight import services as insight
    from tanpuhui.kernel import actors

    while not ended.wait(EVERY_S):
        try:
            insight.rollup_advance(actor=actors.system())
        except Exception:  # the database may be away for a moment; the next turn tries again
            log.exception("the sums could not be brought on")
            connections.close_all()
    connections.close_all()
