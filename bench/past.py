"""A past for the city: millions of stored acts, written in bulk, consistent to the milligram.

Evidence, journals, entries and balances are what the pipeline would have left: the ledger's own
checks hold, `ledger verify` and the replay are clean. Written by COPY, because sending them through
the door would take as long as the bench itself.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from bench import city, stage
from bench.options import Tell
from bench.records.drawing import Sizes, providers
from tanpuhui.packs import Pack

BLOCK = 200_000
MONTHS = 12
# Long ago people rode the metro; in the days that the bench's own records are about they only
# bought things, so that no cap and no overlap is different with a past than without one.
LONG_AGO, LATELY = "travel/metro", "consumption/green_product"
SECOND = 1_000_000


@dataclass(frozen=True)
class Rules:
    """What an act of one scenario is worth, by the platform's own rules."""

    scenario_no: int
    provider_id: int
    filing_id: int
    segment: Any


def settle(pack: Pack, sizes: Sizes, acts: int, tell: Tell) -> str:
    """The database with people of these sizes and so many stored acts; made where it is missing."""
    people = city.settle(pack, sizes, tell).database
    if acts == 0:
        return people
    name = f"{stage.PREFIX}_past_{acts}_{hashlib.sha256(people.encode()).hexdigest()[:8]}"
    if stage.is_whole(name):
        stage.use(name)
        return name
    stage.fresh(name, people)
    fill(pack, acts, tell)
    stage.seal(name)
    return name


