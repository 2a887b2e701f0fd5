"""Servers under test: granian processes of their own, and what they cost in processor time."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import psutil
import psycopg

from bench import children, stage

START_S = 60
BACKENDS = """
select pid from pg_stat_activity
where datname = %s and pid <> pg_backend_pid() and (application_name = 'bench floor') = %s
"""


@dataclass(frozen=True)
class Server:
    """A server process of ours and its connections to the database."""

    process: "subprocess.Popen[bytes]"
    port: int
    database: str
    is_floor: bool

    def cpu(self) -> float:
        """Processor seconds of its processes and of its server processes in the database."""
        whole = psutil.Process(self.process.pid)
        with psycopg.connect(**stage.keywords(self.database)) as connection:
            rows = connection.execute(BACKENDS, [self.database, self.is_floor]).fetchall()
        found = [whole, *whole.children(recursive=True)]
        if str(stage.keywords(self.database)["host"]).startswith("/"):
            found += [psutil.Process(pid) for (pid,) in rows]
        times = [process.cpu_times() for process in found]
        return float(sum(one.user + one.system for one in times))


@contextlib.contextmanager
def server(target: str, database: str, workers: int) -> Iterator[Server]:
    """A server of `bench.workers.server` on a free port, stopped afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    order = json.dumps({"target": target, "port": port, "workers": workers})
    command = [sys.executable, "-m", "bench.workers.server", order]
    with beside(command, database) as process:
        _wait(process, port)
        yield Server(process, port, database, is_floor=target == "floor")


@contextlib.contextmanager
def beside(command: list[str], database: str) -> "Iterator[subprocess.Popen[bytes]]":
    """A process over a database of the bench while the block runs."""
    world = {
        "POLARS_MAX_THREADS": "1",  # as `tanpuhui serve`
        "TANPUHUI_BENCH_DATABASE": database,
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "TANPUHUI_API_CALLS_PER_SECOND": "100000",
        "TANPUHUI_API_CALLS_AT_ONCE": "100000",
    }
    process = subprocess.Popen(command, cwd=children.PROJECT, env=os.environ | world)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    message = "the server did not start"
    raise RuntimeError(message)
