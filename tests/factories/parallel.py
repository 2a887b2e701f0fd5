"""Many threads, each with its own connection, started together."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connections

from tanpuhui.kernel.errors import DomainError


def at_once(number: int, step: Callable[[int], Any]) -> list[Any]:
    """The answers of `step(0)` … `step(number − 1)`; a refusal is answered with its code.

    Any other error is raised here, so that no thread fails unseen.
    """
    gate = threading.Barrier(number)
    answers: list[Any] = [None] * number
    failed: list[BaseException] = []

    def run(n: int) -> None:
        try:
            gate.wait()
            answers[n] = step(n)
        except DomainError as error:
            answers[n] = error.code
        except BaseException as error:  # noqa: BLE001 - raised again below
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return answers
