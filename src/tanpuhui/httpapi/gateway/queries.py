"""Reads through the gateway: a caller sees its own acts and its own members, nothing else."""

from typing import Any

from tanpuhui.domain.ledger import selectors as ledger
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.domain.scenarios.data import ProviderAct
from tanpuhui.httpapi import fields
from tanpuhui.httpapi.errors import RequestRefused
from tanpuhui.httpapi.gateway import vocabulary
from tanpuhui.httpapi.gateway.acquisition import green_summary, green_title
from tanpuhui.httpapi.gateway.members import BALANCE, person_of, require_consent
from tanpuhui.httpapi.gateway.wire import GatewayCall, nested
from tanpuhui.kernel import clock
from tanpuhui.kernel.cityrules import pack

GREEN_ITEMS = "%#%"
GREEN_LIMIT_MAX = 200
PERIODS = {"Daily": "%Y-%m-%d", "Monthly": "%Y-%m"}


def list_data(call: GatewayCall) -> dict[str, Any]:
    """A page of the caller's acts; the window is the last 31 days where none is given."""
    given = nested(call.parameters)
    current, size = vocabulary.page(given)
    if "project_no" in given:
        vocabulary.project(given)
    if given.get("carbon_offset_platform_no", vocabulary.PLATFORM_SELF) not in {
        vocabulary.PLATFORM_SELF,
        pack().id,
    }:
        return {"current": current, "page_size": size, "total": 0, "list": []}
    person_id = person_of(call, vocabulary.did(given)) if given.get("account_did") else None
    total, acts = scenarios.provider_acts(
        call.caller.provider_id,
        since=_moment(given, "occurrent_start_time"),
        until=_moment(given, "occurrent_end_time"),
        person_id=person_id,
        scenario_nos=_scenario_nos(given.get("scenario_code")),
        offset=(current - 1) * size,
        limit=size,
    )
    return {
        "current": current,
        "page_size": size,
        "total": total,
        "list": [_item(call, act) for act in acts],
    }


def _moment(given: dict[str, Any], name: str) -> Any:
    return vocabulary.instant(given[name], name) if given.get(name) else None


def _scenario_nos(codes: Any) -> list[int]:
    if codes is None:
        return []
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        raise RequestRefused("request.bad_parameter", malformed="scenario_code")
    known = [pack().scenarios.get(vocabulary.scenario_id(code)) for code in codes]
    return [scenario.no if scenario else -1 for scenario in known]


def _item(call: GatewayCall, act: ProviderAct) -> dict[str, Any]:
    return _described(call, act) | {
        "active_datum": [
            {"item_code": name, "item_amount": value} for name, value in act.quantities.items()
        ]
    }


def _described(call: GatewayCall, act: ProviderAct) -> dict[str, Any]:
    scenario = pack().scenario_by_no(act.scenario_no)
    member = parties.member(call.caller.provider_id, act.person_id)
    return {
        "acquisition_item_no": act.item_no,
        "project_no": pack().id,
        "account_did": member.subject if member else "",
        "occurrent_time": vocabulary.time_text(act.occurred_at),
        "scenario_code": scenario.id,
        "scenario_name": scenario.title,
        "platform_no": vocabulary.PLATFORM_SELF,
        "offset_volume": vocabulary.grams(act.reduction_mg),
        "carbon_energy": vocabulary.energy(act.reduction_mg),
    }


def detail(call: GatewayCall) -> dict[str, Any]:
    """One of the caller's acts."""
    item_no = vocabulary.required(call.parameters, "acquisition_item_no")
    act = scenarios.provider_act(call.caller.provider_id, item_no)
    if act is None:
        raise RequestRefused("record.not_found")
    scenario = pack().scenario_by_no(act.scenario_no)
    declared = fields.accepted(scenario.id, clock.day_of(act.occurred_at))
    data = []
    for name, value in act.quantities.items():
        field = declared.get(name)
        unit = field.unit.text if field and field.unit else ""
        data.append(
            {
                "active_data_no": name,
                "active_data_name": field.label if field else name,
                "active_data_unit": unit,
                "description": "",
                "active_data_value": value,
            }
        )
    return _described(call, act) | {"project_name": pack().brand, "active_data_list": data}


def preview(call: GatewayCall) -> dict[str, Any]:
    """How many members the caller has registered, and the grams of its acts in the book."""
    vocabulary.project(call.parameters)
    members, _ = parties.members(call.caller.provider_id, limit=0)
    first_day = min(scenario.effective.start for scenario in pack().scenarios.values())
    sums = scenarios.provider_sums(call.caller.provider_id, since=vocabulary.day_start(first_day))
    total_mg = sum(mg for _, _, _, mg in sums)
    return {
        "register_member_total": members,
        "carbon_energy_total": str(vocabulary.energy(total_mg)),
    }


def account(call: GatewayCall) -> dict[str, Any]:
    """A member's whole balance in grams; needs their consent to this purpose."""
    vocabulary.project(call.parameters)
    account_did = vocabulary.did(call.parameters)
    person_id = person_of(call, account_did)
    require_consent(call, person_id, BALANCE)
    return {
        "project_no": pack().id,
        "account_did": account_did,
        "offset_balance": vocabulary.grams(ledger.balance(person_id).reduction_mg),
    }


def list_green(call: GatewayCall) -> dict[str, Any]:
    """The caller's latest green operations."""
    limit = vocabulary.whole(call.parameters, "limit", 20)
    if not 1 <= limit <= GREEN_LIMIT_MAX:
        raise RequestRefused("request.bad_parameter", limit=f"1..{GREEN_LIMIT_MAX}")
    _, acts = scenarios.provider_acts(call.caller.provider_id, item_like=GREEN_ITEMS, limit=limit)
    return {"list": [green_summary(act.item_no, act.occurred_at, act.reduction_mg) for act in acts]}


def count_green(call: GatewayCall) -> dict[str, Any]:
    """The caller's green operations summed by day or month, and by type; energy in grams."""
    given = call.parameters
    frequency = vocabulary.required(given, "statistic_frequence")
    if frequency not in PERIODS:
        raise RequestRefused("request.bad_parameter", statistic_frequence=list(PERIODS))
    rows = scenarios.provider_sums(
        call.caller.provider_id,
        since=_moment(given, "occurrence_start_time"),
        until=_moment(given, "occurrence_end_time"),
        item_like=GREEN_ITEMS,
    )
    by_period: dict[str, list[int]] = {}
    by_kind: dict[str, list[int]] = {}
    for day, kind, acts, mg in rows:
        for sums, key in ((by_period, day.strftime(PERIODS[frequency])), (by_kind, kind)):
            known = sums.setdefault(key, [0, 0])
            known[0] += acts
            known[1] += mg
    return {
        "green_energy_total": vocabulary.energy(sum(mg for _, mg in by_kind.values())),
        "green_energy_unit": "g",
        "green_operation_records": sum(acts for acts, _ in by_kind.values()),
        "statistics_by_frequence_list": [
            {
                "occurrence_period": period,
                "green_energy_amount": vocabulary.energy(mg),
                "green_operation_records": acts,
            }
            for period, (acts, mg) in by_period.items()
        ],
        "statistics_by_type_list": [
            {
                "green_operation_type": kind,
                "green_operation_type_name": green_title(kind),
                "green_energy_amount": vocabulary.energy(mg),
                "green_operation_records": acts,
            }
            for kind, (acts, mg) in by_kind.items()
        ],
    }
