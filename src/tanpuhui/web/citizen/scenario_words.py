"""A scenario's rules in words."""

from fractions import Fraction

from tanpuhui.domain.scenarios import selectors as scenario_reads
from tanpuhui.domain.scenarios.data import CapOn
from tanpuhui.engine.methodologies import Methodology
from tanpuhui.engine.rounding import display_text
from tanpuhui.kernel import clock
from tanpuhui.packs import Scenario
from tanpuhui.web.shared import scenes
from tanpuhui.web.shared.scenes import Line

PERIODS = {"day": "每天", "month": "每月", "year": "每年"}
GRAMS_PER_KILOGRAM = 1000


def chips(scenario: Scenario, method: Methodology | None) -> list[tuple[str, str]]:
    """What the scenario may give, as (word, tone)."""
    found = [("可计减排量", "ok")] if scenario.is_quantified else [("只记积分", "off")]
    if method and method.has_provisional:
        found.append(("含暂定参数", "wait"))
    return found


def points_text(scenario: Scenario) -> str:
    """Points per act of a points-only scenario today, with the reason where provisional."""
    if scenario.points is None:
        return ""
    _, entry = scenario.points.values.on(clock.today())
    note = f"（暂定：{scenario.points.reason}）" if scenario.points.provisional else ""
    return f"{scenario.points.label}：{display_text(entry.value)} 分{note}"


def cap_text(cap: CapOn) -> str:
    """A ceiling: 最多 5 次."""
    if cap.of == "acts":
        return f"最多 {cap.limit} 次"
    return f"最多 {display_text(Fraction(cap.limit, GRAMS_PER_KILOGRAM))} kg"


def rules(scenario: Scenario) -> list[Line]:
    """Who may claim, ceilings, delays, and the clause behind it."""
    lines = [Line("谁可以记", scenario.claimant_note)]
    reasons = {(cap.per, cap.of): cap.reason for cap in scenario.caps}
    for cap in scenario_reads.caps_on(scenario.no, clock.today()):
        note = f"（暂定：{reasons[cap.per, cap.of]}）" if cap.is_provisional else ""
        since = f"（自 {cap.since} 起）" if cap.since else ""
        lines.append(Line(PERIODS[cap.per], cap_text(cap) + note + since))
    lines.append(Line("多久入账", scenario.expected_delay))
    lines.append(Line("最晚补报", f"发生后 {scenario.late_days} 天内"))
    lines.append(Line("依据", scenes.source_title(scenario.notice)))
    return [line for line in lines if line.text]


def inputs(scenario: Scenario) -> list[Line]:
    """What a provider sends, with bounds."""
    declared = scenario.inputs_on(clock.today())
    return [Line(one.label, scenes.bounds(one)) for one in declared.values()]
