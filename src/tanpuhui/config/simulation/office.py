"""The staff's side of the simulated city: tickets, appeals, changes, announcements, anomalies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import cycle, islice

import polars as pl
from django.contrib.auth import get_user_model

from tanpuhui.config.simulation.deliveries import Sender
from tanpuhui.domain.intake import services as intake
from tanpuhui.domain.intake.data import ColumnMap
from tanpuhui.domain.intake.services import background, runs
from tanpuhui.domain.parties import selectors as party_reads
from tanpuhui.domain.parties.data import ApplicationForm
from tanpuhui.domain.parties.services import applications
from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.domain.scenarios import services as scenario_services
from tanpuhui.domain.scenarios.data import ProviderAct
from tanpuhui.domain.supervision import services as supervision
from tanpuhui.kernel import actors, cityrules, clock, jobs
from tanpuhui.kernel.actors import Actor

LOOK_DAYS = 30
ODD_PEOPLE, ODD_ROWS = 60, 120  # enough to stand out in a city of any size
HANDED = 2  # the question that goes from desk to desk
ODD_KWH, ODD_S = 20.0, 3600.0
# A well-formed code of no company: the check digit fits, the registrar does not exist.
APPLICANTS = (
    ("社区驿站（演示）便民服务有限公司", "91340100MADEM0XX1"),
    ("青禾低碳出行（演示）科技有限公司", "91340100MADEM0YY2"),
)
LICENCE = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
QUESTIONS = (
    ("help", "换了手机号，碳账户怎么迁移", "我换了新的手机号，原来的减排记录还能保留吗？"),
    ("help", "地铁记录多久能看到", "今天早上坐的地铁，到现在碳账本里还没有。"),
    ("complaint", "共享单车里程少算了", "从家到单位有 3 公里，只记了 1 公里多，已经连续三天。"),
    ("help", "长辈版字号还能再大吗", "我母亲觉得字还是小，可以再大一点吗？"),
    ("complaint", "旧衣回收没有记录", "上周在小区回收箱投放了旧衣服，至今没有记录。"),
)
AGES_H = (30, 70, 52, 40, 9)  # hours ago
ANSWERS = {
    1: ("地铁的数据次日上午到达，到达后会自动入账，不需要任何操作。", 5, "说得清楚"),
    3: ("“我的”页面可以把字号调到 30，长辈版首页也有开关。", 4, ""),
}
NOTICES = (
    ("计划维护通知", "本周日凌晨 1 点至 3 点维护，期间可以查看，暂不能提交。", "all", True),
    ("冬季步行提示", "雨雪天请注意安全，不为积分冒险。", "citizen", True),
    ("接口密钥轮换提醒", "请于月底前轮换密钥，新旧密钥可同时使用。", "provider", False),
)


@dataclass(frozen=True)
class Desk:
    """Who works: two operators and two of the authority."""

    operator: Actor
    second: Actor
    authority: Actor


def fill(senders: Sequence[Sender]) -> None:
    """Give the consoles something to do; every step goes through its service."""
    desk = _desk()
    if desk is None:
        return
    people = party_reads.people(len(QUESTIONS) + 1)
    _questions(desk, [person.party_id for person in people])
    _odd_batches(senders)
    _refused_import(senders[0])
    acts = _acts(senders, [person.party_id for person in party_reads.people(200)])
    _appeals(desk, acts)
    _changes(desk, acts)
    for title, body, audience, is_out in NOTICES:
        made = supervision.announcement_write(
            actor=desk.operator, title=title, body=body, audience=audience
        )
        if is_out:
            supervision.announcement_publish(actor=desk.operator, public_id=made.public_id)
    _applications()
    today = clock.today()
    supervision.anomalies_find(
        actor=actors.system(label="simulator"),
        first=today - timedelta(days=LOOK_DAYS),
        last=today,
    )


def _desk() -> Desk | None:
    names = ("demo-operator", "demo-operator-2", "demo-authority")
    found = []
    for name in names:
        user = get_user_model().objects.filter(username=name).first()
        view = party_reads.staff(user) if user else None
        if view is None:
            return None
        found.append(actors.staff(view.organisation.party_id, view.role, view.user_id))
    return Desk(*found)


def _questions(desk: Desk, people: Sequence[int]) -> None:
    now = clock.now()
    for number, (kind, title, body) in enumerate(QUESTIONS):
        person_id = people[number % len(people)]
        asker = actors.person(person_id)
        asked_at = now - timedelta(hours=AGES_H[number])
        with clock.standing_at(asked_at):
            ticket = supervision.ticket_open(
                actor=asker, kind=kind, title=title, body=body, person_id=person_id
            )
        if number == HANDED:
            supervision.ticket_take(actor=desk.second, public_id=ticket.public_id)
            supervision.ticket_hand_over(
                actor=desk.second,
                public_id=ticket.public_id,
                username="demo-operator",
                reason="需要向骑行企业调取轨迹里程",
            )
        if number in ANSWERS:
            text, stars, note = ANSWERS[number]
            key = ticket.public_id
            with clock.standing_at(asked_at + timedelta(hours=5 * number, minutes=20)):
                supervision.ticket_answer(actor=desk.second, public_id=key, body=text)
                supervision.ticket_close(actor=desk.second, public_id=key)
                supervision.ticket_rate(actor=asker, public_id=key, stars=stars, note=note)


def _odd_batches(senders: Sequence[Sender]) -> None:
    """What anomalies are made of: one charge for all, and a file in the wrong unit."""
    yesterday = clock.today() - timedelta(days=1)
    name = "travel/ev_charging"
    sender = next((one for one in senders if name in one.scenarios), None)
    _, members = party_reads.members(sender.party_id, limit=ODD_PEOPLE) if sender else (0, [])
    if sender is None or not members:
        return
    noon = datetime.combine(yesterday, time(12), clock.city_zone())
    for batch_no, factor in (("demo-same", 1), ("demo-unit", 1000)):
        rows = [
            {
                "line": number,
                "item_no": f"{batch_no}-{number}",
                "subject": member.subject,
                "scenario": name,
                "occurred_at": (noon + timedelta(minutes=number)).astimezone(UTC),
                "asset_key": f"{batch_no}-{number}",
            }
            | {"q_energy": ODD_KWH * factor, "q_duration": ODD_S}
            for number, member in enumerate(islice(cycle(members), ODD_ROWS), start=1)
        ]
        scenario_services.acts_ingest(
            actor=actors.system(label="simulator"),
            provider_id=sender.party_id,
            batch_no=batch_no,
            channel="simulator",
            records=pl.DataFrame(rows).with_columns(
                pl.col("line").cast(pl.Int64),
                pl.col("occurred_at").cast(pl.Datetime("us", "UTC")),
            ),
        )


def _refused_import(sender: Sender) -> None:
    """A provider's file whose columns are not those of its mapping: turned away as a whole."""
    actor, number = actors.provider(sender.party_id, door="page"), sender.party_id
    mapping = ColumnMap(
        title="月度补报（演示）",
        kind="csv",
        item_no=("行程号",),
        subject="会员号",
        occurred_at="进站时间",
        time_form="%Y-%m-%d %H:%M:%S",
        time_zone=cityrules.pack().time_zone,
        scenario=sender.scenarios[0],
    )
    profile = intake.profile_save(
        actor=actor, provider_id=number, title=mapping.title, mapping=mapping
    )
    token = intake.upload_take(
        actor=actor,
        provider_id=number,
        file_name="上月补报（列名有误）.csv",
        blocks=["卡号,站点,金额\n0001,大东门,2.00\n".encode()],
    )
    intake.run_begin(actor=actor, provider_id=number, token=token, profile=profile, is_trial=False)
    jobs.work_one({background.KIND: runs.run_job})


