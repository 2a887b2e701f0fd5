"""The citizen's pages, over a real database."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from tests.web.conftest import SYSTEM, deliver, record, signed_in

from tanpuhui.domain.ledger import selectors as ledger
from tanpuhui.domain.ledger import services as ledger_services
from tanpuhui.domain.ledger.states import AccountState
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.parties import services as parties_services
from tanpuhui.domain.scenarios import selectors as scenarios

MARCH = date(2026, 3, 1)
PAGES = {
    "/m/": 6,
    "/m/ledger/": 4,
    "/m/ledger/?view=acts": 5,
    "/m/ledger/print/": 5,
    "/m/scenarios/": 3,
    "/m/scenarios/travel/metro/": 6,
    "/m/scenarios/living/clean_plate/": 6,
    "/m/consents/": 7,
    "/m/me/": 4,
    "/m/messages/": 4,
    "/m/messages/settings/": 3,
    "/m/help/": 5,
    "/m/tickets/": 3,
    "/m/tickets/new/": 2,
    "/m/privacy/": 7,
    "/m/privacy/senders/": 5,
    "/m/privacy/consents/": 4,
    "/m/privacy/looks/": 3,
    "/m/privacy/withdraw/": 4,
    "/m/privacy/close/": 3,
    "/m/privacy/details/": 5,
    "/m/privacy/phone/": 2,
    "/m/closed/": 1,
    "/m/offline/": 1,
}


def text(response):
    assert response.status_code == 200, response.content.decode()[:400]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.mark.parametrize("page", PAGES)
def test_each_page_renders_within_its_queries(
    busy_town, as_ann, page, django_assert_max_num_queries
):
    as_ann.get(page)
    with django_assert_max_num_queries(PAGES[page]):
        response = as_ann.get(page)
    assert response.status_code == 200
    if page not in {"/m/closed/", "/m/offline/"}:
        assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("page", PAGES)
def test_each_page_renders_for_somebody_new(town, client, page):
    assert signed_in(client, town.ben).get(page).status_code == 200


def test_home_queries_do_not_grow_with_acts(busy_town, as_ann, django_assert_max_num_queries):
    rides = [
        record(f"X{n}", "ann", "travel/metro", f"2026-02-{n + 1:02d}T09:00:00+08:00", distance=3.0)
        for n in range(25)
    ]
    deliver(busy_town.metro, "metro-x", *rides)
    with django_assert_max_num_queries(8):
        as_ann.get("/m/")


def test_the_sums_of_the_first_page_lead_to_the_book(busy_town, as_ann):
    page = as_ann.get("/m/").content.decode()
    for name in ("累计减碳", "碳积分"):
        assert re.search(rf'<a href="/m/ledger/"[^>]*>{name}<br><b class="t-num">', page), name
    assert re.search(r'<a href="/m/ledger/\?view=acts"><b class="t-num">', page), "the last week"


def test_home_shows_the_book(busy_town, as_ann):
    page = text(as_ann.get("/m/"))
    balance = ledger.balance(busy_town.ann)
    assert balance.reduction_mg > 0
    assert f"{balance.reduction_mg / 1e6:.2f}" in page
    assert f"{balance.points:,}" in page
    for word in ("累计减碳", "碳积分", "地铁", "光盘行动", "已入账", "未计入", "看原因", "已开通"):
        assert word in page
    assert "近 7 日减碳柱状图" in as_ann.get("/m/").content.decode()


def test_a_frozen_account_is_told(busy_town, as_ann):
    ledger_services.account_set_state(
        actor=SYSTEM, account_id=busy_town.ann, state=AccountState.FROZEN, reason="测试"
    )
    assert "账户已冻结" in text(as_ann.get("/m/"))


def test_ledger_by_month(busy_town, as_ann):
    march, february = text(as_ann.get("/m/ledger/")), text(as_ann.get("/m/ledger/?month=2026-02"))
    assert "2026年3月" in march
    assert "当日结余" in march
    assert "2月3日" in february
    assert "2月3日" not in march
    assert "这个月没有记录" in text(as_ann.get("/m/ledger/?month=2024-01"))
    assert "2026年3月" in text(as_ann.get("/m/ledger/?month=2999-01"))


def test_ledger_filter_hides_lines_but_keeps_the_balance(busy_town, as_ann):
    whole = scenarios.acts_in_month(busy_town.ann, MARCH)
    assert {act.scenario_no for act in whole} == {2, 15}
    page = as_ann.get("/m/ledger/?scenario=15").content.decode()
    rows = re.findall(r't-act-name">([^<]+)', page)
    assert rows == ["光盘行动"]
    running = re.search(r"当日结余 ([\d.]+)", text(as_ann.get("/m/ledger/?scenario=15")))
    assert running
    assert running[1] == f"{ledger.balance(busy_town.ann).reduction_mg / 1e6:.2f}"


def test_a_long_month_has_pages_of_whole_days(busy_town, as_ann):
    rides = [
        record(
            f"X{n}",
            "ann",
            "travel/metro",
            f"2026-02-{n // 4 + 5:02d}T{n % 4 + 8:02d}:00:00+08:00",
            distance=3.0,
        )
        for n in range(40)
    ]
    deliver(busy_town.metro, "metro-x", *rides)
    first = as_ann.get("/m/ledger/?month=2026-02&view=acts").content.decode()
    assert first.count('class="t-item t-act"') == 32, "whole days until thirty are reached"
    assert "下一页" in first
    second = as_ann.get("/m/ledger/?month=2026-02&view=acts&page=2").content.decode()
    assert second.count('class="t-item t-act"') == 9
    assert "上一页" in second
    assert as_ann.get("/m/ledger/?month=2026-02&page=99").status_code == 200


def act_page(client, person_id, **wanted):
    for act in scenarios.acts_in_month(person_id, MARCH):
        if all(getattr(act, name) == value for name, value in wanted.items()):
            return client.get(reverse("citizen:act", args=[act.token]))
    raise AssertionError(wanted)


def test_one_act_explained(busy_town, as_ann, django_assert_max_num_queries):
    act_page(as_ann, busy_town.ann, code="counted", scenario_no=2)
    with django_assert_max_num_queries(11):
        page = text(act_page(as_ann, busy_town.ann, code="counted", scenario_no=2))
    for word in (
        "这一笔怎么来的",
        "收到的数据",
        "10 km",
        "一步一步怎么算",
        "用到的系数",
        "出处：",
        "暂定",
        "每日最多 5 次",
        "凭证号",
        "轨道（演示）",
        "HF-TR-002/v1",
        "gCO₂e",
    ):
        assert word in page
    assert "CO2" not in page


def test_an_act_beyond_the_cap_says_why_and_what_to_do(busy_town, as_ann):
    page = text(act_page(as_ann, busy_town.ann, code="cap.day"))
    assert "为什么没有计入" in page
    assert "已达到当日上限" in page
    assert "可以怎么办" in page


def test_a_points_only_act_says_so(busy_town, as_ann):
    page = text(act_page(as_ann, busy_town.ann, scenario_no=15))
    assert "只记积分" in page
    assert "食堂确认" in page
    assert "一步一步怎么算" not in page


def test_an_act_without_points_says_whose_word_is_missing(busy_town, as_ann):
    token = scenarios.acts_recent(busy_town.ann, limit=1)[0].token
    assert "没有记积分" not in text(as_ann.get(reverse("citizen:act", args=[token])))
    parties_services.consent_withdraw(
        actor=SYSTEM, provider_id=0, person_id=busy_town.ann, scenario_nos=[0], purpose="points"
    )
    deliver(
        busy_town.metro,
        "later",
        record("L1", "ann", "travel/metro", "2026-03-09T21:00:00+08:00", distance=5.0),
    )
    acts = scenarios.acts_in_month(busy_town.ann, MARCH)
    (act,) = [one for one in acts if one.code == "counted" and one.points == 0]
    assert act.reduction_mg > 0
    page = text(as_ann.get(reverse("citizen:act", args=[act.token])))
    assert "这一笔没有记积分" in page
    assert "减排量照常入账" in page


def test_somebody_elses_act_is_not_found(busy_town, as_ann, client):
    token = scenarios.acts_recent(busy_town.ann, limit=1)[0].token
    stranger = signed_in(Client(), busy_town.ben)
    for forged in (token, token[:-2] + "xx", "nonsense"):
        response = stranger.get(reverse("citizen:act", args=[forged]))
        assert response.status_code == 404
        assert "没有找到" in response.content.decode()


def test_scenario_page_from_the_pack(busy_town, as_ann):
    page = text(as_ann.get("/m/scenarios/travel/metro/"))
    for word in (
        "怎么算",
        "用到的系数",
        "每天",
        "最多 5 次",
        "次日",
        "不收站点与轨迹",
        "同意前请看",
    ):
        assert word in page
    assert as_ann.get("/m/scenarios/travel/rocket/").status_code == 404


def change(client, deed, *, provider, scenario_no=2, **more):
    fields = {"provider": provider, "scenario": scenario_no, "deed": deed, **more}
    return client.post("/m/consents/change/", fields, follow=True)


def test_withdrawing_stops_ingestion_and_granting_starts_it(busy_town, as_ann):
    page = text(change(as_ann, "withdraw", provider=busy_town.metro))
    assert "已撤回：轨道（演示）不能再发来您的地铁记录" in page
    assert 2 not in parties.scenarios_open(busy_town.ann)
    before = ledger.balance(busy_town.ann)
    late = record("L1", "ann", "travel/metro", "2026-03-09T08:00:00+08:00", distance=5.0)
    deliver(busy_town.metro, "late-1", late)
    assert ledger.balance(busy_town.ann) == before
    assert "已同意：" in text(change(as_ann, "grant", provider=busy_town.metro))
    given = [
        consent.text_version
        for consent in parties.consents(busy_town.ann)
        if consent.scenario_no == 2 and consent.withdrawn_at is None
    ]
    assert given == ["quantify-movement/1"]
    deliver(busy_town.metro, "late-2", late | {"item_no": "L2"})
    assert ledger.balance(busy_town.ann).reduction_mg > before.reduction_mg


def test_consent_forms_refuse_nonsense(busy_town, as_ann):
    for fields in (
        {"deed": "withdraw", "provider": 999_999},
        {"deed": "grant", "provider": busy_town.canteen, "scenario_no": 2},
        {"deed": "sell", "provider": busy_town.metro},
    ):
        response = change(as_ann, **fields)
        assert response.status_code == 404
        assert "没有这项授权" in response.content.decode()
    assert as_ann.get("/m/consents/change/").status_code == 405


def test_next_stays_on_this_site(busy_town, as_ann):
    outward = as_ann.post(
        "/m/consents/change/",
        {
            "provider": busy_town.metro,
            "scenario": 2,
            "deed": "withdraw",
            "next": "https://evil.example/",
        },
    )
    assert outward["Location"] == "/m/consents/"
    for wanted in ("//evil.example/", "javascript:alert(1)", "\\\\evil.example"):
        answer = as_ann.post("/m/display/", {"elder": "1", "next": wanted})
        assert answer["Location"] == "/m/"


def test_elder_and_sizes_are_remembered(town, as_ann):
    as_ann.post("/m/display/", {"elder": "1"})
    assert 'class="t-s20 t-elder"' in as_ann.get("/m/").content.decode()
    as_ann.post("/m/display/", {"size": "30"})
    assert 'class="t-s30 t-elder"' in as_ann.get("/m/").content.decode()
    as_ann.post("/m/display/", {"elder": "0"})
    assert 'class="t-s16"' in as_ann.get("/m/").content.decode()


def test_chinese_whatever_the_browser_says(town, as_ann):
    page = as_ann.get("/m/", headers={"accept-language": "en-US,en;q=0.9"}).content.decode()
    assert 'lang="zh-Hans"' in page
    assert "累计减碳" in page
