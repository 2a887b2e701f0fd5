"""The database: tables, address, shell, stop."""

import shutil
import subprocess
from typing import Annotated
from urllib.parse import quote

import typer

from tanpuhui.config import env
from tanpuhui.config.commands.runner import django_ready, migrations_pending, note, refuse, say

app = typer.Typer(help="数据库：地址、命令行、停止。Database.", no_args_is_help=True)


def migrate() -> None:
    """建立或升级数据库表（可重复运行）。Create or upgrade the tables."""
    django_ready(migrated=False)
    upgrade()


def upgrade() -> None:
    """Apply what is missing and say so."""
    from django.core.management import call_command

    pending = migrations_pending()
    if pending:
        call_command("migrate", interactive=False, verbosity=0)
        note(f"数据库：已执行 {pending} 步升级。")
    else:
        note("数据库：已是最新。")


def address() -> str:
    """The running database as a URL."""
    from django.conf import settings

    chosen = settings.DATABASES["default"]
    login = quote(str(chosen["USER"])) + (
        f":{quote(str(chosen['PASSWORD']))}" if chosen["PASSWORD"] else ""
    )
    host, port, name = str(chosen["HOST"]), chosen["PORT"], chosen["NAME"]
    if host.startswith("/"):  # a socket folder cannot stand in the host part of a URL
        return f"postgresql://{login}@/{name}?host={quote(host, safe='')}&port={port}"
    return f"postgresql://{login}@{host}:{port}/{name}"


@app.command("url")
def url() -> None:
    """显示连接地址（含口令，请勿外传）。Print the address."""
    django_ready(migrated=False)
    say(address())


@app.command("psql", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def psql(context: typer.Context) -> None:
    """打开数据库命令行；其余参数原样交给 psql。Open psql."""
    django_ready(migrated=False)
    program = _psql_program()
    if program is None:
        refuse("没有找到 psql：请安装 PostgreSQL 客户端，或用 tanpuhui db url 的地址连接。")
    # The embedded server lives as long as a process that asked for it, so wait instead of exec.
    answer = subprocess.run([program, address(), *context.args], check=False)  # noqa: S603 - a fixed program
    raise typer.Exit(answer.returncode)


def _psql_program() -> str | None:
    from tanpuhui.kernel import postgres

    carried = postgres.program("psql")
    return str(carried) if carried.exists() else shutil.which("psql")


@app.command("stop")
def stop(
    *,
    force: Annotated[
        bool, typer.Option("--force", help="有程序正在使用时也停止（它们会报连接中断）")
    ] = False,
) -> None:
    """停止内置数据库（数据保留）。平时不需要：最后一个使用它的程序退出时会自动停止。"""
    from tanpuhui.kernel import postgres

    if env.text("DATABASE_URL", ""):
        refuse("当前使用 DATABASE_URL 指定的外部数据库，本命令只停止内置数据库。")
    outcome = postgres.stop(env.home() / "postgres", force=force)
    if outcome == "busy":
        refuse("还有程序在使用数据库（例如 tanpuhui serve）。请先停止它们，或加 --force。")
    say("内置数据库已停止。" if outcome == "stopped" else "内置数据库没有在运行。")
