"""What an operator reads: help, one sentence for wrong input, and the exit code."""

from datetime import date

import pytest
import typer

from tanpuhui.config import cli
from tanpuhui.config.commands import recompute, runner
from tanpuhui.domain.scenarios import services as scenarios
from tanpuhui.domain.scenarios.data import Difference
from tanpuhui.kernel.errors import NotPermitted


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["foo"], "没有命令 foo"),
        (["simulate", "--peple", "3"], "没有选项 --peple"),
        (["simulate", "--people", "abc"], "--people 的值不对：请填写整数"),
        (["simulate", "--people", "3"], "--people 的值不对：不能小于 10"),
        (["recompute"], "缺少选项 --from"),
        (["recompute", "--from", "2026-13-01", "--to", "2026-01-01"], "“2026-13-01”不是日期"),
        (["recompute", "--from", "2026-02-01", "--to", "2026-01-01"], "--to 早于 --from"),
        (["recompute", "--from", "2026-01-01", "--to", "2026-02-01"], "需要 --reason"),
        (["replay", "--percent", "many"], "0 到 100 之间的数字"),
        (["replay", "--percent", "0"], "0 到 100 之间的数字"),
        (["simulate", "--http", "localhost"], "完整地址"),
        (["pack", "check", "/nowhere"], "找不到 /nowhere"),
        (["serve", "--port", "99999"], "不能大于 65535"),
        (["serve", "now"], "多出了参数 now"),
    ],
)
def test_wrong_input_is_one_sentence_and_exit_code_2(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(arguments) == runner.WRONG_INPUT
    out, err = capsys.readouterr()
    assert out == ""
    assert sentence in err
    assert len(err.strip().splitlines()) == 1


def test_help_answers_without_a_database(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "django_ready", lambda **_: pytest.fail("help started Django"))
    assert cli.run(["--help"]) == 0
    assert "碳普惠平台" in capsys.readouterr().out


def test_a_refusal_is_told_with_its_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise NotPermitted("您没有权限进行此操作。")

    monkeypatch.setattr(cli, "app", refuse)
    assert cli.run(["migrate"]) == runner.REFUSED
    assert capsys.readouterr().err == "您没有权限进行此操作。（permission.denied）\n"


def test_a_defect_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(cli, "app", break_down)
    with pytest.raises(ZeroDivisionError):
        cli.run(["migrate"])


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, typer.Abort])
def test_ctrl_c_says_that_nothing_is_lost(
    interruption: type[BaseException],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise interruption

    monkeypatch.setattr(recompute, "django_ready", stop)
    code = cli.run(["recompute", "--from", "2026-01-01", "--to", "2026-01-02", "--dry-run"])
    assert code == runner.INTERRUPTED
    assert "不会重复入账" in capsys.readouterr().err


def test_recompute_lists_differences_and_what_stays(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    day = date(2026, 3, 10)
    found = [
        Difference(7, "a1", day, 400_000, 75_000),
        Difference(7, "a2", day, 9_000, 9_000, "account.not_open"),
    ]
    monkeypatch.setattr(recompute, "django_ready", lambda **_: None)
    monkeypatch.setattr(scenarios, "recompute", lambda **_: found)
    assert cli.run(["recompute", "--from", "2026-03-01", "--to", "2026-03-31", "--dry-run"]) == 0
    out, err = capsys.readouterr()
    assert "a1  400,000 → 75,000 毫克（-325,000）" in out
    assert "a2  9,000 毫克，保持原样：碳账户已冻结或注销" in out
    assert "1 条有差异，合计 -325,000 毫克；只列差异" in err
    assert "另有 1 条不能重算" in err
