"""Bars share one scale and never vanish."""

from tanpuhui.web.shared.charts import FLOOR, HEIGHT, Datum, bar_chart


def bars(*values):
    return bar_chart([Datum(str(v), str(v), v) for v in values], "chart").bars


def test_the_tallest_fills_the_height():
    small, tall = bars(500_000, 1_000_000)
    assert (tall.y, tall.height) == (0, HEIGHT)
    assert FLOOR < small.height < HEIGHT
    assert small.y + small.height == HEIGHT


def test_nothing_and_less_than_nothing_keep_a_foot():
    assert {bar.height for bar in bars(0, 0)} == {FLOOR}
    assert bars(-5, 10)[0].height == FLOOR


def test_no_bars():
    assert bars() == ()
