from datetime import date

import pytest

from tanpuhui.engine.dated import Dated, Period, Sourced
from tanpuhui.engine.errors import EngineError

A, B, C = date(2024, 1, 1), date(2025, 1, 1), date(2026, 1, 1)
VALUES = Dated(((A, Sourced("first", ("x",))), (B, None), (C, Sourced("third", ("y",)))))


@pytest.mark.parametrize(
    ("day", "expected"),
    [(A, "first"), (date(2024, 12, 31), "first"), (C, "third"), (date(2099, 1, 1), "third")],
)
def test_value_in_force(day: date, expected: str) -> None:
    assert VALUES.on(day)[1].value == expected


@pytest.mark.parametrize(
    ("day", "code"),
    [(date(2023, 12, 31), "value_gap"), (B, "value_ended"), (date(2025, 12, 31), "value_ended")],
)
def test_gaps_and_ends_are_errors(day: date, code: str) -> None:
    for ask in (lambda: VALUES.on(day), lambda: VALUES.segment(day)):
        with pytest.raises(EngineError) as caught:
            ask()
        assert caught.value.code == code


def test_segments() -> None:
    assert VALUES.segment(date(2024, 6, 1)) == Period(A, B)
    assert VALUES.segment(C) == Period(C, None)
    assert VALUES.changes() == (A, B, C)


def test_periods() -> None:
    assert Period(A, B).contains(A)
    assert not Period(A, B).contains(B)
    assert Period(A, None).narrowed(B, C) == Period(B, C)
    assert Period(A, C).narrowed(A, B) == Period(A, B)


@pytest.mark.parametrize("days", [(), (B, A), (A, A)])
def test_order_is_required(days: tuple[date, ...]) -> None:
    with pytest.raises(EngineError, match="dated_order"):
        Dated(tuple((day, None) for day in days))
