"""The command line `tanpuhui`.

Exit codes: 0 done, 1 refused (one sentence says why), 2 wrong input, 3 done with rows refused,
130 interrupted.
"""

import os
import re
import sys

import typer
from typer.exceptions import TyperException

from tanpuhui.config.commands import (
    accept,
    bench,
    database,
    demo,
    imports,
    keys,
    ledger,
    notify,
    packs,
    recompute,
    replay,
    rollup,
    serve,
    simulate,
    worker,
)
from tanpuhui.config.commands.runner import INTERRUPTED, REFUSED, WRONG_INPUT, note

app = typer.Typer(
    name="tanpuhui",
    help=(
        "碳普惠平台：登记、量化、记账。The city carbon ledger.\n\n"
        "第一次使用请运行 tanpuhui demo；每个命令都可加 --help 查看用法。"
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
START, DATA, CHECK = "启动 Start", "数据 Data", "核对 Check"
app.command("demo", rich_help_panel=START)(demo.demo)
app.command("serve", rich_help_panel=START)(serve.serve)
app.add_typer(keys.app, name="keys", rich_help_panel=START)
app.command("notify", rich_help_panel=START)(notify.notify)
app.command("worker", rich_help_panel=START)(worker.worker)
app.command("migrate", rich_help_panel=START)(database.migrate)
app.add_typer(database.app, name="db", rich_help_panel=START)
app.add_typer(packs.app, name="pack", rich_help_panel=DATA)
app.command("import", rich_help_panel=DATA)(imports.import_file)
app.command("simulate", rich_help_panel=DATA)(simulate.simulate)
app.command("recompute", rich_help_panel=DATA)(recompute.recompute)
app.command("rollup", rich_help_panel=DATA)(rollup.rollup)
app.add_typer(ledger.app, name="ledger", rich_help_panel=CHECK)
app.command("replay", rich_help_panel=CHECK)(replay.replay)
app.command("accept", rich_help_panel=CHECK)(accept.accept)
# What follows `bench` belongs to it, --help included.
PASSED_ON = {"ignore_unknown_options": True, "help_option_names": []}
app.command("bench", rich_help_panel=CHECK, context_settings=PASSED_ON)(bench.bench)

# The parser's English sentences that an operator meets, in Chinese.
SENTENCES = {
    r"No such option: (\S+?)(?: \(Possible options: (.+)\))?": r"没有选项 \1",
    r"No such command '(.+?)'.*": r"没有命令 \1",
    r"Missing option '(.+?)'": r"缺少选项 \1",
    r"Missing (?:argument|parameter) '(.+?)'": r"缺少参数 \1",
    r"Missing command": r"缺少子命令",
    r"Option '?(\S+?)'? requires (?:an argument|\d+ arguments?)": r"选项 \1 后面缺少内容",
    r"Option '?(\S+?)'? does not take a value": r"选项 \1 后面不需要内容",
    r"Got unexpected extra arguments?(?:\(s\))? \((.+)\)": r"多出了参数 \1",
    r"Invalid value for '?(.+?)'?: (.+)": r"\1 的值不对：\2",
    r"Invalid value: (.+)": r"参数的值不对：\1",
}
VALUES = {
    r"Input should be a valid integer.*": r"请填写整数",
    r"Input should be a valid number.*": r"请填写数字",
    r"Input should be less than or equal to (\S+)": r"不能大于 \1",
    r"Input should be greater than or equal to (\S+)": r"不能小于 \1",
    r"(?:Value error, )?'(.*)' does not match the formats? '%Y-%m-%d'": (
        r"“\1”不是日期，请写成 2026-01-31 的样子"
    ),
    r"(?:Value error, )?'(.*)' is not one of (.+)": r"“\1”不在可选值 \2 之中",
    r"(?:[Ff]ile|[Dd]ir(?:ectory)?|[Pp]ath) '(.*)' does not exist": r"找不到 \1",
    r"(?:[Ff]ile|[Pp]ath) '(.*)' is a dir(?:ectory)?": r"\1 是文件夹，需要文件",
    r"[Dd]ir(?:ectory)? '(.*)' is a file": r"\1 是文件，需要文件夹",
    r"(?:[Ff]ile|[Dd]ir(?:ectory)?|[Pp]ath) '(.*)' is not readable": r"没有权限读取 \1",
}


def translated(message: str) -> str:
    """The parser's message in Chinese; what is unknown stays as it is."""
    text = message.strip().splitlines()[0].rstrip(".")
    for table in (SENTENCES, VALUES):
        for pattern, chinese in table.items():
            match = re.fullmatch(pattern, text) if table is SENTENCES else re.search(pattern, text)
            if match:
                text = text[: match.start()] + match.expand(chinese) + text[match.end() :]
                break
    return text


def run(arguments: list[str]) -> int:
    """Run one command; return its exit code."""
    try:
        code = app(arguments, prog_name="tanpuhui", standalone_mode=False)
    except TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            note(error.format_message())
        else:
            note(f"{translated(error.format_message())}。加 --help 可查看用法。")
        return WRONG_INPUT
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except BrokenPipeError:  # `tanpuhui … | head`: the reader has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return REFUSED
    except Exception as error:
        sentence = refusal(error)
        if sentence is None:
            raise
        note(sentence)
        return REFUSED
    if code == INTERRUPTED:
        note("已按您的要求停止。已提交的批次都已保存，再次运行同一命令会接着做，不会重复入账。")
    return code if isinstance(code, int) else 0


def refusal(error: Exception) -> str | None:
    """The sentence of an expected refusal; None for what is a defect and deserves its traceback."""
    message, code = getattr(error, "message", None), getattr(error, "code", None)
    # Errors of the domain and of packs are met by shape: importing them here would start Django.
    if isinstance(message, str) and isinstance(code, str):
        return f"{message}（{code}）"
    return None


def main() -> None:
    """Entry point of the installed script."""
    sys.exit(run(sys.argv[1:]))
