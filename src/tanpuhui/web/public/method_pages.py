"""A methodology for readers: its text, its figures with sources, its cases computed now."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tanpuhui.domain.methodology import services as methodology
from tanpuhui.engine.canonical import digest
from tanpuhui.engine.cases import Case, differences
from tanpuhui.engine.errors import EngineError
from tanpuhui.engine.evaluation import evaluate
from tanpuhui.engine.methodologies import Input, Methodology, Parameter, Table
from tanpuhui.engine.numbers import exact_text
from tanpuhui.engine.rounding import display_text
from tanpuhui.kernel import cityrules
from tanpuhui.packs import Pack

# No HTML of the text's own passes, and links may only be http, https or mailto.
READER = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")


@lru_cache(maxsize=64)
def text(source: str) -> SafeString:
    """Markdown as HTML: the title goes, headings step down one level, tables may scroll."""
    tokens = READER.parse(source)
    first = next((at for at, token in enumerate(tokens) if token.tag == "h1"), None)
    if first is not None:
        del tokens[first : first + 3]
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"
        if token.type == "table_open":
            token.attrSet("class", "t-table")
    return mark_safe(_rendered(tokens))  # noqa: S308 - made by the renderer, which escapes


def _rendered(tokens: list[Token]) -> str:
    made: str = READER.renderer.render(tokens, READER.options, {})
    return made.replace("<table", '<div class="t-scroll" tabindex="0"><table').replace(
        "</table>", "</table></div>"
    )


@dataclass(frozen=True)
class Value:
    """A figure from one day on."""

    since: date
    text: str
    sources: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class DatedFigure:
    """A parameter or table with everything that it has been."""

    label: str
    unit: str
    values: tuple[Value, ...]
    is_provisional: bool
    reason: str
    note: str


@dataclass(frozen=True)
class CaseRun:
    """A worked case and what the engine makes of it at this moment."""

    name: str
    day: date
    inputs: tuple[str, ...]
    expected: str
    got: str
    holds: bool
    source: str
    remark: str


def dated_figures(method: Methodology) -> list[DatedFigure]:
    """Every figure with all its days and sources, newest first."""
    return [_figure(one) for one in method.figures]


def _figure(one: Parameter | Table) -> DatedFigure:
    values = []
    for since, entry in one.values:
        if entry is None:
            values.append(Value(since, "停用", ()))
        elif isinstance(entry.value, Fraction):
            values.append(Value(since, display_text(entry.value), _sources(entry.source)))
        else:
            rows = "，".join(f"{key}：{display_text(row)}" for key, row in entry.value.items())
            values.append(Value(since, rows, _sources(entry.source)))
    return DatedFigure(
        label=one.label,
        unit=one.unit.label,
        values=tuple(reversed(values)),
        is_provisional=one.provisional,
        reason=one.reason,
        note=one.note,
    )


def _sources(references: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """(title with clause and standing, address) of each source."""
    pack = cityrules.pack()
    found = []
    for reference in references:
        source, clause = pack.source(reference), reference.partition("#")[2]
        found.append((source.title + (f"（{clause}）" if clause else ""), source.url))
    return tuple(found)


def sources(method: Methodology) -> tuple[tuple[str, str], ...]:
    """What the methodology as a whole rests on."""
    return _sources(method.source)


def cases(method: Methodology) -> list[CaseRun]:
    """All worked cases, computed now."""
    return [_run(case, method) for case in cityrules.pack().cases.get(method.key, ())]


def _run(case: Case, method: Methodology) -> CaseRun:
    unit, remark = method.result.unit.label, ""
    try:
        outcome = evaluate(method, case.values, case.day)
        got = f"{exact_text(Fraction(outcome.reduction_mg) / method.result.unit.scale)} {unit}"
    except EngineError as error:
        got, remark = f"拒绝（{error.code}）", error.message
    expected = (
        f"拒绝（{case.error}）"
        if case.error
        else f"{exact_text(case.output)} {unit}"
        if case.output is not None
        else ""
    )
    return CaseRun(
        name=case.name,
        day=case.day,
        inputs=tuple(_sent(method, name, value) for name, value in case.values.items()) or ("无",),
        expected=expected,
        got=got,
        holds=not differences(case, method),
        source=case.source,
        remark=remark,
    )


def _sent(method: Methodology, name: str, value: object) -> str:
    declared: Input | None = method.inputs.get(name)
    if declared is None:
        return f"{name}：{value}"
    shown = declared.words.get(str(value), str(value)) if declared.choices else str(value)
    unit = f" {declared.unit.label}" if declared.unit else ""
    return f"{declared.label}：{shown}{unit}"


@lru_cache(maxsize=4)
def _digests(pack: Pack) -> dict[str, str]:
    return {key: digest(document) for _, key, document in methodology.documents(pack) if key}


def digest_of(method: Methodology) -> str:
    """The fingerprint under which this version is filed."""
    return _digests(cityrules.pack())[method.key]
