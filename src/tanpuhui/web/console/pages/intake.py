"""数据接入: how each provider's data comes in, and one provider in detail."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.parties.data import OrganisationView
from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.domain.supervision import selectors as supervision
from tanpuhui.kernel import clock
from tanpuhui.web.console import frame
from tanpuhui.web.console.menu import READERS, WORKERS
from tanpuhui.web.console.proposing import Tried, propose
from tanpuhui.web.provider import words as batch_words
from tanpuhui.web.shared import charts, durations, lists, numbers, scenes, sparks
from tanpuhui.web.shared.guards import Staff, staff_only
from tanpuhui.web.shared.lists import Cell, Chip, Head
from tanpuhui.web.templatetags.tph import moment

DAYS = 14
PERCENT = 100
HIGH_PERCENT = 20
SILENT = timedelta(days=8)
STATES = {"good": "正常", "watch": "需关注", "silent": "长时间没有数据", "stopped": "已停止接入"}
TONES = {"good": "ok", "watch": "wait", "silent": "no", "stopped": "no"}
HEADS = (
    Head("场景企业", "title"),
    Head("近 14 天每日记录"),
    Head("记录", "records", is_right=True),
    Head("退回", "refused", is_right=True),
    Head("延迟中位数", "delay", is_right=True),
    Head("最近一批", "last"),
    Head("异常", is_right=True),
    Head("状态"),
)


@dataclass(frozen=True)
class Health:
    """One provider's recent intake."""

    organisation: OrganisationView
    daily: tuple[int, ...]
    records: int
    refused: int
    delay_s: int | None
    last_at: datetime | None
    anomalies: int
    state: str

    @property
    def refused_percent(self) -> int:
        """Share of refused records."""
        return self.refused * PERCENT // self.records if self.records else 0


