"""Figures on open pages are the book's; what few people did stays out; numbers can be checked."""

import csv
import io
import json
import re
from decimal import Decimal

import pytest
from django.core.cache import cache
from tests.factories.database import execute, rows, value
from tests.factories.town import points_agree
from tests.web.conftest import SYSTEM, deliver, record

from tanpuhui.domain.insight import services as insight
from tanpuhui.domain.parties import services as parties
from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.domain.scenarios import services as scenario_services
from tanpuhui.kernel import actors
from tanpuhui.web.public.pages import verify
from tanpuhui.web.shared import numbers

BOOK = """
select sum(reduction_mg), sum(points), sum(acts) from ledger_entry
where account_id > 0 and scenario_no > 0
"""


def rolled_up():
    insight.rollup_advance(actor=SYSTEM)


@pytest.fixture
def crowd(town, pack):
    """Twelve neighbours of one district ride; one of another rides alone; three waste no food."""
    from tanpuhui.domain.ledger import services as ledger

    people = parties.people_open_many(actor=SYSTEM, count=13, regions=["340102"])
    execute("update parties_person set region = '340103' where party_id = %s", people[12])
    ledger.accounts_open(actor=SYSTEM, kind="person", party_ids=people)
    points_agree(people)
    names = [f"n{n}" for n in range(13)]
    for provider, scenario in ((town.metro, "travel/metro"), (town.canteen, "living/clean_plate")):
        parties.links_bind_many(
            actor=SYSTEM, provider_id=provider, subjects=names, person_ids=people
        )
        parties.consents_grant_many(
            actor=SYSTEM,
            provider_id=provider,
            person_ids=people,
            scenario_nos=[pack.scenarios[scenario].no],
            text_version="test/v1",
        )
    deliver(
        town.metro,
        "crowd",
        *(
            record(f"R{n}", name, "travel/metro", "08:00", distance=5.0 + n)
            for n, name in enumerate(names)
        ),
    )
    deliver(
        town.canteen,
        "meals",
        *(
            record(f"P{n}", name, "living/clean_plate", "11:30", proof="canteen")
            for n, name in enumerate(names[:3])
        ),
    )
    rolled_up()
    return town


def table_of(client, name, **query):
    response = client.get(f"/open-data/{name}.csv", query)
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_totals_are_the_books(crowd, client):
    mg, points, acts = map(int, rows(BOOK)[0])
    page = client.get("/").content.decode()
    for text in (
        " ".join(numbers.mass_public(mg)).split()[0],
        numbers.count(points),
        numbers.count(acts),
    ):
        assert f">{text}</b>" in page
    board = client.get("/screen/table/").content.decode()
    assert f"{numbers.kilograms_exact(mg)} kg" in board


def test_month_of_open_data_is_the_books_month(crowd, client):
    for line in table_of(client, "months"):
        mg, points, acts = rows(BOOK + " and to_char(occurred_on, 'YYYY-MM') = %s", line["month"])[
            0
        ]
        assert int(line["reduction_g"]) == (mg or 0) // 1000
        assert (int(line["points"]), int(line["acts"])) == (points or 0, acts or 0)
        people = value(
            "select count(distinct account_id) from ledger_entry where account_id > 0 and acts > 0"
            " and to_char(occurred_on, 'YYYY-MM') = %s",
            line["month"],
        )
        assert int(line["people"]) == people


