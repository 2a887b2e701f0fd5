"""居民服务: find a person, help with masked data; each unmasking has a reason and is told."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tanpuhui.domain.ledger import selectors as ledger
from tanpuhui.domain.ledger.states import AccountState
from tanpuhui.domain.notify import services as notify
from tanpuhui.domain.parties import selectors as party_reads
from tanpuhui.domain.parties import services as party_services
from tanpuhui.domain.parties import support
from tanpuhui.domain.parties.services.unmasking import FIELDS, TAG
from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.domain.supervision import selectors as supervision
from tanpuhui.kernel import clock, trail
from tanpuhui.kernel.cityrules import pack
from tanpuhui.kernel.errors import DomainError, NotPermitted
from tanpuhui.web.console import frame
from tanpuhui.web.console.menu import HELPERS
from tanpuhui.web.console.proposing import Tried, propose
from tanpuhui.web.shared.guards import Staff, staff_only


@staff_only(*HELPERS)
def people(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Search; the number is sent in the body, so that no phone stands in an address or log."""
    missed = False
    if request.method == "POST":
        found = support.person_found(request.POST.get("q", ""))
        if found:
            return redirect("console:person", found)
        missed = True
    return frame.show(
        request,
        staff,
        "people.html",
        "people",
        status=404 if missed else 200,
        missed=missed,
        looked=trail.events(tag=TAG, actor=staff.actor.label, limit=10),
        fields=FIELDS,
    )


@staff_only(*HELPERS)
def person(request: HttpRequest, staff: Staff, public_id: str) -> HttpResponse:
    """One person, masked; propose to freeze or release the account."""
    return _page(request, staff, public_id)


def _page(
    request: HttpRequest,
    staff: Staff,
    public_id: str,
    *,
    tried: Tried | None = None,
    shown: tuple[str, str] | None = None,
    refused: str = "",
) -> HttpResponse:
    found = support.person_masked(public_id, clock.today())
    if found is None:
        raise Http404
    balance = ledger.balance(found.party_id)
    looks = trail.events(tag=TAG, subject=f"person:{found.party_id}", limit=10)
    regions = {row["code"]: row["name"] for row in (pack().regions or {}).get("regions", [])}
    failed = bool(refused or (tried and tried.error))
    response = frame.show(
        request,
        staff,
        "person.html",
        "people",
        status=422 if failed else 200,
        person=found,
        region=regions.get(found.region, "未填"),
        balance=balance,
        state_label=AccountState(balance.state).label,
        is_frozen=balance.state == AccountState.FROZEN,
        masks=[(name, label, getattr(found, f"{name}_masked")) for name, label in FIELDS.items()],
        shown=shown,
        refused=refused,
        acts=scenarios.acts_recent(found.party_id, 8),
        tickets=supervision.tickets(person_id=found.party_id, order="-opened", limit=5),
        changes=supervision.changes_about(person=public_id),
        looks=looks,
        fields=FIELDS,
        names=frame.names(one.actor for one in looks),
        tried=tried or Tried(),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
@staff_only(*HELPERS)
def unmask(request: HttpRequest, staff: Staff, public_id: str) -> HttpResponse:
    """Show one field on this one page; the next load hides it again."""
    field = request.POST.get("field", "")
    try:
        plain = party_services.person_unmask(
            actor=staff.actor,
            public_id=public_id,
            field=field,
            reason=request.POST.get("why", ""),
        )
    except NotPermitted:
        raise
    except DomainError as error:
        return _page(request, staff, public_id, refused=error.message)
    person = party_reads.person_by_public_id(public_id)
    if person is not None:
        facts = {"what": FIELDS[field], "reason": request.POST.get("why", "").strip()}
        notify.message_send(
            person_id=person.party_id, code="data_looked", facts=facts, link="/m/privacy/looks/"
        )
    messages.warning(
        request, "本次查看已记入审计，居民本人在隐私中心可以看到。离开本页后重新隐藏。"
    )
    return _page(request, staff, public_id, shown=(field, plain))


@require_POST
@staff_only(*HELPERS)
def account(request: HttpRequest, staff: Staff, public_id: str) -> HttpResponse:
    """Propose to freeze or release the account."""
    kind = "account_release" if request.POST.get("step") == "release" else "account_freeze"
    answer = propose(request, staff, kind, {"person": public_id})
    if isinstance(answer, HttpResponse):
        return answer
    return _page(request, staff, public_id, tried=answer)
