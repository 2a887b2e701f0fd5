"""方法学 as filed: versions compared, figures with sources, cases run now; 条款覆盖."""

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from tanpuhui.domain.methodology import selectors as methodology_reads
from tanpuhui.domain.methodology.data import FilingRow
from tanpuhui.engine.methodologies import Methodology
from tanpuhui.kernel import cityrules, clock, trail
from tanpuhui.web.console import frame
from tanpuhui.web.console.menu import READERS
from tanpuhui.web.public import method_pages
from tanpuhui.web.shared import lists, scenes
from tanpuhui.web.shared.guards import Staff, staff_only
from tanpuhui.web.shared.lists import Cell, Chip, Head
from tanpuhui.web.templatetags.tph import moment

STATES = {"filed": "已备案", "reviewed": "已评审", "draft": "草案"}
TONES = {"filed": "ok", "reviewed": "work", "draft": "off"}
LEVELS = ("国标", "地标", "团标", "本市")
HEADS = (
    Head("方法学", "key"),
    Head("场景"),
    Head("级别", "level"),
    Head("施行", "since"),
    Head("载入与摘要", "filed"),
    Head("状态"),
)
CLAUSE_STATES = {"done": "已做到", "partial": "做了一部分", "planned": "还没有做"}
CLAUSE_TONES = {"done": "ok", "partial": "wait", "planned": "off"}
CLAUSE_HEADS = (
    Head("条款", "clause"),
    Head("事项", "title"),
    Head("在平台里的位置"),
    Head("说明"),
    Head("状态"),
)
CONTEXT_LINES = 3
DIGEST_SHOWN = 12


@dataclass(frozen=True)
class Line:
    """One line of a comparison; mark is in, out, at or empty."""

    text: str
    mark: str


def query_of(got: Mapping[str, str]) -> lists.Query:
    """What the address asks for."""
    return lists.query_of(
        got,
        states=STATES,
        sorts=("key", "level", "since", "filed"),
        sort="key",
        filters={"level": LEVELS},
    )


def _filed() -> dict[str, list[FilingRow]]:
    found: dict[str, list[FilingRow]] = {}
    for row in methodology_reads.filing_rows():
        if row.methodology_key:
            found.setdefault(row.methodology_key, []).append(row)
    return found


def table(query: lists.Query) -> lists.Listing[Methodology]:
    """All versions of the pack with their filing."""
    filed = _filed()
    level = query.get("level")
    return lists.held(
        query,
        HEADS,
        [one for one in cityrules.pack().methodologies.values() if level in {"", one.level}],
        lambda one: _cells(one, filed.get(one.key, [])),
        words=lambda one: f"{one.title} {one.key}",
        keys={
            "key": lambda one: one.key,
            "level": lambda one: (LEVELS.index(one.level), one.key),
            "since": lambda one: (one.effective.start, one.key),
            "filed": lambda one: filed[one.key][0].filed_at.timestamp() if one.key in filed else 0,
        },
        state=lambda one: one.status,
        states=STATES,
        size=30,
        caption="方法学",
        search_hint="名称或编号",
        filters=(
            lists.Filter(
                "level", "级别", "全部级别", lists.options([(one, one) for one in LEVELS]), level
            ),
        ),
        export="methodologies",
    )


def _cells(one: Methodology, filed: list[FilingRow]) -> tuple[Cell, ...]:
    provisional = (Chip("有暂定值", "wait"),) if one.has_provisional else ()
    return (
        Cell(one.title, reverse("console:methodology", args=[one.id, one.version]), small=one.key),
        Cell(cityrules.pack().scenarios[one.scenario].title),
        Cell(one.level),
        Cell(str(one.effective.start)),
        Cell(
            moment(filed[0].filed_at) if filed else "—",
            small=filed[0].digest[:DIGEST_SHOWN] if filed else "",
        ),
        Cell(chips=(Chip(STATES[one.status], TONES[one.status]), *provisional)),
    )


@staff_only(*READERS)
def methodologies(request: HttpRequest, staff: Staff) -> HttpResponse:
    """All versions."""
    return frame.show(
        request,
        staff,
        "list.html",
        "methodologies",
        title="方法学",
        lead="每个版本载入后以摘要冻结；行为按发生当日的版本核算，可随时复算",
        listing=table(query_of(request.GET)),
    )


