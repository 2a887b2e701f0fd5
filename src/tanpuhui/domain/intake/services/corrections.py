"""Withdrawals and corrections by hand: few at a time; many need the operator's two people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import polars as pl

from tanpuhui.domain.intake.errors import CorrectionRefused
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.scenarios import selectors, services
from tanpuhui.domain.scenarios.data import RECORD_SCHEMA, ActRecord
from tanpuhui.domain.scenarios.reasons import BY_CODE
from tanpuhui.domain.supervision import services as supervision
from tanpuhui.engine.methodologies import Input
from tanpuhui.kernel import clock
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.cityrules import pack
from tanpuhui.kernel.permissions import permit

ITEMS_MAX = 50
PROPOSED_MAX = 500
REASON_MIN, REASON_MAX = 4, 200


@dataclass(frozen=True)
class HeldItem:
    """One item number as it stands."""

    item_no: str
    is_held: bool
    code: str = ""
    sentence: str = ""
    scenario_title: str = ""
    occurred_at: datetime | None = None
    reduction_mg: int = 0
    points: int = 0
    quantities: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, Input] = field(default_factory=dict)

    @property
    def lines(self) -> list[tuple[Input, str]]:
        """Every quantity that can be corrected, with what stands now."""
        return [(one, self.quantities.get(name, "")) for name, one in self.inputs.items()]


def items_look(provider_id: int, items: Sequence[str]) -> list[HeldItem]:
    """What stands under each number; at most as many as may be changed at once."""
    wanted = list(items[:ITEMS_MAX])
    acts = {one.item_no: one for one in selectors.acts_to_correct(provider_id, wanted)}
    return [_look(item, acts.get(item)) for item in wanted]


def _look(item_no: str, act: ActRecord | None) -> HeldItem:
    if act is None:
        return HeldItem(item_no, is_held=False)
    return HeldItem(
        item_no,
        is_held=act.code != "act.withdrawn",
        code=act.code,
        sentence=BY_CODE[act.code].sentence,
        scenario_title=pack().scenarios[act.scenario_id].title,
        occurred_at=act.occurred_at,
        reduction_mg=act.reduction_mg,
        points=act.points,
        quantities=act.quantities,
        inputs=pack().inputs_for(act.scenario_id, clock.day_of(act.occurred_at)),
    )


def items_withdraw(
    *, actor: Actor, provider_id: int, items: Sequence[str], reason: str
) -> dict[str, str]:
    """Withdraw a handful of acts.

    Raises:
        CorrectionRefused: no item, no reason, or so many that two people should decide.
    """
    permit(actor, "intake.manage", party_id=provider_id)
    _check(items, reason)
    return services.acts_withdraw(
        actor=actor, provider_id=provider_id, items=list(items), reason=reason.strip()
    )


def items_propose(*, actor: Actor, provider_id: int, items: Sequence[str], reason: str) -> str:
    """Ask the operator to withdraw many acts; somebody there decides, and this is the other person.

    Returns:
        The public id of the change.

    Raises:
        CorrectionRefused: no reason, or more than one change may hold.
        PayloadRefused: numbers that this provider does not have.
    """
    permit(actor, "intake.manage", party_id=provider_id)
    _check(items[:ITEMS_MAX], reason)
    if len(items) > PROPOSED_MAX:
        raise CorrectionRefused(f"一次申请最多 {PROPOSED_MAX} 条，请分几次提交。")
    change = supervision.change_propose(
        actor=replace(actor, roles=frozenset({"system"})),  # on its behalf; the label stays
        kind="acts_withdraw",
        payload={"provider_id": provider_id, "items": list(items)},
        reason=reason.strip(),
    )
    return change.public_id


def item_correct(
    *, actor: Actor, provider_id: int, item_no: str, quantities: Mapping[str, str], reason: str
) -> str:
    """Replace one act's quantities; everything else of it stays.

    Returns:
        What became of it, in words.

    Raises:
        CorrectionRefused: nothing stands under the number, or the record was refused.
    """
    permit(actor, "intake.manage", party_id=provider_id)
    _check([item_no], reason)
    act = next(iter(selectors.acts_to_correct(provider_id, [item_no])), None)
    if act is None or act.code == "act.withdrawn":
        raise CorrectionRefused("没有这个单号的有效记录，无法更正。请核对单号。")
    result = services.acts_correct(
        actor=actor,
        provider_id=provider_id,
        batch_no=f"page:{clock.now():%Y%m%d%H%M%S}:{item_no}"[:160],
        records=_record(provider_id, act, quantities),
        reason=reason.strip(),
    )
    receipt = result.receipts.to_dicts()[0]
    if receipt["status"] == "refused":
        raise CorrectionRefused(f"没有更正：{receipt['message']}")
    if receipt["status"] == "duplicate":
        raise CorrectionRefused("数值与现在的记录相同，没有改动。")
    return str(receipt["message"])


def _record(provider_id: int, act: ActRecord, quantities: Mapping[str, str]) -> pl.DataFrame:
    inputs = pack().inputs_for(act.scenario_id, clock.day_of(act.occurred_at))
    links = parties.subjects_of(act.person_id)
    subject = [name for provider, name in links if provider == provider_id]
    if not subject:
        raise CorrectionRefused("用户已与贵单位解除绑定，不能更正；如需撤回请联系运营机构。")
    record: dict[str, Any] = {
        "line": 1,
        "item_no": act.item_no,
        "subject": subject[0],
        "scenario": act.scenario_id,
        "occurred_at": act.occurred_at,
        "asset_key": act.asset_key,
        "refused": None,
        "raw": None,
    }
    schema = dict(RECORD_SCHEMA)
    for name, declared in inputs.items():
        text = quantities.get(name, act.quantities.get(name, ""))
        if text == "":
            continue
        record[f"q_{name}"] = text if declared.choices else _number(text, declared)
        schema[f"q_{name}"] = pl.String if declared.choices else pl.Float64
    return pl.DataFrame([record], schema=schema)


def _number(text: str, declared: Input) -> Any:
    try:
        return pl.Series([text.replace(",", "")]).cast(pl.Float64)[0]
    except pl.exceptions.PolarsError as error:
        raise CorrectionRefused(f"“{declared.label}”应为数字，而不是“{text[:20]}”。") from error


def _check(items: Sequence[str], reason: str) -> None:
    if not items:
        raise CorrectionRefused("请填写单号，每行一个。")
    if len(items) > ITEMS_MAX:
        raise CorrectionRefused(f"一次最多直接撤回 {ITEMS_MAX} 条。")
    if not REASON_MIN <= len(reason.strip()) <= REASON_MAX:
        raise CorrectionRefused("请写明原因（4 至 200 字），用户会在账本里看到。")
