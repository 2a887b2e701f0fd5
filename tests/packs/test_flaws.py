"""One fixture per error message: each names file, line and cure.

A fixture in ``fixtures/wrong`` is laid over the sound little pack in ``fixtures/base``. Its first line says
which file it replaces, where the flaw must be found, and what the cure must say; its name is the code.
"""

import re
import shutil
from pathlib import Path

import pytest

from tanpuhui.packs import PackError, PackProblem, check_pack, load_pack
from tanpuhui.packs.freezing import LOCK, lock_folder

FIXTURES = Path(__file__).parent / "fixtures"
HEADER = re.compile(r"# writes (\S+) \| finds (\S+):([0-9]+) \| cure (.+)")
WRONG = sorted((FIXTURES / "wrong").iterdir())
METHODOLOGY = "methodologies/TE-1/v1/methodology.yaml"


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A copy of the sound little pack."""
    return Path(shutil.copytree(FIXTURES / "base", tmp_path / "base"))


def flaw(root: Path, code: str) -> PackProblem:
    """The only flaw with this code."""
    found = [problem for problem in check_pack(root).problems if problem.code == code]
    assert found, [str(problem) for problem in check_pack(root).problems]
    return found[0]


def test_the_base_is_sound(base: Path) -> None:
    report = check_pack(base)
    assert report.problems == ()
    assert report.pack is not None
    assert report.cases_run == 3


@pytest.mark.parametrize("fixture", WRONG, ids=lambda path: path.stem)
def test_flaw_names_file_line_and_cure(fixture: Path, base: Path) -> None:
    text = fixture.read_text(encoding="utf-8")
    header = HEADER.match(text)
    assert header is not None
    target, file, line, cure = header.groups()
    (base / target).parent.mkdir(parents=True, exist_ok=True)
    (base / target).write_text(text, encoding="utf-8")
    code = fixture.stem.partition("-")[0]
    found = {(one.file, one.line, one.code): one for one in check_pack(base).problems}
    assert (file, int(line), code) in found, [str(one) for one in found.values()]
    problem = found[file, int(line), code]
    assert cure in problem.message
    assert re.search("[。）⟧]$", problem.message)


def test_encoding(base: Path) -> None:
    (base / "factors/power.yaml").write_bytes("factors:\n  # 电力\n".encode("gb18030"))
    problem = flaw(base, "yaml_encoding")
    assert (problem.file, problem.line) == ("factors/power.yaml", 2)
    assert "请另存为 UTF-8" in problem.message


def test_size(base: Path) -> None:
    (base / "factors/power.yaml").write_text("#" * 4_000_001)
    assert "请拆分" in flaw(base, "yaml_too_large").message


def test_byte_order_mark_is_harmless(base: Path) -> None:
    file = base / "factors/power.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert check_pack(base).problems == ()


@pytest.mark.parametrize(
    "name", ["pack.yaml", "sources.yaml", "parameters/points.yaml", METHODOLOGY]
)
def test_missing_file(name: str, base: Path) -> None:
    (base / name).unlink()
    problem = flaw(base, "file_missing")
    assert (problem.file, problem.line) == (name, 1)
    assert "请补上" in problem.message


def test_missing_text(base: Path) -> None:
    (base / "methodologies/TE-1/v1/text.md").unlink()
    assert "请按八个标题写一份" in flaw(base, "text_missing").message


def test_missing_pack(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="pack_missing"):
        load_pack(tmp_path / "none")
    assert "请核对" in flaw(tmp_path / "none", "pack_missing").message


def test_points_only_with_a_methodology(base: Path) -> None:
    file = base / METHODOLOGY
    file.write_text(file.read_text().replace("travel/metro", "travel/walk"))
    problems = {problem.code: problem for problem in check_pack(base).problems}
    assert "请改写其中一处" in problems["scenario_method"].message


def test_all_flaws_are_reported_at_once(base: Path) -> None:
    shutil.copy(FIXTURES / "wrong/unit_unknown.yaml", base / "factors/extra.yaml")
    shutil.copy(FIXTURES / "wrong/number_not_whole.yaml", base / "scenarios/travel/metro.yaml")
    shutil.copy(FIXTURES / "wrong/word_unknown.yaml", base / "sources.yaml")
    with pytest.raises(PackError) as caught:
        load_pack(base)
    assert {problem.code for problem in caught.value.problems} == {
        "unit_unknown", "number_not_whole", "word_unknown",
    }  # fmt: skip
    assert "factors/extra.yaml:5 [unit_unknown]" in str(caught.value)


def filed(base: Path) -> Path:
    """The base with its methodology filed, not yet locked."""
    file = base / METHODOLOGY
    file.write_text(file.read_text().replace("status: draft", "status: filed"))
    return file


def test_filing_locks_and_freezes(base: Path) -> None:
    file = filed(base)
    assert "加以锁定" in flaw(base, "filed_unlocked").message
    lock_folder(base, "TE-1/v1", "filed")
    lock_folder(base, "TE-1/v1", "filed")
    assert check_pack(base).problems == ()
    file.write_text(file.read_text().replace("value: 120", "value: 121"))
    problem = flaw(base, "filed_changed")
    assert (problem.file, problem.line) == (LOCK, 1)
    assert "请恢复原文" in problem.message
    with pytest.raises(PackError, match="filed_changed"):
        lock_folder(base, "TE-1/v1", "filed")


def test_a_filed_folder_may_not_vanish(base: Path) -> None:
    filed(base)
    lock_folder(base, "TE-1/v1", "filed")
    shutil.rmtree(base / "methodologies/TE-1")
    assert "请恢复" in flaw(base, "filed_missing").message


def test_only_filed_versions_are_locked(base: Path) -> None:
    with pytest.raises(PackError, match="请先完成备案"):
        lock_folder(base, "TE-1/v1", "draft")


def test_lock_is_not_written_by_hand(base: Path) -> None:
    (base / LOCK).write_text("TE-1/v1: abc\n")
    assert "不要手改" in flaw(base, "lock_malformed").message
