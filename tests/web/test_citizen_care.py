"""Appeals, messages, help, privacy: what a citizen may ask for, and nobody else's."""

import csv
import io
import json
import re
import zipfile
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from tests.web.conftest import SYSTEM, deliver, record, signed_in

from tanpuhui.domain.ledger import selectors as ledger
from tanpuhui.domain.notify import selectors as notify
from tanpuhui.domain.notify import services as notify_services
from tanpuhui.domain.notify.data import PreferenceView
from tanpuhui.domain.notify.services.inbox import quiet_until
from tanpuhui.domain.notify.templates import TEMPLATES, filled
from tanpuhui.domain.parties import errors
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.parties import services as party_services
from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.domain.scenarios import services as scenario_services
from tanpuhui.domain.supervision import selectors as supervision
from tanpuhui.domain.supervision import services as tickets
from tanpuhui.kernel import actors, audit, clock, jobs, trail
from tanpuhui.web.citizen import copies, looks

MARCH = date(2026, 3, 1)
PHONE, NAME, NUMBER = "13812345678", "张小碳", "340102199001011236"
NICKNAME, SUBJECT = "绿色小明同学", "subject-of-cara-77"


def text(response):
    assert response.status_code == 200, response.content.decode()[:400]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def agent():
    return actors.staff(1, "operator", 7)


def first_act(person_id, state):
    return next(act for act in scenarios.acts_in_month(person_id, MARCH) if act.state == state)


# ---- appeals ----


def test_an_appeal_from_the_act_to_its_answer(busy_town, as_ann):
    act = first_act(busy_town.ann, "未计入")
    page = as_ann.get(reverse("citizen:act", args=[act.token]))
    address = reverse("citizen:appeal", args=[act.token])
    assert address in page.content.decode()
    assert act.reason in text(as_ann.get(address))
    said = as_ann.post(address, {"body": "这两次不是同一次乘车。"}, follow=True)
    page = text(said)
    for words in (
        "申诉已提交",
        "最晚答复",
        "这条记录现在的结果",
        act.reason,
        "这两次不是同一次乘车",
    ):
        assert words in page
    [ticket] = supervision.tickets(person_id=busy_town.ann, kind="appeal")
    assert (ticket.provider_id, ticket.scenario_no) == (busy_town.metro, act.scenario_no)
    again = as_ann.get(address)
    assert again.url == reverse("citizen:ticket_thread", args=[ticket.public_id])
    tickets.appeal_decide(
        actor=agent(), public_id=ticket.public_id, upheld=True, answer="核对后申诉成立。"
    )
    answered = text(as_ann.get(again.url))
    for words in ("申诉成立", "首次答复用时", "按时", "等待更正", "核对后申诉成立"):
        assert words in answered
    assert "申诉有答复了" in text(as_ann.get("/m/messages/"))
    assert "申诉成立" in text(as_ann.get("/m/tickets/?kind=appeal"))


def test_an_upheld_appeal_shows_the_correction(busy_town, as_ann):
    act = first_act(busy_town.ann, "未计入")
    as_ann.post(reverse("citizen:appeal", args=[act.token]), {"body": "里程没有超。"})
    [ticket] = supervision.tickets(person_id=busy_town.ann, kind="appeal")
    tickets.appeal_decide(
        actor=agent(), public_id=ticket.public_id, upheld=True, answer="同意，将更正。"
    )
    scenario_services.acts_withdraw(
        actor=SYSTEM, provider_id=busy_town.metro, items=["M0", "M1"], reason="更正"
    )
    frame = correction(ticket.item_no)
    scenario_services.acts_correct(
        actor=SYSTEM, provider_id=busy_town.metro, batch_no="mend", records=frame, reason="申诉"
    )
    page = text(as_ann.get(reverse("citizen:ticket_thread", args=[ticket.public_id])))
    assert "已更正" in page
    assert "已入账" in page


