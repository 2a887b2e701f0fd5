"""Computing a period again after a factor was corrected: differences first, then reversals."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
from django.db import transaction

from tanpuhui.domain.methodology import selectors as methodology
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.scenarios.data import Difference
from tanpuhui.domain.scenarios.pipeline import counting, overlaps, quantities, repeats
from tanpuhui.domain.scenarios.pipeline.checks import EPOCH
from tanpuhui.domain.scenarios.pipeline.holdings import held_for
from tanpuhui.domain.scenarios.pipeline.rulebook import Segment, rulebook
from tanpuhui.domain.scenarios.pipeline.work import Work, open_work
from tanpuhui.domain.scenarios.reasons import BY_NO, number
from tanpuhui.domain.scenarios.services.corrections import reverse
from tanpuhui.domain.scenarios.services.ingestion import (
    filings_in_force,
    lock_accounts,
    mark_empty,
    withhold_points,
    write,
)
from tanpuhui.engine.errors import EngineError
from tanpuhui.kernel import audit, clock, sqlfiles
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.columns import fetch, plain_cursor
from tanpuhui.kernel.locking import Space, lock
from tanpuhui.kernel.permissions import permit

# One day of a provider at a time bounds memory and the length of a transaction.
QUANTIFIED_CODES = ("counted", "cap.day", "cap.month", "cap.year", "act.no_reduction")
QUANTIFIED = [number(code) for code in QUANTIFIED_CODES]
NO_RULES = number("time.after_methodology")
Progress = Callable[[int], None]


def recompute(
    *,
    actor: Actor,
    first: date,
    last: date,
    dry_run: bool,
    reason: str = "",
    on_progress: Progress = lambda _: None,
) -> list[Difference]:
    """Quantify stored acts of a period by the rules now in force; post what differs.

    Args:
        actor: authority or system.
        first: first day.
        last: last day, inclusive.
        dry_run: only list.
        reason: for the audit row of each provider's day.
        on_progress: called with the number of acts looked at.

    Returns:
        Every act whose milligrams change, and those that cannot be computed or changed: they stay
        as they are, and their code says why.

    Raises:
        ReasonRefused: too long to be kept.
    """
    permit(actor, "scenarios.recompute")
    audit.reason_check(reason)
    found: list[Difference] = []
    for provider in parties.organisations("provider"):
        for day in _days(first, last):
            with transaction.atomic():
                cursor = plain_cursor()
                lock(cursor, Space.PROVIDER, provider.party_id)
                changed = _recompute_day(
                    cursor,
                    actor=actor,
                    provider_id=provider.party_id,
                    day=day,
                    reason=reason,
                    on_progress=on_progress,
                    dry_run=dry_run,
                )
                found.extend(changed)
    return found


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def _recompute_day(
    cursor: Any,
    *,
    actor: Actor,
    provider_id: int,
    day: date,
    reason: str,
    on_progress: Progress,
    dry_run: bool,
) -> list[Difference]:
    cursor.execute(
        sqlfiles.query(__file__, "acts_to_recompute"), {"provider_id": provider_id, "day": day}
    )
    stored = fetch(cursor, repeats.STORED_SCHEMA)
    on_progress(stored.height)
    stored = stored.filter(pl.col("reason_no").is_in(QUANTIFIED))
    work = _recomputed(stored, provider_id, day)
    differs = (work.quantified_mg != stored["quantified_mg"].to_numpy()) | (work.reason == NO_RULES)
    changed = stored.filter(pl.Series(differs))
    if changed.is_empty():
        return []
    again = _recomputed(changed, provider_id, day)
    lock_accounts(again, cursor)
    found = _differences(again, changed, day)
    posted = [one for one in found if one.code == "counted"]
    if posted and not dry_run:
        _post(cursor, actor, again, changed, reason)
        audit.record(
            actor,
            "scenarios:act:recompute",
            f"provider:{provider_id}",
            reason=reason,
            before={"mg": sum(d.before_mg for d in posted)},
            after={"mg": sum(d.after_mg for d in posted), "acts": len(posted), "day": str(day)},
        )
    return found


def _differences(work: Work, stored: pl.DataFrame, day: date) -> list[Difference]:
    """What computing again would change; refused acts stay as they are."""
    before, after = stored["quantified_mg"].to_list(), work.quantified_mg.tolist()
    return [
        Difference(
            work.provider_id,
            item_no,
            day,
            before[at],
            before[at] if work.reason[at] else after[at],
            BY_NO[int(work.reason[at])].code,
        )
        for at, item_no in enumerate(stored["item_no"].to_list())
    ]


def _recomputed(stored: pl.DataFrame, provider_id: int, day: date) -> Work:
    """Stored acts as a batch, quantified anew."""
    rules = rulebook()
    work = open_work(
        stored.select(
            pl.int_range(pl.len()).alias("line"),
            "item_no",
            "asset_key",
            pl.col("started").cast(pl.Datetime("us", "UTC")).alias("occurred_at"),
        ),
        provider_id,
    )
    work.scenario_no = stored["scenario_no"].to_numpy().copy()
    work.account_id = stored["account_id"].to_numpy().copy()
    work.days[:] = (day - EPOCH).days
    work.ended = stored["ended"].fill_null(stored["started"]).to_numpy().copy()
    work.revision = (stored["revision"] + 1).to_numpy().copy()
    laid_out: list[pl.DataFrame] = []
    in_force = filings_in_force()
    for no in stored["scenario_no"].unique():
        try:
            segment = rules.segment(rules.city.scenario_by_no(no), day)
        except EngineError:  # its rules hold no longer on that day
            work.refuse((stored["scenario_no"] == no).to_numpy(), "time.after_methodology")
            continue
        for filing_id in stored.filter(pl.col("scenario_no") == no)["filing_id"].unique():
            mask = (stored["scenario_no"] == no) & (stored["filing_id"] == filing_id)
            positions = np.flatnonzero(mask.to_numpy())
            sent = _sent(stored["inputs"].gather(positions), segment, filing_id)
            filled = {
                declared.name: sent[declared.name].fill_null(declared.absent_stored or 0)
                for declared in segment.inputs
            }
            quantities.evaluate_segment(
                work, segment, positions, {name: one.to_numpy() for name, one in filled.items()}
            )
            laid_out.append(_laid_out(positions, sent))
            key = segment.methodology.key if segment.methodology else ""
            work.filing_id[positions] = in_force[segment.scenario.id, key]
    if laid_out:
        order = pl.DataFrame({"position": np.arange(work.size)})
        found = order.join(pl.concat(laid_out), on="position", how="left", maintain_order="left")
        work.inputs = found["inputs"]
    return work


def _laid_out(positions: Any, sent: pl.DataFrame) -> pl.DataFrame:
    """One list of inputs a position."""
    lists = sent.select(pl.concat_list(pl.all())).to_series()
    return pl.DataFrame({"position": positions, "inputs": lists})


def _sent(inputs: pl.Series, segment: Segment, filing_id: int) -> pl.DataFrame:
    """Stored integers, null where nothing was sent, brought to the layout now in force."""
    names = methodology.filing(filing_id).inputs
    nothing = pl.repeat(None, len(inputs), dtype=pl.Int64, eager=True)
    return pl.DataFrame(
        {
            declared.name: inputs.list.get(names.index(declared.name), null_on_oob=True)
            if declared.name in names
            else nothing
            for declared in segment.inputs
        }
    )


def _post(cursor: Any, actor: Actor, work: Work, stored: pl.DataFrame, reason: str) -> None:
    """Take back what live acts gave, then let them count anew; their accounts are locked."""
    taken = stored.filter(pl.Series(work.live))
    city = rulebook().city
    reverse(cursor, actor, work.provider_id, taken, reason or "recompute")
    overlaps.claims_free(cursor, city, work.provider_id, taken)
    rows = stored.to_dicts()
    work.replaced = {int(at): rows[at] for at in np.flatnonzero(work.live)}
    agreed = parties.agreed(taken["account_id"].unique(), "points")
    work.takes_points = np.isin(work.account_id, list(agreed))
    withhold_points(work)
    mark_empty(work)
    claims = counting.decide(work, cursor, rulebook(), held_for(work, cursor, city))
    write(
        work,
        cursor,
        claims,
        actor=actor,
        batch_no=f"recompute-{clock.now():%Y%m%d%H%M%S%f}",
        channel="recompute",
        dry_run=False,
        kind="recompute",
    )
