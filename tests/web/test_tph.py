"""Template words."""

from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template

from tanpuhui.web.templatetags import tph


def render(text, **context):
    return Template(text).render(Context(context))


def test_icons_are_quiet_and_cached():
    first = tph.icon("bus")
    assert first is tph.icon("bus")
    assert 'aria-hidden="true"' in first
    assert "style=" not in first
    assert tph.icon("no-such-icon") == tph.icon("leaf")


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2026, 3, 10), "今天"),
        (date(2026, 3, 9), "昨天"),
        (date(2026, 3, 1), "3月1日"),
        (date(2025, 12, 31), "2025年12月31日"),
    ],
)
def test_days(fixed_clock, day, text):
    assert tph.day(day) == text


def test_times_are_the_citys():
    instant = datetime(2026, 3, 9, 16, 5, tzinfo=UTC)
    assert tph.time_of_day(instant) == "00:05"
    assert tph.moment(instant) == "2026-03-10 00:05"


def test_states_say_their_word():
    chip = render("{% state word %}", word="<未计入>")
    assert "&lt;未计入&gt;" in chip
    assert "t-no" in tph.state("未计入")


def test_signs_and_units():
    assert tph.mass_signed(420_000) == "+0.42 kg"
    assert tph.mass_signed(-420_000) == "\u22120.42 kg"
    assert tph.points_signed(0) == "0"
    assert tph.unit("kgCO2e/kWh") == "kgCO₂e/kWh"
    assert tph.equals("≈1.5") == "≈ 1.5"
    assert tph.equals("1.5") == "= 1.5"
    assert "128.64" in tph.mass_big(128_640_000)
    assert "tCO₂e" in tph.mass_city(5_000_000_000)