def correction(item_no):
    import polars as pl

    row = record(item_no, "ann", "travel/metro", "09:00", distance=12.0)
    return pl.DataFrame([row]).with_columns(
        pl.col("occurred_at").cast(pl.Datetime("us", "UTC")),
        pl.lit(1, dtype=pl.Int64).alias("line"),
        pl.lit(None, dtype=pl.String).alias("asset_key"),
        pl.lit(None, dtype=pl.String).alias("refused"),
        pl.lit(None, dtype=pl.String).alias("raw"),
    )


def test_a_counted_act_may_be_appealed_too_and_empty_words_may_not(busy_town, as_ann):
    act = first_act(busy_town.ann, "已入账")
    address = reverse("citizen:appeal", args=[act.token])
    assert "请写下申诉理由" in text(as_ann.post(address, {"body": " "}))
    assert not supervision.tickets(person_id=busy_town.ann)


# ---- other people's anything ----


def test_other_peoples_things_are_not_found(busy_town, as_ann):
    act = first_act(busy_town.ann, "未计入")
    as_ann.post(reverse("citizen:appeal", args=[act.token]), {"body": "请复核。"})
    [ticket] = supervision.tickets(person_id=busy_town.ann)
    notify_services.message_send(person_id=busy_town.ann, code="sign_in", facts={"way": "测试"})
    [message] = notify.messages(busy_town.ann, limit=1)
    ben = signed_in(Client(), busy_town.ben)
    thread = reverse("citizen:ticket_thread", args=[ticket.public_id])
    assert ben.get(reverse("citizen:appeal", args=[act.token])).status_code == 404
    assert ben.get(thread).status_code == 404
    assert ben.post(thread, {"body": "我也说一句"}).status_code == 404
    rate = reverse("citizen:ticket_rate", args=[ticket.public_id])
    assert ben.post(rate, {"stars": "1"}).status_code == 404
    assert ben.get(reverse("citizen:message", args=[message.public_id])).status_code == 404
    assert not notify.message(busy_town.ann, message.public_id).is_read
    for page in ("/m/tickets/", "/m/messages/", "/m/privacy/senders/", "/m/privacy/consents/"):
        found = text(ben.get(page))
        assert ticket.title not in found
        assert "测试" not in found


# ---- messages ----


def test_messages_are_read_and_counted(town, as_ann):
    for way in ("手机验证码", "城市应用"):
        notify_services.message_send(person_id=town.ann, code="sign_in", facts={"way": way})
    assert "2 条未读" in text(as_ann.get("/m/me/"))
    assert 'aria-label="消息，2 条未读"' in as_ann.get("/m/").content.decode()
    newest = notify.messages(town.ann, limit=1)[0]
    assert "城市应用" in text(as_ann.get(reverse("citizen:message", args=[newest.public_id])))
    assert notify.unread_count(town.ann) == 1
    as_ann.post("/m/messages/read/")
    assert notify.unread_count(town.ann) == 0
    assert "没有消息" in text(as_ann.get("/m/messages/?show=unread"))


def test_every_template_is_whole_without_facts():
    for code, template in TEMPLATES.items():
        assert "{" not in filled(code, {}).text, code
        assert "！" not in template.title + template.text, code
    assert filled("gone", {}).text


def test_settings_are_kept_and_nonsense_is_not(town, as_ann):
    page = "/m/messages/settings/"
    as_ann.post(page, {"is_sms": "on", "quiet_from": "23", "quiet_until": "7"})
    assert notify.preference(town.ann) == PreferenceView(True, False, 23, 7)
    assert as_ann.post(page, {"quiet_from": "25", "quiet_until": "7"}).status_code == 200
    assert notify.preference(town.ann).quiet_from == 23


@pytest.mark.parametrize(
    ("now", "later"),
    [
        ("2026-03-10T12:00+08:00", "2026-03-10T12:00+08:00"),
        ("2026-03-10T22:30+08:00", "2026-03-11T08:00+08:00"),
        ("2026-03-10T07:59+08:00", "2026-03-10T08:00+08:00"),
        ("2026-03-10T08:00+08:00", "2026-03-10T08:00+08:00"),
    ],
)
def test_quiet_hours_pass_midnight(now, later):
    from datetime import datetime

    moment = quiet_until(PreferenceView(), datetime.fromisoformat(now))
    assert moment == datetime.fromisoformat(later)


