"""The nightly proof: stored acts computed once more by the other evaluation path.

Ingestion computes columns of integers; the replay computes one act at a time in exact fractions,
by the methodology as it was filed. Both must agree to the milligram.
"""

import time
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

from django.db import connection, transaction

from tanpuhui.domain.methodology import selectors as methodology
from tanpuhui.domain.scenarios.data import Difference, ReplayReport
from tanpuhui.engine.evaluation import evaluate

SELECT = """
select provider_id, item_no, occurred_on, filing_id, inputs, quantified_mg
from scenarios_act {sample}
where reason_no <> 90 and occurred_on >= %s and occurred_on <= %s
"""


def replay(*, first: date, last: date, percent: Fraction = Fraction(100)) -> ReplayReport:
    """Compute stored acts of a period again.

    Args:
        first: first day.
        last: last day, inclusive.
        percent: share of the evidence to look at, drawn by the database.
    """
    started = time.perf_counter()
    checked = 0
    differing = []
    for row in _rows(first, last, percent):
        provider_id, item_no, occurred_on, filing_id, inputs, stored_mg = row
        again = _again(filing_id, inputs, occurred_on)
        checked += 1
        if again != stored_mg:
            differing.append(Difference(provider_id, item_no, occurred_on, stored_mg, again))
    return ReplayReport(checked, differing, time.perf_counter() - started)


def _rows(first: date, last: date, percent: Fraction) -> Iterator[tuple[Any, ...]]:
    sample = (
        f"tablesample bernoulli ({percent.numerator}.0 / {percent.denominator})"
        if percent < 100  # noqa: PLR2004 - a percentage
        else ""
    )
    with transaction.atomic():
        connection.ensure_connection()
        assert connection.connection is not None
        with connection.connection.cursor(name="replay", binary=True) as cursor:
            cursor.itersize = 20_000
            cursor.execute(SELECT.format(sample=sample), (first, last))
            yield from cursor


def _again(filing_id: int, inputs: list[int | None], day: date) -> int:
    filing = methodology.filing(filing_id)
    if filing.methodology is None:
        return 0
    values = {
        name: filing.methodology.inputs[name].restored(stored)
        for name, stored in zip(filing.inputs, inputs, strict=True)
        if stored is not None and name in filing.methodology.inputs
    }
    return max(evaluate(filing.methodology, values, day).reduction_mg, 0)
