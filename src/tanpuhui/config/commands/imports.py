"""Import a partner's file by an import profile."""

from pathlib import Path
from typing import Annotated

import typer

from tanpuhui.config.commands.rollup import brought_on
from tanpuhui.config.commands.runner import (
    Bar,
    django_ready,
    note,
    progress,
    say,
    table,
    wrong_input,
)

SOME_REFUSED = 3
MG_PER_KG = 1_000_000

File = Annotated[
    Path, typer.Argument(help="CSV、NDJSON、JSON、Parquet 或 XLSX 文件，可以是 .gz", dir_okay=False)
]
Provider = Annotated[str, typer.Option("--provider", help="数据提供方代码")]
ProfileName = Annotated[str, typer.Option("--profile", help="导入档案，见规则包的 profiles/")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="只看会怎样，不保存任何内容")]
Resume = Annotated[
    bool, typer.Option("--resume/--restart", help="接着上次中断处做 / 从头再做（不会重复计入）")
]
Refused = Annotated[
    Path | None, typer.Option("--refused", help="未通过清单（CSV）写到哪里", dir_okay=False)
]
Lookup = Annotated[list[str] | None, typer.Option("--lookup", help="对照表：名称=文件，可多次给出")]


def import_file(
    *,
    file: File,
    provider: Provider,
    profile: ProfileName,
    dry_run: DryRun = False,
    resume: Resume = True,
    refused: Refused = None,
    lookup: Lookup = None,
) -> None:
    """导入数据提供方的文件。Import a partner's file.

    退出码：0 全部处理；3 处理完毕但有未通过的行；1 拒绝；2 输入有误；130 中断，可继续。
    """
    tables = {}
    for text in lookup or []:
        name, sign, path = text.partition("=")
        if not sign or not path:
            wrong_input(f"--lookup 应写成 名称=文件，而不是“{text}”。")
        tables[name] = Path(path)
    django_ready()
    from tanpuhui.domain.parties import selectors as parties
    from tanpuhui.domain.scenarios.imports.faults import FileError
    from tanpuhui.domain.scenarios.imports.progress import Progress
    from tanpuhui.domain.scenarios.services.imports import file_import, profile_named
    from tanpuhui.kernel import actors

    def tell(bar: Bar, state: Progress) -> None:
        digesting = state.stage == "digest"
        text = "核对文件" if digesting else f"导入 {state.rows_done:,} 行"
        bar.move(state.bytes_done, max(1, state.bytes_total), text)

    try:
        with progress("核对文件") as bar:
            report = file_import(
                actor=actors.system(),
                provider_id=parties.organisation(provider).party_id,
                path=file,
                profile=profile_named(profile),
                dry_run=dry_run,
                resume=resume,
                on_progress=lambda state: tell(bar, state),
                lookups=tables,
                refused_path=refused,
            )
    except FileError as error:
        wrong_input(f"{error.message}（{error.code}）")
    except KeyboardInterrupt:
        note("已停止；已导入的部分有效，再次运行同一命令会接着做。")
        raise
    if not report.dry_run:
        brought_on()
    if report.resumed_at:
        note(f"接着上次，从第 {report.resumed_at + 1} 段做起。")
    rows = [
        [report.sentences.get(code) or WORDS.get(code, code), code, f"{number:,}"]
        for code, number in sorted(report.counts.items(), key=lambda item: -item[1])
    ]
    table("试算结果（未保存）" if report.dry_run else "导入结果", ["结果", "代码", "条数"], rows)
    say(
        f"读取 {report.rows_read:,} 行，不需要 {report.left_out:,} 行，合并 {report.joined:,} 行；"
        f"减排量 {report.reduction_mg / MG_PER_KG:,.3f} kg，积分 {report.points:,}。"
    )
    if report.refused_path:
        say(f"未通过的 {report.refused:,} 行在：{report.refused_path}")
    if report.refused:
        raise typer.Exit(SOME_REFUSED)


WORDS = {"counted": "已入账", "duplicate": "重复（已有相同记录，不再计入）"}
