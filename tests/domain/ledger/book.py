"""Posting to accounts without the pipeline: the ledger alone."""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import polars as pl
from django.db import transaction

from tanpuhui.domain.ledger import services as ledger
from tanpuhui.kernel import actors, partitions
from tanpuhui.kernel.columns import plain_cursor

SYSTEM = actors.system()
DAY = date(2026, 3, 10)
METRO = 1
_keys = itertools.count(1)


def lines(*rows: Sequence[Any]) -> pl.DataFrame:
    """(account, day, scenario, mg, points, acts) as the ledger takes them."""
    return pl.DataFrame(rows, schema=ledger.LINE_SCHEMA, orient="row")


@contextmanager
def written() -> Iterator[Any]:
    """A cursor in a transaction."""
    with transaction.atomic():
        yield plain_cursor()


def post(*rows: Sequence[Any], kind: str = "acts", key: str = "") -> int:
    """Post one journal."""
    partitions.ensure(ledger.ENTRY_TABLE, {row[1] for row in rows})
    with written() as cursor:
        return ledger.journal_post(
            actor=SYSTEM,
            cursor=cursor,
            kind=kind,
            key=key or f"test:{next(_keys)}",
            occurred_on=max(row[1] for row in rows),
            source="test",
            lines=lines(*rows),
        )


def give(
    account: int, *, mg: int = 0, points: int = 0, day: date = DAY, scenario: int = METRO
) -> int:
    """One line to one account."""
    return post((account, day, scenario, mg, points, 1))


def take(
    account: int, *, mg: int = 0, points: int = 0, day: date = DAY, scenario: int = METRO
) -> int:
    """Take back from one account, as a correction does."""
    with written() as cursor:
        return ledger.journal_reverse_lines(
            actor=SYSTEM,
            cursor=cursor,
            occurred_on=day,
            source="test",
            lines=lines((account, day, scenario, -mg, -points, -1)),
        )


def spend(account: int, points: int, key: str) -> int:
    """Spend as the person."""
    return ledger.points_spend(
        actor=actors.person(account), account_id=account, points=points, key=key, source="test"
    )
