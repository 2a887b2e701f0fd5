"""What a change request can do: for each kind how it is checked, told in words, and applied."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from tanpuhui.domain.ledger import selectors as ledger
from tanpuhui.domain.ledger import services as ledger_services
from tanpuhui.domain.ledger.states import ACCOUNT_MOVES, AccountState
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.domain.scenarios import services as scenario_services
from tanpuhui.domain.supervision import errors
from tanpuhui.domain.supervision.states import ChangeKind
from tanpuhui.kernel import clock
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.cityrules import pack

Payload = dict[str, Any]
ITEMS_MAX = 500
PER = {"day": "每日", "month": "每月", "year": "每年"}


@dataclass(frozen=True)
class Checked:
    """A payload that can be applied: its exact content, a title, and the day it takes effect."""

    payload: Payload
    title: str
    effective_from: date | None = None


@dataclass(frozen=True)
class Order:
    """What an approved change carries to its application."""

    actor: Actor
    request_id: str
    reason: str
    payload: Payload


@dataclass(frozen=True)
class Kind:
    """One kind of change; `decide` names the permission of the second person."""

    check: Callable[[Payload], Checked]
    apply: Callable[[Order], Payload]
    decide: str = "supervision.decide"


def _refused(text: str) -> errors.PayloadRefused:
    return errors.PayloadRefused(text)


def _whole(payload: Payload, name: str, label: str) -> int:
    value = payload.get(name)
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _refused(f"{label}必须是整数，请更正。")
    return value


def _day(payload: Payload) -> date:
    try:
        return date.fromisoformat(str(payload.get("effective_from", "")))
    except ValueError:
        raise _refused("请选择生效日期，写成 2026-01-31 的样子。") from None


def _scenario_title(no: int) -> str:
    try:
        return pack().scenario_by_no(no).title
    except KeyError:
        raise _refused("没有这个场景，请从场景清单重新进入。") from None


def _cap_check(payload: Payload) -> Checked:
    no, day = _whole(payload, "scenario_no", "场景"), _day(payload)
    per, of = str(payload.get("per", "")), str(payload.get("of", ""))
    blank = payload.get("limit") in {None, ""}
    limit = None if blank else _whole(payload, "limit", "上限")
    title = _scenario_title(no)
    scenario_services.cap_check(scenario_no=no, per=per, of=of, limit=limit, effective_from=day)
    words = "不设上限" if limit is None else f"{limit} {'次' if of == 'acts' else '克'}"
    exact = {"scenario_no": no, "per": per, "of": of, "limit": limit, "effective_from": str(day)}
    kind = "次数" if of == "acts" else "减排量"
    return Checked(exact, f"{title}：{PER[per]}{kind}上限改为 {words}", day)


def _pause_check(verb: str) -> Callable[[Payload], Checked]:
    def check(payload: Payload) -> Checked:
        no, day = _whole(payload, "scenario_no", "场景"), _day(payload)
        title = _scenario_title(no)
        scenario_services.pause_check(scenario_no=no, effective_from=day)
        return Checked({"scenario_no": no, "effective_from": str(day)}, f"{title}：{verb}", day)

    return check


def _rule_apply(kind: str) -> Callable[[Order], Payload]:
    def apply(order: Order) -> Payload:
        payload = order.payload
        scenario_services.rule_override(
            actor=order.actor,
            kind=kind,
            request_id=order.request_id,
            effective_from=date.fromisoformat(payload["effective_from"]),
            scenario_no=payload["scenario_no"],
            per=payload.get("per", ""),
            of=payload.get("of", ""),
            limit=payload.get("limit"),
            reason=order.reason,
        )
        return {"effective_from": payload["effective_from"]}

    return apply


def _provider(payload: Payload) -> tuple[int, str]:
    number = _whole(payload, "provider_id", "企业")
    found = next((p for p in parties.organisations("provider") if p.party_id == number), None)
    if found is None:
        raise _refused("没有这家场景企业，请从数据接入页重新进入。")
    return number, found.title


def _intake_check(verb: str, *, stops: bool) -> Callable[[Payload], Checked]:
    def check(payload: Payload) -> Checked:
        number, title = _provider(payload)
        today = (clock.today() - date(1970, 1, 1)).days
        if scenarios.overrides_now().is_stopped(number, today) == stops:
            state = "已经停止" if stops else "并未停止"
            raise _refused(f"{title}的数据接入{state}，不需要{verb}。")
        return Checked({"provider_id": number}, f"{title}：{verb}")

    return check


def _intake_apply(kind: str) -> Callable[[Order], Payload]:
    def apply(order: Order) -> Payload:
        scenario_services.rule_override(
            actor=order.actor,
            kind=kind,
            request_id=order.request_id,
            effective_from=clock.today(),
            provider_id=order.payload["provider_id"],
            reason=order.reason,
        )
        return {"effective_from": str(clock.today())}

    return apply


def _withdraw_check(payload: Payload) -> Checked:
    number, title = _provider(payload)
    items = list(dict.fromkeys(str(one).strip() for one in payload.get("items", ()) if one))
    if not items or len(items) > ITEMS_MAX:
        raise _refused(f"请填写 1 至 {ITEMS_MAX} 个记录编号，每行一个。")
    known = {one.item_no for one in scenarios.acts_to_correct(number, items)}
    missing = [one for one in items if one not in known]
    if missing:
        raise _refused(f"{title}没有这些记录编号：{'、'.join(missing[:5])}，请核对。")
    return Checked({"provider_id": number, "items": items}, f"{title}：冲正 {len(items)} 条行为")


def _withdraw_apply(order: Order) -> Payload:
    answers = scenario_services.acts_withdraw(
        actor=order.actor,
        provider_id=order.payload["provider_id"],
        items=order.payload["items"],
        reason=order.reason[:200],
    )
    counts: Payload = {}
    for answer in answers.values():
        counts[answer] = counts.get(answer, 0) + 1
    return counts


def _correct_check(payload: Payload) -> Checked:
    number, title = _provider(payload)
    item_no = str(payload.get("item_no", "")).strip()
    found = scenarios.acts_to_correct(number, [item_no]) if item_no else []
    if not found:
        raise _refused(f"{title}没有记录编号 {item_no}，请核对。")
    (act,) = found
    declared = pack().inputs_for(act.scenario_id, clock.day_of(act.occurred_at))
    sent = {
        name: str(value).strip()
        for name, value in dict(payload.get("quantities", {})).items()
        if str(value).strip()
    }
    unknown = [name for name in sent if name not in declared]
    if unknown or not sent:
        raise _refused("请填写要更正的数据项；没有这些数据项：" + "、".join(unknown or ["（空）"]))
    changed = {name: value for name, value in sent.items() if act.quantities.get(name) != value}
    if not changed:
        raise _refused("填写的数值与现在的记录相同，没有可更正的内容。")
    words = "、".join(
        f"{declared[name].label} {act.quantities.get(name, '（无）')} → {value}"
        for name, value in changed.items()
    )
    exact = {
        "provider_id": number,
        "item_no": item_no,
        "quantities": changed,
        "before": {name: act.quantities.get(name) for name in changed},
    }
    return Checked(exact, f"{title}：更正 {words}"[:120])


def _correct_apply(order: Order) -> Payload:
    payload = order.payload
    found = scenarios.acts_to_correct(payload["provider_id"], [payload["item_no"]])
    if not found:
        raise _refused("原记录已不存在，不能更正。请退回这份变更。")
    (act,) = found
    now = {name: act.quantities.get(name) for name in payload["before"]}
    if now != payload["before"]:
        raise _refused("原记录在提出之后又有变动，不能照此更正。请退回，核对后重新提出。")
    member = parties.member(payload["provider_id"], act.person_id)
    if member is None:
        raise _refused("该居民与企业的绑定已解除，不能更正。请退回这份变更。")
    record: dict[str, Any] = {
        "line": 1,
        "item_no": act.item_no,
        "subject": member.subject,
        "scenario": act.scenario_id,
        "occurred_at": act.occurred_at,
        "asset_key": act.asset_key,
    }
    record |= {f"q_{name}": v for name, v in (act.quantities | payload["quantities"]).items()}
    frame = pl.DataFrame([record]).with_columns(
        pl.col("line").cast(pl.Int64),
        pl.col("asset_key").cast(pl.String),
        pl.col("occurred_at").dt.convert_time_zone("UTC").cast(pl.Datetime("us", "UTC")),
    )
    result = scenario_services.acts_correct(
        actor=order.actor,
        provider_id=payload["provider_id"],
        batch_no=f"change-{order.request_id}",
        records=frame,
        reason=order.reason[:200],
    )
    (receipt,) = result.receipts.to_dicts()
    if receipt["status"] == "refused":
        raise _refused(f"更正后的记录被拒收：{receipt['message']} 原记录未变，请退回后重新提出。")
    return {
        "before_mg": act.reduction_mg,
        "after_mg": receipt["reduction_mg"] or 0,
        "code": receipt["code"],
    }


def _account_check(state: AccountState, verb: str) -> Callable[[Payload], Checked]:
    def check(payload: Payload) -> Checked:
        person = parties.person_by_public_id(str(payload.get("person", "")))
        if person is None:
            raise _refused("没有这位居民，请从居民服务重新进入。")
        before = AccountState(ledger.balance(person.party_id).state)
        if (before, state) not in ACCOUNT_MOVES:
            raise _refused(f"账户当前为“{before.label}”，不能{verb}。")
        return Checked({"person": person.public_id}, f"{verb}：居民 {person.public_id}")

    return check


def _account_apply(state: AccountState) -> Callable[[Order], Payload]:
    def apply(order: Order) -> Payload:
        person = parties.person_by_public_id(order.payload["person"])
        if person is None:
            raise _refused("这位居民已注销，不能执行。请退回这份变更。")
        ledger_services.account_set_state(
            actor=order.actor, account_id=person.party_id, state=state, reason=order.reason
        )
        return {"state": str(state)}

    return apply


RULE = "supervision.decide_rule"
KINDS: Mapping[ChangeKind, Kind] = {
    ChangeKind.CAP: Kind(_cap_check, _rule_apply("cap"), RULE),
    ChangeKind.PAUSE: Kind(_pause_check("暂停核算"), _rule_apply("pause"), RULE),
    ChangeKind.RESUME: Kind(_pause_check("恢复核算"), _rule_apply("resume"), RULE),
    ChangeKind.INTAKE_STOP: Kind(_intake_check("停止接入", stops=True), _intake_apply("stop")),
    ChangeKind.INTAKE_START: Kind(_intake_check("恢复接入", stops=False), _intake_apply("start")),
    ChangeKind.ACTS_WITHDRAW: Kind(_withdraw_check, _withdraw_apply),
    ChangeKind.ACTS_CORRECT: Kind(_correct_check, _correct_apply),
    ChangeKind.ACCOUNT_FREEZE: Kind(
        _account_check(AccountState.FROZEN, "冻结账户"), _account_apply(AccountState.FROZEN)
    ),
    ChangeKind.ACCOUNT_RELEASE: Kind(
        _account_check(AccountState.OPEN, "解冻账户"), _account_apply(AccountState.OPEN)
    ),
}
