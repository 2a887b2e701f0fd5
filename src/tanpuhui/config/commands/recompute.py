"""Quantify a period again after a factor was corrected; differences are posted as reversals."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from tanpuhui.config.commands.runner import django_ready, note, progress, say, wrong_input

if TYPE_CHECKING:
    from tanpuhui.domain.scenarios.data import Difference

SHOWN = 50
From = Annotated[
    datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="第一天，如 2026-01-01")
]
Until = Annotated[
    datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="最后一天（含），如 2026-01-31")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="只列出差异，不记账")]
Reason = Annotated[str, typer.Option("--reason", help="原因，写入审计记录（正式记账时必填）")]


def recompute(*, start: From, end: Until, dry_run: DryRun = False, reason: Reason = "") -> None:
    """按现行规则包重算一段时期，差额以冲正方式入账。Re-quantify a period."""
    if end < start:
        wrong_input("--to 早于 --from，请检查日期。")
    if not dry_run and not reason:
        wrong_input("正式重算需要 --reason 说明原因；只想看看差异请加 --dry-run。")
    django_ready()
    from tanpuhui.domain.scenarios import services as scenarios
    from tanpuhui.kernel import actors

    done = 0
    with progress("重算") as bar:

        def looked_at(more: int) -> None:
            nonlocal done
            done += more
            bar.move(done, None, f"重算 {done:,} 条")

        differences = scenarios.recompute(
            actor=actors.system(),
            first=start.date(),
            last=end.date(),
            dry_run=dry_run,
            reason=reason,
            on_progress=looked_at,
        )
    for one in differences[:SHOWN]:
        say(f"{one.occurred_on}  {one.item_no}  {_words(one)}")
    if len(differences) > SHOWN:
        say(f"……另有 {len(differences) - SHOWN:,} 条")
    left = sum(one.code != "counted" for one in differences)
    total = sum(one.after_mg - one.before_mg for one in differences)
    outcome = "只列差异，未记账" if dry_run else "已冲正并重记"
    note(f"{len(differences) - left:,} 条有差异，合计 {total:+,} 毫克；{outcome}。")
    if left:
        note(f"另有 {left:,} 条不能重算，保持原样；原因见各行。")


def _words(one: "Difference") -> str:
    from tanpuhui.domain.scenarios.reasons import BY_CODE

    if one.code != "counted":
        return f"{one.before_mg:,} 毫克，保持原样：{BY_CODE[one.code].sentence}（{one.code}）"
    change = one.after_mg - one.before_mg
    return f"{one.before_mg:,} → {one.after_mg:,} 毫克（{change:+,}）"
