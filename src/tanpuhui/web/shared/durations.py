"""How long something took, in words."""

from datetime import datetime

from django.utils.translation import gettext as _

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86400
LONG = 48


def between(start: datetime, end: datetime) -> str:
    """The time from one instant to another: 25 分钟, 3 小时, 2 天."""
    return words(int((end - start).total_seconds()))


def words(seconds: int) -> str:
    """Seconds in the unit that suits: minutes, hours up to two days, then days; never 0."""
    if seconds < HOUR_S:
        return _("%(count)s 分钟") % {"count": max(1, seconds // MINUTE_S)}
    if seconds < LONG * HOUR_S:
        return _("%(count)s 小时") % {"count": round(seconds / HOUR_S)}
    return _("%(count)s 天") % {"count": round(seconds / DAY_S)}
