"""Every page with a list: search, filter, order, pages and a file; every other table has a reason."""

import csv
import io
import re
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from tests.web.conftest import deliver, record, signed_in, staff_in, staff_open
from tests.web.console_office import office_open
from tests.web.permissions.table import TABLE
from tests.web.permissions.test_table import Things, things

from tanpuhui.web.citizen import book_lists
from tanpuhui.web.console.pages.exports import EXPORTS
from tanpuhui.web.shared.lists import Cell

# Who walks, by the namespace of the address.
WALKERS = {
    "public": "anonymous",
    "screen": "anonymous",
    "citizen": "person",
    "provider": "provider",
    "staff": "system_admin",
    "console": "operator",
}
OTHERS = {"console:audit": "authority"}  # not the operator's
LISTS = {
    "citizen:consent_history", "citizen:ledger", "citizen:looks", "citizen:messages",
    "citizen:scenarios", "citizen:senders", "citizen:tickets",
    "console:announcements", "console:anomalies", "console:applications", "console:audit",
    "console:changes", "console:corrections", "console:coverage", "console:imports",
    "console:intake", "console:jobs", "console:methodologies", "console:organisations",
    "console:provider_batch", "console:provider_batches", "console:scenarios",
    "console:statistics", "console:tickets",
    "provider:batch", "provider:batches", "provider:corrections", "provider:imports",
    "provider:keys", "provider:mappings", "provider:reconciliation", "provider:rows",
    "provider:sandbox",
    "public:methodologies", "public:scenarios",
    "staff:people",
}  # fmt: skip
# Tables that are parts of one thing, or sums: nothing to look for in them.
REPORTS = {
    "citizen:home": "the week's bars in figures, for who does not see them",
    "citizen:ledger_print": "a month on paper",
    "console:methodology": "one version with its figures, cases and filings",
    "console:provider": "one provider's board; its batches are a list of their own",
    "console:scenario": "one scenario with its caps",
    "console:correction_new": "the acts that a form is about",
    "provider:items": "the answer to pasted numbers, with a file of all of them",
    "provider:service": "sums of calls by operation",
    "public:methodology": "one version with its figures and cases",
    "public:open_data": "columns of files, which are the export",
    "public:scenario": "one scenario with its figures",
    "public:statistics": "published sums; open data has them as files",
    "public:status": "figures of the service",
    "screen:table": "the wall's sums as a table",
}
NOTHING = "zz-nothing-has-this"
__all__ = ["things"]


@pytest.fixture
def walkers(busy_town):
    """A browser for each of those who walk, and a second day in the citizen's book."""
    eve = record("M80", "ann", "travel/metro", "2026-03-09T08:00:00+08:00", distance=9.0)
    deliver(busy_town.metro, "metro-eve", eve)
    office_open(busy_town)
    staff_open("system_admin")
    return {
        "anonymous": Client(),
        "person": signed_in(Client(), busy_town.ann),
        "provider": staff_in(Client(), "metro"),
        "operator": staff_in(Client(), "operator"),
        "authority": staff_in(Client(), "authority"),
        "system_admin": staff_in(Client(), "system_admin"),
    }


def addresses(things: Things) -> dict[str, str]:
    """Name → address of every page that is asked for with GET."""
    found = {
        name: reverse(name, kwargs=row.args(things))
        for name, row in TABLE.items()
        if ":" in name and row.method == "get" and row.ok == 200
    }
    no = 2
    chosen = f"?day=2026-03-10&scenario={no}&code=counted"
    return found | {"provider:rows": reverse("provider:rows") + chosen}


def more(address: str, given: str) -> str:
    """The address with a further part of its query."""
    return f"{address}{'&' if '?' in address else '?'}{given}"


def test_every_list_can_be_searched_filtered_ordered_paged_and_taken_along(
    walkers, things, monkeypatch
):
    monkeypatch.setattr(book_lists, "ROWS", 1)
    met, bare = set(), set()
    for name, address in addresses(things).items():
        client = walkers[OTHERS.get(name) or WALKERS[name.partition(":")[0]]]
        answer = client.get(address)
        if answer.status_code != 200 or "text/html" not in answer["Content-Type"]:
            continue
        page = unescape(answer.content.decode())
        if "data-list=" in page:
            met.add(name)
            proven(client, name, address, page)
        elif 'class="t-table' in page or 'class="t-pager' in page:
            bare.add(name)
    assert met == LISTS
    assert bare <= set(REPORTS), f"make these lists, or say why not: {bare - set(REPORTS)}"


def proven(client: Client, name: str, address: str, page: str) -> None:
    """One list: everything that it offers works."""

    def got(given: str) -> str:
        answer = client.get(more(address, given))
        assert answer.status_code == 200, (name, given)
        return unescape(answer.content.decode())

    assert 'name="q"' in page, name
    filters = {*re.findall(r'<select[^>]*name="(\w+)"', page), *re.findall(r'id="f-(\w+)"', page)}
    filters -= {"sort"}
    assert filters or 't-counter" href="?state=' in page, f"{name}: nothing to filter by"
    assert "t-empty" in got(f"q={NOTHING}"), f"{name}: the search finds everything"

    listing = client.get(address).context["listing"]
    orders = [one.value for one in listing.sorts] + [one.wanted for one in listing.heads]
    orders = [one for one in orders if one]
    assert orders, f"{name}: no order to choose"
    for order in orders:
        got(f"sort={order}")

    if name == "citizen:ledger":
        assert 'rel="next"' in page
    else:
        assert 'rel="prev"' in got("page=2"), f"{name}: no pages"
    taken_along(client, name, address, page)


def taken_along(client: Client, name: str, address: str, page: str) -> None:
    """The list as a file: made in the background for consoles, at once for others."""
    wanted = re.search(r'action="/console/export/([\w-]+)/"', page)
    if wanted:
        assert wanted[1] in EXPORTS, name
        return
    assert "form=csv" in page, f"{name}: no file"
    rows = [lines(client.get(more(address, f"form=csv{given}"))) for given in ("", f"&q={NOTHING}")]
    assert len(rows[0]) >= 1, name
    assert rows[0][0], name
    assert len(rows[1]) == 1, f"{name}: the file does not keep to the search"
    book = client.get(more(address, "form=xlsx"))
    assert b"".join(book.streaming_content).startswith(b"PK"), name
    for shut in book._resource_closers:
        shut()


def lines(answer) -> list[list[str]]:
    """Rows of a file."""
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_figures_are_numbers_and_numbers_of_records_are_not():
    assert Cell("1,234.50", is_right=True).value == Decimal("1234.50")
    assert Cell("−0.42", is_right=True).value == Decimal("-0.42")
    assert Cell("2.00", is_right=True, file="-1.999999").value == Decimal("-1.999999")
    assert Cell("—", is_right=True).value == "—"
    assert Cell("0012").value == "0012"
    assert Cell("0012", is_right=True).value == "0012"


def test_a_file_holds_what_the_page_says(busy_town, client):
    as_ann = signed_in(client, busy_town.ann)
    rows = lines(as_ann.get("/m/ledger/?form=csv"))
    assert rows[0] == ["日期", "场景", "次数", "减排量 (kg CO₂e)", "积分", "记账号"]
    assert {row[1] for row in rows[1:]} == {"地铁", "光盘行动"}
    acts = lines(as_ann.get("/m/ledger/?form=csv&view=acts&q=未计入"))
    assert {row[2] for row in acts[1:]} == {"未计入"}
