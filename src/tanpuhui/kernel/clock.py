"""The only reader of the clock."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from tanpuhui.kernel.cityrules import pack


def now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


def city_zone() -> ZoneInfo:
    """The time zone in which an act's day is counted."""
    return ZoneInfo(pack().time_zone)


def today() -> date:
    """The city's calendar day."""
    return now().astimezone(city_zone()).date()


def day_of(instant: datetime) -> date:
    """The city's calendar day of an instant."""
    return instant.astimezone(city_zone()).date()
