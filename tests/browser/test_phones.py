"""Desks on a phone: the page begins where the eye is, the menu folds, nothing scrolls sideways."""

import pytest
from playwright.sync_api import expect
from tests.browser.test_pages import SMALL_TARGETS, violations

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
HEAD_PX, THUMB_PX = 200, 44
DESKS = {
    "operator": (
        "/console/", "/console/tickets/", "/console/intake/demo-transit/batches/", "/console/statistics/",
        "/console/scenarios/travel/metro/", "/console/corrections/new/", "/staff/",
    ),
    "authority": ("/console/", "/console/methodologies/", "/console/coverage/"),
    "security_admin": ("/staff/people/", "/staff/", "/staff/email/"),
    "provider": (
        "/partner/", "/partner/keys/", "/partner/sandbox/", "/partner/documents/quickstart/",
        "/partner/reconciliation/", "/partner/imports/", "/staff/",
    ),
}  # fmt: skip
HEAD = "document.querySelector('h1').getBoundingClientRect().top + scrollY"
OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("role", DESKS)
def test_the_page_begins_at_once(visit, role):
    visitor = visit(viewport=PHONE)
    visitor.enter_as(role)
    wrong = []
    for path in DESKS[role]:
        page = visitor.go(path)
        page.set_viewport_size(PHONE)
        if (top := page.evaluate(HEAD)) > HEAD_PX:
            wrong.append(f"{path}: the heading begins at {top} px")
        page.set_viewport_size({"width": 320, "height": 700})
        if (over := page.evaluate(OVER)) > 0:
            wrong.append(f"{path}: {over} px too wide")
    assert wrong == []


def test_the_menu_unfolds_by_keyboard_and_closes_by_going(visit):
    visitor = visit(viewport=PHONE)
    visitor.enter_as("operator")
    page = visitor.go("/console/tickets/")
    menu = page.get_by_role("navigation", name="主菜单")
    expect(menu.get_by_text("申诉与工单")).to_have_count(2)  # what is open now, and its line
    expect(menu.get_by_role("link", name="数据接入")).to_be_hidden()
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(menu.get_by_role("link", name="数据接入")).to_be_visible()
    expect(menu.get_by_role("link", name="申诉与工单")).to_have_attribute("aria-current", "page")
    assert [line for line in page.evaluate(SMALL_TARGETS, THUMB_PX) if "t-fold" in line] == []
    assert violations(page) == []
    menu.get_by_role("link", name="数据接入").click()
    expect(page.get_by_role("heading", level=1, name="数据接入")).to_be_visible()
    expect(menu.get_by_role("link", name="申诉与工单")).to_be_hidden()


def test_the_menu_works_without_script(visit):
    visitor = visit(viewport=PHONE, java_script_enabled=False)
    visitor.enter_as("provider")
    page = visitor.go("/partner/keys/")
    page.get_by_role("navigation", name="主菜单").locator("summary").click()
    page.get_by_role("link", name="每日对账").click()
    expect(page.get_by_role("heading", level=1, name="每日对账")).to_be_visible()


def test_wide_desks_keep_their_menu_open(visit):
    visitor = visit(viewport={"width": 1280, "height": 900})
    visitor.enter_as("operator")
    menu = visitor.page.get_by_role("navigation", name="主菜单")
    expect(menu.get_by_role("link", name="数据接入")).to_be_visible()
    expect(menu.locator("summary")).to_be_hidden()
