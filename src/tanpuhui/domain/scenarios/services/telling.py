"""Tells people that a provider took records of theirs back or changed them; set-wise."""

import polars as pl

from tanpuhui.domain.notify import services as notify
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.kernel.cityrules import pack

LINK = "/m/ledger/?view=acts"


def changes_tell(code: str, provider_id: int, stored: pl.DataFrame) -> int:
    """One message a person and scenario, in the caller's transaction; how many.

    Args:
        code: `act_withdrawn` or `act_corrected`.
        provider_id: whose records they are.
        stored: the acts as they were: account_id, scenario_no, occurred_on.
    """
    if stored.is_empty():
        return 0
    title = parties.organisation_by_id(provider_id).title
    told = (
        stored.group_by("account_id", "scenario_no")
        .agg(pl.len().alias("count"), pl.col("occurred_on").min().alias("day"))
        .sort("account_id", "scenario_no")
    )
    people = [
        (
            row["account_id"],
            {
                "provider": title,
                "scenario": pack().scenario_by_no(row["scenario_no"]).title,
                "count": row["count"],
                "since" if row["count"] > 1 else "day": row["day"].isoformat(),
            },
            f"{LINK}&month={row['day']:%Y-%m}",
        )
        for row in told.iter_rows(named=True)
    ]
    return notify.messages_send_many(code=code, people=people)
