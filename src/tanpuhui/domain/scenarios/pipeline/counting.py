"""Which acts of a batch count: one law, whatever way acts are cut into batches.

Acts are decided one after another: those of earlier batches stand in the book, those of one batch
follow in the order in which they happened, then in which they were sent. An act counts unless its
key is claimed, its time is taken, or a cap has no room for it; and only an act that counts claims
a key, takes time and uses room.

Most acts compete with none. Where the keys, the time and the caps could bear everything, columns
show it at once; the others take their turn here.
"""

from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

from tanpuhui.domain.scenarios.pipeline import ceilings, overlaps
from tanpuhui.domain.scenarios.pipeline.checks import EPOCH
from tanpuhui.domain.scenarios.pipeline.holdings import Held
from tanpuhui.domain.scenarios.pipeline.quantities import points_of
from tanpuhui.domain.scenarios.pipeline.rulebook import Rulebook
from tanpuhui.domain.scenarios.pipeline.work import Work
from tanpuhui.domain.scenarios.selectors.rules import Ceiling
from tanpuhui.engine.caps import Share


def decide(work: Work, cursor: Any, rules: Rulebook, held: Held) -> pl.DataFrame:
    """Settle which live records count, and for how much; return the claims that they make.

    Returns:
        position, rule, key_digest: one row a key of a record that counts.
    """
    keys = overlaps.keys_of(work, cursor, rules.city)
    trips = overlaps.trips_of(work, cursor, rules.city, held)
    short = ceilings.shortage(work, held)
    contested = np.unique(np.concatenate([keys.positions, trips.positions, short.positions]))
    order = contested[np.lexsort((contested, work.started[contested]))]
    for position in order.tolist():
        lost = keys.lost(position) or trips.lost(work, position)
        if lost is not None:
            overlaps.lose(work, rules.city, position, lost)
            continue
        share, cap = short.share(work, position)
        if cap is not None:
            _cut(work, rules, position, share, cap)
        if share.is_counted:
            keys.claim(work, position)
            trips.take(work, position)
    return keys.claims(work)


def _cut(work: Work, rules: Rulebook, position: int, share: Share, cap: Ceiling) -> None:
    """Points follow the mass that is counted, not the mass that was quantified."""
    day = int(work.days[position])
    words = ceilings.words(cap, day)
    work.reduction_mg[position] = share.counted_mg
    if not share.is_counted:
        work.points[position] = 0
        work.refuse_one(position, f"cap.{cap.per}", f"已达到{words}")
        return
    work.notes[position] = f"超出{words}的部分未计入"
    scenario = rules.city.scenario_by_no(int(work.scenario_no[position]))
    segment = rules.segment(scenario, EPOCH + timedelta(days=day))
    points = points_of(work.reduction_mg[position : position + 1], segment)[0]
    work.points[position] = min(points, work.points[position])
