"""Speed, measured against a floor and fair peers in the same run."""

import subprocess
import sys
from typing import Annotated

import typer

from tanpuhui.config import env
from tanpuhui.config.commands.runner import refuse

Arguments = Annotated[list[str] | None, typer.Argument(help="原样交给 bench；--help 查看")]


def bench(arguments: Arguments = None) -> None:
    """性能测试：与写入下限和同类做法在同一次运行中对比。Measure."""
    folder = env.PROJECT / "bench"
    if not (folder / "__main__.py").exists():
        refuse("没有找到 bench 文件夹：性能测试只随源代码提供，请在项目目录中运行。")
    command = [sys.executable, "-m", "bench", *(arguments or [])]
    raise typer.Exit(subprocess.run(command, cwd=env.PROJECT, check=False).returncode)  # noqa: S603
