"""The same files through the real pipeline, into a platform of their own that is thrown away.

A second process does it (`__main__`), so that its settings name a scratch home and the example
pack, whatever the caller's are.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tanpuhui.config.acceptance.files import PACK

Line = dict[str, Any]
Job = tuple[str, str, dict[str, str]]
"""profile, file name, look-up tables"""


def posted(data: Path, jobs: list[Job]) -> Iterator[Line]:
    """One line per file: what was expected of the pipeline, what it did, whether they agree.

    Args:
        data: the data folder.
        jobs: what to import, in this order.
    """
    with tempfile.TemporaryDirectory(prefix="tanpuhui-accept-") as home:
        settings = os.environ | {"TANPUHUI_HOME": home, "TANPUHUI_PACK": str(PACK)}
        settings.pop("DATABASE_URL", None)
        settings.pop("TANPUHUI_PRODUCTION", None)
        command = [sys.executable, "-m", "tanpuhui.config.acceptance", str(data)]
        with subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command, env=settings, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as worker:
            assert worker.stdin is not None
            assert worker.stdout is not None
            worker.stdin.write(json.dumps(jobs))
            worker.stdin.close()
            yield from map(json.loads, worker.stdout)
        if worker.returncode:
            yield {"profile": "-", "good": False, "why": f"ended with {worker.returncode}"}
