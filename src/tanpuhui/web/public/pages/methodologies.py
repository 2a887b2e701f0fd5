"""方法学: the full text, every figure with its source, cases computed while you wait."""

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from tanpuhui.domain.methodology import selectors as methodology_reads
from tanpuhui.engine.canonical import plain
from tanpuhui.engine.documents import to_document
from tanpuhui.engine.methodologies import Methodology
from tanpuhui.kernel import cityrules, clock
from tanpuhui.web.public import method_pages
from tanpuhui.web.shared import scenes


def methodologies(request: HttpRequest) -> HttpResponse:
    """All versions, by number, the newest first."""
    pack = cityrules.pack()
    versions = sorted(pack.methodologies.values(), key=lambda one: (one.id, -one.version))
    rows = [
        {
            "method": one,
            "scenario": pack.scenarios[one.scenario],
            "in_force": scenes.methodology(one.scenario) is one,
            "cases": len(pack.cases.get(one.key, ())),
        }
        for one in versions
    ]
    context = {"section": "methodologies", "rows": rows, "count": len(rows)}
    return render(request, "public/methodologies.html", context)


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
