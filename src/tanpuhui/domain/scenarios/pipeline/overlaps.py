"""One act, one claim: the same thing by key, the same stretch of time by person."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from tanpuhui.domain.scenarios.pipeline.holdings import Held
from tanpuhui.domain.scenarios.pipeline.work import Mask, Work
from tanpuhui.kernel import clock
from tanpuhui.kernel.columns import copy_rows, ints
from tanpuhui.packs import Overlap, Pack

SECOND = 1_000_000
CLAIMED = """
select rule, key_digest, scenario_no, (extract(epoch from occurred_at) * 1000000)::bigint,
  provider_id, item_no
from scenarios_claim
where rule = any(%s) and key_digest = any(%s)
"""
# Counted acts of the lines' journals whose interval meets the record's, still in force.
TOUCHING = """
select w.position, act.scenario_no, (extract(epoch from act.occurred_at) * 1000000)::bigint,
  act.provider_id, act.item_no
from unnest(%(position)s::bigint[], %(account_id)s::bigint[], %(journal_id)s::bigint[],
  %(day_held)s::bigint[], %(scenario_no)s::bigint[], %(started)s::bigint[], %(ended)s::bigint[])
  as w(position, account_id, journal_id, day, scenario_no, started, ended)
cross join lateral (
  select * from scenarios_act
  where journal_id = w.journal_id and account_id = w.account_id
    and occurred_on = date '1970-01-01' + w.day::int and scenario_no = w.scenario_no
    and (reduction_mg > 0 or points > 0)
    and occurred_at < timestamptz 'epoch' + w.ended * interval '1 microsecond'
    and greatest(ended_at, occurred_at + interval '1 second')
      > timestamptz 'epoch' + w.started * interval '1 microsecond'
  offset 0
) as act
where not exists (
    select 1 from scenarios_act as later
    where later.provider_id = act.provider_id and later.item_no = act.item_no
      and later.account_id = act.account_id and later.revision > act.revision)
