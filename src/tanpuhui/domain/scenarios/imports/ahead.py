"""Two chunks in hand: one is stored while a thread already reads and computes the next."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Read = TypeVar("Read")
Made = TypeVar("Made")


def ahead(source: Iterable[Read], work: Callable[[Read], Made]) -> Iterator[tuple[Read, Made]]:
    """Items of `source` with what `work` makes of them, in order, one item ahead of the caller.

    Errors of the source and of `work` reach the caller when it asks for that item.

    Args:
        source: read in the thread only.
        work: must not use the database: a thread would open a connection of its own.
    """
    items = iter(source)

    def step() -> tuple[Read, Made] | None:
        for item in items:
            return item, work(item)
        return None

    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="ahead") as pool:
        coming = pool.submit(step)
        while (found := coming.result()) is not None:
            coming = pool.submit(step)
            yield found
