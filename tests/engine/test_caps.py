"""Ceilings: what counts, what does not, and that splitting a batch changes nothing."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tanpuhui.engine.caps import Allocation, Cap, Per, Usage, allocate
from tanpuhui.engine.dated import Period

DAILY = Cap("day", "acts", 2)
MONTHLY = Cap("month", "mass_g", 1)


def counted(found: tuple[Allocation, ...]) -> list[int | None]:
    return [one.counted_mg if one.is_counted else None for one in found]


def test_act_ceiling() -> None:
    found = allocate([DAILY], {}, [5, 0, 7])
    assert counted(found) == [5, 0, None]
    assert found[2].cap == DAILY
    assert counted(allocate([DAILY], {"day": Usage(acts=1)}, [5, 6])) == [5, None]
    assert counted(allocate([DAILY], {"day": Usage(acts=9)}, [5])) == [None]


def test_mass_ceiling_cuts_the_act_that_crosses_it() -> None:
    found = allocate([MONTHLY], {"month": Usage(mass_mg=300)}, [500, 400, 100])
    assert counted(found) == [500, 200, None]
    assert [one.cap for one in found] == [None, MONTHLY, MONTHLY]


def test_an_act_without_room_uses_no_act_ceiling() -> None:
    assert counted(allocate([MONTHLY, DAILY], {"month": Usage(mass_mg=1000)}, [1, 0, 0, 0])) == [
        None,
        0,
        0,
        None,
    ]


def test_no_ceiling_counts_all() -> None:
    assert counted(allocate([], {}, [1, 2])) == [1, 2]


def test_periods_and_codes() -> None:
    assert DAILY.period(date(2024, 2, 29)) == Period(date(2024, 2, 29), date(2024, 3, 1))
    assert MONTHLY.period(date(2024, 12, 31)) == Period(date(2024, 12, 1), date(2025, 1, 1))
    assert Cap("year", "acts", 1).period(date(2024, 5, 5)) == Period(
        date(2024, 1, 1), date(2025, 1, 1)
    )
    assert (DAILY.code, MONTHLY.code) == ("cap_day_acts", "cap_month_mass")
    assert (DAILY.limit_mg, MONTHLY.limit_mg) == (None, 1000)


caps = st.lists(
    st.builds(
        Cap,
        st.sampled_from(["day", "month", "year"]),
        st.sampled_from(["acts", "mass_g"]),
        st.integers(1, 6),
    ),
    max_size=3,
    unique_by=lambda cap: (cap.per, cap.of),
)


@given(caps, st.lists(st.integers(0, 3000), max_size=12), st.integers(0, 12))
def test_splitting_changes_nothing(ceilings: list[Cap], acts: list[int], cut: int) -> None:
    periods: tuple[Per, ...] = ("day", "month", "year")
    first = allocate(ceilings, {}, acts[:cut])
    usage = Usage(sum(one.is_counted for one in first), sum(one.counted_mg for one in first))
    second = allocate(ceilings, dict.fromkeys(periods, usage), acts[cut:])
    assert first + second == allocate(ceilings, {}, acts)
