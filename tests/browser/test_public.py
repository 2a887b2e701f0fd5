"""The portal and the wall in a real browser."""

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import weighed
from tests.browser.test_pages import SMALL_TARGETS, note, picture, violations

pytestmark = pytest.mark.browser

PORTAL = {
    "portal": "/",
    "portal-scenarios": "/scenarios/",
    "portal-scenario": "/scenarios/travel/metro/",
    "portal-points": "/scenarios/living/clean_plate/",
    "methodologies": "/methodologies/",
    "methodology": "/methodologies/HF-LV-001/v2/",
    "statistics": "/statistics/",
    "statistics-month": "/statistics/?month={month}",
    "open-data": "/open-data/",
    "verify": "/verify/",
    "verify-none": "/verify/?number=ABCD",
    "join": "/join/",
    "about": "/about/",
    "privacy": "/privacy/",
    "accessibility": "/accessibility/",
    "status": "/status/",
    "screen-table": "/screen/table/",
}
PAGE_BYTES_MOST, WALL_BYTES_MOST = 40_000, 60_000


def paths(visitor):
    visitor.go("/statistics/")
    month = visitor.page.locator("option").nth(1).get_attribute("value")
    return {name: path.format(month=month) for name, path in PORTAL.items()}


@pytest.mark.parametrize("width", [320, 1280])
def test_portal_is_accessible(visit, width):
    visitor = visit(viewport={"width": width, "height": 900})
    found = {}
    for name, path in paths(visitor).items():
        page = visitor.go(path)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        found[name] = violations(page)
        picture(page, f"{name}-{width}")
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_portal_fits_and_can_be_touched(visit):
    visitor = visit()
    wrong = []
    for path in paths(visitor).values():
        for size in (16, 30):
            visitor.view(f"normal-{size}")
            visitor.go(path)
            for width in (320, 390):
                visitor.page.set_viewport_size({"width": width, "height": 700})
                over = visitor.page.evaluate(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                )
                if over > 0:
                    wrong.append(f"{path} {width} px at {size}: {over} px over")
            wrong += [f"{path} {line}" for line in visitor.page.evaluate(SMALL_TARGETS, 24)]
    assert wrong == []


def test_portal_is_light(visit):
    heavy = []
    visitor = visit()
    for path in paths(visitor).values():
        with weighed(visitor) as sizes:
            visitor.go(path)
            visitor.page.wait_for_load_state("networkidle")
        note(path, sum(sizes))
        if sum(sizes) > PAGE_BYTES_MOST:
            heavy.append(f"{path} {sum(sizes)}")
    assert heavy == []


@pytest.mark.parametrize(
    ("width", "height"),
    [(1920, 1080), (1366, 768), (1280, 720), (1024, 768), (390, 844), (320, 700)],
)
def test_the_wall(visit, width, height):
    visitor = visit(viewport={"width": width, "height": height})
    with weighed(visitor) as sizes:
        page = visitor.go("/screen/")
        page.wait_for_load_state("networkidle")
    note(f"/screen/ {width}", sum(sizes))
    assert sum(sizes) < WALL_BYTES_MOST
    picture(page, f"screen-{width}")
    assert violations(page) == []
    root = "document.documentElement"
    assert page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth")
    if width >= 1200:
        assert page.evaluate(f"{root}.scrollHeight <= {root}.clientHeight"), "one screen, no scroll"
        cut = page.evaluate(
            """() => [...document.querySelectorAll('.t-wall-box')]
                .filter(box => box.scrollHeight > box.clientHeight + 1)
                .map(box => box.querySelector('h2').textContent)"""
        )
        assert cut == []


def test_the_wall_is_renewed_without_a_jump(visit):
    visitor = visit(viewport={"width": 1920, "height": 1080})
    page = visitor.go("/screen/")
    before = page.locator(".t-wall-map").bounding_box()
    page.evaluate("document.querySelector('.t-wall-head').dataset.old = '1'")
    with page.expect_response("**/screen/board/"):
        page.evaluate("htmx.ajax('GET', '/screen/board/', {target: '#board', swap: 'innerHTML'})")
    page.wait_for_function("!document.querySelector('[data-old]')")
    assert page.locator(".t-wall-map").bounding_box() == before
    assert (
        page.locator(".t-wall-lost").evaluate("one => getComputedStyle(one).visibility") == "hidden"
    )


def test_without_script_the_portal_is_whole(visit):
    visitor = visit(java_script_enabled=False)
    page = visitor.go("/")
    page.get_by_role("navigation", name="公开内容").get_by_role("link", name="统计").click()
    page.get_by_label("时段").select_option(index=1)
    page.get_by_role("button", name="查看").click()
    expect(page.get_by_role("heading", name="每天")).to_be_visible()
    page.get_by_role("navigation", name="公开内容").get_by_role("link", name="查验").click()
    page.get_by_label("凭证号").fill("0000-0000")
    page.get_by_role("button", name="查验").click()
    expect(page.get_by_role("heading", name="没有这个凭证号")).to_be_visible()


def test_a_citizen_shows_a_number_and_anybody_checks_it(visit):
    citizen = visit()
    citizen.enter()
    citizen.page.locator(".t-act").first.click()
    number = citizen.page.locator("dt", has_text="凭证号").locator("xpath=../dd").inner_text()
    page = visit().go(f"/verify/?number={number.strip().split()[0]}")
    answer = page.get_by_role("heading", name="在账，有效")
    expect(answer.or_(page.get_by_role("heading", name="有记录，未计入"))).to_be_visible()
