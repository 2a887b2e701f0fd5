"""Field keys: a new one, everything sealed with it, the old ones forgotten."""

from typing import Annotated

import typer

from tanpuhui.config import env
from tanpuhui.config.commands.runner import django_ready, note, refuse, say

app = typer.Typer(help="密钥：查看与轮换字段加密密钥。Keys.", no_args_is_help=True)


@app.command("status")
def status() -> None:
    """各加密字段还有多少用旧密钥。How much is sealed with older keys."""
    django_ready()
    from django.conf import settings

    from tanpuhui.kernel import resealing

    current, _ = settings.SECRETS.sealing()
    say(f"当前密钥 {current}，共持有 {len(settings.SECRETS.field_keys)} 个。")
    for column in resealing.columns():
        say(f"  {column.name:<42} 待换 {resealing.column_left(column):,}")


@app.command("rotate")
def rotate(
    *,
    resume: Annotated[
        bool, typer.Option("--resume", help="不生成新密钥，接着做上次没有做完的")
    ] = False,
    forget: Annotated[
        bool, typer.Option("--forget", help="全部换完后，删除不再使用的旧密钥")
    ] = False,
) -> None:
    """生成新的字段密钥，分批重新加密；可随时中断，用 --resume 接着做。Rotate the field key."""
    django_ready()
    from django.conf import settings

    from tanpuhui.config import keys
    from tanpuhui.kernel import actors, audit, resealing, second_factors

    path = env.home() / "keys.json"
    if not resume:
        made = keys.rotate(path)
        audit.record(actors.system(), "kernel:keys:rotate", f"key:{made}")
        note(f"已生成新密钥 {made}，运行中的服务会自动改用。")
    done = sum(second_factors.reseal())
    for column in resealing.columns():
        done += sum(resealing.column_reseal(column))
    left = sum(resealing.column_left(column) for column in resealing.columns())
    if left:
        refuse(f"重新加密了 {done:,} 项，还有 {left:,} 项用旧密钥，请再运行 --resume。")
    say(f"重新加密了 {done:,} 项，没有剩余。")
    if forget:
        current, _ = settings.SECRETS.sealing()
        old = [name for name in settings.SECRETS.field_keys if name != current]
        keys.retire(path, old)
        audit.record(actors.system(), "kernel:keys:forget", "key:*", after={"forgotten": old})
        say(f"已删除旧密钥 {'、'.join(old) or '（没有）'}。进行中的登录步骤需要重新开始。")
