"""Members of an institution: register, look up (masked), report consent."""

import re
from typing import Any

from tanpuhui.domain.ledger import services as ledger
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.parties import services
from tanpuhui.domain.parties.data import MemberView
from tanpuhui.httpapi.errors import RequestRefused
from tanpuhui.httpapi.gateway import vocabulary
from tanpuhui.httpapi.gateway.wire import GatewayCall, nested
from tanpuhui.kernel import actors
from tanpuhui.kernel.cityrules import pack

SCENARIO_KEYWORD = "scenario_code"
TEXT_KEYWORD = "consent_text"
PURPOSE_KEYWORD = "purpose"
BALANCE, TRANSLATE = "balance", "translate"
PURPOSES = {BALANCE, TRANSLATE}
PHONE_PATTERN = re.compile(r"1[0-9]{10}")
IDENTITY_PATTERN = re.compile(r"[0-9]{17}[0-9X]")
ANY_SCENARIO = 0


def register(call: GatewayCall) -> dict[str, Any]:
    """Open or find a person and bind the caller's account id to them; gives no consent yet."""
    given = call.parameters
    phone, identity = _numbers_given(given)
    person = parties.person_by_phone(phone) if phone else None
    if person is None and identity:
        person = parties.person_by_identity(identity)
    if person is None:
        person = services.person_open(
            actor=call.caller.actor,
            phone=phone,
            name=given.get("name", "").strip(),
            identity=identity,
        )
        ledger.accounts_open(
            actor=actors.system("gateway"), kind="person", party_ids=[person.party_id]
        )
    provider_id = call.caller.provider_id
    account_did = (
        vocabulary.did(given)
        if given.get("account_did")
        else vocabulary.did_for(provider_id, person.party_id)
    )
    services.links_bind_many(
        actor=call.caller.actor,
        provider_id=provider_id,
        subjects=[account_did],
        person_ids=[person.party_id],
    )
    return {"account_did": account_did}


def _numbers_given(given: dict[str, str]) -> tuple[str, str]:
    """Phone and identity number, of which one may be empty.

    Raises:
        RequestRefused: request.bad_parameter where both are missing or one is malformed.
    """
    phone = given.get("mobile", "").strip()
    identity = given.get("identity_card_code", "").strip().upper()
    if not phone and not identity:
        raise RequestRefused("request.bad_parameter", missing="mobile | identity_card_code")
    if phone and not PHONE_PATTERN.fullmatch(phone):
        raise RequestRefused("request.bad_parameter", malformed="mobile")
    if identity and not IDENTITY_PATTERN.fullmatch(identity):
        raise RequestRefused("request.bad_parameter", malformed="identity_card_code")
    return phone, identity


def list_members(call: GatewayCall) -> dict[str, Any]:
    """The caller's members by time of registration."""
    given = call.parameters
    current, size = vocabulary.page(given)
    since = given.get("register_start_time")
    until = given.get("register_end_time")
    total, members = parties.members(
        call.caller.provider_id,
        since=vocabulary.instant(since, "register_start_time") if since else None,
        until=vocabulary.instant(until, "register_end_time") if until else None,
        offset=(current - 1) * size,
        limit=size,
    )
    return {
        "current": current,
        "page_size": size,
        "total": total,
        "list": [_member(member) for member in members],
    }


def detail(call: GatewayCall) -> dict[str, Any]:
    """One of the caller's members by phone or identity number."""
    phone, identity = _numbers_given(call.parameters)
    person = parties.person_by_phone(phone) if phone else parties.person_by_identity(identity)
    member = parties.member(call.caller.provider_id, person.party_id) if person else None
    if member is None:
        raise RequestRefused("subject.not_found")
    return _member(member)


def _member(member: MemberView) -> dict[str, Any]:
    return {
        "account_did": member.subject,
        "name": member.name_masked,
        "mobile": member.phone_masked,
        "register_time": vocabulary.time_text(member.linked_at),
    }


