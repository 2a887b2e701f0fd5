"""Checks beyond reading, for ``check_pack``: ``load_pack`` only reads.

Worked cases hold and cover the required ground, no admissible input gives a negative result, and
the notice's clauses are accounted for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from tanpuhui.engine.cases import Case, differences
from tanpuhui.engine.columns import compile_columns
from tanpuhui.engine.errors import EngineError
from tanpuhui.engine.methodologies import Methodology
from tanpuhui.packs.methodologies import MethodologyFolder
from tanpuhui.packs.pack import Pack
from tanpuhui.packs.problems import PackProblem, Problems
from tanpuhui.packs.reading import Contents, assemble, read_contents

COVERAGE_STATUSES = ("done", "partial", "planned")
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Report:
    """The outcome of a check: the pack if it could be read whole, and every flaw."""

    pack: Pack | None
    problems: tuple[PackProblem, ...]
    cases_run: int


def check_pack(path: Path | str) -> Report:
    """Read a pack and run all checks; flaws are reported, not raised."""
    root = Path(path)
    if not root.is_dir():
        message = f"没有文件夹“{root}”；请核对数据包的位置。"
        return Report(None, (PackProblem("pack.yaml", 1, "pack_missing", message),), 0)
    contents = read_contents(root)
    is_readable = not contents.problems.found
    cases_run = 0
    for folder in contents.folders.values():
        _check_cases(folder, contents.problems)
        _check_sign(folder, contents.problems)
        cases_run += len(folder.cases)
    _check_coverage(contents)
    problems = tuple(sorted(set(contents.problems.found)))
    return Report(assemble(contents) if is_readable else None, problems, cases_run)


def _check_cases(folder: MethodologyFolder, problems: Problems) -> None:
    """Each case holds, and the required ones are there."""
    if folder.cases_document is None:
        return
    document = folder.cases_document
    for index, case in enumerate(folder.cases):
        if (case.output is None) == (case.error is None):
            message = f"案例“{case.name}”要写 output 或 error 之一；请补上或删去一个。"
            problems.add("case_outcome", document.file, document.line(index), message)
            continue
        for difference in differences(case, folder.methodology):
            message = f"案例“{case.name}”不成立：{difference}请核对案例与公式。"
            problems.add("case_differs", document.file, document.line(index), message)
    for message in _missing_cases(folder.methodology, folder.cases):
        problems.add("case_missing", document.file, 1, message)


def _missing_cases(methodology: Methodology, cases: tuple[Case, ...]) -> Iterator[str]:
    days = {case.day for case in cases}
    start, end = methodology.effective.start, methodology.effective.end
    if not any(case.output is not None for case in cases):
        yield "缺少一个有结果的普通案例；请补上。"
    if not any(case.error and case.error.startswith("input_") for case in cases):
        yield "缺少一个因输入不合格被拒的案例（error: input_…）；请补上。"
    if not any(case.error == "not_effective" and case.day < start for case in cases):
        yield f"缺少一个施行日（{start}）之前的案例（error: not_effective）；请补上。"
    if end is not None and not {end - ONE_DAY, end} <= days:
        yield f"缺少失效日（{end}）前一天与当天的案例；请各补一个。"
    for day in methodology.changes():
        if not {day - ONE_DAY, day} <= days:
            yield f"取值在 {day} 变化，缺少前一天或当天的案例；请各补一个。"


def _check_sign(folder: MethodologyFolder, problems: Problems) -> None:
    """No admissible input can give a negative reduction: the ledger takes none from an act."""
    methodology = folder.methodology
    for day in (methodology.effective.start, *methodology.changes()):
        try:
            low = compile_columns(methodology, day).low
        except EngineError:
            continue
        if low < 0:
            line = folder.document.line("result")
            message = f"自 {day} 起，在输入的上下限之内结果可能为负；请在公式中用 max(…, 0) 兜底。"
            problems.add("result_negative", folder.document.file, line, message)


def _check_coverage(contents: Contents) -> None:
    """Every clause has one sound line, and every scenario's clause is among them."""
    data = contents.loose.get("coverage")
    if data is None:
        return
    entries = data.get("coverage") if isinstance(data, dict) else None
    if not isinstance(entries, list):
        message = "这里要写 coverage: 加一个列表；请按格式改写。"
        contents.problems.add("coverage_form", "coverage.yaml", 1, message)
        return
    clauses: set[str] = set()
    for entry in entries:
        for message in _coverage_flaws(entry, clauses, contents.root):
            contents.problems.add("coverage_form", "coverage.yaml", 1, message)
    for scenario in contents.scenarios.values():
        document = contents.documents[f"scenarios/{scenario.id}.yaml"]
        for reference in scenario.notice:
            clause = reference.partition("#")[2]
            if clause and clause not in clauses:
                message = f"通知条款“{clause}”不在 coverage.yaml 中；请补一行。"
                contents.add("coverage_missing", document, ("notice",), message)


def _coverage_flaws(entry: Any, clauses: set[str], root: Path) -> Iterator[str]:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("clause"), str):
        yield "每一行要写 clause、title、status；请按格式改写。"
        return
    clause = entry["clause"]
    if clause in clauses:
        yield f"条款“{clause}”写了两次；请合为一行。"
    clauses.add(clause)
    status = entry.get("status")
    if status not in COVERAGE_STATUSES:
        yield f"条款“{clause}”的 status 要写 {'、'.join(COVERAGE_STATUSES)} 之一。"
    for key in ("where", "since"):
        if status in ("done", "partial") and not entry.get(key):
            yield f"条款“{clause}”已有实现，要写 {key}；请补上。"
    prefix = f"packs/{root.resolve().name}/"
    for place in str(entry.get("where", "")).split("、"):
        if place.startswith(prefix) and not (root / place.removeprefix(prefix)).exists():
            yield f"条款“{clause}”指向的 {place} 不存在；请更正。"
