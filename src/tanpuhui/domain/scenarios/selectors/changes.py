"""What some journals changed among the acts in force, for those who keep sums of them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import polars as pl

from tanpuhui.kernel import columns, sqlfiles

CHANGES = {
    "sign": "sign",
    "provider_id": "provider_id",
    "account_id": "account_id",
    "day": "occurred_on - date '1970-01-01'",
    "started_s": "extract(epoch from occurred_at)::bigint",
    "scenario_no": "scenario_no",
    "reason_no": "reason_no",
    "reduction_mg": "reduction_mg",
    "points": "points",
}


def acts_of_journals(
    cursor: Any, journal_ids: Sequence[int], *, first_day: date, last_day: date, since: datetime
) -> pl.DataFrame:
    """Acts that the journals wrote (sign 1) and those that they replaced (sign −1).

    First revisions that were counted are left out where they happened before `since`: the book's
    lines say the same about them.

    Args:
        cursor: plain cursor.
        journal_ids: the journals.
        first_day: the first day on which the journals' lines stand.
        last_day: the last one.
        since: from when every act is wanted.

    Returns:
        The columns of CHANGES, Int64; day counts from 1970-01-01, started_s from its midnight UTC.
    """
    cursor.execute(
        sqlfiles.query(__file__, "acts_of_journals").replace(
            "{packed}", columns.packed(*CHANGES.values())
        ),
        {
            "journal_ids": list(journal_ids),
            "first_day": first_day,
            "last_day": last_day,
            "since": since,
        },
    )
    return columns.fetch_packed(cursor, list(CHANGES))


def journal_provider(source: str) -> int:
    """The provider whose delivery, correction or withdrawal a journal is; 0 for nobody's."""
    kind, _, rest = source.partition(":")
    number = rest.partition(":")[0]
    return int(number) if kind in {"batch", "provider"} and number.isdecimal() else 0
