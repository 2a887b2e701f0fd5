"""Workers as processes of their own: one JSON order in, one JSON answer out."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]


def call(worker: str, order: dict[str, Any]) -> dict[str, Any]:
    """Run `bench.workers.<worker>` and wait.

    Raises:
        RuntimeError: it failed; the message holds what it said.
    """
    done = subprocess.run(
        [sys.executable, "-m", f"bench.workers.{worker}", json.dumps(order)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        message = f"worker {worker} failed:\n{done.stderr[-4000:]}"
        raise RuntimeError(message)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer
