"""场景与上限: what counts, up to where; changes are proposed here and decided by the authority."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.scenarios import selectors as scenario_reads
from tanpuhui.domain.scenarios.data import CapOn, OverrideView
from tanpuhui.domain.supervision import selectors as supervision
from tanpuhui.kernel import cityrules, clock
from tanpuhui.packs import Scenario
from tanpuhui.web.console import frame
from tanpuhui.web.console.menu import READERS, WORKERS
from tanpuhui.web.console.proposing import Tried, propose
from tanpuhui.web.shared import lists, numbers, scenes
from tanpuhui.web.shared.guards import Staff, staff_only
from tanpuhui.web.shared.lists import Cell, Chip, Head

PERS = (("day", "每日"), ("month", "每月"), ("year", "每年"))
OFS = (("acts", "次数"), ("mass_g", "减排量（克）"))
KINDS = (("cap", "调整上限"), ("pause", "暂停核算"), ("resume", "恢复核算"))
STATES = {"on": "核算中", "points": "只记积分", "paused": "已暂停"}
TONES = {"on": "ok", "points": "work", "paused": "no"}
HEADS = (
    Head("场景", "no"),
    Head("类别", "group"),
    Head("方法学"),
    Head("当前上限"),
    Head("企业", "providers", is_right=True),
    Head("状态"),
)


def cap_words(cap: CapOn) -> str:
    """每日 5 次."""
    amount = f"{numbers.count(cap.limit)} {'次' if cap.of == 'acts' else '克'}"
    return f"{dict(PERS)[cap.per]} {amount}"


def override_words(one: OverrideView) -> str:
    """每日上限改为 6 次."""
    if one.kind != "cap":
        return "暂停核算" if one.kind == "pause" else "恢复核算"
    if one.limit is None:
        return f"取消{dict(PERS)[one.per]}上限"
    unit = "次" if one.of == "acts" else "克"
    return f"{dict(PERS)[one.per]}上限改为 {numbers.count(one.limit)} {unit}"


def table(query: lists.Query) -> lists.Listing[Scenario]:
    """All scenarios of the pack as they count today."""
    today = clock.today()
    day = scenario_reads.day_number(today)
    now = scenario_reads.overrides_now()
    providers = parties.organisations("provider")
    senders = {
        one.no: sum((p.scenario_mask >> one.no) & 1 for p in providers)
        for one in scenes.scenarios_in_order()
    }

    def state(one: Scenario) -> str:
        if now.is_paused(one.no, day):
            return "paused"
        return "on" if one.is_quantified else "points"

    group = query.get("group")
    return lists.held(
        query,
        HEADS,
        [one for one in scenes.scenarios_in_order() if not group or one.id.startswith(f"{group}/")],
        lambda one: _row(
            one, scenario_reads.caps_on(one.no, today, now), senders[one.no], state(one)
        ),
        words=lambda one: f"{one.title} {one.id}",
        keys={
            "no": lambda one: one.no,
            "group": lambda one: (one.id.partition("/")[0], one.no),
            "providers": lambda one: (senders[one.no], one.no),
        },
        state=state,
        states=STATES,
        size=30,
        caption="场景",
        search_hint="场景名称",
        filters=(
            lists.Filter(
                "group", "类别", "全部类别", lists.options(tuple(scenes.GROUPS.items())), group
            ),
        ),
        export="scenarios",
    )


def _row(one: Scenario, caps: Sequence[CapOn], senders: int, state: str) -> tuple[Cell, ...]:
    method = scenes.methodology(one.id)
    return (
        Cell(
            one.title,
            reverse("console:scenario", args=one.id.split("/")),
            small=f"编号 {one.no}",
        ),
        Cell(scenes.GROUPS.get(one.id.partition("/")[0], "")),
        Cell(method.key if method else "—", chips=_provisional(method)),
        Cell(
            "，".join(cap_words(cap) for cap in caps) or "无",
            small="已按变更单调整" if any(cap.request for cap in caps) else "",
        ),
        Cell(numbers.count(senders), is_right=True),
        Cell(chips=(Chip(STATES[state], TONES[state]),)),
    )


def _provisional(method: object) -> tuple[Chip, ...]:
    return (Chip("暂定", "wait"),) if getattr(method, "has_provisional", False) else ()


def query_of(got: Mapping[str, str]) -> lists.Query:
    """What the address asks for."""
    return lists.query_of(
        got,
        states=STATES,
        sorts=("no", "group", "providers"),
        sort="no",
        filters={"group": tuple(scenes.GROUPS)},
    )


@staff_only(*READERS)
def scenarios(request: HttpRequest, staff: Staff) -> HttpResponse:
    """All scenarios."""
    return frame.show(
        request,
        staff,
        "list.html",
        "scenarios",
        title="场景与上限",
        lead="哪些行为计入、计到多少；调整上限和暂停须由管理机构复核，自生效日起执行",
        listing=table(query_of(request.GET)),
    )


@staff_only(*READERS)
def scenario(request: HttpRequest, staff: Staff, group: str, slug: str) -> HttpResponse:
    """One scenario with its caps, their history, and the form to propose a change."""
    found = cityrules.pack().scenarios.get(f"{group}/{slug}")
    if found is None:
        raise Http404
    tried = Tried()
    if request.method == "POST" and staff.role in WORKERS:
        kind = request.POST.get("kind", "")
        payload = {"scenario_no": found.no, "effective_from": request.POST.get("effective_from")}
        if kind == "cap":
            payload |= {name: request.POST.get(name, "") for name in ("per", "of", "limit")}
        answer = propose(request, staff, kind, payload)
        if isinstance(answer, HttpResponse):
            return answer
        tried = answer
    today = clock.today()
    method = scenes.methodology(found.id)
    changed = [(override_words(one), one) for one in scenario_reads.overrides_of(found.no)]
    return frame.show(
        request,
        staff,
        "scenario.html",
        "scenarios",
        status=422 if tried.error else 200,
        scenario=found,
        group_word=scenes.GROUPS.get(group, group),
        method=method,
        caps=[(cap_words(cap), cap) for cap in scenario_reads.caps_on(found.no, today)],
        coming=[pair for pair in changed if pair[1].effective_from > today],
        past=[pair for pair in changed if pair[1].effective_from <= today],
        is_paused=scenario_reads.overrides_now().is_paused(
            found.no, scenario_reads.day_number(today)
        ),
        waiting_changes=[
            one
            for one in supervision.changes(
                viewer=staff.actor.label,
                state="submitted",
                kinds=[kind for kind, _ in KINDS],
                text=found.title,
            )
            if one.payload.get("scenario_no") == found.no
        ],
        providers=[
            one for one in parties.organisations("provider") if (one.scenario_mask >> found.no) & 1
        ],
        kinds=KINDS,
        pers=PERS,
        ofs=OFS,
        tried=tried,
        tomorrow=today + timedelta(days=1),
    )