def test_a_provider_that_takes_back_is_told_of_once_a_person_and_scenario(busy_town, as_ann):
    scenario_services.acts_withdraw(
        actor=SYSTEM, provider_id=busy_town.metro, items=["M0", "M1", "M2"], reason="重复上报"
    )
    [message] = notify.messages(busy_town.ann, limit=5)
    assert message.code == "act_withdrawn"
    assert "3 条“地铁”" in message.text
    assert as_ann.get(message.link).status_code == 200


def test_coming_in_is_told_of_and_the_first_act_once(busy_town, client, settings):
    settings.DEMO = True
    ann = parties.person(busy_town.ann)
    for _ in range(2):
        client.post("/m/login/", {"person": ann.public_id})
    codes = [one.code for one in notify.messages(busy_town.ann, limit=9)]
    assert sorted(codes) == ["first_act", "sign_in", "sign_in"]


def test_consents_are_told_of(town, as_ann):
    form = {"provider": town.metro, "scenario": 2, "deed": "withdraw"}
    as_ann.post("/m/consents/change/", form)
    as_ann.post("/m/consents/change/", form | {"deed": "grant"})
    codes = [one.code for one in notify.messages(town.ann, limit=5)]
    assert codes == ["consent_given", "consent_withdrawn"]


# ---- help ----


def test_questions_are_found_by_words(town, as_ann):
    assert "收不到验证码怎么办" in text(as_ann.get("/m/help/?q=验证码 短信"))
    assert "没有找到" in text(as_ann.get("/m/help/?q=火星"))
    assert as_ann.get("/m/help/", {"q": "<script>"}).status_code == 200


def test_a_ticket_is_answered_continued_and_rated(town, as_ann):
    fields = {"kind": "help", "title": "怎么开通", "body": "公交怎么开通？"}
    page = text(as_ann.post("/m/tickets/new/", fields, follow=True))
    assert "公交怎么开通" in page
    assert "评分" not in page
    [ticket] = supervision.tickets(person_id=town.ann)
    thread = reverse("citizen:ticket_thread", args=[ticket.public_id])
    tickets.ticket_answer(actor=agent(), public_id=ticket.public_id, body="请到授权管理。")
    assert "请到授权管理" in text(as_ann.get(thread))
    assert "内容是空的" in text(as_ann.post(thread, {"body": " "}, follow=True))
    assert "谢谢" in text(as_ann.post(thread, {"body": "谢谢，还有一问。"}, follow=True))
    rate = reverse("citizen:ticket_rate", args=[ticket.public_id])
    assert as_ann.post(rate, {"stars": "6"}).status_code == 422
    assert "您评了 1 分" in text(as_ann.post(rate, {"stars": "1"}, follow=True))
    assert as_ann.post(rate, {"stars": "5"}).status_code == 422


def test_elder_pages_carry_the_telephone(town, as_ann, pack):
    as_ann.cookies["tph_view"] = "elder-20"
    for page in ("/m/", "/m/ledger/", "/m/privacy/", "/m/messages/"):
        found = text(as_ann.get(page))
        assert f"客服电话： {pack.manifest.support_phone}" in found, page


# ---- privacy ----


@pytest.fixture
def cara(busy_town):
    """Somebody with everything that can be known of a person."""
    person = party_services.person_open(
        actor=SYSTEM, phone=PHONE, nickname=NICKNAME, region="340104", name=NAME, identity=NUMBER
    )
    from tanpuhui.domain.ledger import services as ledger_services

    cara = person.party_id
    ledger_services.accounts_open(actor=SYSTEM, kind="person", party_ids=[cara])
    party_services.links_bind_many(
        actor=SYSTEM, provider_id=busy_town.metro, subjects=[SUBJECT], person_ids=[cara]
    )
    party_services.consents_grant_many(
        actor=SYSTEM,
        provider_id=busy_town.metro,
        person_ids=[cara],
        scenario_nos=[2],
        text_version="quantify-movement/1",
    )
    party_services.consents_grant_many(
        actor=SYSTEM,
        provider_id=busy_town.metro,
        person_ids=[cara],
        scenario_nos=[0],
        text_version="swap/1",
        purpose="translate",
    )
    raw = json.dumps({"subject": SUBJECT, "distance": 900})
    ride = record("K1", SUBJECT, "travel/metro", "07:10", distance=8.0)
    far = record("K2", SUBJECT, "travel/metro", "09:10", distance=900.0)
    deliver(busy_town.metro, "cara-1", ride, far)
    with connection.cursor() as cursor:
        cursor.execute(
            "update scenarios_refusal set raw = %s where raw is not null and item_no = 'K2'", [raw]
        )
        assert cursor.rowcount == 1
    tickets.ticket_open(
        actor=actors.person(cara),
        kind="help",
        title=f"我是{NICKNAME}",
        body=f"我的电话 {PHONE}，姓名 {NAME}。",
        person_id=cara,
    )
    notify_services.message_send(
        person_id=cara, code="ticket_answered", facts={"title": f"我是{NICKNAME}"}
    )
    return cara


@pytest.fixture
def as_cara(cara):
    return signed_in(Client(), cara)


def test_privacy_shows_masked_what_is_held(cara, as_cara):
    page = text(as_cara.get("/m/privacy/"))
    for words in (
        "138****5678",
        "张**",
        "340102",
        NICKNAME,
        "蜀山区",
        parties.person(cara).public_id,
    ):
        assert words in page
    for secret in (PHONE, NAME, NUMBER):
        assert secret not in page
    assert "轨道（演示）" in text(as_cara.get("/m/privacy/senders/"))
    history = as_cara.get("/m/privacy/consents/")
    for words in ("地铁", "用减排量换取权益", "quantify-movement/1", "swap/1"):
        assert words in text(history)
    shown = as_cara.get("/m/privacy/texts/quantify-movement/1/")
    assert "单独同意" in text(shown)
    assert as_cara.get("/m/privacy/texts/unknown/1/").status_code == 404


def test_who_looked_is_told(cara, as_cara):
    assert "没有人看过" in text(as_cara.get("/m/privacy/looks/"))
    audit.record(agent(), looks.TAG, f"person:{cara}", reason="核对换绑", after={"field": "phone"})
    assert "核对换绑" in text(as_cara.get("/m/privacy/looks/"))


def test_the_copy_holds_everything_and_nobody_elses(cara, as_cara, busy_town):
    response = as_cara.post("/m/privacy/export/")
    assert response["Content-Disposition"].startswith("attachment")
    assert "no-store" in response["Cache-Control"]
    archive = zipfile.ZipFile(io.BytesIO(response.getvalue()))
    data = json.loads(archive.read("data.json"))
    assert data["account"]["phone"] == PHONE
    assert data["account"]["name"] == NAME
    assert NUMBER not in json.dumps(data)
    assert [act["item_no"] for act in data["acts"]] == ["K1"]
    assert data["acts"][0]["quantities"] == {"distance": "8"}
    assert sum(line["reduction_mg"] for line in data["ledger"]) == ledger.balance(cara).reduction_mg
    assert data["links"][0]["subject"] == SUBJECT
    assert PHONE in data["tickets"][0]["messages"][0]["text"]
    rows = list(csv.DictReader(io.StringIO(archive.read("acts.csv").decode("utf-8-sig"))))
    assert rows[0]["scenario_id"] == "travel/metro"
    assert '"ann"' not in archive.read("data.json").decode()
    assert notify.messages(cara, limit=1)[0].code == "export_made"
    assert trail.events(subject=f"person:{cara}", tag="parties:person:export")
    assert as_cara.get("/m/privacy/export/").status_code == 405


