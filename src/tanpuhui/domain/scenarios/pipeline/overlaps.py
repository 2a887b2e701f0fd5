"""One act, one claim: the same thing by key, the same stretch of time by person.

Here is found which records compete, with each other or with the book; `counting` decides.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from tanpuhui.domain.scenarios.pipeline.holdings import Held, scenario_nos
from tanpuhui.domain.scenarios.pipeline.work import Mask, Positions, Work
from tanpuhui.kernel import clock, sqlfiles
from tanpuhui.kernel.columns import copy_rows, ints, matched, texts
from tanpuhui.packs import Overlap, Pack

SECOND = 1_000_000
NONE: Positions = np.zeros(0, dtype=np.intp)
KEY_SCHEMA = {"position": pl.Int64, "rule": pl.String, "key_digest": pl.String}
CLAIMED = """
select given.place, claim.scenario_no, claim.started
from unnest(string_to_array(%(rules)s, chr(31)), string_to_array(%(digests)s, chr(31)))
  with ordinality as given(rule, key_digest, place)
cross join lateral (
  select scenario_no, (extract(epoch from occurred_at) * 1000000)::bigint as started
  from scenarios_claim where rule = given.rule and key_digest = given.key_digest
  offset 0
) as claim
"""


class Rival(NamedTuple):
    """The act that has what another wants: its instant in µs since 1970, and its scenario."""

    started: int
    scenario_no: int


class Loss(NamedTuple):
    """Why a record does not count: the rule, and the act that was there before."""

    rule: Overlap
    rival: Rival


@dataclass(frozen=True)
class Keys:
    """The keys of a batch's live records.

    frame: KEY_SCHEMA, one row a key of a record. wanted: position → the keys of this record that
    others want too, or that the book holds. owners: key → the act that has claimed it.
    """

    frame: pl.DataFrame
    rules: dict[str, Overlap]
    wanted: dict[int, list[tuple[str, str]]] = field(default_factory=dict)
    owners: dict[tuple[str, str], Rival] = field(default_factory=dict)

    @property
    def positions(self) -> Positions:
        """Records that compete for a key."""
        return np.array(list(self.wanted), dtype=np.intp)

    def lost(self, position: int) -> Loss | None:
        """The claim that stands in a record's way."""
        for key in self.wanted.get(position, ()):
            if key in self.owners:
                return Loss(self.rules[key[0]], self.owners[key])
        return None

    def claim(self, work: Work, position: int) -> None:
        """From here on the keys of this record are taken."""
        rival = _rival(work, position)
        for key in self.wanted.get(position, ()):
            self.owners[key] = rival

    def claims(self, work: Work) -> pl.DataFrame:
        """The keys of the records that count; KEY_SCHEMA."""
        if self.frame.is_empty():
            return self.frame
        counted = work.reason[self.frame["position"].to_numpy()] == 0
        return self.frame.filter(pl.Series(counted, dtype=pl.Boolean))


def keys_of(work: Work, cursor: Any, city: Pack) -> Keys:
    """The keys of live records, and which of them are wanted twice or claimed in the book.

    A unique index decides between two batches at once: the later one fails and starts over.
    """
    rules = {rule.id: rule for rule in city.overlaps if rule.match == "key"}
    column = work.frame["asset_key"]
    if column.null_count() == work.size:
        return Keys(pl.DataFrame(schema=KEY_SCHEMA), rules)
    positions = np.flatnonzero(work.live & column.is_not_null().to_numpy())
    scenario_no = work.scenario_no[positions]
    digests = pl.Series([_digest(key) for key in column.gather(positions)], dtype=pl.String)
    parts = [pl.DataFrame(schema=KEY_SCHEMA)]
    for rule in rules.values():
        mine = np.flatnonzero(np.isin(scenario_no, scenario_nos(city, rule)))
        parts.append(
            pl.DataFrame(
                {
                    "position": positions[mine].astype(np.int64),
                    "rule": pl.repeat(rule.id, len(mine), dtype=pl.String, eager=True),
                    "key_digest": digests.gather(mine),
                }
            )
        )
    keys = Keys(pl.concat(parts), rules)
    if not keys.frame.is_empty():
        _competing(keys, cursor)
    return keys


def _competing(keys: Keys, cursor: Any) -> None:
    """Fill `wanted` and `owners`."""
    cursor.execute(
        CLAIMED, {"rules": texts(keys.frame["rule"]), "digests": texts(keys.frame["key_digest"])}
    )
    name = ("rule", "key_digest")
    for place, scenario_no, started in cursor.fetchall():
        position, *key = keys.frame.row(place - 1)
        keys.owners[key[0], key[1]] = Rival(started, scenario_no)
        keys.wanted.setdefault(position, []).append((key[0], key[1]))
    twice = keys.frame.filter(pl.struct(*name).is_duplicated())
    for position, rule, digest in twice.iter_rows():
        if (rule, digest) not in keys.owners:
            keys.wanted.setdefault(position, []).append((rule, digest))


