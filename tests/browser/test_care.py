"""Appeal, help, privacy and installing: with script, without, by keyboard, and offline."""

import json
import re
import zipfile

import pytest
from playwright.sync_api import expect
from tests.browser.test_pages import SMALL_TARGETS, picture, violations

pytestmark = pytest.mark.browser


def test_an_appeal_without_script(visit):
    visitor = visit(java_script_enabled=False)
    visitor.enter(3)
    page = visitor.ledger(view="acts")
    page.locator(".t-act").first.click()
    page.get_by_role("link", name=re.compile("申诉")).click()
    expect(page.get_by_role("heading", name="针对这条记录")).to_be_visible()
    page.get_by_label("申诉理由").fill("里程与我的记录不同。")
    page.get_by_role("button", name="提交申诉").click()
    expect(page.get_by_role("status")).to_contain_text("申诉已提交")
    expect(page.get_by_text("里程与我的记录不同。")).to_be_visible()


@pytest.mark.parametrize(("view", "least"), [("normal-16", 44), ("elder-20", 60)])
def test_a_ticket_is_accessible(visit, view, least):
    visitor = visit()
    visitor.enter(4)
    visitor.view(view)
    page = visitor.go("/m/tickets/new/")
    page.get_by_label("标题").fill("怎么开通公交")
    page.get_by_label("内容").fill("请问怎么开通？")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", name="往来")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate(SMALL_TARGETS, least) == []
    picture(page, f"ticket-{view}")
    for size in (16, 20, 24, 30):
        visitor.view(f"normal-{size}")
        page.reload()
        for width in (320, 360, 390):
            page.set_viewport_size({"width": width, "height": 700})
            assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.set_viewport_size({"width": 390, "height": 844})


def test_the_copy_is_downloaded_without_script(visit):
    visitor = visit(java_script_enabled=False)
    visitor.enter(3)
    page = visitor.go("/m/privacy/")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="导出").click()
    with zipfile.ZipFile(waiting.value.path()) as archive:
        data = json.loads(archive.read("data.json"))
    assert data["acts"]
    assert data["ledger"]


def test_an_account_is_closed_by_keyboard_alone(visit):
    visitor = visit()
    visitor.enter(5)  # the last of the list: nobody else's place changes
    page = visitor.go("/m/privacy/close/")
    box = page.get_by_role("checkbox")
    page.get_by_role("button", name="注销账户").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("请先勾选")
    box.focus()
    page.keyboard.press("Space")
    expect(box).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("账户已注销", exact=True)).to_be_visible()
    page.goto(visitor.demo.address + "/m/")
    expect(page).to_have_url(re.compile("/m/login/"))


def test_without_a_network_it_is_said_in_words_and_nothing_personal_is_kept(visit):
    visitor = visit()
    page = visitor.enter()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    kept = page.evaluate(
        """async () => (await Promise.all((await caches.keys()).map(async name =>
            (await (await caches.open(name)).keys()).map(one => new URL(one.url).pathname)))).flat()"""
    )
    assert sorted(path for path in kept if not path.startswith("/static/")) == ["/m/offline/"]
    visitor.context.set_offline(True)
    page.goto(visitor.demo.address + "/m/ledger/")
    expect(page.get_by_role("heading", name="现在没有网络")).to_be_visible()
    visitor.context.set_offline(False)
    visitor.complaints.clear()  # the lost network itself
    page.get_by_role("link", name="再试一次").click()
    expect(page.get_by_text("累计减碳")).to_be_visible()
