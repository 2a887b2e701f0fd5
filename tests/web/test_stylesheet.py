"""The style sheet keeps to what old phones know, and to relative sizes."""

import re
from pathlib import Path

import pytest

import tanpuhui.web

WEB = Path(tanpuhui.web.__file__).parent
SHEET = (WEB / "static" / "tph" / "tph.css").read_text()
RULES = re.sub(r"/\*.*?\*/", "", SHEET, flags=re.DOTALL)


def test_it_is_small():
    assert len(SHEET.encode()) < 30_000


@pytest.mark.parametrize(
    "feature",
    ["@layer", "oklch", "color-mix", ":has(", "@property", "@container", "url(", "@import"],
)
def test_old_web_views_understand_it(feature):
    assert feature not in RULES


def test_no_nesting():
    depth = 0
    for position, sign in enumerate(RULES):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        inside = RULES[max(0, position - 4000) : position]
        assert depth <= (2 if "@media" in inside else 1), RULES[position - 80 : position]
    assert depth == 0


def test_sizes_follow_the_reader():
    sizes = re.findall(r"(?:font-size|min-height|line-height):\s*([^;}]+)", RULES)
    assert [size for size in sizes if re.search(r"\dpx", size)] == []


def test_classes_carry_our_prefix():
    names = set(re.findall(r"\.(-?[a-zA-Z][\w-]*)", re.sub(r"\{[^{}]*\}", "{}", RULES)))
    assert {name for name in names if not name.startswith("t-")} == set()


def test_motion_is_asked_for():
    outside = RULES.split("@media (prefers-reduced-motion: no-preference)")
    assert "transition" not in outside[0]
    assert "animation" not in RULES


def test_templates_carry_no_style_or_script_of_their_own():
    for template in sorted((WEB / "templates").rglob("*.html")):
        text = template.read_text()
        assert "style=" not in text, template
        assert "<style" not in text, template
        markup = re.sub(r"\{%.*?%\}", "", text, flags=re.DOTALL)
        assert not re.search(r"\son\w+=", markup), template
        inline = re.sub(r'<script[^>]*type="application/json"', "", text)  # data, never run
        assert not re.search(r"<script(?![^>]*src=)", inline), template
        assert "|safe" not in text, template
        assert "！" not in text, template
