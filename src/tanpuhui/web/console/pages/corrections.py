"""更正与冲正: wrong acts are taken back or corrected by two people, never edited."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.domain.scenarios.data import ActRecord
from tanpuhui.domain.supervision import selectors as supervision
from tanpuhui.engine.methodologies import Input
from tanpuhui.kernel import clock
from tanpuhui.kernel.cityrules import pack
from tanpuhui.web.console import frame
from tanpuhui.web.console.menu import READERS, WORKERS
from tanpuhui.web.console.pages import changes
from tanpuhui.web.console.proposing import Tried, propose
from tanpuhui.web.shared.guards import Staff, staff_only

ITEMS_SHOWN = 500


@dataclass(frozen=True)
class Field:
    """One quantity of an act that may be corrected."""

    name: str
    label: str
    unit: str
    before: str
    value: str


@staff_only(*READERS)
def corrections(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Corrections and reversals that were proposed."""
    query = changes.query_of(request.GET, changes.CORRECTIONS)
    may = staff.role in WORKERS
    return frame.show(
        request,
        staff,
        "list.html",
        "corrections",
        title="更正与冲正",
        lead="账本只增不改：冲正记一笔相反的账，更正先冲回再按新数据入账",
        listing=changes.table(
            query, staff.actor.label, kinds=changes.CORRECTIONS, export="corrections"
        ),
        action_href=reverse("console:correction_new") if may else "",
        action="提出更正或冲正",
    )


@staff_only(*WORKERS)
def new(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Choose provider and item numbers, see the acts, then propose."""
    source = request.POST if request.method == "POST" else request.GET
    ticket = supervision.ticket(source["ticket"]) if source.get("ticket") else None
    providers = parties.organisations("provider")
    code = source.get("provider", "")
    if ticket and ticket.provider_id and not code:
        code = parties.organisation_by_id(ticket.provider_id).code
    text = source.get("items", "") or (ticket.item_no if ticket else "")
    items = list(dict.fromkeys(one for one in text.replace(",", "\n").split() if one))
    chosen = next((one for one in providers if one.code == code), None)
    acts = scenarios.acts_to_correct(chosen.party_id, items[:ITEMS_SHOWN]) if chosen else []
    tried = Tried()
    if request.method == "POST" and chosen and request.POST.get("kind"):
        answer = _propose(
            request, staff, chosen.party_id, items, ticket.public_id if ticket else ""
        )
        if isinstance(answer, HttpResponse):
            return answer
        tried = answer
    found = {one.item_no for one in acts}
    return frame.show(
        request,
        staff,
        "correction.html",
        "corrections",
        status=422 if tried.error else 200,
        providers=providers,
        code=code,
        items=text,
        acts=[(one, pack().scenarios[one.scenario_id].title) for one in acts],
        missing=[one for one in items if one not in found] if chosen else [],
        fields=_fields(acts[0], tried) if len(acts) == 1 else [],
        ticket=ticket,
        tried=tried,
        total_mg=sum(one.reduction_mg for one in acts),
    )


def _propose(
    request: HttpRequest, staff: Staff, provider_id: int, items: list[str], ticket: str
) -> HttpResponse | Tried:
    if request.POST["kind"] == "acts_withdraw":
        payload = {"provider_id": provider_id, "items": items}
        return propose(request, staff, "acts_withdraw", payload, ticket=ticket)
    quantities = {
        name.removeprefix("q_"): str(value)
        for name, value in request.POST.items()
        if name.startswith("q_")
    }
    acts = scenarios.acts_to_correct(provider_id, items[:1])
    before = acts[0].quantities if acts else {}
    changed = {name: value for name, value in quantities.items() if before.get(name) != value}
    payload = {
        "provider_id": provider_id,
        "item_no": items[0] if items else "",
        "quantities": changed,
    }
    return propose(request, staff, "acts_correct", payload, ticket=ticket)


def _fields(act: ActRecord, tried: Tried) -> list[Field]:
    declared = pack().inputs_for(act.scenario_id, clock.day_of(act.occurred_at))
    return [_field(name, one, act, tried) for name, one in declared.items()]


def _field(name: str, one: Input, act: ActRecord, tried: Tried) -> Field:
    before = act.quantities.get(name, "")
    return Field(
        name=name,
        label=one.label,
        unit=one.unit.label if one.unit else "",
        before=before,
        value=tried.values.get(f"q_{name}", before),
    )
