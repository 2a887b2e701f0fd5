"""The HTTP server's own process: granian and nothing else, so that its workers are clean copies.

Started by `tanpuhui serve` as `python -m tanpuhui.config.server HOST PORT WORKERS`.
"""

import ctypes
import os
import signal
import sys

from granian import Granian
from granian.constants import Interfaces

SUPERVISED = "TANPUHUI_SUPERVISED"
PR_SET_PDEATHSIG = 1
BLOCKING_THREADS = 4
WAITING_REQUESTS = 256
STOP_PATIENCE_S = 10


def end_with_parent() -> None:
    """Let Linux end this process when the one that supervises it is gone, even if it was killed."""
    if os.environ.get(SUPERVISED) and sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def main(host: str, port: int, workers: int) -> None:
    """Serve until SIGTERM."""
    end_with_parent()
    Granian(
        "tanpuhui.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=BLOCKING_THREADS,
        backpressure=WAITING_REQUESTS,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_PATIENCE_S,
        log_enabled=False,
    ).serve()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