order by 1, 3
"""


def by_key(work: Work, cursor: Any, city: Pack) -> pl.DataFrame:
    """Refuse to count records whose key is claimed; return the claims that this batch makes.

    A unique index decides between two batches at once: the later one fails and starts over.
    """
    keys = work.frame["asset_key"]
    if keys.null_count() == work.size:
        return pl.DataFrame()
    keyed = keys.is_not_null().to_numpy()
    claims: dict[tuple[str, str], int] = {}
    for rule in city.overlaps:
        if rule.match != "key":
            continue
        positions = np.flatnonzero(
            work.live & keyed & np.isin(work.scenario_no, _numbers(city, rule))
        )
        for position, key in zip(positions.tolist(), keys.gather(positions).to_list(), strict=True):
            winner = claims.setdefault((rule.id, _digest(key)), position)
            if winner != position:
                no, when = int(work.scenario_no[winner]), _when(work.started[winner])
                _lose(work, city, position, rule, winner_no=no, when=when)
    if not claims:
        return pl.DataFrame()
    _against_claimed(work, cursor, city, claims)
    live = work.live
    alive = [(*key, position) for key, position in claims.items() if live[position]]
    frame = pl.DataFrame(
        alive,
        schema={"rule": pl.String, "key_digest": pl.String, "position": pl.Int64},
        orient="row",
    )
    return frame.with_columns(
        provider_id=pl.lit(work.provider_id, dtype=pl.Int64),
        item_no=work.frame["item_no"].gather(frame["position"]),
    )


def _against_claimed(
    work: Work, cursor: Any, city: Pack, claims: dict[tuple[str, str], int]
) -> None:
    cursor.execute(
        CLAIMED, (sorted({rule for rule, _ in claims}), [digest for _, digest in claims])
    )
    rules = {rule.id: rule for rule in city.overlaps}
    for rule_id, digest, scenario_no, started, provider_id, item_no in cursor.fetchall():
        position = claims.get((rule_id, digest))
        if position is None or (
            provider_id == work.provider_id and item_no == work.frame["item_no"][position]
        ):
            continue
        _lose(work, city, position, rules[rule_id], winner_no=scenario_no, when=_when(started))


def claims_write(cursor: Any, work: Work, claims: pl.DataFrame) -> None:
    """Store the claims of the acts that counted."""
    if claims.is_empty():
        return
    kept = claims.filter(pl.Series(work.reason[claims["position"].to_numpy()] == 0))
    positions = kept["position"].to_numpy()
    rows = kept.drop("position").with_columns(
        scenario_no=pl.Series(work.scenario_no[positions]),
        occurred_at=pl.Series(work.started[positions]).cast(pl.Datetime("us", "UTC")),
    )
    copy_rows(cursor, "scenarios_claim", rows)


def claims_free(cursor: Any, city: Pack, provider_id: int, stored: pl.DataFrame) -> None:
    """Give up the claims of acts that are taken back."""
    keyed = stored.filter(pl.col("asset_key").is_not_null())
    if keyed.is_empty():
        return
    cursor.execute(
        "delete from scenarios_claim where rule = any(%s) and key_digest = any(%s)"
        " and provider_id = %s and item_no = any(%s)",
        (
            [rule.id for rule in city.overlaps if rule.match == "key"],
            [_digest(key) for key in keyed["asset_key"]],
            provider_id,
            keyed["item_no"].to_list(),
        ),
    )


def by_time(work: Work, cursor: Any, city: Pack, held: Held) -> None:
    """One person is on one trip at a time; the earlier recorded trip wins."""
    for rule in city.overlaps:
        if rule.match != "time":
            continue
        mine = work.live & np.isin(work.scenario_no, _numbers(city, rule))
        if mine.any():
            # The book first: a trip that loses to it must not beat another of this batch.
            _against_book(work, cursor, city, rule, mine, held=held)
            _within_batch(work, city, rule, mine & work.live)


def _within_batch(work: Work, city: Pack, rule: Overlap, mine: Mask) -> None:
    positions = np.flatnonzero(mine)
    order = positions[np.lexsort((work.started[positions], work.account_id[positions]))]
    account, start, end = work.account_id[order], work.started[order], work.ended[order]
    same = np.zeros(len(order), dtype=np.bool_)
    same[1:] = account[1:] == account[:-1]
    # Cheap test first: nobody's trip starts before the one before it has ended.
    suspect = same.copy()
    suspect[1:] &= (start[1:] < end[:-1]) | (start[1:] == start[:-1])
    if not suspect.any():
        return
    crowded = np.isin(account, account[suspect])
    winner = -1
    for index in np.flatnonzero(crowded):
        fresh = winner < 0 or account[winner] != account[index]
        touches = not fresh and _touch(start[winner], end[winner], start[index], end[index])
        if touches:
            when = _when(start[winner])
            _lose(
                work,
                city,
                int(order[index]),
                rule,
                winner_no=int(work.scenario_no[order[winner]]),
                when=when,
            )
        elif fresh or end[index] >= end[winner]:
            winner = int(index)


def _against_book(
    work: Work, cursor: Any, city: Pack, rule: Overlap, mine: Mask, *, held: Held
) -> None:
    """Trips of the same person in the book, near enough to touch."""
    positions = np.flatnonzero(mine)
    near = pl.DataFrame(
        {
            "position": positions.astype(np.int64),
            "account_id": work.account_id[positions],
            "day": work.days[positions].astype(np.int64),
            "started": work.started[positions],
            "ended": np.maximum(work.ended[positions], work.started[positions] + SECOND),
        }
    ).join(
        held.lines.filter((pl.col("acts") > 0) & pl.col("scenario_no").is_in(_numbers(city, rule))),
        on="account_id",
        suffix="_held",
    )
    near = near.filter((pl.col("day") - pl.col("day_held")).abs() <= 1)
    if near.is_empty():
        return
    wanted = [name for name in near.columns if name not in {"day", "acts", "reduction_mg"}]
    cursor.execute(TOUCHING, {name: ints(near[name]) for name in wanted})
    gone = {(work.provider_id, row["item_no"]) for row in work.replaced.values()}
    for position, no, start, *item in cursor.fetchall():
        if tuple(item) not in gone:
            _lose(work, city, position, rule, winner_no=no, when=_when(start))


def _touch(start: Any, end: Any, other_start: Any, other_end: Any) -> bool:
    """Intervals intersect; one without a length counts as one second."""
    end, other_end = max(end, start + SECOND), max(other_end, other_start + SECOND)
    return bool(start < other_end and other_start < end)


def _lose(
    work: Work, city: Pack, position: int, rule: Overlap, *, winner_no: int, when: str
) -> None:
    winner = city.scenario_by_no(winner_no).title
    note = rule.message.format(winner=winner, when=when)
    code = "overlap.time" if rule.match == "time" else "overlap.key"
    work.refuse_one(position, code, note)
    work.reduction_mg[position] = 0
    work.points[position] = 0


def _numbers(city: Pack, rule: Overlap) -> list[int]:
    return [city.scenarios[scenario].no for scenario in rule.scenarios]


def _digest(key: str) -> str:
    """Keys may name an invoice or a vehicle; only a digest is kept."""
    return hashlib.blake2b(key.encode(), digest_size=16).hexdigest()


def _when(started: Any) -> str:
    instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(started))
    return f"{instant.astimezone(clock.city_zone()):%m-%d %H:%M}"
