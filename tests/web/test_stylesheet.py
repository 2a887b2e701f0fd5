"""The style sheet keeps to what old phones know, and to relative sizes."""

import re
from pathlib import Path

import pytest
from tests.web.conftest import staff_in, staff_open

import tanpuhui.web

WEB = Path(tanpuhui.web.__file__).parent
FOLDER = WEB / "static" / "tph"
SHEETS = {one.name: one.read_text() for one in sorted(FOLDER.glob("*.css"))}
RULES = {name: re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL) for name, text in SHEETS.items()}
# What a page of each door may weigh in CSS source, bytes; and all sheets together.
BUDGETS = {
    "/m/login/": 16_500,
    "/": 18_500,
    "/console/": 22_800,
    "/partner/": 22_800,
    "/screen/": 22_000,
}
TOTAL = 30_000
# Made up where the page is drawn: sizes, tones, parts of a ring, shades of a map.
DRAWN = re.compile(r"t-(s\d+|elder|ok|work|wait|no|off|c\d|h\d)")
HOOKS = {"t-act", "t-act-name"}  # tests find rows by them
PAGES = [*(WEB / "templates").rglob("*.html"), *WEB.rglob("*.py")]


def weight(page: str) -> int:
    """Bytes of the sheets that a page links."""
    linked = re.findall(r'rel="stylesheet" href="[^"]*/tph/(\w+)\.[^"]*css"', page)
    assert linked
    return sum(len(SHEETS[f"{name}.css"].encode()) for name in linked)


@pytest.mark.parametrize("path", ["/m/login/", "/", "/screen/"])
def test_a_door_is_light(db, client, path):
    assert weight(client.get(path).content.decode()) < BUDGETS[path]


@pytest.mark.parametrize(("login", "path"), [("operator", "/console/"), ("metro", "/partner/")])
def test_a_desk_is_light(town, client, login, path):
    if login == "operator":
        staff_open(login)
    page = staff_in(client, login).get(path).content.decode()
    assert weight(page) < BUDGETS[path]


def test_all_together_do_not_grow():
    assert sum(len(text.encode()) for text in SHEETS.values()) < TOTAL


def test_every_class_is_drawn_and_every_drawn_class_is_used():
    """Rules that no page needs go; a name without a rule is a mistake."""
    ruled = {
        name
        for rules in RULES.values()
        for name in re.findall(r"\.(t-[\w-]+)", re.sub(r"\{[^{}]*\}", "{}", rules))
    }
    written = {
        name for page in PAGES for name in re.findall(r"\bt-[a-z][\w-]*(?<!-)\b", page.read_text())
    }
    assert sorted(name for name in ruled - written if not DRAWN.fullmatch(name)) == []
    quoted = {
        name
        for page in PAGES
        for names in re.findall(r'class="([^"]*)"', page.read_text())
        for name in re.findall(r"(?<![\w-])t-[a-z][\w-]*(?![\w{-])", re.sub(r"t-\w?\{", "{", names))
    }
    assert sorted(quoted - ruled - HOOKS) == []


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize(
    "feature",
    ["@layer", "oklch", "color-mix", ":has(", "@property", "@container", "url(", "@import"],
)
def test_old_web_views_understand_it(feature, name):
    assert feature not in RULES[name]


@pytest.mark.parametrize("rules", RULES.values(), ids=list(RULES))
def test_no_nesting(rules):
    depth = 0
    for position, sign in enumerate(rules):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        inside = rules[max(0, position - 4000) : position]
        at = "@media" in inside or "@keyframes" in inside
        assert depth <= (2 if at else 1), rules[position - 80 : position]
    assert depth == 0


@pytest.mark.parametrize("name", sorted(set(RULES) - {"screen.css"}))  # the wall scales as a whole
def test_sizes_follow_the_reader(name):
    sizes = re.findall(r"(?:font-size|min-height|line-height):\s*([^;}]+)", RULES[name])
    assert [size for size in sizes if re.search(r"\dpx", size)] == []
    outside = RULES[name].split("@media (prefers-reduced-motion: no-preference)")
    assert "transition" not in outside[0]
    assert "animation" not in RULES[name]


@pytest.mark.parametrize("rules", RULES.values(), ids=list(RULES))
def test_classes_carry_our_prefix(rules):
    names = set(re.findall(r"\.(-?[a-zA-Z][\w-]*)", re.sub(r"\{[^{}]*\}", "{}", rules)))
    assert {name for name in names if not name.startswith("t-")} == set()


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
