"""The main door: a provider's records become evidence and entries, in one transaction."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import psycopg
from django.db import connection, transaction

from tanpuhui.domain.ledger import services as ledger
from tanpuhui.domain.ledger.services import ENTRY_TABLE
from tanpuhui.domain.methodology import services as methodology
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.scenarios.data import BatchResult
from tanpuhui.domain.scenarios.pipeline import (
    checks,
    counting,
    overlaps,
    quantities,
    repeats,
    writing,
)
from tanpuhui.domain.scenarios.pipeline.holdings import held_for
from tanpuhui.domain.scenarios.pipeline.overrides import refuse_paused
from tanpuhui.domain.scenarios.pipeline.rulebook import Rulebook, rulebook
from tanpuhui.domain.scenarios.pipeline.work import NO_TIME, Work, open_work
from tanpuhui.kernel import clock, ids, partitions
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.columns import plain_cursor
from tanpuhui.kernel.locking import Space, lock
from tanpuhui.kernel.permissions import permit

ATTEMPTS = 5
COLLISIONS = (
    psycopg.errors.UniqueViolation,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
)
_filings: dict[tuple[str, Rulebook], dict[tuple[str, str], int]] = {}


def acts_ingest(
    *,
    actor: Actor,
    provider_id: int,
    batch_no: str,
    channel: str,
    records: pl.DataFrame,
    dry_run: bool = False,
) -> BatchResult:
    """Check, quantify, cap, keep and post a batch: all of it or nothing.

    Exactly once: a provider's batches follow one another, a record whose number is stored
    answers as it did the first time, so any delivery may be repeated.

    Args:
        actor: the provider itself, or the system on its behalf (files, simulator).
        provider_id: whose records these are.
        batch_no: the provider's own number of this delivery.
        channel: api, gateway, file, page or simulator.
        records: columns as `data.RECORD_SCHEMA`, and `q_<field>` a quantity sent.
        dry_run: do everything, keep nothing.

    Raises:
        NotPermitted: the actor is not this provider.
    """
    work = acts_read(provider_id=provider_id, records=records, filing_ids=filings_in_force())
    return acts_post(actor=actor, work=work, batch_no=batch_no, channel=channel, dry_run=dry_run)


def acts_read(
    *, provider_id: int, records: pl.DataFrame, filing_ids: dict[tuple[str, str], int]
) -> Work:
    """The half that needs no database: decode, check, quantify. A thread may run ahead with it."""
    work = open_work(records, provider_id)
    rules = rulebook()
    checks.given(work)
    checks.scenarios(work, rules.city)
    checks.times(work, rules.city)
    quantities.quantify(work, rules, filing_ids)
    return work


def acts_post(
    *, actor: Actor, work: Work, batch_no: str, channel: str, dry_run: bool = False
) -> BatchResult:
    """The half in one transaction: consent, repetition, locks, overlaps, caps, evidence, book.

    Raises:
        NotPermitted: the actor is not this provider.
    """
    permit(actor, "scenarios.ingest", party_id=work.provider_id)
    ensure_months(work)

    def post(fresh: Work) -> BatchResult:
        cursor = plain_cursor()
        identify(fresh, cursor)
        result = settle(
            fresh, cursor, actor=actor, batch_no=batch_no, channel=channel, dry_run=dry_run
        )
        if dry_run:
            transaction.set_rollback(True)
        return result

    return in_one_transaction(work, post)


def in_one_transaction(work: Work, post: Callable[[Work], BatchResult]) -> BatchResult:
    """All or nothing; once more from the start where another batch claimed the same thing.

    Args:
        work: read and checked; each attempt gets its own columns.
        post: does it all inside the transaction.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            with transaction.atomic():
                return post(work.fresh())
        except COLLISIONS:
            continue
    with transaction.atomic():
        return post(work.fresh())


def ensure_months(work: Work) -> None:
    """The partitions that a batch may write to, before its transaction."""
    days = days_to_come(work)
    for table in (writing.ACT_TABLE, ENTRY_TABLE):
        partitions.ensure(table, days)


def days_to_come(work: Work) -> list[date]:
    """The days on which acts of this batch may be stored: from the first scenario to today."""
    city = rulebook().city
    first = min(scenario.effective.start for scenario in city.scenarios.values())
    found = np.unique(work.days[work.started != NO_TIME]).tolist()
    days = [checks.EPOCH + timedelta(days=day) for day in found]
    return [day for day in days if first <= day <= clock.today() + timedelta(days=1)]


