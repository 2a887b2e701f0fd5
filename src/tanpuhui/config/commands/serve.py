"""The HTTP server: granian in front of the WSGI application, static files through whitenoise."""

import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from tanpuhui.config.commands.database import address
from tanpuhui.config.commands.rollup import kept_up
from tanpuhui.config.commands.runner import WRONG_INPUT, django_ready, note, refuse
from tanpuhui.config.commands.worker import at_work

Host = Annotated[str, typer.Option("--host", help="监听地址。对外开放前请先看 docs/settings.md")]
Port = Annotated[int, typer.Option("--port", min=1, max=65535, help="端口")]
Workers = Annotated[
    int, typer.Option("--workers", min=0, max=64, help="工作进程数；0 表示与处理器核数相同，最多 4")
]
LOOPBACK = "127.0.0.1"
PORT = 8000
WORKERS_MAX = 4
PULSE_S = 0.2


def serve(host: Host = LOOPBACK, port: Port = PORT, workers: Workers = 0) -> None:
    """启动网站和接口，按 Ctrl-C 停止。Serve pages and API."""
    port_free(host, port)
    static_collected()
    django_ready()
    note(f"服务地址：http://{host}:{port}/ （按 Ctrl-C 停止）")
    listen(host, port, workers)


def port_free(host: str, port: int) -> None:
    """Refuse early, with a sentence, where the address is taken."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            refuse(
                f"不能监听 {host}:{port}（{error.strerror}）。"
                f"可能已有一个服务在运行；可换端口，例如 --port {port + 1}。",
                WRONG_INPUT,
            )


def static_collected() -> None:
    """Serve hashed, compressed static files, as in production; anew only after a change."""
    os.environ.setdefault("TANPUHUI_COLLECTED_STATIC", "1")
    django_ready(migrated=False)
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    found = [
        f"{name} {storage.get_modified_time(name)}"
        for finder in get_finders()
        for name, storage in finder.list([])
    ]
    found.append(str(settings.STORAGES["staticfiles"]))
    signature = hashlib.sha256("\n".join(sorted(found)).encode()).hexdigest()
    mark = Path(settings.STATIC_ROOT) / ".collected"
    if not mark.exists() or mark.read_text() != signature:
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        mark.write_text(signature)


def listen(host: str, port: int, workers: int) -> None:
    """Serve until stopped.

    The server runs in a session of its own, so that Ctrl-C in a terminal reaches this process
    alone, which then asks the server to finish: a worker that hears both signals may hang. Its
    workers connect to the database by address; this process keeps the embedded one running.
    """
    from django.db import connections

    connections.close_all()
    count = workers or min(os.cpu_count() or 1, WORKERS_MAX)
    command = [sys.executable, "-m", "tanpuhui.config.server", host, str(port), str(count)]
    environment = {
        # Calls carry small batches: waking a pool of threads for each costs more than it gives.
        "POLARS_MAX_THREADS": "1",
        **os.environ,
        "DATABASE_URL": address(),
        "TANPUHUI_SUPERVISED": "1",
    }
    server = subprocess.Popen(command, start_new_session=True, env=environment)  # noqa: S603 - ours
    wanted = (signal.SIGINT, signal.SIGTERM)
    before = {name: signal.signal(name, lambda *_: server.terminate()) for name in wanted}
    # Not server.wait(): a signal may reach a thread of a library, and then wakes nobody.
    with kept_up(), at_work():
        while server.poll() is None:
            time.sleep(PULSE_S)
    for name, handler in before.items():
        signal.signal(name, handler)
    if server.returncode not in {0, -signal.SIGTERM}:
        refuse(f"服务意外退出（代码 {server.returncode}）。请查看上面的信息。")
    note("服务已停止，数据都已保存。")