def test_page_and_file_say_the_same(crowd, client):
    page = client.get("/statistics/", {"month": "2026-03"}).content.decode()
    file = {
        row["district"]: row
        for row in table_of(client, "districts-by-month")
        if row["month"] == "2026-03"
    }
    mg = value(
        "select sum(reduction_mg) from ledger_entry e join parties_person p on p.party_id = e.account_id"
        " where p.region = '340102'"
    )
    assert int(file["340102"]["reduction_g"] or 0) in {0, mg // 1000}
    if file["340102"]["suppressed"] == "0":
        assert numbers.kilograms(mg) in page


def test_few_people_are_not_shown(crowd, client):
    metro = {
        r["month"]: r
        for r in table_of(client, "scenarios-by-month")
        if r["scenario"] == "travel/metro"
    }
    plate = {
        r["month"]: r
        for r in table_of(client, "scenarios-by-month")
        if r["scenario"] == "living/clean_plate"
    }
    assert plate["2026-03"]["suppressed"] == "1", "three people"
    assert plate["2026-03"]["acts"] == ""
    assert metro["2026-03"]["suppressed"] == "1", "or the three would be the total less the metro"
    alone = {
        r["district"]: r for r in table_of(client, "districts-by-month") if r["month"] == "2026-03"
    }
    assert alone["340103"]["suppressed"] == "1", "one person"
    cells = table_of(client, "scenarios-by-district", month="2026-03")
    assert all(r["suppressed"] == "1" for r in cells if r["people"] and 0 < int(r["people"]) < 10)
    page = client.get("/scenarios/living/clean_plate/").content.decode()
    assert "暂不公布" in page
    assert "参与人数少" in client.get("/statistics/?month=2026-03").content.decode()


def test_json_says_what_csv_says(crowd, client):
    body = json.loads(client.get("/open-data/months.json").content)
    assert body["columns"][0]["name"] == "month"
    flat = [{k: str(v) for k, v in row.items()} for row in body["rows"]]
    assert flat == table_of(client, "months")
    assert client.get("/open-data/nothing.csv").status_code == 404
    assert client.get("/open-data/months.xml").status_code == 404


QUERIES = {
    "/": 5,
    "/scenarios/": 0,
    "/scenarios/travel/metro/": 5,
    "/methodologies/": 0,
    "/methodologies/HF-TR-002/v1/": 1,
    "/statistics/": 5,
    "/statistics/?month=2026-03": 6,
    "/open-data/": 0,
    "/open-data/scenarios-by-month.csv": 4,
    "/open-data/scenarios-by-district.csv?month=2026-03": 5,
    "/verify/": 0,
    "/join/": 0,
    "/about/": 0,
    "/privacy/": 0,
    "/accessibility/": 0,
    "/status/": 3,
    "/screen/": 9,
    "/screen/board/": 9,
    "/screen/table/": 9,
}


@pytest.mark.parametrize("address", QUERIES)
def test_queries(crowd, client, address, django_assert_max_num_queries):
    cache.clear()
    with django_assert_max_num_queries(QUERIES[address]):
        response = client.get(address)
        b"".join(response.streaming_content) if response.streaming else response.content
    assert response.status_code == 200


def test_every_methodology_and_scenario_has_its_page(db, client, pack):
    for method in pack.methodologies.values():
        page = client.get(f"/methodologies/{method.id}/v{method.version}/").content.decode()
        assert method.title in page
        assert "不一致" not in page, "every case holds"
        body = json.loads(client.get(f"/methodologies/{method.id}/v{method.version}.json").content)
        assert body["methodology"]["id"] == method.id
        assert body["digest"] in page
    for scenario in pack.scenarios.values():
        page = client.get(f"/scenarios/{scenario.id}/").content.decode()
        assert scenario.title in page
        assert scenario.privacy in page
    assert client.get("/methodologies/HF-XX-1/v1/").status_code == 404
    assert client.get("/scenarios/travel/rocket/").status_code == 404


def test_a_text_cannot_carry_markup_of_its_own():
    from tanpuhui.web.public import method_pages

    made = method_pages.text(
        "# t\n\n<script>x</script>\n\n[a](javascript:x)\n\n<img src=x onerror=y>\n"
    )
    assert "<script" not in made
    assert "<img" not in made
    assert "href" not in made


def shown(client, number):
    page = client.get("/verify/", {"number": number}).content.decode()
    return re.sub(r"\s+", " ", page)


def number_of(item, revision=0):
    provider, account, journal = rows(
        "select provider_id, account_id, journal_id from scenarios_act where item_no = %s and revision = %s",
        item,
        revision,
    )[0]
    return scenarios.act_number(journal, account, provider, item)


def test_a_number_leads_to_the_act_and_to_nobody(busy_town, client):
    number = number_of("M1")
    page = shown(client, number)
    mg = value("select reduction_mg from scenarios_act where item_no = 'M1'")
    assert "在账，有效" in page
    assert numbers.kilograms_exact(mg) in page
    assert "2026年3月10日" in page
    person = rows(
        "select public_id, nickname from parties_person where party_id = %s", busy_town.ann
    )
    assert not any(word and word in page for word in person[0])
    assert ">M1<" not in page
    loose = number.replace("-", "").lower()
    assert "在账，有效" in shown(client, loose)


def test_numbers_follow_what_becomes_of_an_act(busy_town, client):
    first = number_of("M1")
    counted_not = number_of("M6")
    assert "有记录，未计入" in shown(client, counted_not)
    scenario_services.acts_withdraw(
        actor=actors.provider(busy_town.metro),
        provider_id=busy_town.metro,
        items=["M1"],
        reason="错",
    )
    assert "已撤回" in shown(client, first)


@pytest.mark.parametrize(
    "number", ["ABCD", "0" * 26, "Z" * 26, "7" * 26, "ü" * 26, "' or 1=1 --", "x" * 500]
)
def test_other_numbers_lead_nowhere(busy_town, client, number):
    assert "没有这个凭证号" in shown(client, number)


def test_a_changed_sign_leads_nowhere(busy_town, client):
    number = number_of("M1").replace("-", "")
    for place in range(0, 26, 5):
        other = "7" if number[place] != "7" else "3"
        assert "没有这个凭证号" in shown(client, number[:place] + other + number[place + 1 :])


def test_looking_up_has_a_measure(busy_town, client):
    for _ in range(verify.LIMIT.at_once):
        assert client.get("/verify/?number=A").status_code == 200
    response = client.get("/verify/?number=A")
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert client.get("/verify/").status_code == 200


def test_the_wall_says_when_it_is_behind(crowd, client, fixed_clock):
    assert "统计已停止更新" not in client.get("/screen/").content.decode()
    fixed_clock.set("2026-03-10T13:00+08:00")
    assert "统计已停止更新" in client.get("/screen/").content.decode()
    execute("update insight_progress set data_at = '2026-03-10T07:00+08:00'")
    rolled = "update insight_progress set rolled_at = '2026-03-10T12:59+08:00'"
    execute(rolled)
    assert "已 6 小时没有新数据" in client.get("/screen/").content.decode()
    assert "延迟" not in client.get("/status/").content.decode()


def test_an_empty_city_has_pages_too(town, client):
    for address in (
        "/",
        "/statistics/",
        "/screen/",
        "/screen/table/",
        "/status/",
        "/open-data/months.csv",
    ):
        assert client.get(address).status_code == 200


def test_status_tells_the_last_check(crowd, client):
    from tanpuhui.domain.ledger import selectors as book

    assert "尚未核对" in client.get("/status/").content.decode()
    differing = insight.sums_prove(actor=SYSTEM)
    insight.proof_keep(proof=book.proof(), is_clean=True, differences=differing)
    page = client.get("/status/").content.decode()
    assert "平衡" in page
    assert "甲" in page
    assert "演示" not in page, "providers stay unnamed"


def test_masses_on_the_wall_add_up(crowd, client):
    page = client.get("/screen/table/").content.decode()
    hours = re.findall(r'<th scope="row">\d\d:00</th><td class="t-right">([\d,.]+)</td>', page)
    day = value(
        "select sum(reduction_mg) from ledger_entry where account_id > 0 and occurred_on = '2026-03-10'"
    )
    assert abs(
        sum(Decimal(h.replace(",", "")) for h in hours) - Decimal(day) / 1_000_000
    ) < Decimal("0.13")
