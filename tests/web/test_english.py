"""In English, a citizen's pages are English: Chinese is left to names, and says what it is."""

import re

import pytest
import yaml
from django.test import Client
from tests.web.conftest import signed_in
from tests.web.permissions.test_table import things

from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.supervision import services as tickets
from tanpuhui.kernel import actors, cityrules
from tanpuhui.web.citizen import faq
from tanpuhui.web.shared import districts

__all__ = ["things"]
RUN = re.compile(r"[\u3001\u3002\u4e00-\u9fff\uff08-\uff1f]+")
MARKED = re.compile(r'<(\w+)[^>]*\slang="zh-Hans"[^>]*>.*?</\1>', re.DOTALL)
PAGES = (
    "", "ledger/", "ledger/?view=acts", "ledger/print/", "scenarios/", "scenarios/travel/metro/",
    "consents/", "privacy/", "privacy/senders/", "privacy/consents/", "privacy/looks/",
    "privacy/details/", "privacy/phone/", "privacy/withdraw/", "privacy/close/", "help/",
    "tickets/", "tickets/new/", "messages/", "messages/settings/", "me/",
)  # fmt: skip


@pytest.fixture
def english(busy_town) -> Client:
    """Ann's browser in English, with a ticket."""
    tickets.ticket_open(
        actor=actors.person(busy_town.ann),
        kind="help",
        title="多久到账",
        body="今天的还没看到",
        person_id=busy_town.ann,
    )
    client = signed_in(Client(), busy_town.ann)
    client.post("/m/language/", {"language": "en", "next": "/m/"})
    return client


def names() -> list[str]:
    """Names of the city: they are what they are called, longest first."""
    pack = cityrules.pack()
    found = {pack.manifest.brand, pack.manifest.official_name, "中文", "语言"}
    found |= {one.title for one in parties.organisations()}
    found |= {one.name for one in districts.districts()}
    return sorted(found, key=len, reverse=True)


def left(page: str) -> list[str]:
    """What is Chinese on a page and does not say so."""
    page = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    page = re.sub(r'<input[^>]*type="hidden"[^>]*>', "", page)
    page = MARKED.sub("", page)
    for name in names():
        page = page.replace(name, "")
    return [page[max(hit.start() - 60, 0) : hit.end() + 30] for hit in RUN.finditer(page)]


@pytest.mark.parametrize("path", PAGES)
def test_no_chinese_is_left(english, path):
    answer = english.get(f"/m/{path}")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert '<html lang="en"' in page
    assert left(page) == []


def test_an_act_is_explained(english, things):
    page = english.get(f"/m/acts/{things.act}/").content.decode()
    assert "How this entry came about" in page
    assert "Clean plate" in page
    assert left(page) == []
    assert left(english.get(f"/m/acts/{things.act}/appeal/").content.decode()) == []


def test_both_lists_of_questions_have_the_same_shape():
    shapes = []
    for name in ("faq.yaml", "faq.en.yaml"):
        text = faq.Path(faq.__file__).with_name(name).read_text(encoding="utf-8")
        shapes.append([len(topic["questions"]) for topic in yaml.safe_load(text)])
    assert shapes[0] == shapes[1]
