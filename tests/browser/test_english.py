"""English from the first page on: chosen at the door, accessible, and no word is cut in two."""

import re

import pytest
from playwright.sync_api import expect
from tests.browser.test_pages import SMALL_TARGETS, picture, violations

pytestmark = pytest.mark.browser
TOO_WIDE = "document.documentElement.scrollWidth > innerWidth"
# Words of buttons, headings and labels that stand on two lines.
CUT = """() => {
  const cut = [];
  for (const one of document.querySelectorAll(".t-btn, .t-chip, h1, h2, h3, a, label, b")) {
    const walk = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
    for (let text = walk.nextNode(); text; text = walk.nextNode())
      for (const word of text.data.matchAll(/[A-Za-z]{2,}/g)) {
        const range = document.createRange();
        range.setStart(text, word.index);
        range.setEnd(text, word.index + word[0].length);
        const lines = new Set([...range.getClientRects()].map(box => Math.round(box.top)));
        if (lines.size > 1) cut.push(word[0]);
      }
  }
  return cut;
}"""
PAGES = (
    "/m/", "/m/me/", "/m/ledger/", "/m/scenarios/", "/m/consents/", "/m/children/", "/m/privacy/",
    "/m/help/", "/m/tickets/", "/m/tickets/new/", "/m/messages/", "/m/messages/settings/",
)  # fmt: skip


def narrow(page, path):
    """What does not fit on narrow telephones."""
    wrong = []
    for width in (320, 390):
        page.set_viewport_size({"width": width, "height": 800})
        wrong += [f"{path} at {width} cuts {word}" for word in page.evaluate(CUT)]
        if page.evaluate(TOO_WIDE):
            wrong.append(f"{path} is wider than {width}")
    return wrong


def test_english_is_chosen_at_the_door(visit):
    visitor = visit()
    page = visitor.go("/m/login/")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("button", name="Get a code")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate(SMALL_TARGETS, 44) == []
    wrong = narrow(page, "sign-in")
    page.get_by_label("Phone").fill("13900007788")
    page.get_by_role("button", name="Get a code").click()
    expect(page.get_by_text("139****7788")).to_be_visible()
    code = page.locator(".t-num", has_text=re.compile(r"^\d{6}$")).inner_text()
    page.get_by_label("Code from the message").fill("12")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("The code is wrong")).to_be_visible()
    wrong += narrow(page, "code")
    page.get_by_label("Code from the message").fill(code)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Terms of the carbon account")).to_be_visible()
    page.get_by_role("button", name="Agree and go on").click()
    expect(page.get_by_role("alert")).to_contain_text("tick your age")
    assert violations(page) == []
    picture(page, "welcome-english")
    wrong += narrow(page, "notice")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Agree and go on").click()
    for title in ("Points for rewards", "Pooling and issuing reductions"):
        expect(page.get_by_role("heading", name=title)).to_be_visible()
        wrong += narrow(page, title)
        page.get_by_role("button", name="Not now").click()
    expect(page.get_by_text("Total reduction")).to_be_visible()
    assert wrong == []


def test_pages_in_english_fit(visit):
    visitor = visit()
    visitor.enter()
    page = visitor.go("/m/me/")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    wrong = []
    for path in PAGES:
        wrong += violations(visitor.go(path)) + narrow(page, path)
    picture(page, "messages-english")
    for view in ("normal-20", "normal-24", "normal-30", "elder-20", "elder-24"):
        visitor.view(view)
        page.set_viewport_size({"width": 320, "height": 700})
        for path in PAGES[:6]:
            visitor.go(path)
            if page.evaluate(TOO_WIDE):
                wrong.append(f"{path} in {view}")
    assert wrong == []
    response = page.goto(visitor.demo.address + "/m/nowhere/")
    assert response
    assert response.status == 404
    expect(page.get_by_role("heading", name="Page not found")).to_be_visible()
    assert violations(page) == []
    visitor.complaints.clear()  # the page that is not there
