"""Quantify a period again after a factor was corrected; differences are posted as reversals."""

from datetime import datetime
from typing import Annotated

import typer

from tanpuhui.config.commands.runner import django_ready, note, progress, say, table, wrong_input

MG_PER_KG = 1_000_000
From = Annotated[
    datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="第一天，如 2026-01-01")
]
Until = Annotated[
    datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="最后一天（含），如 2026-01-31")
]
Scenario = Annotated[str, typer.Option("--scenario", help="只算一个场景，如 travel/metro")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="只列出差异，不记账")]
Reason = Annotated[str, typer.Option("--reason", help="原因，写入审计记录（正式记账时必填）")]


def recompute(
    *,
    start: From,
    end: Until,
    scenario: Scenario = "",
    dry_run: DryRun = False,
    reason: Reason = "",
) -> None:
    """按现行规则包重算一段时期，差额以冲正方式入账。Re-quantify a period."""
    if end < start:
        wrong_input("--to 早于 --from，请检查日期。")
    if not dry_run and not reason:
        wrong_input("正式重算需要 --reason 说明原因；只想看看差异请加 --dry-run。")
    django_ready()
    from tanpuhui.domain.scenarios import services as scenarios
    from tanpuhui.kernel import actors, cityrules

    if scenario and scenario not in cityrules.pack().scenarios:
        wrong_input(f"规则包里没有场景 {scenario}。")
    with progress("重算"):
        outcome = scenarios.acts_recompute(
            actor=actors.system(),
            start=start.date(),
            end=end.date(),
            scenario_id=scenario or None,
            reason=reason or "dry-run",
            dry_run=dry_run,
        )
    note(f"已重算 {outcome.checked:,} 条，{outcome.changed:,} 条有差异。")
    say(str(outcome))
    _ = table