@pytest.fixture
def large(settings, tmp_path, monkeypatch):
    """Every account counts as a large one; the folder of results."""
    settings.HOME = tmp_path
    monkeypatch.setattr(copies, "AT_ONCE_ACTS", 0)
    return tmp_path / "exports"


def test_a_large_copy_is_made_in_the_background(cara, as_cara, busy_town, large, fixed_clock):
    answer = as_cara.post("/m/privacy/export/")
    assert answer["Location"] == "/m/privacy/"
    assert "准备中" in text(as_cara.get("/m/privacy/"))
    assert jobs.work_one({copies.KIND: copies.run})
    assert notify.messages(cara, limit=1)[0].code == "export_ready"
    page = as_cara.get("/m/privacy/").content.decode()
    path = page.split('href="/m/privacy/export/')[1].split('"')[0]
    file = as_cara.get(f"/m/privacy/export/{path}")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(file.streaming_content)))
    data = json.loads(archive.read("data.json"))
    assert [act["item_no"] for act in data["acts"]] == ["K1"]
    assert data["account"]["phone"] == PHONE
    other = signed_in(Client(), busy_town.ann)
    assert other.get(f"/m/privacy/export/{path}").status_code == 404
    fixed_clock.instant += timedelta(hours=25)
    jobs.sweep()
    assert list(large.glob("*")) == []
    assert as_cara.get(f"/m/privacy/export/{path}").status_code == 404
    assert "已删除" in text(as_cara.get("/m/privacy/"))


def test_a_copy_goes_with_the_account(cara, as_cara, large):
    as_cara.post("/m/privacy/export/")
    jobs.work_one({copies.KIND: copies.run})
    assert len(list(large.glob("*.zip"))) == 1
    as_cara.post("/m/privacy/close/", {"sure": "yes"})
    assert list(large.glob("*")) == []


def test_correcting_nickname_and_district(cara, as_cara):
    as_cara.post("/m/privacy/details/", {"nickname": "新名", "region": "340111"})
    held = parties.held(cara)
    assert (held.nickname, held.region) == ("新名", "340111")
    as_cara.post("/m/privacy/details/", {"nickname": "x" * 21, "region": "999999"})
    assert parties.held(cara).nickname == "新名"


def test_another_phone_needs_its_code(cara, as_cara, monkeypatch):
    from tanpuhui.domain.parties.services import sign_in

    monkeypatch.setattr(sign_in.secrets, "randbelow", lambda limit: 246810)
    as_cara.post("/m/privacy/phone/", {"phone": "139 0000 1111"})
    assert "不对或已失效" in text(as_cara.post("/m/privacy/phone/code/", {"code": "111111"}))
    assert parties.phone_of(cara) == PHONE
    as_cara.post("/m/privacy/phone/code/", {"code": "246810"})
    assert parties.phone_of(cara) == "13900001111"
    assert parties.person_by_phone(PHONE) is None
    assert parties.person_by_phone("13900001111").party_id == cara


def test_a_phone_of_somebody_else_is_refused(cara, town):
    with pytest.raises(errors.PhoneTaken):
        party_services.phone_change(actor=actors.person(town.ann), phone=PHONE)


def test_withdrawing_everything_stops_everything(cara, as_cara, busy_town):
    assert "将撤回 2 项" in text(as_cara.get("/m/privacy/withdraw/"))
    assert "已撤回 2 项" in text(as_cara.post("/m/privacy/withdraw/", follow=True))
    assert not parties.scenarios_open(cara)
    assert all(one.withdrawn_at for one in parties.consents(cara))
    deliver(busy_town.metro, "late", record("K9", SUBJECT, "travel/metro", "10:40", distance=8.0))
    assert len(scenarios.acts_in_month(cara, MARCH)) == 1


