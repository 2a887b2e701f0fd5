"""Every page in a real browser: accessible, fitting, light, silent, and usable without script."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from tests.browser.conftest import weighed

from tanpuhui.config import env

pytestmark = pytest.mark.browser

CITIZEN = {
    "home": "/m/",
    "ledger": "/m/ledger/",
    "acts": "/m/ledger/?view=acts",
    "scenarios": "/m/scenarios/",
    "scenario": "/m/scenarios/travel/metro/",
    "points": "/m/scenarios/living/clean_plate/",
    "consents": "/m/consents/",
    "me": "/m/me/",
    "messages": "/m/messages/",
    "message settings": "/m/messages/settings/",
    "help": "/m/help/",
    "tickets": "/m/tickets/",
    "new ticket": "/m/tickets/new/",
    "privacy": "/m/privacy/",
    "senders": "/m/privacy/senders/",
    "consent history": "/m/privacy/consents/",
    "looks": "/m/privacy/looks/",
    "withdraw all": "/m/privacy/withdraw/",
    "close": "/m/privacy/close/",
    "details": "/m/privacy/details/",
    "phone": "/m/privacy/phone/",
    "printed month": "/m/ledger/print/",
    "offline": "/m/offline/",
    "closed": "/m/closed/",
}
OPEN = {"landing": "/", "login": "/login/", "who": "/m/login/"}
CONSOLE = {"batches": "/partner/batches/", "days": "/partner/reconciliation/"}
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}
SMALL_TARGETS = """least => [...document.querySelectorAll('a, button, select, textarea, input:not([type=hidden]), summary')]
    .filter(one => !one.classList.contains('t-skip'))
    .map(one => [one, (one.closest('label') || one).getBoundingClientRect()])
    .filter(([one, box]) => box.width && (box.height < least - .5 || box.width < least - .5))
    .map(([one, box]) => `${one.outerHTML.slice(0, 90)} ${box.width}x${box.height}`)"""
SMALL_TEXT = """() => {
    const found = new Set(), walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const text = walk.currentNode.textContent.trim(), holder = walk.currentNode.parentElement;
        if (!text || !holder.offsetParent || holder.closest('.t-vh, script')) continue;
        const style = getComputedStyle(holder), size = parseFloat(style.fontSize);
        const line = parseFloat(style.lineHeight) / size;
        if (size < 17.99) found.add(`${text.slice(0, 20)} ${size}px`);
        if (line < 1.29 && text.length > 12) found.add(`${text.slice(0, 20)} line ${line}`);
    }
    return [...found];
}"""


def screens() -> Path:
    """Where pictures and weights are kept for whoever wants to look."""
    folder = Path(env.home()) / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def picture(page, name):
    page.screenshot(path=screens() / f"{name}.png", full_page=True)


def note(path, size):
    with (screens() / "weights.txt").open("a") as file:
        file.write(f"{path} {size} bytes\n")


def violations(page):
    result = Axe().run(page, options=RULES)
    return [
        f"{one['id']}: {node['target']} {node['html'][:120]}"
        for one in result.response["violations"]
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("view", ["normal-16", "elder-20"])
def test_citizen_pages_are_accessible(visit, view):
    visitor = visit()
    visitor.enter()
    visitor.view(view)
    found = {}
    for name, path in CITIZEN.items():
        found[name] = violations(visitor.go(path))
        picture(visitor.page, f"{name.replace(' ', '-')}-{view}")
    visitor.go("/m/").locator(".t-act").first.click()
    expect(visitor.page.get_by_role("heading", name="这一笔怎么来的")).to_be_visible()
    found["act"] = violations(visitor.page)
    picture(visitor.page, f"act-{view}")
    visitor.ledger(view="acts", text="未计入").locator(".t-act", has_text="未计入").first.click()
    expect(visitor.page.get_by_role("heading", name="为什么没有计入")).to_be_visible()
    found["not counted"] = violations(visitor.page)
    picture(visitor.page, f"not-counted-{view}")
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize("width", [320, 1280])
def test_open_pages_and_console_are_accessible(visit, width):
    visitor = visit(viewport={"width": width, "height": 900})
    found = {}
    for name, path in OPEN.items():
        found[name] = violations(visitor.go(path))
        picture(visitor.page, f"{name}-{width}")
    visitor.enter_as_provider()
    for name, path in CONSOLE.items():
        found[name] = violations(visitor.go(path))
        picture(visitor.page, f"{name}-{width}")
    visitor.go("/partner/batches/").locator("tbody a").first.click()
    visitor.page.wait_for_url("**/batches/*/")
    found["batch"] = violations(visitor.page)
    picture(visitor.page, f"batch-{width}")
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_nothing_scrolls_sideways(visit):
    visitor = visit()
    visitor.enter()
    act = visitor.page.locator(".t-act").first.get_attribute("href")
    wide = []
    for path in [*CITIZEN.values(), act, "/", "/login/", "/m/login/"]:
        for size in (16, 20, 24, 30):
            visitor.view(f"normal-{size}")
            visitor.go(path)
            for width in (320, 360, 390):
                visitor.page.set_viewport_size({"width": width, "height": 700})
                over = visitor.page.evaluate(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                )
                if over > 0:
                    wide.append(f"{path} {width} px at {size}: {over} px over")
    assert wide == []


def test_elder_pages_do_not_scroll_sideways(visit):
    visitor = visit(viewport={"width": 320, "height": 700})
    visitor.enter()
    wide = []
    for size in (20, 24, 30):
        visitor.view(f"elder-{size}")
        for path in CITIZEN.values():
            visitor.go(path)
            if visitor.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wide.append(f"{path} at {size}")
    assert wide == []


@pytest.mark.parametrize(("view", "least"), [("normal-16", 44), ("elder-20", 60)])
def test_targets_are_large_enough(visit, view, least):
    visitor = visit()
    visitor.enter()
    visitor.view(view)
    small = {}
    for name, path in CITIZEN.items():
        small[name] = visitor.go(path).evaluate(SMALL_TARGETS, least)
    assert {name: found for name, found in small.items() if found} == {}


def test_elder_text_is_large(visit):
    visitor = visit()
    visitor.enter()
    visitor.view("elder-20")
    small = {name: visitor.go(path).evaluate(SMALL_TEXT) for name, path in CITIZEN.items()}
    assert {name: found for name, found in small.items() if found} == {}


@pytest.mark.parametrize(
    ("path", "budget"), [("/m/", 40_000), ("/m/ledger/", 40_000), ("/m/consents/", 40_000)]
)
def test_citizen_pages_are_light(visit, path, budget):
    visitor = visit()
    visitor.enter()
    with weighed(visitor) as sizes:
        visitor.go(path)
        visitor.page.wait_for_load_state("networkidle")
    note(path, sum(sizes))
    assert 0 < sum(sizes) <= budget


def test_console_is_light(visit):
    visitor = visit(viewport={"width": 1440, "height": 900})
    visitor.enter_as_provider()
    with weighed(visitor) as sizes:
        visitor.go("/partner/batches/")
        visitor.page.wait_for_load_state("networkidle")
    note("/partner/batches/", sum(sizes))
    assert 0 < sum(sizes) <= 60_000
