"""A provider connects: every page accessible and fitting, by keyboard, and without script."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.browser.test_pages import SMALL_TARGETS, picture, violations

from tanpuhui.kernel import clock

pytestmark = pytest.mark.browser

# Links inside a sentence need not be large (WCAG 2.2, 2.5.8).
TARGETS = SMALL_TARGETS.replace("'t-skip'))", "'t-skip') && !one.closest('p, .t-document li, td'))")

PAGES = {
    "start": "",
    "keys": "keys/",
    "key-new": "keys/new/",
    "sandbox": "sandbox/",
    "debugger": "debugger/",
    "documents": "documents/",
    "quickstart": "documents/quickstart/",
    "errors": "documents/errors/",
    "imports": "imports/",
    "mappings": "mappings/",
    "batches": "batches/",
    "corrections": "corrections/",
    "reconciliation": "reconciliation/",
    "items": "reconciliation/items/",
    "consents": "consents/",
    "service": "service/",
}


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_pages_are_accessible_and_fit(visit, width):
    visitor = visit(viewport={"width": width, "height": 900})
    visitor.enter_as_provider()
    found = {}
    for name, path in PAGES.items():
        page = visitor.go(f"/partner/{path}")
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        small = page.evaluate(TARGETS, 24)
        found[name] = violations(page) + small + ([f"{wide} px over"] if wide > 0 else [])
        picture(page, f"partner-{name}-{width}")
    assert {name: lines for name, lines in found.items() if lines} == {}


def trips(folder: Path, run: str) -> Path:
    """A file of last week's rides of people whom nobody knows."""
    day = clock.today() - timedelta(days=1)
    rows = [
        f"{run}-{n},nobody-{n},{day} 08:{n:02d}:00,{day} 08:{n + 20:02d}:00,{5000 + n}"
        for n in range(30)
    ]
    path = folder / f"{run}.csv"
    path.write_text("\n".join(["行程号,会员号,进站时间,出站时间,里程(m)", *rows]) + "\n")
    return path


def import_walk(visitor, path):
    """From the list of files to a finished import."""
    page = visitor.go("/partner/imports/")
    page.get_by_label("选择文件").set_input_files(path)
    page.get_by_role("button", name="上传", exact=True).click()
    expect(page.get_by_role("heading", name=path.name)).to_be_visible()
    page.get_by_role("link", name="新建映射").click()
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("button", name="看前 20 行").click()
    expect(page.get_by_role("heading", name="前 20 行会变成")).to_be_visible()
    expect(page.locator("#preview tbody tr")).to_have_count(20)
    assert violations(page) == []
    page.get_by_role("button", name="保存映射").click()
    expect(page.get_by_role("status").first).to_contain_text("已保存")
    page.get_by_role("button", name="导入", exact=True).click()


def test_an_import_with_script_ends_by_itself(visit, tmp_path):
    visitor = visit(viewport={"width": 1280, "height": 900})
    visitor.enter_as_provider()
    import_walk(visitor, trips(tmp_path, "script"))
    page = visitor.page
    expect(page.get_by_role("heading", name="导入结果")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("heading", level=1)).to_contain_text("已导入")
    expect(page.get_by_text("该用户尚未绑定碳账户")).to_be_visible()
    assert violations(page) == []
    picture(page, "partner-import-done-1280")


def test_an_import_without_script(visit, tmp_path):
    visitor = visit(java_script_enabled=False)
    visitor.enter_as_provider()
    path = trips(tmp_path, "plain")
    page = visitor.go("/partner/imports/")
    page.get_by_label("选择文件").set_input_files(path)
    page.get_by_role("button", name="上传", exact=True).click()
    page.get_by_role("link", name="新建映射").click()
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("button", name="保存映射").click()
    with page.expect_navigation():
        page.get_by_role("button", name="试算").click()
    for _ in range(60):
        if page.get_by_role("heading", name="试算结果").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(page.get_by_role("heading", name="试算结果")).to_be_visible()
    with page.expect_download() as waited:
        page.get_by_role("link", name="未通过清单").click()
    assert waited.value.path().read_bytes().startswith("\ufeff行号".encode())


def rotation_walk(visitor):
    """A key, its successor, and the end of the first."""
    page = visitor.go("/partner/keys/new/")
    page.get_by_label("名称").fill("轮换")
    page.get_by_role("button", name="签发").click()
    expect(page.get_by_text("密文只显示这一次")).to_be_visible()
    key = page.locator(".t-secret").first.inner_text()
    page.get_by_role("link", name="已存好").click()
    page.get_by_role("link", name=f"轮换 {key}").click()
    page.get_by_label("过渡期").select_option(label="1 天")
    page.get_by_role("button", name="签发新密钥").click()
    expect(page.get_by_text(re.compile(f"旧密钥 {key} 有效到"))).to_be_visible()
    page.get_by_role("link", name="已存好").click()
    page.get_by_role("link", name=f"停用 {key}").click()
    page.get_by_role("button", name="停用", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("已停用")
    expect(page.get_by_role("link", name=f"停用 {key}")).to_have_count(0)


def test_a_key_is_rotated(visit):
    visitor = visit(viewport={"width": 768, "height": 900})
    visitor.enter_as_provider()
    rotation_walk(visitor)


def test_a_key_is_rotated_without_script(visit):
    visitor = visit(java_script_enabled=False)
    visitor.enter_as_provider()
    rotation_walk(visitor)


def reach(page, name, keys=60):
    """Press Tab until the control with this accessible name has the focus."""
    for _ in range(keys):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent"
        )
        if name in (focused or "").strip():
            return
    raise AssertionError(f"Tab never reached {name}")


def test_a_key_is_issued_and_revoked_by_keyboard(visit):
    visitor = visit(viewport={"width": 1280, "height": 900})
    visitor.enter_as_provider()
    page = visitor.go("/partner/keys/")
    reach(page, "签发密钥")
    page.keyboard.press("Enter")
    page.wait_for_url("**/keys/new/")
    page.get_by_label("名称").focus()
    page.keyboard.type("键盘")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")  # the other use
    page.keyboard.press("Enter")
    expect(page.get_by_text("密文只显示这一次")).to_be_visible()
    expect(page.get_by_text("正式与沙箱")).to_be_visible()
    key = page.locator(".t-secret").first.inner_text()
    page = visitor.go("/partner/keys/")
    reach(page, f"停用 {key}")
    page.keyboard.press("Enter")
    page.wait_for_url("**/revoke/")
    reach(page, "停用", keys=30)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("已停用")
