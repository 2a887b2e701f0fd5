"""What every command shares: Django on demand, two consoles, progress bars, one way to refuse."""

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

REFUSED = 1
WRONG_INPUT = 2
INTERRUPTED = 130

# Imports below sit inside functions on purpose: `tanpuhui --help` must answer at once, and reading
# the settings starts the database. Command modules do the same, for the same reason.


def django_ready(*, migrated: bool = True) -> None:
    """Set Django up; the embedded database is running afterwards.

    Args:
        migrated: refuse where the tables are missing or older than the program.
    """
    import django
    from django.conf import settings

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tanpuhui.config.settings")
    try:
        django.setup()
    except (ValueError, RuntimeError) as error:
        refuse(f"无法启动：{error}")
    if not settings.DATABASES["default"]["HOST"]:
        refuse("DATABASE_URL 缺少主机名，请写成 postgresql://用户:口令@主机:端口/库名。")
    if migrated and migrations_pending():
        refuse("数据库还没有建表或版本较旧，请先运行：tanpuhui migrate")


def migrations_pending() -> int:
    """How many migrations the database lacks."""
    from django.db import OperationalError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
    except OperationalError as error:
        refuse(f"连不上数据库，请检查 DATABASE_URL 或数据库是否在运行：{error}")
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def say(text: str = "") -> None:
    """A line of the result, on standard output."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def note(text: str) -> None:
    """A line about the work, on standard error, so that results can be piped."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def refuse(text: str, code: int = REFUSED) -> NoReturn:
    """One sentence on standard error and the exit code."""
    note(text)
    raise typer.Exit(code)


def wrong_input(text: str) -> NoReturn:
    """The operator's input cannot be used: exit code 2."""
    refuse(f"{text}", WRONG_INPUT)


class Bar:
    """A progress bar that a worker moves; silent where nobody watches."""

    def __init__(self, progress: object | None, task: object | None) -> None:
        self._progress, self._task = progress, task

    def move(self, done: float, total: float | None, text: str | None) -> None:
        """Set how much is done, of how much, and what is being done."""
        if self._progress is not None:
            facts = {"completed": done}
            if total is not None:
                facts["total"] = total
            if text is not None:
                self._progress.update(self._task, description=text)  # type: ignore[attr-defined]
            self._progress.update(self._task, **facts)  # type: ignore[attr-defined]


@contextmanager
def progress(text: str, total: float | None = None) -> Iterator[Bar]:
    """A bar on standard error while it is a terminal."""
    if not sys.stderr.isatty():
        yield Bar(None, None)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as bars:
        yield Bar(bars, bars.add_task(text, total=total))


def table(title: str, heads: list[str], rows: list[list[str]]) -> None:
    """A table on standard output."""
    from rich.console import Console
    from rich.table import Table

    drawn = Table(title=title, title_justify="left", header_style="bold")
    for head in heads:
        drawn.add_column(head, justify="left" if head == heads[0] else "right")
    for row in rows:
        drawn.add_row(*row)
    Console().print(drawn)


@contextmanager
def beside(work: Callable[[threading.Event], None], name: str) -> Iterator[None]:
    """Work in a thread of its own until the block ends.

    Args:
        work: told by the event when to end.
        name: of the thread.
    """
    ended = threading.Event()
    thread = threading.Thread(target=work, args=(ended,), name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(timeout=30)
