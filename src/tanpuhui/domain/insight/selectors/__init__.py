"""Reads of the sums: as kept (for staff), and as published (few people left out)."""

from tanpuhui.domain.insight.selectors.cells import (
    NOTHING,
    crossed,
    days,
    ever_by_region,
    ever_by_scenario,
    feed,
    freshness,
    hours,
    intake,
    last_day,
    month_cells,
    months_by_region,
    months_by_scenario,
    proof_last,
    provider_sums,
    totals,
    years,
)
from tanpuhui.domain.insight.selectors.disclosure import (
    Published,
    Side,
    month_published,
    published,
)
from tanpuhui.domain.insight.selectors.suppression import PEOPLE_MIN

__all__ = [
    "NOTHING",
    "PEOPLE_MIN",
    "Published",
    "Side",
    "crossed",
    "days",
    "ever_by_region",
    "ever_by_scenario",
    "feed",
    "freshness",
    "hours",
    "intake",
    "last_day",
    "month_cells",
    "month_published",
    "months_by_region",
    "months_by_scenario",
    "proof_last",
    "provider_sums",
    "published",
    "totals",
    "years",
]
