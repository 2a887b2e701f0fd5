"""Consents as a citizen reads and changes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from tanpuhui.domain.parties import services as parties
from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.domain.scenarios.data import ScenarioConsent
from tanpuhui.kernel import cityrules, clock
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.errors import DomainError
from tanpuhui.web.shared.scenes import GROUPS

PURPOSE = "quantify"


class UnknownChoice(DomainError):
    """The form names a provider or scenario that is not on offer."""

    code = "page.unknown_choice"
    status = 404


@dataclass(frozen=True)
class ConsentText:
    """The words to which somebody consents."""

    version: str
    title: str
    paragraphs: tuple[str, ...]
    purpose: str = PURPOSE


@dataclass(frozen=True)
class ConsentGroup:
    """Consents of one clause of the notice."""

    title: str
    consents: tuple[ScenarioConsent, ...]


def choices(person_id: int, scenario_no: int | None = None) -> list[ScenarioConsent]:
    """Every provider and scenario, or those of one scenario, with this person's word."""
    found = scenarios.consents_of(person_id)
    return [one for one in found if scenario_no in {None, one.scenario_no}]


def groups(person_id: int) -> list[ConsentGroup]:
    """All choices by clause of the notice."""
    found = sorted(choices(person_id), key=lambda one: one.scenario_no)
    return [
        ConsentGroup(GROUPS.get(key, key), tuple(rows))
        for key, rows in groupby(found, key=lambda one: one.scenario_id.partition("/")[0])
    ]


def text(scenario_id: str) -> ConsentText | None:
    """The newest text of the pack for a scenario, or None where the pack has none."""
    declared = cityrules.pack().consents or {}
    fitting = [
        one
        for one in declared.get("consents", [])
        if one["purpose"] == PURPOSE and scenario_id in one.get("scenarios", [])
    ]
    return _text(max(fitting, key=lambda one: int(one["version"]))) if fitting else None


def platform_text(purpose: str) -> ConsentText | None:
    """The newest text in force of a purpose that concerns the platform itself, e.g. `notice`."""
    today = clock.today()
    fitting = [
        one
        for one in (cityrules.pack().consents or {}).get("consents", [])
        if one["purpose"] == purpose and one["effective"]["from"] <= today
    ]
    return _text(max(fitting, key=lambda one: int(one["version"]))) if fitting else None


def _text(one: Mapping[str, Any]) -> ConsentText:
    paragraphs = tuple(line.strip() for line in str(one["text"]).splitlines() if line.strip())
    return ConsentText(
        f"{one['id']}/{int(one['version'])}", str(one["title"]), paragraphs, str(one["purpose"])
    )


def decide(actor: Actor, *, provider_id: str, scenario_no: str, deed: str) -> str:
    """Grant or withdraw one consent of the acting citizen.

    Returns:
        The sentence that tells what was done.

    Raises:
        UnknownChoice: no such provider, scenario or deed.
    """
    assert actor.party_id is not None
    offered = {(str(o.provider_id), str(o.scenario_no)): o for o in choices(actor.party_id)}
    one = offered.get((provider_id, scenario_no))
    if one is None or deed not in {"grant", "withdraw"}:
        raise UnknownChoice("没有这项授权，可能已经下线。请回到授权管理重新选择。")
    if deed == "withdraw":
        parties.consent_withdraw(
            actor=actor,
            provider_id=one.provider_id,
            person_id=actor.party_id,
            scenario_nos=[one.scenario_no],
            purpose=PURPOSE,
        )
        return f"已撤回：{one.provider_title}不能再发来您的{one.title}记录，已入账的不受影响。"
    words = text(one.scenario_id)
    parties.consents_grant_many(
        actor=actor,
        provider_id=one.provider_id,
        person_ids=[actor.party_id],
        scenario_nos=[one.scenario_no],
        text_version=words.version if words else "none",
        purpose=PURPOSE,
    )
    return f"已同意：{one.provider_title}可以发来您的{one.title}记录，随时可以撤回。"
