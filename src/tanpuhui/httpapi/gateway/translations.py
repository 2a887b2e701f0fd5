"""Swapping a reduction for a benefit: a member's milligrams move to the institution's account.

The member must have consented to it (`offsetdatum.auth` with the keyword purpose=translate).
"""

from dataclasses import replace
from typing import Any

from tanpuhui.domain.ledger import selectors as ledger_selectors
from tanpuhui.domain.ledger import services as ledger
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.httpapi.errors import RequestRefused
from tanpuhui.httpapi.gateway import vocabulary
from tanpuhui.httpapi.gateway.members import TRANSLATE, person_of, require_consent
from tanpuhui.httpapi.gateway.wire import GatewayCall
from tanpuhui.kernel import actors
from tanpuhui.kernel.cityrules import pack

ITEM_NO_LENGTH_MAX = 120


def add(call: GatewayCall) -> dict[str, Any]:
    """Move grams once for an item number; a repeated call changes nothing."""
    given = call.parameters
    vocabulary.project(given)
    item_no = vocabulary.required(given, "translation_item_no")
    vocabulary.instant(vocabulary.required(given, "occurrent_time"))
    if given.get("translation_type", "Translation") != "Translation":
        raise RequestRefused("request.bad_parameter", translation_type="Translation")
    person_id = person_of(call, vocabulary.did(given, "drawing_account_did"))
    own = vocabulary.organisation_did(call.caller.provider_code)
    if vocabulary.did(given, "receipt_account_did") != own:
        raise RequestRefused("request.bad_parameter", receipt_account_did=own)
    require_consent(call, person_id, TRANSLATE)
    ledger.accounts_open(
        actor=actors.system("gateway"), kind="organisation", party_ids=[call.caller.provider_id]
    )
    member = actors.person(person_id, "gateway")
    ledger.reduction_transfer(
        actor=replace(member, label=f"{member.label} by {call.caller.actor.label}"),
        from_account_id=person_id,
        to_account_id=call.caller.provider_id,
        reduction_mg=vocabulary.milligrams("translation_ammount", _amount(given)),
        key=_key(call, item_no),
        source=f"gateway:{call.caller.provider_code}:{item_no}"[:200],
    )
    return {}


def _amount(given: dict[str, str]) -> str:
    return vocabulary.required(given, "translation_ammount")


def _key(call: GatewayCall, item_no: str) -> str:
    if len(item_no) > ITEM_NO_LENGTH_MAX or not item_no.isprintable():
        raise RequestRefused("request.bad_parameter", malformed="translation_item_no")
    return f"translate:{call.caller.provider_id}:{item_no}"


def detail(call: GatewayCall) -> dict[str, Any]:
    """One of the caller's swaps."""
    item_no = vocabulary.required(call.parameters, "translation_item_no")
    found = ledger_selectors.transfer(_key(call, item_no))
    if found is None:
        raise RequestRefused("record.not_found")
    member = parties.member(call.caller.provider_id, found.from_account_id)
    return {
        "translation_item_no": item_no,
        "occurrence_time": vocabulary.time_text(found.recorded_at),
        "amount": vocabulary.grams(found.reduction_mg),
        "project_no": pack().id,
        "project_name": pack().brand,
        "drawing_account_did": member.subject if member else "",
        "receipt_account_did": vocabulary.organisation_did(call.caller.provider_code),
    }
