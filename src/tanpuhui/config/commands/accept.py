"""Acceptance: import real files that the repository does not hold, compare with their figures."""

from pathlib import Path
from typing import Annotated

import typer

from tanpuhui.config.commands.runner import REFUSED

Data = Annotated[
    Path, typer.Argument(exists=True, file_okay=False, help="含 expected.json 的数据文件夹")
]


def accept(data: Data) -> None:
    """用真实数据文件验收：逐项打印得到的与应有的数字。Acceptance on real files."""
    from tanpuhui.config.acceptance import run

    if not run(data):
        raise typer.Exit(REFUSED)
