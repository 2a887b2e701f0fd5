"""The way in, kept in the session: what was proven, which words were agreed to, who came in."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from tanpuhui.domain.ledger import services as ledger
from tanpuhui.domain.notify import services as notify
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.parties import services
from tanpuhui.domain.scenarios import selectors as acts
from tanpuhui.kernel import actors, clock, crypto
from tanpuhui.web.citizen.consenting import ConsentText, platform_text
from tanpuhui.web.shared import language
from tanpuhui.web.shared.guards import SESSION_CHILD, SESSION_PERSON

SESSION_ASKED = "sign_in_asked"  # phone (sealed), next
SESSION_PROVEN = "sign_in_proven"  # phone (sealed) | person | service + subject index; next; words
SESSION_GUARDIAN = "guardian_id"
CONTEXT = "web.sign_in"
STAY_S = 30 * 24 * 3600
PROVEN_S = 1800
CODE_LIFE_S = 300
SMS = "【{brand}】验证码 {code}，5 分钟内有效。工作人员不会向您索要验证码，请勿告诉他人。"
# What somebody is asked on first coming in: the notice must be agreed to, the others may be.
QUESTIONS = ("notice", "points", "issue")


@dataclass(frozen=True)
class Proven:
    """Somebody who has shown who they are, and has not agreed to the notice yet."""

    phone: str
    person_id: int | None
    service: str
    subject: str
    next_path: str
    answers: dict[str, str]


def asked_keep(request: HttpRequest, phone: str, next_path: str) -> None:
    """Remember to which phone a code was sent; the number is sealed at rest."""
    sealed = crypto.encrypt(phone, context=CONTEXT)
    request.session[SESSION_ASKED] = {"phone": sealed, "next": next_path}


def asked_phone(request: HttpRequest) -> tuple[str, str] | None:
    """The phone and where to go afterwards, or None where no code was asked for."""
    kept = request.session.get(SESSION_ASKED)
    if not isinstance(kept, dict):
        return None
    return crypto.decrypt(kept["phone"], context=CONTEXT), str(kept.get("next", ""))


def masked(phone: str) -> str:
    """138****0000."""
    return f"{phone[:3]}****{phone[-4:]}"


def come_in(
    request: HttpRequest, person_id: int, next_path: str = "", way: str = ""
) -> HttpResponse:
    """Begin a fresh session as this person; an older session and its key are gone.

    Args:
        request: its session is replaced.
        person_id: who came in.
        next_path: where to go; home where empty.
        way: how they came in, for the message about it; empty sends none.
    """
    if way:
        notify.message_send(person_id=person_id, code="sign_in", facts={"way": way})
        _first_act_tell(person_id)
    if chosen := language.language_chosen(request):
        notify.language_set(actor=actors.person(person_id), language=chosen)
    request.session.flush()
    request.session[SESSION_PERSON] = person_id
    request.session.set_expiry(STAY_S)
    return redirect(next_path or reverse("citizen:home"))


def _first_act_tell(person_id: int) -> None:
    """Once in a life: the first counted act is told of when its owner next comes in."""
    latest = acts.acts_recent(person_id, limit=1)
    if latest and latest[0].state == acts.COUNTED:
        facts = {"scenario": latest[0].scenario_title}
        notify.message_send(person_id=person_id, code="first_act", facts=facts, link="/m/ledger/")


def proven(request: HttpRequest, next_path: str, **facts: Any) -> HttpResponse:
    """Go on after the proof: straight in, or first the notice where it was never agreed to.

    Args:
        request: its session is replaced by a fresh one.
        next_path: where to go in the end.
        facts: `phone`, `person_id`, or `service` with `subject` (hashed); both a phone and a
            service where the one is to be connected with the other's account.

    Raises:
        SubjectTaken: the service's number stands for somebody else by now.
    """
    person_id = facts.get("person_id")
    if phone := facts.get("phone"):
        person = parties.person_by_phone(phone)
        person_id = person.party_id if person else None
        facts["phone"] = crypto.encrypt(phone, context=CONTEXT)
    if person_id is not None and parties.has_agreed(person_id, "notice"):
        if facts.get("service"):
            services.external_login_link(
                actor=actors.visitor(),
                service=facts["service"],
                subject_index=facts["subject"],
                person_id=person_id,
            )
        return come_in(request, person_id, next_path, _way(facts))
    facts |= {"person_id": person_id, "next": next_path, "answers": {}}
    facts["at_s"] = int(clock.now().timestamp())
    request.session.flush()
    request.session[SESSION_PROVEN] = facts
    return redirect("citizen:welcome")


def _way(facts: dict[str, Any]) -> str:
    if facts.get("phone"):
        return "手机验证码"
    return "城市应用" if facts.get("service") else "小程序或已绑定的应用"


def proven_read(request: HttpRequest) -> Proven | None:
    """What was proven in this session during the last half hour."""
    kept = request.session.get(SESSION_PROVEN)
    if not isinstance(kept, dict) or clock.now().timestamp() - kept["at_s"] > PROVEN_S:
        return None
    sealed = kept.get("phone", "")
    return Proven(
        phone=crypto.decrypt(sealed, context=CONTEXT) if sealed else "",
        person_id=kept.get("person_id"),
        service=kept.get("service", ""),
        subject=kept.get("subject", ""),
        next_path=kept.get("next", ""),
        answers=dict(kept.get("answers", {})),
    )


def question(visitor: Proven) -> ConsentText | None:
    """The next text that has no answer yet; None where all are answered."""
    for purpose in QUESTIONS:
        if purpose not in visitor.answers and (words := platform_text(purpose)):
            return words
    return None


def answer_keep(request: HttpRequest, purpose: str, version: str) -> None:
    """Keep an answer: the version agreed to, or empty for a no."""
    kept = request.session[SESSION_PROVEN]
    kept["answers"][purpose] = version
    request.session[SESSION_PROVEN] = kept


def open_account(request: HttpRequest, visitor: Proven) -> HttpResponse:
    """Person, account and consents in one transaction, then in."""
    texts = {purpose: version for purpose, version in visitor.answers.items() if version}
    with transaction.atomic():
        person = services.person_sign_up(
            actor=actors.visitor(), phone=visitor.phone, person_id=visitor.person_id, texts=texts
        )
        if visitor.service:
            services.external_login_link(
                actor=actors.visitor(),
                service=visitor.service,
                subject_index=visitor.subject,
                person_id=person.party_id,
            )
        ledger.accounts_open(
            actor=actors.system("page"), kind="person", party_ids=[person.party_id]
        )
    return come_in(request, person.party_id, visitor.next_path)


def become_child(request: HttpRequest, guardian_id: int, child_id: int) -> None:
    """A guardian looks after a child's account in the same browser; the way back is kept."""
    request.session.cycle_key()
    request.session[SESSION_GUARDIAN] = guardian_id
    request.session[SESSION_PERSON] = child_id
    request.session[SESSION_CHILD] = True


def become_guardian(request: HttpRequest) -> bool:
    """Back from a child's account; False where the session is nobody's guardian."""
    guardian_id = request.session.pop(SESSION_GUARDIAN, None)
    if not isinstance(guardian_id, int):
        return False
    request.session.cycle_key()
    request.session[SESSION_PERSON] = guardian_id
    request.session.pop(SESSION_CHILD, None)
    return True
