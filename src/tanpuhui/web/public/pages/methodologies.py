"""方法学: the full text, every figure with its source, cases computed while you wait."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from tanpuhui.domain.methodology import selectors as methodology_reads
from tanpuhui.engine.canonical import plain
from tanpuhui.engine.documents import to_document
from tanpuhui.engine.methodologies import Methodology
from tanpuhui.kernel import cityrules, clock
from tanpuhui.packs import Scenario
from tanpuhui.web.public import method_pages
from tanpuhui.web.shared import list_files, lists, scenes
from tanpuhui.web.shared.lists import Cell, Head

LEVELS = ("国标", "地标", "团标", "本市")
PAGE = 50


@dataclass(frozen=True)
class Row:
    """One version in the list."""

    method: Methodology
    scenario: Scenario
    is_in_force: bool
    cases: int


def methodologies(request: HttpRequest) -> HttpResponseBase:
    """All versions, by number, the newest first."""
    query = query_of(request.GET)
    file = list_files.download(request, table, query, "methodologies")
    count = len(cityrules.pack().methodologies)
    context = {"section": "methodologies", "listing": table(query), "count": count}
    return file or render(request, "public/methodologies.html", context)


def query_of(got: Mapping[str, str]) -> lists.Query:
    """What the address asks for."""
    filters = {"level": LEVELS, "status": tuple(scenes.STATUSES)}
    sorts = ("number", "title", "since")
    return lists.query_of(got, sorts=sorts, sort="number", filters=filters)


def table(query: lists.Query) -> lists.Listing[Row]:
    """The list of versions."""
    pack = cityrules.pack()
    level, status = query.get("level"), query.get("status")
    rows = [
        Row(
            method=one,
            scenario=pack.scenarios[one.scenario],
            is_in_force=scenes.methodology(one.scenario) is one,
            cases=len(pack.cases.get(one.key, ())),
        )
        for one in pack.methodologies.values()
        if level in {"", one.level} and status in {"", one.status}
    ]
    levels = lists.options([(one, one) for one in LEVELS])
    statuses = lists.options(tuple(scenes.STATUSES.items()))
    return lists.held(
        query,
        tuple(Head(one) for one in ("编号", "名称", "场景", "状态", "层级", "生效", "算例")),
        rows,
        _cells,
        words=lambda row: f"{row.method.key} {row.method.title} {row.scenario.title}",
        keys={
            "number": lambda row: (row.method.id, -row.method.version),
            "title": lambda row: row.method.title,
            "since": lambda row: (row.method.effective.start, row.method.key),
        },
        size=PAGE,
        caption="方法学",
        search_hint="编号、名称或场景",
        filters=(
            lists.Filter("level", "层级", "全部", levels, level),
            lists.Filter("status", "状态", "全部", statuses, status),
        ),
        sorts=lists.options(
            [("number", "按编号"), ("title", "按名称"), ("-since", "新生效的在前")]
        ),
    )


def _cells(row: Row) -> tuple[Cell, ...]:
    method = row.method
    return (
        Cell(method.key),
        Cell(method.title),
        Cell(row.scenario.title),
        Cell(f"{'在用' if row.is_in_force else '不在用'} {scenes.STATUSES[method.status]}"),
        Cell(method.level),
        Cell(str(method.effective.start)),
        Cell(str(row.cases)),
    )


def methodology(request: HttpRequest, number: str, version: int) -> HttpResponse:
    """One version."""
    method = _found(number, version)
    runs = method_pages.cases(method)
    fingerprint = method_pages.digest_of(method)
    filings = methodology_reads.filings_of(method.key)
    context = {
        "section": "methodologies",
        "method": method,
        "scenario": cityrules.pack().scenarios[method.scenario],
        "is_in_force": scenes.methodology(method.scenario) is method,
        "formula": scenes.formula(method),
        "inputs": [(one.label, scenes.bounds(one)) for one in method.inputs.values()],
        "figures": method_pages.dated_figures(method),
        "sources": method_pages.sources(method),
        "runs": runs,
        "holding": sum(run.holds for run in runs),
        "computed_at": clock.now(),
        "digest": fingerprint,
        "filed_at": next((at for found, at in filings if found == fingerprint), None),
        "text": method_pages.text(cityrules.pack().texts.get(method.key, "")),
    }
    return render(request, "public/methodology.html", context)


def document(request: HttpRequest, number: str, version: int) -> HttpResponse:
    """The version as data, as it is filed and replayed."""
    del request
    method = _found(number, version)
    body = {"digest": method_pages.digest_of(method), "methodology": plain(to_document(method))}
    response = HttpResponse(
        json.dumps(body, ensure_ascii=False, indent=1), content_type="application/json"
    )
    name = f"{method.id}-v{method.version}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _found(number: str, version: int) -> Methodology:
    method = cityrules.pack().methodologies.get(f"{number}/v{version}")
    if method is None:
        raise Http404
    return method
