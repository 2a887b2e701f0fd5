"""What people do: with script, without script, and with the keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def consent_walk(visitor, person):
    """Withdraw the first consent, then give it again from the scenario's page."""
    visitor.enter(person)
    page = visitor.go("/m/consents/")
    button = page.get_by_role("button", name=re.compile("^撤回")).first
    scenario = button.get_attribute("aria-label").rpartition("，")[2]
    button.click()
    expect(page.get_by_role("status")).to_contain_text(f"{scenario}记录")
    page.get_by_role("link", name=re.compile(f"^去看并同意.*，{scenario}$")).click()
    expect(page.get_by_role("heading", name="授权", exact=True)).to_be_visible()
    page.get_by_role("button", name=re.compile("^同意")).click()
    expect(page.get_by_role("status")).to_contain_text("随时可以撤回")
    expect(page.get_by_role("button", name=re.compile("^撤回"))).to_be_visible()


def test_consent_with_script(visit):
    consent_walk(visit(), 1)


def test_consent_without_script(visit):
    consent_walk(visit(java_script_enabled=False), 2)


def test_everything_without_script(visit):
    visitor = visit(java_script_enabled=False)
    page = visitor.enter()
    page.get_by_role("button", name="长辈版").click()
    expect(page.get_by_role("button", name="标准版")).to_be_visible()
    page.get_by_role("button", name="标准版").click()
    page.get_by_role("link", name="账本", exact=True).click()
    expect(page.get_by_role("heading", name="每一笔账")).to_be_visible()
    page = visitor.ledger(text="地铁")
    page.get_by_label("场景", exact=True).select_option(label="地铁")
    page.get_by_role("button", name="查看").click()
    expect(page).to_have_url(re.compile("scenario=2"))
    page.get_by_role("link", name="行为", exact=True).click()
    page.locator(".t-act").first.click()
    expect(page.get_by_role("heading", name="凭证")).to_be_visible()
    page.get_by_role("link", name="我的", exact=True).click()
    page.get_by_role("button", name="较大").click()
    expect(page.locator("html")).to_have_class("t-s24")
    page.get_by_role("button", name="退出登录").click()
    expect(page).to_have_url(visitor.demo.address + "/")


def test_filter_with_script_needs_no_button(visit):
    visitor = visit()
    visitor.enter()
    page = visitor.ledger(text="地铁")
    page.get_by_label("场景", exact=True).select_option(label="地铁")
    expect(page).to_have_url(re.compile("scenario=2"))
    expect(page.locator(".t-act-name").first).to_have_text("地铁")
    assert set(page.locator(".t-act-name").all_inner_texts()) == {"地铁"}


def test_keyboard_alone(visit):
    visitor = visit()
    page = visitor.enter()
    visitor.go("/m/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    for name in ("庐州碳惠", "消息", "长辈版"):
        page.keyboard.press("Tab")
        expect(page.locator(":focus")).to_have_accessible_name(re.compile(name))
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="标准版")).to_be_visible()


def test_focus_stays_on_a_changed_consent(visit):
    visitor = visit()
    visitor.enter(3)
    page = visitor.go("/m/scenarios/travel/ev_charging/")
    button = page.get_by_role("button", name=re.compile("^(撤回|同意)"))
    button.focus()
    before = button.inner_text()
    page.keyboard.press("Enter")
    expect(button).not_to_have_text(before)
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(button).to_have_text(before)


def test_chinese_in_an_english_browser(visit):
    page = visit(locale="en-US").enter()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(page.get_by_text("累计减碳")).to_be_visible()


def test_the_file_of_refusals(visit):
    visitor = visit(viewport={"width": 1440, "height": 900})
    visitor.enter_as_provider()
    page = visitor.go("/partner/batches/")
    page.locator("tr", has_text="部分退回").first.get_by_role("link").first.click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name=re.compile("退回记录.*CSV")).click()
    content = waiting.value.path().read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert "记录编号" in content.decode("utf-8-sig").splitlines()[0]
