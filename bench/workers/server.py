"""A server process: granian with one worker or more, over the platform or over the floor.

python -m bench.workers.server '{"target": "platform", "port": 8100, "workers": 2}'
"""

import json
import sys

from granian import Granian
from granian.constants import Interfaces

THREADS_PER_WORKER = 4  # as `tanpuhui serve`
TARGETS = {
    "platform": "tanpuhui.config.wsgi:application",
    "floor": "bench.floor_app:application",
    "bare": "bench.bare_app:application",
}


def main() -> None:
    """Serve until stopped; the environment names database and settings."""
    order = json.loads(sys.argv[1])
    Granian(
        TARGETS[order["target"]],
        address="127.0.0.1",
        port=order["port"],
        interface=Interfaces.WSGI,
        workers=order["workers"],
        blocking_threads=THREADS_PER_WORKER,
        backpressure=256,
        websockets=False,
        workers_kill_timeout=10,
        log_enabled=False,
    ).serve()


if __name__ == "__main__":
    main()
