"""Everybody's way in, in a real browser: by hand, by keyboard, without script, by passkey."""

import itertools
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from tests.browser.test_pages import RULES, SMALL_TARGETS, SMALL_TEXT, picture

pytestmark = pytest.mark.browser
_numbers = itertools.count(1000)
SIDEWAYS = "document.documentElement.scrollWidth > innerWidth"
ROLES = ("operator", "authority", "supervisor", "system_admin", "security_admin", "audit_admin",
         "verifier", "merchant", "finance", "buyer", "expert")  # fmt: skip


def phone():
    """A number that nobody has used in this run."""
    return f"1390000{next(_numbers)}"


def look(visitor, name, found, *, least=0, elder=False):
    """Picture and faults of the page that is open."""
    page = visitor.page
    picture(page, name)
    result = Axe().run(page, options=RULES)
    found += [f"{name}: {one['id']} {node['target']}" for one in result.response["violations"]
              for node in one["nodes"]]  # fmt: skip
    if page.evaluate(SIDEWAYS):
        found.append(f"{name}: scrolls sideways")
    if least:
        found += [f"{name}: small {one}" for one in page.evaluate(SMALL_TARGETS, least)]
    if elder:
        found += [f"{name}: small text {one}" for one in page.evaluate(SMALL_TEXT)]


def walk(visitor, seen=lambda name: None, wanted=""):
    """From the door to the account, with a child at the end."""
    page = visitor.go(f"/m/login/{wanted}")
    seen("login")
    page.get_by_label("手机号", exact=True).fill(phone())
    page.get_by_role("button", name="获取验证码").click()
    page.wait_for_url("**/login/code/")
    seen("code")
    sent = page.locator(".t-notice b.t-num").inner_text()
    page.get_by_label("短信验证码").fill(sent)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("**/welcome/")
    seen("notice")
    page.get_by_role("button", name="同意，继续").click()
    expect(page.get_by_role("alert")).to_contain_text("请先勾选年龄")
    seen("notice-age")
    page.get_by_label("我已满 14 周岁").check()
    page.get_by_role("button", name="同意，继续").click()
    expect(page.get_by_role("heading", name="用积分兑换激励")).to_be_visible()
    seen("points")
    page.get_by_role("button", name="同意", exact=True).click()
    expect(page.get_by_role("heading", name="减排量汇集与签发")).to_be_visible()
    page.get_by_role("button", name="暂不同意").click()
    page.wait_for_url(re.compile(r"/m/(me/)?$"))
    return page


@pytest.mark.parametrize(
    ("view", "width", "least"),
    [("normal-16", 390, 44), ("normal-30", 320, 44), ("elder-20", 320, 60)],
)
def test_pages_of_the_way_in(visit, view, width, least):
    visitor = visit(viewport={"width": width, "height": 844})
    visitor.view(view)
    found = []
    elder = view.startswith("elder")
    walk(visitor, lambda name: look(visitor, f"in-{name}-{view}", found, least=least, elder=elder))
    visitor.go("/m/children/")
    look(visitor, f"in-children-{view}", found, least=least, elder=elder)
    assert found == []


def test_without_script(visit):
    visitor = visit(java_script_enabled=False)
    page = walk(visitor, wanted="?next=/m/me/")
    assert page.url.endswith("/m/me/")
    page.goto(visitor.demo.address + "/m/children/")
    page.get_by_label("孩子的昵称").fill("小禾苗")
    page.get_by_label("出生日期").fill("2018-05-20")
    page.get_by_label("我是孩子的监护人").check()
    page.get_by_role("button", name="开户", exact=True).click()
    page.get_by_role("button", name="进入小禾苗的账户").click()
    expect(page.get_by_text("这是孩子的账户")).to_be_visible()
    page.get_by_role("button", name="回到我的账户").click()
    expect(page.get_by_role("heading", name="已开户")).to_be_visible()


def test_by_keyboard_alone(visit):
    visitor = visit()
    page = visitor.go("/m/login/")
    page.get_by_label("手机号", exact=True).focus()
    page.keyboard.type(phone())
    page.keyboard.press("Enter")
    page.wait_for_url("**/login/code/")
    expect(page.get_by_label("短信验证码")).to_be_focused()
    page.keyboard.type(page.locator(".t-notice b.t-num").inner_text())
    page.keyboard.press("Enter")
    page.wait_for_url("**/welcome/")
    page.get_by_label("我已满 14 周岁").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="同意，继续")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="用积分兑换激励")).to_be_visible()


