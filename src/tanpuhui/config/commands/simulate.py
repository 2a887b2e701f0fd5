"""A believable city, sent through the same door as any provider's messages."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

import typer

from tanpuhui.config.commands.rollup import brought_on
from tanpuhui.config.commands.runner import django_ready, note, progress, refuse, wrong_input

People = Annotated[int, typer.Option("--people", min=10, max=1_000_000, help="人数")]
Days = Annotated[int, typer.Option("--days", min=1, max=60, help="天数")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="随机种子：相同种子得到相同的城市")]
Until = Annotated[
    datetime | None,
    typer.Option("--until", formats=["%Y-%m-%d"], help="最后一天；省略时为昨天"),
]
Http = Annotated[
    str, typer.Option("--http", help="改为经签名接口发送，如 http://127.0.0.1:8000（可作压力源）")
]
Add = Annotated[bool, typer.Option("--add", help="已有居民时再加一批")]
PEOPLE, DAYS, SEED = 2_000, 30, 20240807


def simulate(
    people: People = PEOPLE,
    days: Days = DAYS,
    seed: Seed = SEED,
    until: Until = None,
    http: Http = "",
    *,
    add: Add = False,
) -> None:
    """模拟一座小城：通勤高峰、天气、周末、住户月度用量。Simulate a city."""
    if http and not http.startswith(("http://", "https://")):
        wrong_input("--http 请写完整地址，如 http://127.0.0.1:8000。")
    django_ready()
    if occupied() and not (add or http):
        refuse("数据库里已有居民。要再加一批模拟居民请加 --add；要重来请换一个 TANPUHUI_HOME。")
    city(people=people, days=days, seed=seed, until=until, http=http)


def occupied() -> bool:
    """Whether anybody lives here already."""
    from tanpuhui.config.simulation import city as simulation

    return simulation.exists()


def city(
    *, people: int, days: int, seed: int, until: datetime | None = None, http: str = ""
) -> None:
    """Simulate, with a bar, and say what came of it."""
    from tanpuhui.config.simulation import city as simulation

    plan = simulation.Plan(people, days, seed, until.date() if until else None, http)
    with progress("模拟城市", total=1.0) as bar:
        outcome = simulation.run(plan, bar.move)
    if not http:
        brought_on()
    tally = outcome.tally
    note(
        f"模拟城市：{outcome.people:,} 人，{outcome.providers} 家场景企业，"
        f"{tally.records:,} 条记录，入账 {tally.counted:,} 条，"
        f"减排量 {Decimal(tally.reduction_mg).scaleb(-9):,.2f} tCO₂e，"
        f"积分 {tally.points:,}，用时 {outcome.seconds:.1f} 秒。"
    )
    rest = {code: count for code, count in tally.reasons.most_common() if code != "counted"}
    note("未入账：" + "，".join(f"{code} {count:,}" for code, count in rest.items()))