def _acts(senders: Sequence[Sender], people: Sequence[int]) -> list[tuple[int, ProviderAct]]:
    """A few acts of known people: (provider, act), uncounted ones first."""
    found: list[tuple[int, ProviderAct]] = []
    for sender in senders:
        for person_id in people[:20]:
            _, acts = scenarios.provider_acts(sender.party_id, person_id=person_id, limit=5)
            found += [(sender.party_id, act) for act in acts]
    return sorted(found, key=lambda pair: pair[1].code == "counted")


def _appeals(desk: Desk, acts: Sequence[tuple[int, ProviderAct]]) -> None:
    words = ("这次明明是单独的一次出行", "里程与实际不符", "没有超过上限却未计入")
    for number, (provider_id, act) in enumerate(acts[: len(words)]):
        title = cityrules.pack().scenario_by_no(act.scenario_no).title
        ticket = supervision.ticket_open(
            actor=actors.person(act.person_id),
            kind="appeal",
            title=f"{title}：{words[number]}",
            body=f"{words[number]}，请核对数据。",
            person_id=act.person_id,
            provider_id=provider_id,
            item_no=act.item_no,
        )
        if number == 1:
            supervision.ticket_note(
                actor=desk.second, public_id=ticket.public_id, body="已请企业核对原始记录。"
            )


