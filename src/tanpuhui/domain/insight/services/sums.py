"""From lines and acts to cells, and from cells to rows: always whole sets, never a row each."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from tanpuhui.domain.insight.models import FeedItem, HourSum, Intake, PeriodSum
from tanpuhui.domain.insight.selectors.suppression import PEOPLE_MIN
from tanpuhui.domain.scenarios.reasons import REASONS
from tanpuhui.kernel import clock, sqlfiles
from tanpuhui.kernel.cityrules import pack
from tanpuhui.kernel.columns import ints

HOUR_S = 3600
FEED_ROWS = 30
KINDS = {
    "capped": "cap.",
    "overlapped": "overlap.",
    "empty": "act.no_reduction",
    "withdrawn": "act.withdrawn",
}
CELL = ["day", "scenario_no", "region_no", "provider_id"]
MEASURES = ["acts", *KINDS, "reduction_mg", "points"]
PERIOD = ["span", "first_on", "scenario_no", "region_no"]
SPANS = {PeriodSum.Span.EVER: None, PeriodSum.Span.MONTH: "1mo", PeriodSum.Span.YEAR: "1y"}


def region_codes() -> list[str]:
    """District codes of the city after an empty one for people without a district."""
    return ["", *(row["code"] for row in (pack().regions or {}).get("regions", []))]


def days_of(lines: pl.DataFrame, changes: pl.DataFrame) -> pl.DataFrame:
    """Cells that change: counted figures from the book's lines, the rest from acts in force."""
    none = pl.lit(0, dtype=pl.Int64)
    counted = lines.select(
        *CELL, "acts", *(none.alias(kind) for kind in KINDS), "reduction_mg", "points"
    )
    flags = [
        pl.when(pl.col("reason_no").is_in([r.no for r in REASONS if r.code.startswith(code)]))
        .then("sign")
        .otherwise(none)
        .alias(kind)
        for kind, code in KINDS.items()
    ]
    uncounted = changes.select(
        *CELL,
        none.alias("acts"),
        *flags,
        none.alias("reduction_mg"),
        none.alias("points"),
    )
    return (
        pl.concat([counted, uncounted])
        .with_columns(pl.col("region_no").fill_null(0))
        .group_by(CELL)
        .agg(pl.col(MEASURES).sum())
        .filter(pl.any_horizontal(pl.col(MEASURES) != 0))
        .sort(CELL)
    )


def days_add(cursor: Any, days: pl.DataFrame) -> None:
    """Add cells to the days."""
    _put(cursor, "day_add", days)


def spans_of(frame: pl.DataFrame, day: str) -> pl.DataFrame:
    """Each row once for every span, and each of these for its scenario and for all (0)."""
    spanned = periods_of(frame, day)
    return pl.concat(
        [spanned, spanned.with_columns(pl.lit(0, dtype=pl.Int64).alias("scenario_no"))]
    )


def periods_of(frame: pl.DataFrame, day: str) -> pl.DataFrame:
    """Each row once for every span.

    Args:
        frame: rows with a column of days since 1970-01-01.
        day: the name of that column; it gives way to span and first_on.
    """
    found = []
    for span, step in SPANS.items():
        first = pl.lit(0, dtype=pl.Int64)
        if step is not None:
            whole = pl.col(day).cast(pl.Int32).cast(pl.Date).dt.truncate(step)
            first = whole.cast(pl.Int32).cast(pl.Int64)
        found.append(
            frame.with_columns(
                pl.lit(int(span), dtype=pl.Int64).alias("span"), first.alias("first_on")
            ).drop(day)
        )
    return pl.concat(found)


def periods_add(cursor: Any, days: pl.DataFrame, people: pl.DataFrame) -> None:
    """Add cells to months, years and all time; people come counted."""
    uncounted = pl.sum_horizontal(*KINDS)
    cells = spans_of(days.with_columns(uncounted=uncounted).drop("provider_id", *KINDS), "day")
    named = ["people", "acts", "uncounted", "reduction_mg", "points"]
    both = pl.concat([cells, people], how="diagonal").with_columns(pl.col(named).fill_null(0))
    _put(cursor, "period_add", both.group_by(PERIOD).agg(pl.col(named).sum()).sort(PERIOD))