def claims_write(cursor: Any, work: Work, claims: pl.DataFrame) -> None:
    """Store the claims of the acts that counted; KEY_SCHEMA."""
    if claims.is_empty():
        return
    positions = claims["position"].to_numpy()
    rows = claims.select(
        "rule",
        "key_digest",
        pl.lit(work.provider_id, dtype=pl.Int64).alias("provider_id"),
        work.frame["item_no"].gather(positions).alias("item_no"),
        pl.Series("scenario_no", work.scenario_no[positions]),
        pl.Series("occurred_at", work.started[positions]).cast(pl.Datetime("us", "UTC")),
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


@dataclass(frozen=True)
class Trips:
    """One person is on one trip at a time.

    rules: scenario number → the rules it is under. touching: (position, rule id) → the counted
    act in the book that a record meets. last: (account id, rule id) → where the person's latest
    counted trip of this batch stands; it ends last, because trips that count do not meet.
    """

    positions: Positions
    rules: dict[int, list[Overlap]]
    touching: dict[tuple[int, str], Rival]
    last: dict[tuple[int, str], int] = field(default_factory=dict)

    def lost(self, work: Work, position: int) -> Loss | None:
        """The trip that stands in a record's way; the earliest where there are several."""
        for rule in self.rules.get(int(work.scenario_no[position]), ()):
            rivals = []
            if (position, rule.id) in self.touching:
                rivals.append(self.touching[position, rule.id])
            last = self.last.get((int(work.account_id[position]), rule.id))
            if last is not None and work.started[position] < _end(work, last):
                rivals.append(_rival(work, last))
            if rivals:
                return Loss(rule, min(rivals))
        return None

    def take(self, work: Work, position: int) -> None:
        """From here on this stretch of time is taken."""
        for rule in self.rules.get(int(work.scenario_no[position]), ()):
            self.last[int(work.account_id[position]), rule.id] = position


def trips_of(work: Work, cursor: Any, city: Pack, held: Held) -> Trips:
    """Live records whose time meets that of another record or of an act in the book."""
    under: dict[int, list[Overlap]] = {}
    touching: dict[tuple[int, str], Rival] = {}
    found = [NONE]
    for rule in city.overlaps:
        if rule.match != "time":
            continue
        numbers = scenario_nos(city, rule)
        for no in numbers:
            under.setdefault(no, []).append(rule)
        mine = work.live & np.isin(work.scenario_no, numbers)
        if mine.any():
            found.append(_crowded(work, mine))
            met = _against_book(work, cursor, mine, numbers, held)
            found.append(np.array(list(met), dtype=np.intp))
            touching |= {(position, rule.id): rival for position, rival in met.items()}
    return Trips(np.concatenate(found), under, touching)


def _crowded(work: Work, mine: Mask) -> Positions:
    """The records of people some of whose trips in this batch meet."""
    positions = np.flatnonzero(mine)
    order = positions[np.lexsort((work.started[positions], work.account_id[positions]))]
    account, start = work.account_id[order], work.started[order]
    end = np.maximum(work.ended[order], start + SECOND)
    meets = (account[1:] == account[:-1]) & (start[1:] < end[:-1])
    return order[np.isin(account, account[1:][meets])] if meets.any() else NONE


def _against_book(
    work: Work, cursor: Any, mine: Mask, numbers: list[int], held: Held
) -> dict[int, Rival]:
    """Position → the earliest trip of the same person in the book that a record meets."""
    positions = np.flatnonzero(mine)
    lines = held.lines
    book = np.flatnonzero((lines["acts"] > 0) & np.isin(lines["scenario_no"], numbers))
    ours, theirs = matched(work.account_id[positions], lines["account_id"][book])
    position, line = positions[ours], book[theirs]
    near = np.abs(work.days[position] - lines["day"][line]) <= 1
    position, line = position[near], line[near]
    if not len(position):
        return {}
    started = work.started[position]
    cursor.execute(
        sqlfiles.query(__file__, "acts_touching"),
        {
            "position": ints(position),
            "account_id": work.account_id[position],
            "journal_id": lines["journal_id"][line],
            "day_held": lines["day"][line],
            "scenario_no": lines["scenario_no"][line],
            "started": started,
            "ended": np.maximum(work.ended[position], started + SECOND),
        },
    )
    gone = {(work.provider_id, row["item_no"]) for row in work.replaced.values()}
    met: dict[int, Rival] = {}
    for position, no, started, *item in cursor.fetchall():
        if tuple(item) not in gone:
            met.setdefault(position, Rival(started, no))
    return met


def lose(work: Work, city: Pack, position: int, loss: Loss) -> None:
    """Keep a record without counting it, and say what was there before."""
    rule, rival = loss
    note = rule.message.format(
        winner=city.scenario_by_no(rival.scenario_no).title, when=_when(rival.started)
    )
    work.refuse_one(position, "overlap.time" if rule.match == "time" else "overlap.key", note)
    work.reduction_mg[position] = 0
    work.points[position] = 0


def _rival(work: Work, position: int) -> Rival:
    return Rival(int(work.started[position]), int(work.scenario_no[position]))


def _end(work: Work, position: int) -> int:
    """When a trip ends; one without a length takes one second."""
    return max(int(work.ended[position]), int(work.started[position]) + SECOND)


def _digest(key: str) -> str:
    """Keys may name an invoice or a vehicle; only a digest is kept."""
    return hashlib.blake2b(key.encode(), digest_size=16).hexdigest()


def _when(started: int) -> str:
    instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=started)
    return f"{instant.astimezone(clock.city_zone()):%m-%d %H:%M}"