def test_purposes_reported_by_a_gateway_can_be_withdrawn(cara, as_cara, busy_town):
    assert "用减排量换取权益" in text(as_cara.get("/m/consents/"))
    form = {"provider": busy_town.metro, "purpose": "translate", "deed": "grant"}
    assert as_cara.post("/m/consents/change/", form).status_code == 404
    as_cara.post("/m/consents/change/", form | {"deed": "withdraw"})
    assert all(one.withdrawn_at for one in parties.consents(cara) if one.purpose == "translate")
    own = {"provider": 0, "purpose": "points", "deed": "grant"}
    as_cara.post("/m/consents/change/", own)
    assert parties.has_agreed(cara, "points")
    notice = {"provider": 0, "purpose": "notice", "deed": "withdraw"}
    assert as_cara.post("/m/consents/change/", notice).status_code == 404


def everything_written():
    """(table, column, text) of every column of every table, as PostgreSQL writes it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            " where n.nspname = 'public' and c.relkind = 'r'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'select to_jsonb(t)::text from "{table}" t')
            for (row,) in cursor.fetchall():
                yield table, row


def test_after_closing_nothing_written_says_who_it_was(cara, as_cara, busy_town):
    from tanpuhui.kernel import crypto

    before = parties.person(cara).public_id
    index = crypto.blind_index(PHONE, context="parties.person.phone")
    found = {table for table, row in everything_written() if SUBJECT in row or NICKNAME in row}
    assert {"parties_subjectlink", "scenarios_refusal", "parties_person"} <= found
    assert "请先勾选" in text(as_cara.post("/m/privacy/close/"))
    mg = ledger.balance(cara).reduction_mg
    response = as_cara.post("/m/privacy/close/", {"sure": "yes"}, follow=True)
    assert "账户已注销" in text(response)
    secrets = (PHONE, NAME, NUMBER, NICKNAME, SUBJECT, before, index)
    left = [
        f"{table}: {secret}"
        for table, row in everything_written()
        for secret in secrets
        if secret in row or json.dumps(secret).strip('"') in row
    ]
    assert left == []
    assert ledger.balance(cara).reduction_mg == mg
    assert ledger.balance(cara).state == "closed"
    assert ledger.proof().is_clean
    assert all(one.withdrawn_at for one in parties.consents(cara))
    assert len(parties.consents(cara)) == 2
    assert as_cara.get("/m/").url.startswith("/m/login/")


def test_another_window_of_a_closed_account_is_shut(cara, as_cara):
    other = signed_in(Client(), cara)
    as_cara.post("/m/privacy/close/", {"sure": "yes"})
    assert other.get("/m/").url.startswith("/m/login/")
    assert other.post("/m/privacy/export/").status_code == 302


def test_the_phone_may_open_a_new_account_afterwards(cara, as_cara):
    as_cara.post("/m/privacy/close/", {"sure": "yes"})
    fresh = party_services.person_open(actor=SYSTEM, phone=PHONE)
    assert fresh.party_id != cara


def test_a_frozen_account_is_not_closed(cara, as_cara):
    from tanpuhui.domain.ledger import services as ledger_services
    from tanpuhui.domain.ledger.states import AccountState

    ledger_services.account_set_state(
        actor=SYSTEM, account_id=cara, state=AccountState.FROZEN, reason="核查"
    )
    assert as_cara.post("/m/privacy/close/", {"sure": "yes"}).status_code == 409
    assert parties.standing(cara) is not None


def test_children_are_closed_first(cara, as_cara):
    child = party_services.child_open(
        actor=actors.person(cara),
        nickname="小树",
        born_on=date(clock.today().year - 8, 1, 5),
        texts={"child": "child/1"},
    )
    from tanpuhui.domain.ledger import services as ledger_services

    ledger_services.accounts_open(actor=SYSTEM, kind="person", party_ids=[child.party_id])
    assert as_cara.post("/m/privacy/close/", {"sure": "yes"}).status_code == 409
    as_cara.post("/m/children/enter/", {"child": child.public_id})
    assert "撤回全部授权" in text(as_cara.get("/m/privacy/"))
    assert as_cara.get("/m/privacy/phone/").status_code == 403
    as_cara.post("/m/privacy/close/", {"sure": "yes"})
    assert parties.standing(child.party_id) is None
    assert parties.standing(cara) is not None


def test_only_the_person_itself(cara, town):
    from tanpuhui.kernel.errors import NotPermitted

    for stranger in (actors.person(town.ann), agent(), SYSTEM, actors.provider(town.metro)):
        with pytest.raises(NotPermitted):
            party_services.person_close(actor=stranger, person_id=cara)
        with pytest.raises(NotPermitted):
            party_services.consents_withdraw_all(actor=stranger, person_id=cara)


def test_every_table_with_personal_data_is_told_of():
    from django.apps import apps

    from tanpuhui.web.citizen.holdings import HOLDINGS, NOT_CITIZENS

    declared = {
        model._meta.label
        for model in apps.get_models()
        if model.__module__.startswith("tanpuhui.")
        and not re.search(r"Personal data held:\s+none", model.__doc__ or "")
    }
    told = {one.model for one in HOLDINGS}
    assert declared - told - NOT_CITIZENS == set()
    assert told - declared == set()


# ---- installing, printing, language ----


def test_the_manifest_and_the_worker(client, db, pack):
    manifest = client.get("/m/app.webmanifest").json()
    assert manifest["scope"] == "/m/"
    assert manifest["short_name"] == pack.manifest.brand
    worker = client.get("/m/worker.js")
    assert worker["Content-Type"].startswith("text/javascript")
    script = worker.content.decode()
    assert "/m/offline/" in script
    assert "{%" not in script
    assert "现在没有网络" in text(client.get("/m/offline/"))


def test_a_month_on_paper(busy_town, as_ann):
    page = text(as_ann.get("/m/ledger/print/?month=2026-02"))
    for words in ("2026年2月", "当日结余", parties.person(busy_town.ann).public_id):
        assert words in page


def test_english_is_chosen_and_chinese_is_the_default(busy_town, as_ann):
    as_ann.post("/m/language/", {"language": "en", "next": "/m/me/"})
    page = as_ann.get("/m/").content.decode()
    assert '<html lang="en"' in page
    for words in ("Total reduction", "Recent acts", "Scenarios", "Credited", "Today"):
        assert words in page
    for words in ("累计减碳", "最近行为", "已入账"):
        assert words not in page
    assert "What the platform keeps" in text(as_ann.get("/m/privacy/"))
    assert "March 2026" in text(as_ann.get("/m/ledger/"))
    assert "Big screen" in text(as_ann.get("/"))
    as_ann.post("/m/language/", {"language": "xx"})
    assert "累计减碳" in text(as_ann.get("/m/"))


def test_the_compiled_catalogue_is_the_written_one():
    import gettext
    from pathlib import Path

    import tanpuhui.web

    folder = Path(tanpuhui.web.__file__).parent / "locale" / "en" / "LC_MESSAGES"
    written = (folder / "django.po").read_text()
    entry = r'^(?:msgctxt "(.+)"\n)?msgid "(.+)"\nmsgstr "(.+)"$'
    entries = re.findall(entry, written, re.MULTILINE)
    with (folder / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert len(entries) > 100
    said = [compiled.pgettext(use, zh) if use else compiled.gettext(zh) for use, zh, _ in entries]
    assert said == [en.replace('\\"', '"') for _, _, en in entries]


def test_the_component_page_is_for_developers(db, client, settings):
    assert client.get("/staff/components/").status_code == 404
    settings.DEVELOPER = True
    page = text(client.get("/staff/components/"))
    for words in ("状态", "提示", "按钮", "表单", "入口列表", "折叠", "分页", "这个字段是必填项"):
        assert words in page
    for path, found in (("desk", "步骤条"), ("wall", "24 小时减碳")):
        assert found in text(client.get(f"/staff/components/{path}/"))
        settings.DEVELOPER = False
        assert client.get(f"/staff/components/{path}/").status_code == 404
        settings.DEVELOPER = True