def test_a_wrong_code_is_told_at_its_field(visit):
    visitor = visit()
    page = visitor.go("/m/login/")
    page.get_by_label("手机号", exact=True).fill("123")
    page.get_by_role("button", name="获取验证码").click()
    field = page.get_by_label("手机号", exact=True)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator(f"#{field.get_attribute('aria-describedby').split()[-1]}")).to_be_visible()


@pytest.mark.parametrize("role", ROLES)
def test_each_role_comes_in(visit, role):
    visitor = visit(viewport={"width": 1280, "height": 800})
    page = visitor.enter_as(role)
    picture(page, f"staff-home-{role}")
    assert page.locator("h1").first.inner_text()


def test_staff_pages(visit):
    visitor = visit(viewport={"width": 1280, "height": 800})
    found = []
    login = visitor.demo.login_of("system_admin")
    visitor.go("/login/")
    look(visitor, "staff-login", found)
    visitor.page.get_by_label("用户名").fill(login["name"])
    visitor.page.get_by_label("密码").fill(login["password"])
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url("**/staff/second/")
    look(visitor, "staff-second", found)
    visitor.page.get_by_label("动态口令").fill(login["code"])
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url(lambda url: "/second/" not in url)
    for name, path in {
        "account": "/staff/", "people": "/staff/people/", "password": "/staff/password/",
        "passkeys": "/staff/second/passkeys/", "again": "/staff/again/?next=/staff/",
        "totp": "/staff/second/totp/", "apply": "/apply/",
    }.items():  # fmt: skip
        visitor.go(path)
        look(visitor, f"staff-{name}", found)
        visitor.page.set_viewport_size({"width": 320, "height": 800})
        look(visitor, f"staff-{name}-320", found)
        visitor.page.set_viewport_size({"width": 1280, "height": 800})
    assert found == []


def test_an_invited_colleague_must_set_up_a_second_factor(visit):
    admin = visit(viewport={"width": 1280, "height": 800})
    admin.enter_as("system_admin")
    page = admin.go("/staff/people/")
    page.get_by_label("机构", exact=True).select_option(label="合肥市碳普惠运营机构（待确定）")
    page.get_by_label("岗位", exact=True).last.select_option(label="运营机构")
    page.get_by_role("button", name="发出邀请").click()
    link = page.locator(".t-box.t-code").inner_text()
    picture(page, "staff-invited")
    guest = visit(viewport={"width": 390, "height": 844})
    found = []
    guest.page.goto(link)
    look(guest, "staff-invitation", found)
    name = f"zhou{next(_numbers)}"
    guest.page.get_by_label("用户名").fill(name)
    guest.page.get_by_label("密码", exact=True).fill("a-long-pass-phrase")
    guest.page.get_by_label("再填一次密码").fill("a-long-pass-phrase")
    guest.page.get_by_role("button", name="开通").click()
    guest.page.wait_for_url("**/login/**")
    guest.page.get_by_label("用户名").fill(name)
    guest.page.get_by_label("密码").fill("a-long-pass-phrase")
    guest.page.get_by_role("button", name="登录").click()
    expect(guest.page.get_by_text("请先设置第二重验证")).to_be_visible()
    look(guest, "staff-must-set-up", found)
    assert found == []


def test_a_passkey_as_second_factor(demo, browser):
    """On localhost: a network address cannot own passkeys."""
    base = demo.address.replace("127.0.0.1", "localhost")
    login = demo.login(2)  # a provider whom no other test signs in
    context = browser.new_context()
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    def sign_in():
        page.goto(f"{base}/login/")
        page.get_by_label("用户名").fill(login["name"])
        page.get_by_label("密码").fill(login["password"])
        page.get_by_role("button", name="登录").click()

    sign_in()
    page.wait_for_url("**/partner/")
    page.goto(f"{base}/staff/second/passkeys/add/")
    page.get_by_label("密码").fill(login["password"])
    page.get_by_role("button", name="确认").click()
    page.get_by_label("名称").fill("办公电脑")
    page.get_by_role("button", name="登记").click()
    page.wait_for_url("**/second/codes/")
    page.goto(f"{base}/staff/second/passkeys/")
    expect(page.get_by_text("办公电脑")).to_be_visible()
    context.clear_cookies()
    sign_in()
    page.wait_for_url("**/staff/second/")
    page.get_by_role("button", name="用通行密钥验证").click()
    page.wait_for_url("**/partner/")
    context.close()
