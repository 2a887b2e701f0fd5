"""City packs: check the files, load them into the database."""

from pathlib import Path
from typing import Annotated

import typer

from tanpuhui.config import env
from tanpuhui.config.commands.runner import REFUSED, django_ready, note, say

app = typer.Typer(help="城市规则包：检查、装载。City packs.", no_args_is_help=True)
Folders = Annotated[
    list[Path] | None,
    typer.Argument(
        exists=True, file_okay=False, help="规则包文件夹；省略时检查 packs/ 下的全部规则包"
    ),
]


@app.command("check")
def check(folders: Folders = None) -> None:
    """检查规则包：格式、单位、来源、算例、备案锁。Check packs."""
    from tanpuhui.packs import check_pack

    chosen = folders or sorted(p.parent for p in (env.PROJECT / "packs").glob("*/pack.yaml"))
    refused = False
    for folder in chosen:
        report = check_pack(folder)
        if report.pack is None or report.problems:
            refused = True
            note(f"{folder}：\n" + "\n".join(str(problem) for problem in report.problems))
        else:
            pack = report.pack
            say(
                f"{folder}：通过。{pack.title}，场景 {len(pack.scenarios)} 个，"
                f"方法学 {len(pack.methodologies)} 个，算例 {report.cases_run} 个，"
                f"摘要 {pack.digest[:12]}"
            )
    if refused:
        raise typer.Exit(REFUSED)


@app.command("load")
def load() -> None:
    """把当前规则包写入数据库（可重复运行；已备案的内容不会被改）。Load the pack in use."""
    django_ready()
    loaded()


def loaded() -> None:
    """Load and say what came of it."""
    from tanpuhui.domain.methodology import services as methodology
    from tanpuhui.kernel import actors, cityrules

    pack = cityrules.pack()
    methodology.pack_load(actor=actors.system(), pack=pack)
    note(
        f"规则包：{pack.title}，{len(pack.scenarios)} 个场景，{len(pack.methodologies)} 个方法学。"
    )
