"""开放数据: files that a program can read, and what stands in them."""

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from tanpuhui.domain.insight import selectors as insight
from tanpuhui.kernel import clock
from tanpuhui.web.public import datasets
from tanpuhui.web.shared.downloads import csv_download
from tanpuhui.web.shared.months import month_read


def open_data(request: HttpRequest) -> HttpResponse:
    """All files with their columns."""
    context = {
        "section": "open_data",
        "datasets": datasets.DATASETS,
        "month": datasets.this_month(),
        "people_min": insight.PEOPLE_MIN,
    }
    return render(request, "public/open_data.html", context)


def dataset(request: HttpRequest, name: str, form: str) -> HttpResponseBase:
    """One file as CSV or JSON."""
    one = datasets.dataset(name)
    if one is None or form not in {"csv", "json"}:
        raise Http404
    month = month_read(request.GET.get("month", ""), datasets.this_month())
    stem = f"{name}-{month:%Y%m}" if one.by_month else name
    head = [column.name for column in one.columns]
    if form == "csv":
        rows = (["" if cell is None else cell for cell in row] for row in one.rows(month))
        return csv_download(f"{stem}.csv", head, rows)
    body = {
        "title": one.title,
        "made_at": clock.now().isoformat(timespec="seconds"),
        "columns": [
            {"name": column.name, "label": column.label, "unit": column.unit}
            for column in one.columns
        ],
        "rows": [dict(zip(head, row, strict=True)) for row in one.rows(month)],
    }
    response = HttpResponse(
        json.dumps(body, ensure_ascii=False), content_type="application/json; charset=utf-8"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{stem}.json"'
    return response
