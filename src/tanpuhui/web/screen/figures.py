"""Everything that stands on the wall, read in a fixed number of queries."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tanpuhui.domain.insight import selectors as insight
from tanpuhui.domain.insight.data import Figures, Freshness
from tanpuhui.kernel import cityrules, clock
from tanpuhui.web.shared import districts
from tanpuhui.web.shared.plots import Curve, HexMap, Slice, curve, hex_map, ring

HOURS = 24
PARTS_MOST = 7
FEED_ROWS = 10
REFRESH_S = 30
QUIET = timedelta(hours=2)
"""So long without new data, and the screen says so."""
STUCK = timedelta(minutes=5)
"""So long without a look at the book, and the figures may be behind it."""


@dataclass(frozen=True)
class Rank:
    """A district in the ranking; share is 0–100 of the first one's, value None where hidden."""

    place: int
    name: str
    value: int | None
    share: int


@dataclass(frozen=True)
class FeedRow:
    """One recent act."""

    where: str
    what: str
    icon: str
    occurred_at: datetime
    reduction_mg: int


@dataclass(frozen=True)
class HourRow:
    """One hour for the table."""

    label: str
    reduction_mg: int | None
    before_mg: int


@dataclass(frozen=True)
class Board:
    """The whole screen. day is the one whose hours are drawn; warning is empty when fresh."""

    fresh: Freshness
    warning: str
    totals: Figures
    month: date
    month_figures: Figures
    day: date
    is_today: bool
    day_acts: int
    day_mg: int
    curve: Curve
    hours: tuple[HourRow, ...]
    map: HexMap
    ranks: tuple[Rank, ...]
    shares: tuple[Slice, ...]
    feed: tuple[FeedRow, ...]


def board() -> Board:
    """Read and lay out."""
    now = clock.now()
    fresh = insight.freshness()
    tables = insight.published()
    month = tables.months[0]
    day = insight.last_day() or clock.today()
    day_sums = insight.days(day, day)[0]
    picture, hours = _hours(day, now)
    return Board(
        fresh=fresh,
        warning=_warning(fresh, now),
        totals=tables.city[None],
        month=month,
        month_figures=tables.city[month],
        day=day,
        is_today=day == clock.today(),
        day_acts=day_sums.acts,
        day_mg=day_sums.reduction_mg,
        curve=picture,
        hours=hours,
        map=hex_map(districts.on_map(), _by_district(tables.regions, None)),
        ranks=_ranks(_by_district(tables.regions, month)),
        shares=tuple(_shares(tables.scenarios, month)),
        feed=_feed(),
    )


def _warning(fresh: Freshness, now: datetime) -> str:
    if fresh.rolled_at is None or now - fresh.rolled_at > STUCK:
        return "统计已停止更新，数字可能不是最新"
    if fresh.data_at is None:
        return "还没有收到数据"
    quiet = now - fresh.data_at
    if quiet <= QUIET:
        return ""
    hours = int(quiet.total_seconds() // 3600)
    return f"已 {hours} 小时没有新数据" if hours < HOURS else f"已 {hours // HOURS} 天没有新数据"


def _hours(day: date, now: datetime) -> tuple[Curve, tuple[HourRow, ...]]:
    """The day's hours as far as they have come, over those of the day before."""
    start = datetime.combine(day, time(), clock.city_zone())
    both = insight.hours(start - timedelta(hours=HOURS), 2 * HOURS)
    before, today = both[:HOURS], both[HOURS:]
    come = [row for row in today if row.started_at <= now]
    picture = curve(
        [row.reduction_mg for row in come],
        [row.reduction_mg for row in before],
        slots=HOURS,
        width=360,
        height=150,
    )
    rows = tuple(
        HourRow(
            f"{place:02d}:00",
            today[place].reduction_mg if place < len(come) else None,
            before[place].reduction_mg,
        )
        for place in range(HOURS)
    )
    return picture, rows


def _by_district(side: insight.Side, month: date | None) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    for one in districts.districts():
        figures = side.of(month, one.code)
        found[one.code] = figures.reduction_mg if figures else None
    return found


def _ranks(values: dict[str, int | None]) -> tuple[Rank, ...]:
    ordered = sorted(values.items(), key=lambda pair: -(pair[1] or 0))
    top = max((value or 0 for value in values.values()), default=0)
    return tuple(
        Rank(
            place,
            districts.short(code),
            value,
            max(value or 0, 0) * 100 // top if top > 0 else 0,
        )
        for place, (code, value) in enumerate(ordered, start=1)
    )


def _shares(side: insight.Side, month: date) -> list[Slice]:
    parts = []
    for scenario in cityrules.pack().scenarios.values():
        figures = side.of(month, scenario.no)
        if figures:
            parts.append((scenario.title, figures.reduction_mg))
    return ring(parts, most=PARTS_MOST, rest="其他")


def _feed() -> tuple[FeedRow, ...]:
    scenarios = {one.no: one for one in cityrules.pack().scenarios.values()}
    return tuple(
        FeedRow(
            where=districts.short(line.region) if line.region else districts.WHOLE_CITY,
            what=scenarios[line.scenario_no].title,
            icon=scenarios[line.scenario_no].icon,
            occurred_at=line.occurred_at,
            reduction_mg=line.reduction_mg,
        )
        for line in insight.feed(FEED_ROWS)
        if line.scenario_no in scenarios
    )