@staff_only(*READERS)
def methodology(request: HttpRequest, staff: Staff, number: str, version: int) -> HttpResponse:
    """One version as filed; another filing may be held against it."""
    pack = cityrules.pack()
    method = next(
        (one for one in pack.methodologies.values() if (one.id, one.version) == (number, version)),
        None,
    )
    if method is None:
        raise Http404
    related = [
        row for key, rows in _filed().items() if key.startswith(f"{number}/") for row in rows
    ]
    mine = [row for row in related if row.methodology_key == method.key]
    runs = method_pages.cases(method)
    old, new = (_chosen(related, request.GET.get(name, "")) for name in ("old", "new"))
    return frame.show(
        request,
        staff,
        "methodology.html",
        "methodologies",
        method=method,
        scenario=pack.scenarios[method.scenario],
        status_label=STATES[method.status],
        status_tone=TONES[method.status],
        formula=scenes.formula(method),
        inputs=[(one.label, scenes.bounds(one)) for one in method.inputs.values()],
        figures=method_pages.dated_figures(method),
        sources=method_pages.sources(method),
        runs=runs,
        holding=sum(run.holds for run in runs),
        computed_at=clock.now(),
        filings=mine,
        related=related,
        old=old,
        new=new,
        lines=compare(old, new) if old and new else [],
        loads=_loads(),
    )


def _chosen(rows: Sequence[FilingRow], digest: str) -> FilingRow | None:
    return next((row for row in rows if digest and row.digest == digest), None)


def _loads() -> list[tuple[trail.Event, str]]:
    """Who loaded the pack when, with what came of it."""
    events = trail.events(tag="methodology:pack:load", limit=5)
    known = frame.names(one.actor for one in events)
    return [(one, known.get(one.actor, one.actor)) for one in events]


def compare(old: FilingRow, new: FilingRow) -> list[Line]:
    """Two filings line by line."""
    before, after = (_lines(methodology_reads.filing_document(row.id)) for row in (old, new))
    found = []
    for text in list(difflib.unified_diff(before, after, lineterm="", n=CONTEXT_LINES))[2:]:
        mark = {"+": "in", "-": "out", "@": "at"}.get(text[:1], "")
        found.append(Line(text, mark))
    return found


def _lines(document: dict[str, Any] | None) -> list[str]:
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True).splitlines()


PLACES = (
    ("methodologies", "console:methodologies", ""),
    ("scenarios/travel", "console:scenarios", "?group=travel"),
    ("scenarios/living", "console:scenarios", "?group=living"),
    ("scenarios/consumption", "console:scenarios", "?group=consumption"),
    ("24 个个人场景", "console:scenarios", ""),
    ("organisations", "console:organisations", ""),
    ("数据接入", "console:intake", ""),
    ("签名接口", "console:intake", ""),
    ("账本", "console:statistics", ""),
    ("加密存储", "public:privacy", ""),
)


def _place(where: str) -> str:
    """The page that shows it."""
    for word, name, query in PLACES:
        if word in where:
            return reverse(name) + query
    return ""


def coverage_query(got: Mapping[str, str]) -> lists.Query:
    """What the address asks for."""
    return lists.query_of(got, states=CLAUSE_STATES, sorts=("clause", "title"), sort="clause")


def clauses(query: lists.Query) -> lists.Listing[Any]:
    """Every clause of the notice and what the platform does about it."""
    return lists.held(
        query,
        CLAUSE_HEADS,
        [
            {**row, "place": place}
            for place, row in enumerate((cityrules.pack().coverage or {}).get("coverage", []))
        ],
        _clause_cells,
        words=lambda row: f"{row['title']} {row['clause']} {row.get('where', '')}",
        keys={"clause": lambda row: row["place"], "title": lambda row: row["title"]},
        state=lambda row: row["status"],
        states=CLAUSE_STATES,
        size=50,
        caption="条款",
        search_hint="条款、事项或位置",
        export="coverage",
    )


def _clause_cells(row: dict[str, Any]) -> tuple[Cell, ...]:
    return (
        Cell(row["clause"]),
        Cell(row["title"], is_case=True),
        Cell(row.get("where", "—"), _place(row.get("where", "")), is_case=True),
        Cell(row.get("note", "—"), is_read=True),
        Cell(
            chips=(Chip(CLAUSE_STATES[row["status"]], CLAUSE_TONES[row["status"]]),),
            small=f"自 {row['since']} 版" if row.get("since") else "",
        ),
    )


@staff_only(*READERS)
def coverage(request: HttpRequest, staff: Staff) -> HttpResponse:
    """The notice clause by clause."""
    return frame.show(
        request,
        staff,
        "list.html",
        "coverage",
        title="条款覆盖",
        lead="市级通知逐条对照；只把已经能用的写成做到",
        listing=clauses(coverage_query(request.GET)),
    )
