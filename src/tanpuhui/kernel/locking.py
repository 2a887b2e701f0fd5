"""Advisory locks of one transaction; every key space stands here, so that none collide."""

from enum import IntEnum
from typing import Any


class Space(IntEnum):
    """The first key of PostgreSQL's two-key advisory lock."""

    PROVIDER = 1  # one writing batch, or one change of consents, per provider at a time
    PARTITIONS = 2  # making a month's partitions
    IMPORT = 3  # one importer per file
    RULES = 4  # changes of the rules follow one another, so that their numbers commit in order


def lock(cursor: Any, space: Space, key: int) -> None:
    """Wait for the lock; it goes with the transaction."""
    cursor.execute("select pg_advisory_xact_lock(%s, %s)", (int(space), key & 0x7FFFFFFF))
