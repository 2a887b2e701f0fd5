"""Reading new journals into the sums: each exactly once, whoever calls and however often.

Numbers are drawn when a journal is written and become visible when its transaction commits, so
they may appear out of order. Everything up to the floor is in the sums; above it, `Seen` says what
is. One row lock makes callers queue, and sums and marks are written in one transaction.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
from django.db import transaction

from tanpuhui.domain.insight.models import (
    DaySum,
    FeedItem,
    HomeBlock,
    HourSum,
    Intake,
    PeopleBlock,
    PeriodSum,
    Progress,
    Seen,
)
from tanpuhui.domain.insight.services import people, sums
from tanpuhui.domain.insight.services.homes import homes_of
from tanpuhui.domain.ledger import selectors as ledger
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.kernel import clock
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.columns import plain_cursor
from tanpuhui.kernel.permissions import permit

STEP = 200
"""Journals in one transaction; of an import each is a chunk of many thousand acts."""
RECENT = timedelta(days=8)
"""How long hours of acts and of arrivals are kept."""
ACCOUNTS_AGE = timedelta(minutes=1)
EPOCH = date(1970, 1, 1)
Told = Callable[[int], None]


def rollup_advance(*, actor: Actor, on_progress: Told = lambda _: None) -> int:
    """Bring the sums on to every journal committed before the call.

    Any number of callers at once is safe: they follow one another.

    Args:
        actor: system.
        on_progress: called with the number of journals read so far.

    Returns:
        How many journals were new.
    """
    permit(actor, "insight.roll_up")
    total = 0
    while True:
        with transaction.atomic():
            taken = _step(progress_locked())
        total += taken
        on_progress(total)
        if taken < STEP:
            return total


def rollup_rebuild(*, actor: Actor, on_progress: Told = lambda _: None) -> int:
    """Make all sums anew from the book; pages show the old ones until it is done.

    Returns:
        How many journals were read.
    """
    permit(actor, "insight.roll_up")
    total = 0
    with transaction.atomic():
        progress = progress_locked()
        for model in (DaySum, PeriodSum, PeopleBlock, HomeBlock, HourSum, Intake, FeedItem, Seen):
            model.objects.all().delete()
        progress.floor_id = progress.mark_id = progress.mark_xid = 0
        while True:
            taken = _step(progress)
            total += taken
            on_progress(total)
            if taken < STEP:
                return total


def progress_locked() -> Progress:
    """The one row, made where it is missing; the lock goes with the transaction."""
    Progress.objects.get_or_create(pk=1)
    return Progress.objects.select_for_update().get(pk=1)


def seen_above_floor() -> list[int]:
    """Journals above the floor that are in the sums."""
    return list(Seen.objects.values_list("journal_id", flat=True))


def _step(progress: Progress) -> int:
    cursor = plain_cursor()
    cursor.execute(
        "select pg_snapshot_xmin(at)::text::bigint, pg_snapshot_xmax(at)::text::bigint"
        " from (select pg_current_snapshot() as at) as now"
    )
    running_from, running_to = cursor.fetchone() or (0, 0)
    seen = seen_above_floor()
    journals = ledger.journals_after(cursor, progress.floor_id, seen, STEP)
    new = [journal_id for journal_id, _, _ in journals]
    if new:
        _add(cursor, journals, floor=progress.floor_id, seen=[*seen, *new])
        Seen.objects.bulk_create(Seen(journal_id=journal_id) for journal_id in new)
        newest = max(recorded_at for _, _, recorded_at in journals)
        progress.data_at = max(filter(None, (progress.data_at, newest)))
    if progress.mark_xid and running_from >= progress.mark_xid:
        # Whoever had drawn a number up to the mark has ended, and what it committed is visible
        # to the read above: those journals are in the sums, or will never be.
        cut = len(new) == STEP
        progress.floor_id = min(progress.mark_id, new[-1]) if cut else progress.mark_id
        Seen.objects.filter(journal_id__lte=progress.floor_id).delete()
        progress.mark_xid = 0
    highest = max([*seen, *new, 0])
    if not progress.mark_xid and highest > progress.floor_id:
        # A writer holds a transaction number before it draws a journal's (it locks accounts
        # first), so all that could still commit a lower journal is running now.
        progress.mark_id, progress.mark_xid = highest, running_to
        progress.marked_at = clock.now()
    _accounts_count(progress)
    progress.rolled_at = clock.now()
    progress.save()
    return len(new)


def _accounts_count(progress: Progress) -> None:
    now = clock.now()
    if progress.accounts_at is None or now - progress.accounts_at > ACCOUNTS_AGE:
        progress.accounts, progress.accounts_at = ledger.accounts_open_count(), now


def _add(
    cursor: Any,
    journals: Sequence[tuple[int, str, datetime]],
    *,
    floor: int,
    seen: Sequence[int],
) -> None:
    """Put some journals into every sum."""
    new = [journal_id for journal_id, _, _ in journals]
    since = (clock.now() - RECENT).replace(minute=0, second=0, microsecond=0)
    lines = ledger.lines_of_journals(cursor, new)
    if lines.is_empty():
        return
    changes = scenarios.acts_of_journals(
        cursor,
        new,
        first_day=EPOCH + timedelta(days=int(lines["day"].min() or 0)),  # type: ignore[arg-type]
        last_day=EPOCH + timedelta(days=int(lines["day"].max() or 0)),  # type: ignore[arg-type]
        since=since,
    )
    holders = pl.concat([lines["account_id"], changes["account_id"]]).unique()
    codes = sums.region_codes()
    current = parties.regions_of(cursor, holders, codes[1:]).rename({"person_id": "account_id"})
    touched = pl.concat([part.select("account_id", "day") for part in (lines, changes)])
    homes = homes_of(cursor, touched, current)
    owners = pl.DataFrame(
        [(number, scenarios.journal_provider(source)) for number, source, _ in journals],
        schema={"journal_id": pl.Int64, "provider_id": pl.Int64},
        orient="row",
    )
    lines = _at_home(lines.join(owners, on="journal_id"), homes)
    changes = _at_home(changes, homes)
    days = sums.days_of(lines, changes)
    sums.days_add(cursor, days)
    sums.periods_add(
        cursor, days, people.people_change(cursor, lines, homes, floor=floor, seen=seen)
    )
    sums.hours_add(cursor, changes, since)
    sums.intake_add(cursor, journals, lines, since)
    sums.feed_add(changes, since)


def _at_home(frame: pl.DataFrame, homes: pl.DataFrame) -> pl.DataFrame:
    """With the district for which each row's holder counts in the month of its day."""
    month = pl.col("day").cast(pl.Int32).cast(pl.Date).dt.month_start().cast(pl.Int32)
    monthly = homes.filter(pl.col("span") == int(PeriodSum.Span.MONTH)).drop("span")
    return (
        frame.with_columns(first_on=month.cast(pl.Int64))
        .join(monthly, on=["account_id", "first_on"], how="left")
        .drop("first_on")
    )
