"""Consents as a citizen reads and changes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db import transaction
from django.utils.translation import get_language, gettext

from tanpuhui.domain.notify import services as notify
from tanpuhui.domain.parties import selectors as reads
from tanpuhui.domain.parties import services as parties
from tanpuhui.domain.parties.data import PLATFORM, ConsentView
from tanpuhui.domain.scenarios import selectors as scenarios
from tanpuhui.domain.scenarios.data import ScenarioConsent
from tanpuhui.kernel import cityrules, clock
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.errors import DomainError
from tanpuhui.web.shared.language import ENGLISH
from tanpuhui.web.shared.scenes import GROUPS
from tanpuhui.web.templatetags.tph import scene, zh

PURPOSE = "quantify"
OFFERED = ("points", "issue")
PURPOSES = {
    "notice": "碳账户使用须知",
    "child": "儿童个人信息保护须知",
    "points": "用积分兑换激励",
    "issue": "减排量汇集与签发",
    "balance": "查询我的减排量余额",
    "translate": "用减排量换取权益",
}


class UnknownChoice(DomainError):
    """The form names a provider or scenario that is not on offer."""

    code = "page.unknown_choice"
    status = 404


@dataclass(frozen=True)
class ConsentText:
    """The words to which somebody consents: the Chinese ones, which a translation may explain."""

    version: str
    title: str
    paragraphs: tuple[str, ...]
    purpose: str = PURPOSE
    title_en: str = ""
    paragraphs_en: tuple[str, ...] = ()

    @property
    def is_translated(self) -> bool:
        """Whether the page shows a translation, beside the words that bind."""
        return get_language() == ENGLISH and bool(self.paragraphs_en)

    @property
    def title_said(self) -> str:
        """The title in the reader's language, or said to be Chinese."""
        return self.title_en if self.is_translated else zh(self.title)

    @property
    def reading(self) -> tuple[str, ...]:
        """The words as they are read first."""
        return self.paragraphs_en if self.is_translated else self.paragraphs


@dataclass(frozen=True)
class ConsentRow:
    """One consent in words; `has_text` where the pack keeps the words of its version."""

    consent: ConsentView
    title: str
    who: str
    has_text: bool


@dataclass(frozen=True)
class PurposeChoice:
    """A purpose that is no scenario; without words only a provider can report it again."""

    provider_id: int
    purpose: str
    title: str
    who: str
    standing: ConsentRow | None
    words: ConsentText | None


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


def text_of(version: str) -> ConsentText | None:
    """The words of one version, e.g. `notice/1`, as the pack keeps them."""
    declared = (cityrules.pack().consents or {}).get("consents", [])
    found = (one for one in declared if f"{one['id']}/{int(one['version'])}" == version)
    one = next(found, None)
    return _text(one) if one else None


def standing(person_id: int) -> list[ConsentRow]:
    """Every consent towards a provider that stands now."""
    return [
        row
        for row in history(person_id)
        if row.consent.withdrawn_at is None and row.consent.provider_id
    ]


def history(person_id: int) -> list[ConsentRow]:
    """Every consent ever given, newest first, in words."""
    return [_row(one) for one in reads.consents(person_id)]


def choices_beside(person_id: int, *, is_child: bool) -> list[PurposeChoice]:
    """Purposes that are no scenario: the platform's own, and those that a provider reported."""
    rows = [row for row in history(person_id) if row.consent.withdrawn_at is None]
    active = {row.consent.purpose: row for row in rows if not row.consent.provider_id}
    own = [
        PurposeChoice(PLATFORM, purpose, words.title, "平台", active.get(purpose), words)
        for purpose in (() if is_child else OFFERED)
        if (words := platform_text(purpose))
    ]
    reported = [
        PurposeChoice(row.consent.provider_id, row.consent.purpose, row.title, row.who, row, None)
        for row in rows
        if row.consent.provider_id and row.consent.purpose != PURPOSE
    ]
    return own + reported


def _row(one: ConsentView) -> ConsentRow:
    if one.scenario_no:
        title = cityrules.pack().scenario_by_no(one.scenario_no).title
    else:
        title = PURPOSES.get(one.purpose, one.purpose)
    return ConsentRow(
        one, title, one.provider_title or "平台", text_of(one.text_version) is not None
    )


def decide_beside(actor: Actor, *, provider_id: str, purpose: str, deed: str) -> str:
    """Grant or withdraw a purpose that is no scenario; the sentence that tells what was done.

    Raises:
        UnknownChoice: no such purpose, or one that only a provider may report.
    """
    assert actor.party_id is not None
    offered = choices_beside(actor.party_id, is_child=False)
    one = next(
        (o for o in offered if (str(o.provider_id), o.purpose) == (provider_id, purpose)), None
    )
    if one is None or deed not in {"grant", "withdraw"} or (deed == "grant" and not one.words):
        raise UnknownChoice("没有这项授权，可能已经撤回。请回到授权管理重新选择。")
    if deed == "withdraw":
        with transaction.atomic():
            parties.consent_withdraw(
                actor=actor,
                provider_id=one.provider_id,
                person_id=actor.party_id,
                scenario_nos=[PLATFORM],
                purpose=purpose,
            )
            _tell(actor.party_id, "consent_withdrawn", one.who, one.title)
        return gettext("已撤回：%(title)s。") % {"title": gettext(one.title)}
    assert one.words is not None
    with transaction.atomic():
        parties.consents_grant_many(
            actor=actor,
            provider_id=one.provider_id,
            person_ids=[actor.party_id],
            scenario_nos=[PLATFORM],
            text_version=one.words.version,
            purpose=purpose,
        )
        _tell(actor.party_id, "consent_given", one.who, one.title, one.words.version)
    return gettext("已同意：%(title)s，随时可以撤回。") % {"title": gettext(one.title)}


def _tell(person_id: int, code: str, provider: str, scenario: str, version: str = "") -> None:
    facts = {"provider": provider, "scenario": scenario, "version": version}
    notify.message_send(person_id=person_id, code=code, facts=facts, link="/m/consents/")


def _text(one: Mapping[str, Any]) -> ConsentText:
    return ConsentText(
        f"{one['id']}/{int(one['version'])}",
        str(one["title"]),
        _paragraphs(str(one["text"])),
        str(one["purpose"]),
        str(one.get("title_en", "")),
        _paragraphs(str(one.get("text_en", ""))),
    )


def _paragraphs(words: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in words.splitlines() if line.strip())


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
        with transaction.atomic():
            parties.consent_withdraw(
                actor=actor,
                provider_id=one.provider_id,
                person_id=actor.party_id,
                scenario_nos=[one.scenario_no],
                purpose=PURPOSE,
            )
            _tell(actor.party_id, "consent_withdrawn", one.provider_title, one.title)
        sentence = gettext("已撤回：%(who)s不能再发来您的%(what)s记录，已入账的不受影响。")
        return sentence % {"who": one.provider_title, "what": scene(one.title)}
    words = text(one.scenario_id)
    version = words.version if words else "none"
    with transaction.atomic():
        parties.consents_grant_many(
            actor=actor,
            provider_id=one.provider_id,
            person_ids=[actor.party_id],
            scenario_nos=[one.scenario_no],
            text_version=version,
            purpose=PURPOSE,
        )
        _tell(actor.party_id, "consent_given", one.provider_title, one.title, version)
    sentence = gettext("已同意：%(who)s可以发来您的%(what)s记录，随时可以撤回。")
    return sentence % {"who": one.provider_title, "what": scene(one.title)}
