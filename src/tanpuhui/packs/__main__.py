"""``python -m tanpuhui.packs check packs/hefei`` · ``… file packs/hefei HF-TR-002/v1``."""

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tanpuhui.packs.checks import Report, check_pack
from tanpuhui.packs.freezing import lock_folder
from tanpuhui.packs.pack import Pack
from tanpuhui.packs.problems import PackError
from tanpuhui.packs.reading import read_contents

FLAWED = 1


def main(arguments: list[str] | None = None) -> int:
    """Run a verb; 0 when the pack is sound, 1 when it is not."""
    parser = argparse.ArgumentParser(
        prog="python -m tanpuhui.packs", description="检查或锁定城市数据包。"
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="动作")
    check = verbs.add_parser("check", help="读全部文件，核对单位、来源、案例，列出每一处问题")
    check.add_argument("pack", type=Path, help="数据包文件夹，如 packs/hefei")
    file = verbs.add_parser("file", help="把已备案的方法学版本锁进 filed.lock")
    file.add_argument("pack", type=Path, help="数据包文件夹")
    file.add_argument("key", help="方法学版本，如 HF-TR-002/v1")
    chosen = parser.parse_args(arguments)
    console = Console(markup=False, highlight=False, emoji=False)
    if chosen.verb == "check":
        return show(check_pack(chosen.pack), chosen.pack, console)
    return lock(chosen.pack, chosen.key, console)


def show(report: Report, root: Path, console: Console) -> int:
    """Print a report; the exit code."""
    if report.problems:
        table = Table(title=f"{root}：{len(report.problems)} 处问题", show_lines=True)
        for heading in ("位置", "代码", "问题与改法"):
            table.add_column(heading, overflow="fold")
        for problem in report.problems:
            table.add_row(f"{problem.file}:{problem.line}", problem.code, problem.message)
        console.print(table)
        return FLAWED
    assert report.pack is not None
    console.print(_summary(report.pack))
    console.print(
        f"{root} 没有问题：{len(report.pack.scenarios)} 个场景，"
        f"{len(report.pack.methodologies)} 个方法学版本，{report.cases_run} 个案例全部成立。"
    )
    return 0


def _summary(pack: Pack) -> Table:
    table = Table(title=f"{pack.title}（{pack.brand}）")
    for heading in ("编号", "场景", "名称", "核算方式", "级别", "状态"):
        table.add_column(heading, overflow="fold")
    for scenario in pack.scenarios.values():
        number = str(scenario.no)
        if scenario.points_only:
            table.add_row(number, scenario.id, scenario.title, "只记积分", "", "")
        for one in scenario.methodologies:
            status = f"{one.status}{'（暂定）' if one.has_provisional else ''}"
            table.add_row(number, scenario.id, scenario.title, one.key, one.level, status)
    return table


def lock(root: Path, key: str, console: Console) -> int:
    """Lock one filed version; the exit code."""
    contents = read_contents(root)
    folder = contents.folders.get(key)
    if folder is None:
        console.print(f"没有可读的方法学版本 {key}；请核对编号，并先用 check 检查。")
        return FLAWED
    flaws = [flaw for flaw in contents.problems.found if flaw.code != "filed_unlocked"]
    if flaws:
        console.print(str(PackError(flaws)))
        return FLAWED
    try:
        lock_folder(root, key, folder.methodology.status)
    except PackError as error:
        console.print(str(error))
        return FLAWED
    console.print(f"已锁定 {key}；此后其中任何改动都会被拒绝。")
    return 0


if __name__ == "__main__":
    sys.exit(main())
