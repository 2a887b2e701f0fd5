from datetime import date

import pytest

from tanpuhui.web.shared.months import month_read, month_shift

NOW = date(2026, 3, 10)


@pytest.mark.parametrize("text", ["", "2026-13", "1999-01", "2026-1", "abc", "2026-01-01"])
def test_nonsense_is_this_month(text):
    assert month_read(text, NOW) == date(2026, 3, 1)


def test_months():
    assert month_read("2025-12", NOW) == date(2025, 12, 1)
    assert month_shift(date(2026, 1, 1), -1) == date(2025, 12, 1)
    assert month_shift(date(2026, 12, 1), 1) == date(2027, 1, 1)