def _changes(desk: Desk, acts: Sequence[tuple[int, ProviderAct]]) -> None:
    city, tomorrow = cityrules.pack(), clock.today() + timedelta(days=1)
    cap = {"per": "day", "of": "acts", "effective_from": str(tomorrow)}
    metro = city.scenarios["travel/metro"].no if "travel/metro" in city.scenarios else 1
    first = supervision.change_propose(
        actor=desk.second,
        kind="cap",
        payload=cap | {"scenario_no": metro, "limit": 6},
        reason="通勤换乘较多，现行次数上限偏低，试行一个月后评估",
        evidence="客服统计：近 30 天相关咨询 14 件",
    )
    supervision.change_decide(
        actor=desk.authority, public_id=first.public_id, approve=True, opinion="同意试行一个月"
    )
    other = next((one for one in city.scenarios.values() if one.caps and one.no != metro), None)
    if other is not None:
        supervision.change_propose(
            actor=desk.operator,
            kind="cap",
            payload=cap | {"scenario_no": other.no, "limit": 2},
            reason="近期数值雷同的记录增多，先收紧上限再核查",
        )
    supervision.change_propose(
        actor=desk.operator,
        kind="pause",
        payload={
            "scenario_no": max(one.no for one in city.scenarios.values()),
            "effective_from": str(tomorrow + timedelta(days=6)),
        },
        reason="数据方系统升级，升级期间暂停核算",
    )
    counted = [pair for pair in acts if pair[1].code == "counted" and pair[1].reduction_mg]
    if counted:
        provider_id, act = counted[0]
        supervision.change_propose(
            actor=desk.second,
            kind="acts_withdraw",
            payload={"provider_id": provider_id, "items": [act.item_no]},
            reason="企业来函说明该条为测试数据",
            evidence="企业函（演示）第 12 号",
        )
    if len(counted) > 1:
        person = party_reads.person(counted[1][1].person_id)
        assert person is not None
        rejected = supervision.change_propose(
            actor=desk.operator,
            kind="account_freeze",
            payload={"person": person.public_id},
            reason="疑似一人多账户，冻结核查",
        )
        supervision.change_decide(
            actor=desk.second,
            public_id=rejected.public_id,
            approve=False,
            opinion="证据不足，请先联系本人核实",
        )


def _applications() -> None:
    from_outside = actors.visitor()
    for title, stem in APPLICANTS:
        code = _with_check_digit(stem)
        form = ApplicationForm(
            kind="provider",
            title=title,
            credit_code=code,
            contact="申请人（演示）",
            phone="19900009999",
            email="demo@example.com",
            scenarios=(next(iter(cityrules.pack().scenarios)),),
            remark="这是模拟的申请。",
        )
        applications.application_submit(actor=from_outside, form=form, documents=[LICENCE])


def _with_check_digit(stem: str) -> str:
    digits = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    return next(stem + one for one in digits if applications.credit_code_fits(stem + one))
