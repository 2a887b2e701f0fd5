"""Work that a request begins and does not wait for."""

import logging
import threading
from collections.abc import Callable
from typing import Any

from django.db import connections

logger = logging.getLogger(__name__)


def start(work: Callable[..., None], *given: Any, **named: Any) -> None:
    """Run `work` in a thread of this process with its own database connection.

    The work keeps its state in the database; should the process end, it can be taken up again.
    """

    def run() -> None:
        try:
            work(*given, **named)
        except Exception:
            logger.exception("background work failed")
        finally:
            connections.close_all()

    threading.Thread(target=run, name=f"intake-{work.__name__}", daemon=True).start()
