"""Recompute stored acts with the other evaluation path and compare to the milligram."""

from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Annotated

import typer

from tanpuhui.config.commands.runner import (
    REFUSED,
    django_ready,
    progress,
    say,
    wrong_input,
)

SHOWN = 20
DAYS = 31
From = Annotated[
    datetime | None,
    typer.Option("--from", formats=["%Y-%m-%d"], help=f"第一天；省略时为 {DAYS} 天前"),
]
Until = Annotated[
    datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="最后一天（含）；省略时为今天")
]
Percent = Annotated[str, typer.Option("--percent", help="抽查比例，如 5 或 0.1；100 为逐条核对")]
Everything = Annotated[bool, typer.Option("--all", help="核对全部日期的全部记录")]


def replay(
    start: From = None,
    end: Until = None,
    percent: Percent = "100",
    *,
    everything: Everything = False,
) -> None:
    """用另一条计算路径重算已存行为，逐毫克比对（每夜运行）。Replay stored acts."""
    share = _share(percent)
    django_ready()
    from tanpuhui.domain.scenarios import services as scenarios
    from tanpuhui.kernel import clock

    last = end.date() if end else clock.today()
    first = start.date() if start else last - timedelta(days=DAYS)
    if everything:
        first, last, share = date(2000, 1, 1), clock.today() + timedelta(days=1), Fraction(100)
    if last < first:
        wrong_input("--to 早于 --from，请检查日期。")
    with progress("逐毫克比对"):
        report = scenarios.replay(first=first, last=last, percent=share)
    rate = report.checked / report.seconds if report.seconds else 0
    say(
        f"比对 {report.checked:,} 条，不一致 {len(report.differing):,} 条，"
        f"用时 {report.seconds:.1f} 秒（每秒 {rate:,.0f} 条）。"
    )
    for one in report.differing[:SHOWN]:
        say(f"  {one.occurred_on} {one.item_no} 已存 {one.before_mg:,}，重算 {one.after_mg:,} 毫克")
    if report.differing:
        raise typer.Exit(REFUSED)


def _share(percent: str) -> Fraction:
    try:
        share = Fraction(percent)
    except (ValueError, ZeroDivisionError):
        wrong_input(f"--percent 请填 0 到 100 之间的数字，收到的是“{percent}”。")
    if not 0 < share <= 100:  # noqa: PLR2004 - a percentage
        wrong_input(f"--percent 请填 0 到 100 之间的数字，收到的是“{percent}”。")
    return share
