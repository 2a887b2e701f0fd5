"""The consoles in a real browser: accessible, silent, fitting; four eyes by keyboard and no script."""

import re

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import weighed
from tests.browser.test_pages import SMALL_TARGETS, note, picture, violations

pytestmark = pytest.mark.browser

PAGES = (
    "", "scenarios/", "scenarios/travel/metro/", "methodologies/", "coverage/", "statistics/",
    "corrections/", "corrections/new/", "intake/", "intake/demo-transit/", "organisations/",
    "organisations/applications/", "people/", "tickets/", "announcements/", "announcements/new/",
    "jobs/", "changes/", "anomalies/",
)  # fmt: skip
FIRST_OF = ("changes/", "tickets/", "anomalies/", "methodologies/", "announcements/")
CONSOLE_BYTES = 60_000


def sign_in(visitor, name):
    """As one of the demo's staff, with the demo's second factor."""
    page = visitor.go("/login/")
    login = next(one for one in logins(visitor) if one["name"] == name)
    page.get_by_label("用户名").fill(login["name"])
    page.get_by_label("密码").fill(login["password"])
    page.get_by_role("button", name="登录").click()
    page.get_by_label("动态口令").fill(login["code"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/")
    return page


def logins(visitor):
    import json

    return json.loads((visitor.demo.home / "demo-logins.json").read_text())


@pytest.mark.parametrize("width", [390, 1280])
def test_pages_are_accessible_and_fit(visit, width):
    visitor = visit(viewport={"width": width, "height": 900})
    page = sign_in(visitor, "demo-operator")
    found = {}
    for path in PAGES:
        found[path] = look(visitor, f"/console/{path}", f"console-{width}-{path}")
    for path in FIRST_OF:
        visitor.go(f"/console/{path}")
        href = page.locator("tbody a").first.get_attribute("href")
        found[f"{path}…"] = look(visitor, href, f"console-{width}-{path}one")
    assert {name: lines for name, lines in found.items() if lines} == {}


def look(visitor, path, name):
    page = visitor.go(path)
    picture(page, name.replace("/", "-"))
    over = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    wide = [f"{over} px too wide"] if over > 0 else []
    return violations(page) + wide + page.evaluate(SMALL_TARGETS, 24)


def test_authority_and_auditor_pages_are_accessible(visit):
    for name, path in (("demo-authority", "audit/"), ("demo-audit-admin", "audit/")):
        visitor = visit(viewport={"width": 1440, "height": 900})
        sign_in(visitor, name)
        assert look(visitor, f"/console/{path}", f"console-{name}") == []
        assert look(visitor, "/console/", f"console-{name}-home") == []


def test_pages_are_light(visit):
    visitor = visit(viewport={"width": 1280, "height": 900})
    sign_in(visitor, "demo-operator")
    for path in ("", "intake/", "changes/"):
        with weighed(visitor) as sizes:
            visitor.go(f"/console/{path}")
            visitor.page.wait_for_load_state("networkidle")
        note(f"/console/{path}", sum(sizes))
        assert sum(sizes) <= CONSOLE_BYTES, path


def propose(page, limit):
    """A cap for the bus, from its page."""
    page.goto(page.url.partition("/console/")[0] + "/console/scenarios/travel/bus/")
    page.get_by_label("新上限").fill(str(limit))
    page.get_by_label("生效日期").fill("2030-01-01")
    page.get_by_label("理由（必填）").fill("试行新的上限")
    page.get_by_role("button", name="提交复核").click()
    expect(page.get_by_text("等待另一位人员复核")).to_be_visible()
    expect(page.get_by_role("button", name="同意并执行")).to_have_count(0)
    return page.url


def test_four_eyes_by_keyboard(visit):
    first = visit(viewport={"width": 1280, "height": 900})
    address = propose(sign_in(first, "demo-operator"), 7)
    second = visit(viewport={"width": 1280, "height": 900})
    page = sign_in(second, "demo-authority")
    page.goto(address)
    page.get_by_label("复核意见").focus()
    page.keyboard.type("同意试行")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="同意并执行")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("已同意并执行")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("已执行")


def test_four_eyes_without_script(visit):
    first = visit(java_script_enabled=False)
    address = propose(sign_in(first, "demo-operator-2"), 8)
    second = visit(java_script_enabled=False)
    page = sign_in(second, "demo-authority-2")
    page.goto(address)
    page.get_by_label("复核意见").fill("暂不调整")
    page.get_by_role("button", name="退回").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("已退回")


def test_a_list_is_filtered_sorted_and_exported(visit):
    visitor = visit(viewport={"width": 1280, "height": 900})
    page = sign_in(visitor, "demo-operator")
    visitor.go("/console/tickets/")
    page.locator("#f-kind").select_option(label="申诉")
    expect(page).to_have_url(re.compile("kind=appeal"))
    page.get_by_role("link", name="收到", exact=True).click()
    expect(page.get_by_role("columnheader", name="收到")).to_have_attribute(
        "aria-sort", "ascending"
    )
    page.get_by_text("导出", exact=True).click()
    page.get_by_role("button", name="Excel").click()
    link = page.get_by_role("link", name="下载").first
    expect(link).to_be_visible(timeout=20_000)
    with page.expect_download() as waiting:
        link.click()
    assert waiting.value.suggested_filename.endswith(".xlsx")