def authorise(call: GatewayCall) -> dict[str, Any]:
    """Report a member's consent; `auth_keyword_list` says to what, and by which words.

    Keywords: `consent_text` (the version of the words that the member agreed to) and either
    `scenario_code` (one for each scenario, or `*` for all that the caller may send) or `purpose`:
    `balance` (the caller may read the balance), `translate` (it may swap reductions for benefits).
    A purpose needs the member's own number at the platform, which only the member can have given.
    """
    given = nested(call.parameters)
    account_did = vocabulary.did(given)
    if vocabulary.required(given, "carbon_offset_platform_no") != pack().id:
        raise RequestRefused("request.bad_parameter", carbon_offset_platform_no=pack().id)
    person_id = person_of(call, account_did)
    keywords = _keywords(given.get("auth_keyword_list"))
    texts = [value for code, value in keywords if code == TEXT_KEYWORD]
    wanted = [value for code, value in keywords if code == SCENARIO_KEYWORD]
    purposes = [value for code, value in keywords if code == PURPOSE_KEYWORD]
    if len(texts) != 1 or bool(wanted) == bool(purposes) or set(purposes) - PURPOSES:
        needed = f"{TEXT_KEYWORD}, {SCENARIO_KEYWORD} | {PURPOSE_KEYWORD}"
        raise RequestRefused("request.bad_parameter", auth_keyword_list=needed)
    own_number = vocabulary.required(given, "platform_account_id")
    if own_number not in _proofs(person_id, account_did, needs_own=bool(purposes)):
        raise RequestRefused("request.bad_parameter", unknown="platform_account_id")
    for purpose in purposes or ["quantify"]:
        services.consents_grant_many(
            actor=call.caller.actor,
            provider_id=call.caller.provider_id,
            person_ids=[person_id],
            scenario_nos=[ANY_SCENARIO] if purposes else _numbers(call, wanted),
            text_version=texts[0][:40],
            purpose=purpose,
        )
    return {}


def _proofs(person_id: int, account_did: str, *, needs_own: bool) -> set[str]:
    person = parties.person(person_id)
    own = {person.public_id} if person else set()
    return own if needs_own else own | {account_did}


def require_consent(call: GatewayCall, person_id: int, purpose: str) -> None:
    """The member's consent to a purpose holds.

    Raises:
        RequestRefused: consent.missing_for_purpose.
    """
    if not any(
        consent.provider_id == call.caller.provider_id
        and consent.purpose == purpose
        and consent.withdrawn_at is None
        for consent in parties.consents(person_id)
    ):
        raise RequestRefused("consent.missing_for_purpose", purpose=purpose)


def _keywords(keywords: Any) -> list[tuple[str, str]]:
    if not isinstance(keywords, list) or not all(isinstance(item, dict) for item in keywords):
        raise RequestRefused("request.bad_parameter", missing="auth_keyword_list")
    return [
        (vocabulary.required(item, "item_code"), vocabulary.required(item, "item_value"))
        for item in keywords
    ]


def _numbers(call: GatewayCall, wanted: list[str]) -> list[int]:
    if wanted != ["*"]:
        return [_number(code) for code in wanted]
    mask = parties.organisation_by_id(call.caller.provider_id).scenario_mask
    return [scenario.no for scenario in pack().scenarios.values() if mask >> scenario.no & 1]


def _number(code: str) -> int:
    scenario = pack().scenarios.get(vocabulary.scenario_id(code))
    if scenario is None:
        raise RequestRefused("request.bad_parameter", scenario_code=code)
    return scenario.no


def person_of(call: GatewayCall, account_did: str) -> int:
    """The person behind one of the caller's account ids.

    Raises:
        RequestRefused: subject.not_found.
    """
    person_id = parties.subject_person(call.caller.provider_id, account_did)
    if person_id is None:
        raise RequestRefused("subject.not_found")
    return person_id