def fill(pack: Pack, acts: int, tell: Tell, *, accounts: int | None = None, first: int = 0) -> None:
    """Store acts in the database at hand, spread over a year of months.

    Args:
        pack: the city.
        acts: how many.
        tell: progress.
        accounts: only the first so many accounts take part.
        first: number of the first item, so that two fills do not collide.
    """
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        cursor.execute("select id from ledger_account where kind = 'person' order by id")
        ids = np.array([row[0] for row in cursor.fetchall()])[:accounts]
    rng = np.random.default_rng([acts, first])
    done = 0
    last = stage.last_day()
    while done < acts:
        size = min(BLOCK, acts - done)
        month = first_of(last, MONTHS - 1 - done * MONTHS // acts)
        with transaction.atomic():
            _block(pack, month, last, ids[np.sort(rng.integers(0, len(ids), size))], first + done)
        done += size
        if done % (5 * BLOCK) == 0 or done == acts:
            tell(f"  stored acts {done:,}")
    with connection.cursor() as cursor:
        cursor.execute(
            "update ledger_account set reduction_mg = s.mg, points = s.points from"
            " (select account_id, sum(reduction_mg) as mg, sum(points) as points"
            "  from ledger_entry where account_id > 0 group by 1) as s where id = s.account_id"
        )
        cursor.execute("vacuum analyze")


def first_of(last: date, back: int) -> date:
    """The first day of the month `back` months before that of `last`."""
    month = last.year * 12 + last.month - 1 - back
    return date(month // 12, month % 12 + 1, 1)


def _block(pack: Pack, month: date, last: date, accounts: Any, first: int) -> None:
    """One journal and its acts, in account order."""
    from tanpuhui.kernel.columns import copy_rows, plain_cursor

    until = min(first_of(month, -1), last + timedelta(days=1))
    recent = last - month < timedelta(days=62)
    rules = _rules(pack, LATELY if recent else LONG_AGO, month)
    frame = _acts(rules, month, (until - month).days, accounts, first)
    cursor = plain_cursor()
    _months([month])
    cursor.execute(
        "insert into ledger_journal (kind, key, occurred_on, recorded_at, source, actor)"
        " values ('acts', %s, %s, transaction_timestamp(), 'bench', 'bench') returning id",
        (f"past:{first}", until),
    )
    (journal_id,) = cursor.fetchone()
    frame = frame.with_columns(journal_id=pl.lit(journal_id, pl.Int64))
    keys = ["account_id", "occurred_on", "journal_id", "scenario_no"]
    amounts = [pl.col(name).sum() for name in ("reduction_mg", "points")]
    entries = frame.group_by(keys).agg(*amounts, acts=pl.len().cast(pl.Int32)).sort(keys)
    others = (
        entries.group_by("occurred_on", "journal_id", "scenario_no")
        .agg(-pl.col(name).sum() for name in ("reduction_mg", "points", "acts"))
        .with_columns(account_id=-pl.col("scenario_no").cast(pl.Int64))
        .select(entries.columns)
    )
    copy_rows(cursor, "ledger_entry", pl.concat([others, entries]))
    copy_rows(cursor, "scenarios_act", frame.select(_columns(cursor, "scenarios_act")))


def _months(days: Sequence[date]) -> None:
    from tanpuhui.kernel import partitions

    for table in ("ledger_entry", "scenarios_act"):
        partitions.ensure(table, days)


def _columns(cursor: Any, table: str) -> list[str]:
    cursor.execute(
        "select attname::text from pg_attribute where attrelid = %s::regclass and attnum > 0"
        " and not attisdropped order by attnum",
        (table,),
    )
    return [row[0] for row in cursor.fetchall()]


def _rules(pack: Pack, scenario_id: str, day: date) -> Rules:
    from tanpuhui.domain.methodology import services as methodology
    from tanpuhui.domain.parties import selectors as parties
    from tanpuhui.domain.scenarios.pipeline.rulebook import rulebook

    scenario = pack.scenarios[scenario_id]
    segment = rulebook().segment(scenario, day)
    sender = next(p for p in providers(pack) if scenario_id in p.scenarios)
    key = segment.methodology.key if segment.methodology else ""
    return Rules(
        scenario_no=scenario.no,
        provider_id=parties.organisation(sender.code).party_id,
        filing_id=methodology.filings_in_force(pack)[scenario_id, key],
        segment=segment,
    )


def _acts(rules: Rules, month: date, days: int, accounts: Any, first: int) -> pl.DataFrame:
    """Evidence rows; numbers rise with the day, accounts with the row."""
    from tanpuhui.domain.scenarios.pipeline.quantities import points_of

    size = len(accounts)
    rng = np.random.default_rng(first)
    day = np.sort(rng.integers(0, days, size))[rng.permutation(size)]
    place = np.empty(size, dtype=np.int64)
    place[np.argsort(day, kind="stable")] = np.arange(size)
    if rules.segment.plan is None:
        inputs = pl.Series(np.zeros((size, 1), dtype=np.int64)).cast(pl.List(pl.Int64))
        seconds = np.zeros(size, dtype=np.int64)
        mg = np.zeros(size, dtype=np.int64)
        points = np.full(size, rules.segment.points_each, dtype=np.int64)
    else:
        distance = rng.integers(500, 30_000, size)
        seconds = distance // 9 + 45
        inputs = pl.Series(np.column_stack([distance, seconds])).cast(pl.List(pl.Int64))
        mg = rules.segment.plan.run({"distance": distance}, rows=size)
        points = points_of(mg, rules.segment)
    days_on = pl.Series(day).cast(pl.Int32) + (month - date(1970, 1, 1)).days
    started = days_on.cast(pl.Int64) * 86_400 * SECOND + rng.integers(0, 15 * 3600, size) * SECOND
    big = np.int64
    return pl.DataFrame(
        {
            "provider_id": np.full(size, rules.provider_id, dtype=big),
            "day": days_on.cast(pl.Date),
            "place": first + place,
            "revision": np.zeros(size, dtype=np.int16),
            "account_id": accounts.astype(big),
            "occurred_on": days_on.cast(pl.Date),
            "occurred_at": started.cast(pl.Datetime("us", "UTC")),
            "ended_at": (started + seconds * SECOND).cast(pl.Datetime("us", "UTC")),
            "scenario_no": np.full(size, rules.scenario_no, dtype=np.int16),
            "filing_id": np.full(size, rules.filing_id, dtype=np.int16),
            "inputs": inputs,
            "asset_key": pl.Series([None] * size, dtype=pl.String),
            "quantified_mg": mg,
            "reduction_mg": mg,
            "points": points,
            "reason_no": np.zeros(size, dtype=np.int16),
            "note": pl.Series([None] * size, dtype=pl.String),
        }
    ).with_columns(item_no=pl.format("A{}P{}", pl.col("day").dt.strftime("%Y%m%d"), "place"))
