"""The only reader of the clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from tanpuhui.kernel.cityrules import pack

_stood: ContextVar[datetime | None] = ContextVar("stood", default=None)


def now() -> datetime:
    """This instant, in UTC."""
    return _stood.get() or datetime.now(UTC)


@contextmanager
def standing_at(instant: datetime) -> Iterator[None]:
    """For a simulated history only: inside the block it is this instant, never later than now."""
    token = _stood.set(min(instant.astimezone(UTC), datetime.now(UTC)))
    try:
        yield
    finally:
        _stood.reset(token)


def city_zone() -> ZoneInfo:
    """The time zone in which an act's day is counted."""
    return ZoneInfo(pack().time_zone)


def today() -> date:
    """The city's calendar day."""
    return now().astimezone(city_zone()).date()


def day_of(instant: datetime) -> date:
    """The city's calendar day of an instant."""
    return instant.astimezone(city_zone()).date()
