"""Recompute stored acts with the other evaluation path and compare to the milligram."""

from typing import Annotated

import typer

from tanpuhui.config.commands.runner import REFUSED, django_ready, progress, say

Sample = Annotated[int, typer.Option("--sample", min=1, help="随机抽查多少条")]
Everything = Annotated[bool, typer.Option("--all", help="逐条核对全部记录")]


def replay(sample: Sample = 10_000, *, everything: Everything = False) -> None:
    """用另一条计算路径重算已存行为，逐毫克比对（每夜运行）。Replay stored acts."""
    django_ready()
    from tanpuhui.domain.scenarios import selectors

    with progress("逐毫克比对"):
        outcome = selectors.replay(sample=None if everything else sample)
    say(f"比对 {outcome.checked:,} 条，不一致 {len(outcome.differences):,} 条。")
    for difference in outcome.differences[:20]:
        say(f"  {difference}")
    if outcome.differences:
        raise typer.Exit(REFUSED)
