"""A methodology folder (``methodology.yaml cases.yaml text.md``) read into engine values."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from tanpuhui.engine.cases import Case
from tanpuhui.engine.checking import problems as methodology_problems
from tanpuhui.engine.documents import from_document
from tanpuhui.engine.errors import EngineError
from tanpuhui.engine.expressions import parse
from tanpuhui.engine.methodologies import Methodology
from tanpuhui.packs import forms
from tanpuhui.packs.loader import Document, read_document
from tanpuhui.packs.problems import Problems

HEADINGS = (
    "适用范围",
    "项目边界",
    "基准线情景",
    "项目情景",
    "减排量计算",
    "数据与监测",
    "避免重复计算",
    "不确定性与保守性",
)


@dataclass(frozen=True, eq=False)
class MethodologyFolder:
    """One version with all that lies beside it; ``text`` is the readable description (Markdown)."""

    methodology: Methodology
    document: Document
    cases: tuple[Case, ...]
    cases_document: Document | None
    text: str


def read_folder(
    folder: Path, root: Path, factors: Mapping[str, Mapping[str, Any]], problems: Problems
) -> MethodologyFolder | None:
    """Read one version's folder; None after recording what is wrong.

    Args:
        folder: ``methodologies/<ID>/v<N>``.
        root: the pack's folder.
        factors: shared factors as plain forms, by ``factors/<file>#<name>``.
        problems: receives every flaw.
    """
    document = read_document(folder / "methodology.yaml", root, forms.METHODOLOGY, problems)
    cases = read_document(folder / "cases.yaml", root, forms.CASES, problems)
    text = _text(folder / "text.md", root, problems)
    if document is None:
        return None
    before = len(problems.found)
    _check_place(document, folder, problems)
    _check_words(document, problems)
    resolved = _resolve(document, factors, problems)
    if len(problems.found) > before:
        return None
    methodology = from_document(resolved)
    for problem in methodology_problems(methodology):
        problems.add(problem.code, document.file, document.line(*problem.path), problem.message)
    if len(problems.found) > before:
        return None
    worked = tuple(_case(form) for form in cases.data) if cases else ()
    return MethodologyFolder(methodology, document, worked, cases, text)


def _text(file: Path, root: Path, problems: Problems) -> str:
    """The description; it must hold every heading of the field's skeleton."""
    name = file.relative_to(root).as_posix()
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        problems.add(
            "text_missing", name, 1, "没有方法学说明，或不是 UTF-8；请按八个标题写一份 text.md。"
        )
        return ""
    written = {line.lstrip("#").strip() for line in text.splitlines() if line.startswith("#")}
    for heading in HEADINGS:
        if not any(heading in line for line in written):
            message = f"方法学说明缺少“{heading}”一节；请补上这个标题和内容。"
            problems.add("text_heading", name, 1, message)
    return text


def _check_place(document: Document, folder: Path, problems: Problems) -> None:
    form = document.data
    if folder.parent.name != form["id"]:
        message = f"编号“{form['id']}”与文件夹“{folder.parent.name}”不一致；请改其中一个。"
        problems.add("methodology_id", document.file, document.line("id"), message)
    if folder.name != f"v{form['version']}":
        message = f"version {form['version']} 与文件夹“{folder.name}”不一致；请改其中一个。"
        problems.add("methodology_version", document.file, document.line("version"), message)
    end = form["effective"].get("to")
    if end is not None and end <= form["effective"]["from"]:
        line = document.line("effective", "to")
        problems.add("period_order", document.file, line, "to（不含当日）要晚于 from；请更正。")


def _check_words(document: Document, problems: Problems) -> None:
    """Formulas parse, and every provisional figure says why."""
    form = document.data
    for index, step in enumerate(form["steps"]):
        try:
            parse(step["formula"])
        except EngineError as error:
            line = document.line("steps", index, "formula")
            problems.add(error.code, document.file, line, error.message)
    names = [step["name"] for step in form["steps"]]
    for index, name in enumerate(names):
        if name in names[:index]:
            line = document.line("steps", index, "name")
            problems.add("name_repeated", document.file, line, f"步骤名“{name}”用了两次；请改名。")
    require_reason(document, (), problems)
    for group in ("parameters", "tables"):
        for name in form.get(group, {}):
            require_reason(document, (group, name), problems)


def require_reason(document: Document, route: tuple[str, ...], problems: Problems) -> None:
    """A provisional part must say why it is so."""
    form = document.data
    for step in route:
        form = form[step]
    if form.get("provisional") and not form.get("reason"):
        line = document.line(*route, "provisional")
        message = "标了 provisional 就要写 reason；请说明为何暂定。"
        problems.add("reason_missing", document.file, line, message)


def _resolve(
    document: Document, factors: Mapping[str, Mapping[str, Any]], problems: Problems
) -> dict[str, Any]:
    """The form with shared factors written out."""
    parameters = {}
    for name, form in document.data.get("parameters", {}).items():
        parameters[name] = form
        if "use" not in form:
            continue
        factor = factors.get(form["use"])
        if factor is None:
            line = document.line("parameters", name, "use")
            message = (
                f"没有共用因子“{form['use']}”，或它的文件有错；请核对 factors/ 下的文件与名字。"
            )
            problems.add("factor_unknown", document.file, line, message)
            continue
        parameters[name] = {**factor, **form}
    return {**document.data, "parameters": parameters}


def _case(form: Mapping[str, Any]) -> Case:
    return Case(
        name=form["name"],
        day=form["date"],
        values=form["input"],
        source=form["source"],
        output=None if "output" not in form else Fraction(form["output"]),
        error=form.get("error"),
        steps={name: Fraction(value) for name, value in form.get("steps", {}).items()},
    )
