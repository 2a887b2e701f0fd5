"""变更复核: what one person proposed, and the page on which another decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.scenarios.reasons import BY_CODE
from tanpuhui.domain.supervision import selectors as supervision
from tanpuhui.domain.supervision import services
from tanpuhui.domain.supervision.data import ChangeView
from tanpuhui.domain.supervision.states import ChangeKind, ChangeState
from tanpuhui.kernel.cityrules import pack
from tanpuhui.web.console import frame, inbox
from tanpuhui.web.console.menu import READERS, WORKERS
from tanpuhui.web.shared import lists, numbers
from tanpuhui.web.shared.guards import Staff, staff_only
from tanpuhui.web.shared.lists import Cell, Chip, Head
from tanpuhui.web.templatetags.tph import moment

# Approved and applied are one moment: nothing is ever seen between them.
STATES = {str(one): str(one.label) for one in ChangeState if one != ChangeState.APPROVED}
KINDS = [(str(one), str(one.label)) for one in ChangeKind]
CORRECTIONS = ("acts_withdraw", "acts_correct")
SORTS = ("proposed", "effective", "kind", "title")
HEADS = (
    Head("变更", "title"),
    Head("类型", "kind"),
    Head("提出人"),
    Head("提出时间", "proposed"),
    Head("生效日期", "effective"),
    Head("状态"),
)
STAGES = (("draft", "草稿"), ("submitted", "待复核"), ("approved", "复核"), ("applied", "已执行"))
PAYLOAD_WORDS = {
    "per": {"day": "每日", "month": "每月", "year": "每年"},
    "of": {"acts": "次数", "mass_g": "减排量（克）"},
}


@dataclass(frozen=True)
class Stage:
    """One step of the bar; mark is done, now, no or empty."""

    label: str
    mark: str


def query_of(got: Mapping[str, str], kinds: Sequence[str] = ()) -> lists.Query:
    """What the address asks for."""
    known = [value for value, _ in KINDS if not kinds or value in kinds]
    return lists.query_of(
        got, states=STATES, sorts=SORTS, sort="-proposed", filters={"kind": known}
    )


def table(
    query: lists.Query, viewer: str, *, kinds: Sequence[str] = (), export: str = "changes"
) -> lists.Listing[ChangeView]:
    """The list of changes, of some kinds where given."""
    chosen = [query.get("kind")] if query.get("kind") else list(kinds)

    def read(limit: int, offset: int) -> list[ChangeView]:
        return supervision.changes(
            viewer=viewer,
            state=query.state,
            kinds=chosen,
            text=query.text,
            order=query.sort,
            limit=limit,
            offset=offset,
        )

    def draw(rows: Sequence[ChangeView]) -> list[tuple[Cell, ...]]:
        known = frame.names(row.proposed_by for row in rows)
        return [cells(row, known) for row in rows]

    counts = supervision.change_counts(viewer=viewer, kinds=chosen, text=query.text)
    pairs = [pair for pair in KINDS if not kinds or pair[0] in kinds]
    return lists.listing(
        query,
        HEADS,
        read,
        draw,
        caption="变更",
        search_hint="标题或变更单号",
        filters=(
            lists.Filter("kind", "类型", "全部类型", lists.options(pairs), query.get("kind")),
        ),
        counters=lists.counters(STATES, counts, query.state),
        export=export,
        empty_title="没有符合条件的变更",
        empty_text="换一个条件看看；新的变更从对应页面提出。",
    )


def cells(row: ChangeView, known: dict[str, str]) -> tuple[Cell, ...]:
    """A change in a list."""
    return (
        Cell(row.title, reverse("console:change", args=[row.public_id]), small=row.public_id),
        Cell(row.kind_label),
        Cell(known.get(row.proposed_by, row.proposed_by)),
        Cell(moment(row.proposed_at)),
        Cell(str(row.effective_from or "执行时")),
        Cell(chips=(Chip(row.state_label, lists.tone(row.state)),)),
    )


@staff_only(*READERS)
def changes(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Every change that this person may see."""
    return frame.show(
        request,
        staff,
        "list.html",
        "changes",
        title="变更复核",
        lead="规则、更正、冻结等事项由一人提出、另一人复核，同意即执行",
        listing=table(query_of(request.GET), staff.actor.label),
    )


@staff_only(*READERS)
def change(request: HttpRequest, staff: Staff, public_id: str) -> HttpResponse:
    """One change; whoever may decide finds the panel here."""
    return _page(request, staff, public_id)


