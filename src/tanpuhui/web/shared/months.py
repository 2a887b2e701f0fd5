"""Months in addresses and lists."""

import re
from datetime import date

MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


def month_read(text: str, fallback: date) -> date:
    """The first day of the month written as 2026-11; anything else gives the fallback's month."""
    found = MONTH.fullmatch(text)
    return date(int(found[1]), int(found[2]), 1) if found else fallback.replace(day=1)


def month_shift(month: date, months: int) -> date:
    """The first day of the month so many months later, or earlier where negative."""
    index = month.year * 12 + month.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)
