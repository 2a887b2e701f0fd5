"""Reads of what was filed."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection

from tanpuhui.domain.methodology.data import FilingRow, FilingView
from tanpuhui.domain.methodology.models import Filing
from tanpuhui.engine.documents import from_document


@lru_cache(maxsize=1024)
def _filing(_database: str, filing_id: int) -> FilingView:
    row = Filing.objects.get(pk=filing_id)
    methodology = row.document["methodology"]
    return FilingView(
        id=row.pk,
        scenario=row.scenario,
        methodology_key=row.methodology,
        digest=row.digest,
        inputs=tuple(row.document["inputs"]),
        methodology=from_document(methodology) if methodology else None,
    )


def filing(filing_id: int) -> FilingView:
    """One filing, read once for a process: filings never change."""
    return _filing(str(connection.settings_dict["NAME"]), filing_id)


def filing_ids() -> dict[tuple[str, str, str], int]:
    """(scenario id, methodology key, digest) → filing id of everything filed."""
    rows = Filing.objects.values_list("scenario", "methodology", "digest", "id")
    return {(scenario, key, found): number for scenario, key, found, number in rows}


def filings_of(methodology_key: str) -> list[tuple[str, datetime]]:
    """(digest, filed at) of everything filed under a methodology's key, newest first."""
    rows = Filing.objects.filter(methodology=methodology_key).order_by("-filed_at", "-id")
    return list(rows.values_list("digest", "filed_at"))


def filing_rows() -> list[FilingRow]:
    """Everything filed, without the documents, by methodology and then newest first."""
    rows = Filing.objects.order_by("methodology", "-filed_at", "-id")
    return [
        FilingRow(row.pk, row.scenario, row.methodology, row.digest, row.engine, row.filed_at)
        for row in rows.defer("document")
    ]


def filing_document(filing_id: int) -> dict[str, Any] | None:
    """One filing's canonical document."""
    row = Filing.objects.filter(pk=filing_id).first()
    return dict(row.document) if row else None


def forget() -> None:
    """Drop what this process remembers; for a database that was made anew."""
    _filing.cache_clear()
