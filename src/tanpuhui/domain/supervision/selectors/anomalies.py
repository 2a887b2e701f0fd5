"""Findings, and what they say in words."""

from datetime import date

from django.db.models import Q, QuerySet

from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.supervision import errors
from tanpuhui.domain.supervision.data import FindingView
from tanpuhui.domain.supervision.models import AnomalyFinding
from tanpuhui.domain.supervision.states import AnomalyState
from tanpuhui.kernel.cityrules import pack
from tanpuhui.kernel.listing import ordered, state_counts

RULES = {
    "refusals": "退回比例偏高",
    "jump": "数量突增",
    "many_providers": "一人多企业",
    "concentration": "占比过高",
    "same_inputs": "数值雷同",
}
ORDERS = {"day": "day", "found": "found_at", "rule": "rule"}
HUNDRED = 100


def findings(
    *,
    state: str = "",
    rule: str = "",
    subject: str = "",
    text: str = "",
    first: date | None = None,
    order: str = "-day",
    limit: int = 50,
    offset: int = 0,
) -> list[FindingView]:
    """A page of findings; subject is `provider:12` and also finds `provider:12/scenario:2`.

    `text` is part of a provider's or a scenario's title.
    """
    rows = _chosen(rule, subject, text)
    if state:
        rows = rows.filter(state=state)
    if first is not None:
        rows = rows.filter(day__gte=first)
    page = ordered(rows, order, ORDERS, "day", "-pk")[offset : offset + limit]
    titles = provider_titles()
    return [finding_view(row, titles) for row in page]


def finding_counts(*, rule: str = "", subject: str = "", text: str = "") -> dict[str, int]:
    """State → number of findings."""
    return state_counts(_chosen(rule, subject, text))


def _chosen(rule: str, subject: str, text: str = "") -> "QuerySet[AnomalyFinding]":
    rows = AnomalyFinding.objects.all()
    if rule:
        rows = rows.filter(rule=rule)
    if subject:
        rows = rows.filter(subject=subject) | rows.filter(subject__startswith=f"{subject}/")
    if text:
        rows = rows.filter(_about(text))
    return rows


def _about(text: str) -> Q:
    """Findings about providers and scenarios with this text in their title, or with this number."""
    wanted = text.casefold()
    found = Q(public_id=text)
    for number, title in provider_titles().items():
        if wanted in title.casefold():
            found |= Q(subject=f"provider:{number}") | Q(subject__startswith=f"provider:{number}/")
    for scenario in pack().scenarios.values():
        if wanted in scenario.title.casefold():
            found |= Q(subject__endswith=f"scenario:{scenario.no}")
    return found


def finding(public_id: str) -> FindingView:
    """One finding.

    Raises:
        UnknownFinding: there is none.
    """
    row = AnomalyFinding.objects.filter(public_id=public_id).first()
    if row is None:
        raise errors.UnknownFinding("没有这条异常，请从清单重新进入。")
    return finding_view(row)


def provider_titles() -> dict[int, str]:
    """Party id → title of every provider."""
    return {one.party_id: one.title for one in parties.organisations("provider")}


def finding_view(row: AnomalyFinding, titles: dict[int, str] | None = None) -> FindingView:
    """A row with its sentence."""
    known = provider_titles() if titles is None else titles
    return FindingView(
        public_id=row.public_id,
        rule=row.rule,
        rule_label=RULES.get(row.rule, row.rule),
        subject=row.subject,
        day=row.day,
        evidence=row.evidence,
        sentence=_sentence(row, known),
        state=row.state,
        state_label=AnomalyState(row.state).label,
        found_at=row.found_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        note=row.note,
    )


def _sentence(row: AnomalyFinding, titles: dict[int, str]) -> str:
    figures = row.evidence.get("figures", {})
    who = "，".join(_named(part, titles) for part in row.subject.split("/"))
    if row.rule == "refusals":
        share = figures["refused"] * HUNDRED // max(figures["records"], 1)
        return (
            f"{who}：当日收到 {figures['records']:,} 条，退回 {figures['refused']:,} 条（{share}%）"
        )
    if row.rule == "jump":
        return f"{who}：当日计入 {figures['acts']:,} 次，此前日均 {figures['usual']:,} 次"
    if row.rule == "many_providers":
        return f"{who}：同日有 {figures['providers']} 家企业上报 {figures['acts']} 次行为"
    if row.rule == "concentration":
        share = figures["reduction_mg"] * HUNDRED // max(figures["total_mg"], 1)
        return f"{who}：占当日全市减排量的 {share}%"
    if row.rule == "same_inputs":
        return (
            f"{who}：{figures['acts']:,} 次行为中有 {figures['same']:,} 次数值完全相同，"
            f"涉及 {figures['people']:,} 人"
        )
    return who


def _named(part: str, titles: dict[int, str]) -> str:
    kind, _, number = part.partition(":")
    if kind == "provider":
        return titles.get(int(number), f"企业 {number}")
    if kind == "scenario":
        try:
            return pack().scenario_by_no(int(number)).title
        except KeyError:
            return f"场景 {number}"
    return "一位居民"
