"""Corrections: nothing is edited; a reversal takes back what was posted, a revision replaces it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
from django.db import transaction

from tanpuhui.domain.ledger import services as ledger
from tanpuhui.domain.ledger.services import ENTRY_TABLE
from tanpuhui.domain.scenarios.data import BatchResult
from tanpuhui.domain.scenarios.pipeline import overlaps, repeats, writing
from tanpuhui.domain.scenarios.pipeline.checks import CONTROL
from tanpuhui.domain.scenarios.pipeline.rulebook import rulebook
from tanpuhui.domain.scenarios.pipeline.work import Work
from tanpuhui.domain.scenarios.services.ingestion import (
    acts_read,
    ensure_months,
    filings_in_force,
    identify,
    in_one_transaction,
    settle,
)
from tanpuhui.domain.scenarios.services.telling import changes_tell
from tanpuhui.kernel import audit, partitions
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.columns import copy_rows, plain_cursor
from tanpuhui.kernel.locking import Space, lock
from tanpuhui.kernel.permissions import permit


def acts_withdraw(
    *, actor: Actor, provider_id: int, items: Sequence[str], reason: str
) -> dict[str, str]:
    """Take acts back: a reversing journal, and a revision that counts nothing.

    Returns:
        item number → `withdrawn`, `already` or `unknown`; the call may be repeated.

    Raises:
        ReasonRefused: too long to be kept.
    """
    permit(actor, "scenarios.ingest", party_id=provider_id)
    audit.reason_check(reason)
    with transaction.atomic():
        cursor = plain_cursor()
        lock(cursor, Space.PROVIDER, provider_id)
        known = pl.Series(sorted(set(items)), dtype=pl.String)
        stored = repeats.find_stored(
            cursor, provider_id, known.filter(~known.str.contains(CONTROL))
        )
        active = stored.filter(pl.col("reason_no") != repeats.WITHDRAWN)
        answers = dict.fromkeys(items, "unknown")
        answers |= dict.fromkeys(stored["item_no"], "already")
        answers |= dict.fromkeys(active["item_no"], "withdrawn")
        if not active.is_empty():
            take_back(cursor, actor, provider_id, active, reason)
            changes_tell("act_withdrawn", provider_id, active)
            audit.record(
                actor,
                "scenarios:act:withdraw",
                f"provider:{provider_id}",
                reason=reason,
                after={"items": active["item_no"].to_list()[:100], "count": active.height},
            )
    return answers


def acts_correct(
    *, actor: Actor, provider_id: int, batch_no: str, records: pl.DataFrame, reason: str
) -> BatchResult:
    """Replace acts by corrected records of the same item numbers.

    What was posted is reversed first, so that caps count only what remains; then the corrected
    record goes the way of any other. An unchanged record is a repetition and changes nothing.

    Raises:
        ReasonRefused: too long to be kept.
    """
    permit(actor, "scenarios.ingest", party_id=provider_id)
    audit.reason_check(reason)
    work = acts_read(provider_id=provider_id, records=records, filing_ids=filings_in_force())
    ensure_months(work)

    def post(fresh: Work) -> BatchResult:
        cursor = plain_cursor()
        identify(fresh, cursor)
        result = replace(fresh, cursor, actor=actor, batch_no=batch_no, reason=reason)
        audit.record(
            actor,
            "scenarios:act:correct",
            f"provider:{provider_id}",
            reason=reason,
            after={"batch": batch_no, "counts": result.counts},
        )
        return result

    return in_one_transaction(work, post)


def replace(work: Work, cursor: Any, *, actor: Actor, batch_no: str, reason: str) -> BatchResult:
    """Reverse the stored acts that the prepared records replace, then settle the records."""
    return settle(
        work,
        cursor,
        actor=actor,
        batch_no=batch_no,
        channel="correction",
        before_caps=lambda: _take_back_replaced(work, cursor, actor, reason),
    )


def _take_back_replaced(work: Work, cursor: Any, actor: Actor, reason: str) -> None:
    """Reverse what live records replace; one refused meanwhile (frozen account) leaves its act."""
    work.replaced = {at: row for at, row in work.replaced.items() if work.live[at]}
    if work.replaced:
        rows = list(work.replaced.values())
        stored = pl.DataFrame(rows, schema=repeats.STORED_SCHEMA, orient="row")
        reverse(cursor, actor, work.provider_id, stored, reason)
        changes_tell("act_corrected", work.provider_id, stored)
        overlaps.claims_free(cursor, rulebook().city, work.provider_id, stored)


def take_back(
    cursor: Any, actor: Actor, provider_id: int, stored: pl.DataFrame, reason: str
) -> None:
    """Reverse stored acts and add the revision that says so; frees their claims."""
    journal_id = reverse(cursor, actor, provider_id, stored, reason)
    revisions = stored.select(
        pl.lit(provider_id, dtype=pl.Int64).alias("provider_id"),
        "item_no",
        (pl.col("revision") + 1).cast(pl.Int16).alias("revision"),
        "account_id",
        "occurred_on",
        pl.col("started").cast(pl.Datetime("us", "UTC")).alias("occurred_at"),
        pl.col("ended").cast(pl.Datetime("us", "UTC")).alias("ended_at"),
        "scenario_no",
        "filing_id",
        "inputs",
        "asset_key",
        "quantified_mg",
        pl.lit(0, dtype=pl.Int64).alias("reduction_mg"),
        pl.lit(0, dtype=pl.Int64).alias("points"),
        pl.lit(repeats.WITHDRAWN, dtype=pl.Int16).alias("reason_no"),
        pl.lit(reason).alias("note"),
        pl.lit(journal_id, dtype=pl.Int64).alias("journal_id"),
    )
    copy_rows(cursor, writing.ACT_TABLE, revisions)
    overlaps.claims_free(cursor, rulebook().city, provider_id, stored)


def reverse(cursor: Any, actor: Actor, provider_id: int, stored: pl.DataFrame, reason: str) -> int:
    """Post the negative of what stored acts had given."""
    lines = stored.group_by("account_id", "occurred_on", "scenario_no").agg(
        reduction_mg=-pl.col("reduction_mg").sum(),
        points=-pl.col("points").sum(),
        acts=-(pl.col("reason_no") == 0).sum().cast(pl.Int32),
    )
    last = stored["occurred_on"].max()
    assert isinstance(last, date)
    partitions.ensure(ENTRY_TABLE, [last])
    return ledger.journal_reverse_lines(
        actor=actor,
        cursor=cursor,
        occurred_on=last,
        source=f"provider:{provider_id}:{reason}"[:200],
        lines=lines,
    )