def hours_add(cursor: Any, changes: pl.DataFrame, since: datetime) -> None:
    """Add acts in force to the hours in which they happened; forget hours of long ago."""
    hours = (
        changes.filter(pl.col("started_s") >= int(since.timestamp()))
        .group_by((pl.col("started_s") // HOUR_S * HOUR_S).alias("started_s"))
        .agg(
            acts=pl.when(pl.col("reason_no") == 0).then("sign").otherwise(0).sum(),
            reduction_mg=(pl.col("sign") * pl.col("reduction_mg")).sum(),
        )
        .sort("started_s")
    )
    _put(cursor, "hour_add", hours)
    HourSum.objects.filter(started_at__lt=since).delete()


def intake_add(
    cursor: Any,
    journals: Sequence[tuple[int, str, datetime]],
    lines: pl.DataFrame,
    since: datetime,
) -> None:
    """Add journals to the hours in which they arrived, by provider."""
    recorded = pl.DataFrame(
        [(number, int(at.timestamp()) // HOUR_S * HOUR_S) for number, _, at in journals],
        schema={"journal_id": pl.Int64, "started_s": pl.Int64},
        orient="row",
    )
    hours = (
        lines.join(recorded, on="journal_id")
        .filter((pl.col("started_s") >= int(since.timestamp())) & (pl.col("provider_id") > 0))
        .group_by("started_s", "provider_id")
        .agg(journals=pl.col("journal_id").n_unique().cast(pl.Int64), acts=pl.col("acts").sum())
        .sort("started_s", "provider_id")
    )
    _put(cursor, "intake_add", hours)
    Intake.objects.filter(started_at__lt=since).delete()


def feed_add(changes: pl.DataFrame, since: datetime) -> None:
    """Keep the newest counted acts for the big screen."""
    newest = (
        changes.filter(
            (pl.col("sign") == 1)
            & (pl.col("reason_no") == 0)
            & (pl.col("reduction_mg") > 0)
            & (pl.col("started_s") >= int(since.timestamp()))
        )
        .sort("started_s", descending=True)
        .head(FEED_ROWS)
    )
    if newest.is_empty():
        return
    codes = region_codes()
    crowded = _crowded(since)
    items = []
    for row in newest.reverse().iter_rows(named=True):
        at = datetime.fromtimestamp(row["started_s"], tz=since.tzinfo)
        region = codes[row["region_no"] or 0]
        shared = (clock.day_of(at).replace(day=1), row["scenario_no"], region) in crowded
        items.append(
            FeedItem(
                occurred_at=at,
                scenario_no=row["scenario_no"],
                region=region if shared else "",
                reduction_mg=row["reduction_mg"],
            )
        )
    FeedItem.objects.bulk_create(items)
    kept = FeedItem.objects.order_by("-occurred_at", "-id").values_list("id", flat=True)
    FeedItem.objects.exclude(pk__in=list(kept[:FEED_ROWS])).delete()


def _crowded(since: datetime) -> set[tuple[Any, int, str]]:
    """(month, scenario, district) in which enough people took part for one act to say nothing."""
    first = clock.day_of(since - timedelta(days=1)).replace(day=1)
    rows = PeriodSum.objects.filter(
        span=PeriodSum.Span.MONTH, first_on__gte=first, people__gte=PEOPLE_MIN
    )
    return set(rows.values_list("first_on", "scenario_no", "region"))


def _put(cursor: Any, name: str, cells: pl.DataFrame) -> None:
    """Run an upsert over the columns of a frame; `region_no` travels as the district's code."""
    if cells.is_empty():
        return
    codes = region_codes()
    values: dict[str, Any] = {
        column: ints(cells[column]) for column in cells.columns if column != "region_no"
    }
    if "region_no" in cells.columns:
        values["region"] = [codes[place] for place in cells["region_no"]]
    cursor.execute(sqlfiles.query(__file__, name), values)