def _page(
    request: HttpRequest, staff: Staff, public_id: str, *, opinion: str = "", error: str = ""
) -> HttpResponse:
    found = supervision.change(public_id, viewer=staff.actor.label)
    mine = found.proposed_by == staff.actor.label
    may = found.kind in inbox.kinds_decided_by(staff.role)
    known = frame.names([found.proposed_by, found.decided_by], is_full=True)
    return frame.show(
        request,
        staff,
        "change.html",
        "changes",
        status=422 if error else 200,
        change=found,
        facts=facts(found),
        stages=stages(found),
        proposer=known.get(found.proposed_by, ""),
        decider=known.get(found.decided_by, ""),
        tone=lists.tone(found.state),
        result_words=results(found),
        is_mine=mine,
        may_decide=may and found.is_waiting and not mine,
        may_role=may,
        opinion=opinion,
        error=error,
    )


@require_POST
@staff_only(*WORKERS)
def decide(request: HttpRequest, staff: Staff, public_id: str) -> HttpResponse:
    """Approve and apply, or send back."""
    approve = request.POST.get("decision") == "approve"
    done = services.change_decide(
        actor=staff.actor,
        public_id=public_id,
        approve=approve,
        opinion=request.POST.get("opinion", ""),
    )
    messages.success(request, f"{done.title}：{'已同意并执行' if approve else '已退回'}。")
    return redirect("console:change", public_id)


@require_POST
@staff_only(*WORKERS)
def own(request: HttpRequest, staff: Staff, public_id: str) -> HttpResponse:
    """Submit or withdraw one's own change."""
    if request.POST.get("step") == "submit":
        services.change_submit(actor=staff.actor, public_id=public_id)
        messages.success(request, "已提交，等待另一位人员复核。")
    else:
        services.change_withdraw(actor=staff.actor, public_id=public_id)
        messages.success(request, "已撤回。")
    return redirect("console:change", public_id)


RESULTS = {
    "withdrawn": "已冲正（条）", "already": "此前已撤回（条）", "unknown": "没有找到（条）",
    "effective_from": "生效日期", "state": "账户状态", "code": "处理结果",
}  # fmt: skip
ACCOUNT = {"frozen": "冻结", "open": "正常"}


def results(row: ChangeView) -> list[tuple[str, str]]:
    """What the application did, in words."""
    found = []
    for name, value in (row.result or {}).items():
        if name.endswith("_mg"):
            word = "更正前" if name.startswith("before") else "更正后"
            found.append((word, f"{numbers.kilograms_exact(value)} kg CO₂e"))
        elif name == "code":
            found.append((RESULTS[name], BY_CODE[value].sentence if value in BY_CODE else value))
        else:
            found.append((RESULTS.get(name, name), ACCOUNT.get(str(value), str(value))))
    return found


def stages(row: ChangeView) -> list[Stage]:
    """The step bar."""
    if row.state in {"rejected", "withdrawn"}:
        word = "已退回" if row.state == "rejected" else "已撤回"
        return [Stage("提出", "done"), Stage(word, "no")]
    order = [name for name, _ in STAGES]
    at = order.index(row.state)
    last = len(order) - 1
    return [
        Stage(label, "done" if place < at or at == last else "now" if place == at else "")
        for place, (_, label) in enumerate(STAGES)
        if name_shown(row, place)
    ]


def name_shown(row: ChangeView, place: int) -> bool:
    """The draft's step only while it is one."""
    return place > 0 or row.state == "draft"


def facts(row: ChangeView) -> list[tuple[str, str]]:
    """The payload in words."""
    payload: dict[str, Any] = row.payload
    found: list[tuple[str, str]] = []
    if "scenario_no" in payload:
        found.append(("场景", pack().scenario_by_no(payload["scenario_no"]).title))
    if "provider_id" in payload:
        found.append(("场景企业", parties.organisation_by_id(payload["provider_id"]).title))
    if row.kind == "cap":
        found.append(("周期", PAYLOAD_WORDS["per"][payload["per"]]))
        found.append(("对象", PAYLOAD_WORDS["of"][payload["of"]]))
        limit = payload["limit"]
        found.append(("新上限", "不设上限" if limit is None else numbers.count(limit)))
    if "items" in payload:
        shown = "、".join(payload["items"][:20])
        more = f" 等 {len(payload['items'])} 条" if len(payload["items"]) > 20 else ""  # noqa: PLR2004
        found.append(("记录编号", shown + more))
    if "item_no" in payload:
        found.append(("记录编号", payload["item_no"]))
        for name, value in payload["quantities"].items():
            found.append((name, f"{payload['before'].get(name) or '（无）'} → {value}"))
    if "person" in payload:
        found.append(("居民编号", payload["person"]))
    if row.effective_from:
        found.append(("生效日期", str(row.effective_from)))
    return found