def identify(work: Work, cursor: Any) -> None:
    """Take the provider's turn; what it may send, and whose acts these are."""
    lock(cursor, Space.PROVIDER, work.provider_id)
    checks.permitted(work, parties.provider_mask(cursor, work.provider_id))
    refuse_paused(work, cursor, rulebook().city)
    checks.links(work, cursor)


def filings_in_force() -> dict[tuple[str, str], int]:
    """Filing ids of this process's rules in this database, looked up once."""
    key = (str(connection.settings_dict["NAME"]), rulebook())
    if key not in _filings:
        _filings[key] = methodology.filings_in_force(rulebook().city)
    return _filings[key]


def settle(
    work: Work,
    cursor: Any,
    *,
    actor: Actor,
    batch_no: str,
    channel: str,
    dry_run: bool = False,
    before_caps: Callable[[], None] | None = None,
) -> BatchResult:
    """Everything that depends on what is stored; then write.

    `before_caps` makes this a correction: it takes back what the records replace, once the
    accounts are locked.
    """
    rules = rulebook()
    repeats.within_batch(work)
    repeats.against_stored(work, cursor, correcting=before_caps is not None)
    lock_accounts(work, cursor)
    if before_caps is not None:
        before_caps()
    withhold_points(work)
    mark_empty(work)
    claims = counting.decide(work, cursor, rules, held_for(work, cursor, rules.city))
    return write(
        work,
        cursor,
        claims,
        actor=actor,
        batch_no=batch_no,
        channel=channel,
        dry_run=dry_run,
        kind="acts" if before_caps is None else "correction",
    )


def lock_accounts(work: Work, cursor: Any) -> None:
    """From here on nobody else posts to these accounts; frozen and closed ones take no part."""
    wanted = np.unique(work.account_id[work.live])
    if not len(wanted):
        return
    accounts = ledger.accounts_lock(cursor, wanted)
    ready = accounts["account_id"][accounts["is_open"] == 1]
    if len(ready) < len(wanted):
        work.refuse(~np.isin(work.account_id, ready), "account.not_open")


def withhold_points(work: Work) -> None:
    """Who does not agree to points gets none; what a correction replaces keeps those it had."""
    withheld = ~work.takes_points
    withheld[[at for at, row in work.replaced.items() if row["points"] > 0]] = False
    for_points_alone = withheld & (work.quantified_mg == 0) & (work.points > 0)
    work.points[withheld] = 0
    work.refuse(for_points_alone, "consent.no_points")


def mark_empty(work: Work) -> None:
    """Acts that give neither mass nor points say so; they take no cap, claim nothing, beat none."""
    nothing = work.live & (work.reduction_mg == 0) & (work.points == 0)
    work.refuse(nothing & (work.quantified_mg == 0), "act.no_reduction")


def write(
    work: Work,
    cursor: Any,
    claims: pl.DataFrame,
    *,
    actor: Actor,
    batch_no: str,
    channel: str,
    dry_run: bool,
    kind: str,
) -> BatchResult:
    """Journal, evidence, claims, refusals and the batch's own row."""
    journal_id = writing.post(
        work,
        cursor,
        actor,
        kind=kind,
        key=ids.fresh("batch:"),
        source=f"batch:{work.provider_id}:{batch_no}",
    )
    overlaps.claims_write(cursor, work, claims)
    counts = writing.counts_of(work)
    counted = (work.reason == 0) & ~work.repeated
    mg, points = int(work.reduction_mg[counted].sum()), int(work.points[counted].sum())
    cursor.execute(
        "insert into scenarios_batch (provider_id, batch_no, channel, received_at, records,"
        " counts, reduction_mg, points, journal_id)"
        " values (%s, %s, %s, %s, %s, %s::jsonb, %s, %s, %s) returning id",
        (
            work.provider_id,
            batch_no,
            channel,
            clock.now(),
            work.size,
            json.dumps(counts),
            mg,
            points,
            journal_id,
        ),
    )
    batch_id: int = cursor.fetchone()[0]
    writing.write_refusals(work, cursor, batch_id)
    return BatchResult(
        batch_id=None if dry_run else batch_id,
        batch_no=batch_no,
        counts=counts,
        reduction_mg=mg,
        points=points,
        receipts=writing.receipts_of(work),
        dry_run=dry_run,
    )