def healths() -> list[Health]:
    """Every provider; five queries whatever their number."""
    providers = parties.organisations("provider")
    by_provider: dict[int, dict[date, scenarios.IntakeDay]] = defaultdict(dict)
    for one in scenarios.intake_days(days=DAYS):
        by_provider[one.provider_id][one.day] = one
    delays = scenarios.intake_delays([one.party_id for one in providers])
    open_findings: dict[str, int] = defaultdict(int)
    for finding in supervision.findings(state="open", limit=500):
        open_findings[finding.subject.partition("/")[0]] += 1
    rules, day = scenarios.overrides_now(), scenarios.day_number(clock.today())
    days = [clock.today() - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    found = []
    for organisation in providers:
        mine = by_provider.get(organisation.party_id, {})
        delay = delays.get(organisation.party_id)
        health = Health(
            organisation=organisation,
            daily=tuple(mine[one].records if one in mine else 0 for one in days),
            records=sum(one.records for one in mine.values()),
            refused=sum(one.refused for one in mine.values()),
            delay_s=delay.median_s if delay else None,
            last_at=max((one.last_at for one in mine.values()), default=None),
            anomalies=open_findings[f"provider:{organisation.party_id}"],
            state="",
        )
        found.append(_with_state(health, is_stopped=rules.is_stopped(organisation.party_id, day)))
    return found


def _with_state(health: Health, *, is_stopped: bool) -> Health:
    if is_stopped:
        state = "stopped"
    elif health.last_at is None or clock.now() - health.last_at > SILENT:
        state = "silent"
    elif health.anomalies or health.refused_percent >= HIGH_PERCENT:
        state = "watch"
    else:
        state = "good"
    return Health(**{**vars(health), "state": state})


KEYS = {
    "title": lambda one: one.organisation.title,
    "records": lambda one: one.records,
    "refused": lambda one: (one.refused_percent, one.refused),
    "delay": lambda one: one.delay_s or 0,
    "last": lambda one: one.last_at.timestamp() if one.last_at else 0,
}


def span(seconds: int | None) -> str:
    """A span of time, or a dash where there is none."""
    return "—" if seconds is None else durations.words(seconds)


def query_of(got: Mapping[str, str]) -> lists.Query:
    """What the address asks for."""
    return lists.query_of(got, states=STATES, sorts=tuple(KEYS), sort="-records")


def table(query: lists.Query) -> lists.Listing[Health]:
    """Providers by health."""
    return lists.held(
        query,
        HEADS,
        healths(),
        _cells,
        words=lambda one: f"{one.organisation.title} {one.organisation.code}",
        keys=KEYS,
        state=lambda one: one.state,
        states=STATES,
        size=30,
        caption="场景企业的数据接入",
        search_hint="企业名称或代码",
        export="intake",
    )


def _cells(one: Health) -> tuple[Cell, ...]:
    tone = "no" if one.refused_percent >= HIGH_PERCENT else "off"
    label = f"近 {DAYS} 天每日记录，合计 {one.records:,} 条"
    return (
        Cell(
            one.organisation.title,
            reverse("console:provider", args=[one.organisation.code]),
            small=one.organisation.code,
        ),
        Cell(spark=sparks.spark(one.daily, label)),
        Cell(
            numbers.count(one.records),
            reverse("console:provider_batches", args=[one.organisation.code]),
            is_right=True,
        ),
        Cell(
            numbers.count(one.refused),
            chips=(Chip(f"{one.refused_percent}%", tone),) if one.records else (),
            is_right=True,
        ),
        Cell(span(one.delay_s), is_right=True),
        Cell(moment(one.last_at) if one.last_at else "—"),
        Cell(
            numbers.count(one.anomalies) if one.anomalies else "—",
            _findings(one.organisation.title) if one.anomalies else "",
            is_right=True,
        ),
        Cell(chips=(Chip(STATES[one.state], TONES[one.state]),)),
    )


def _batches(code: str) -> str:
    """A provider's batches of these days."""
    first = clock.today() - timedelta(days=DAYS - 1)
    return f"{reverse('console:provider_batches', args=[code])}?first={first}"


def _findings(title: str) -> str:
    return f"{reverse('console:anomalies')}?{urlencode({'q': title, 'state': 'open'})}"


@staff_only(*READERS)
def intake(request: HttpRequest, staff: Staff) -> HttpResponse:
    """All providers and unfinished imports."""
    return frame.show(
        request,
        staff,
        "intake.html",
        "intake",
        title="数据接入",
        lead="各场景企业近 14 天的到达、退回与延迟；延迟为行为发生到入账的时间，取最近三批抽样",
        listing=table(query_of(request.GET)),
    )


@staff_only(*READERS)
def provider(request: HttpRequest, staff: Staff, code: str) -> HttpResponse:
    """One provider: arrivals, reasons, batches, keys, scenarios, anomalies; stop or start it."""
    organisation = parties.organisation(code)
    number = organisation.party_id
    rules, day = scenarios.overrides_now(), scenarios.day_number(clock.today())
    is_stopped = rules.is_stopped(number, day)
    tried = Tried()
    if request.method == "POST" and staff.role in WORKERS:
        kind = "intake_start" if is_stopped else "intake_stop"
        answer = propose(request, staff, kind, {"provider_id": number})
        if isinstance(answer, HttpResponse):
            return answer
        tried = answer
    arrivals = {one.day: one for one in scenarios.intake_days(days=DAYS, provider_id=number)}
    records = sum(one.records for one in arrivals.values())
    reasons = scenarios.intake_reasons(days=DAYS, provider_id=number)
    total = max(sum(one.count for one in reasons), 1)
    delay = scenarios.intake_delays([number])[number]
    return frame.show(
        request,
        staff,
        "provider.html",
        "intake",
        status=422 if tried.error else 200,
        organisation=organisation,
        is_stopped=is_stopped,
        stops=scenarios.stops_of(number),
        counters=_counters(list(arrivals.values()), delay.median_s, _batches(code)),
        chart=_chart(arrivals),
        records=records,
        reasons=[(one, one.count * PERCENT // total) for one in reasons],
        slow_s=delay.slow_s,
        batches=[batch_words.batch_row(one) for one in scenarios.batches(number, limit=10)],
        keys=parties.provider_keys(number),
        scenarios=[
            one for one in scenes.scenarios_in_order() if (organisation.scenario_mask >> one.no) & 1
        ],
        findings=supervision.findings(subject=f"provider:{number}", limit=5),
        tried=tried,
    )


def _counters(
    arrivals: Sequence[scenarios.IntakeDay], median_s: int | None, href: str
) -> list[batch_words.Counter]:
    records = sum(one.records for one in arrivals)
    refused = sum(one.refused for one in arrivals)
    share = f"{refused * PERCENT / records:.1f}%" if records else "—"
    return [
        batch_words.Counter(
            "近 14 天批次", numbers.count(sum(one.batches for one in arrivals)), href
        ),
        batch_words.Counter("近 14 天记录", numbers.count(records), href),
        batch_words.Counter("计入", numbers.count(sum(one.counted for one in arrivals))),
        batch_words.Counter("退回比例", share),
        batch_words.Counter("延迟中位数", span(median_s)),
        batch_words.Counter(
            "减排量 (kg CO₂e)", numbers.kilograms(sum(one.reduction_mg for one in arrivals))
        ),
    ]


def _chart(arrivals: dict[date, scenarios.IntakeDay]) -> charts.BarChart:
    days = [clock.today() - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    data = [
        charts.Datum(
            f"{one:%d}",
            f"{one:%m-%d}",
            arrivals[one].records if one in arrivals else 0,
            is_marked=one == days[-1],
        )
        for one in days
    ]
    return charts.bar_chart(data, "近 14 天每日收到的记录数")
