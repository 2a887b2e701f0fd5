"""A provider's own acts, item by item and summed; never another provider's."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from tanpuhui.domain.methodology import selectors as methodology
from tanpuhui.domain.scenarios.data import ActRecord, ProviderAct
from tanpuhui.domain.scenarios.models import Act
from tanpuhui.domain.scenarios.reasons import BY_NO
from tanpuhui.engine.numbers import exact_text
from tanpuhui.kernel import clock, sqlfiles
from tanpuhui.kernel.cityrules import pack

DAYS_DEFAULT = 31
COLUMNS = (
    "item_no",
    "account_id",
    "scenario_no",
    "occurred_at",
    "filing_id",
    "inputs",
    "reduction_mg",
    "points",
    "reason_no",
)


def provider_act(provider_id: int, item_no: str) -> ProviderAct | None:
    """The act in force under an item number, or None."""
    rows = Act.objects.filter(provider_id=provider_id, item_no=item_no)
    row = rows.order_by("-revision").values_list(*COLUMNS).first()
    return _view(row) if row else None


def provider_acts(
    provider_id: int,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    person_id: int | None = None,
    scenario_nos: Sequence[int] = (),
    item_like: str = "%",
    offset: int = 0,
    limit: int = 20,
) -> tuple[int, list[ProviderAct]]:
    """How many acts in force a provider has in a window, and a page of them, newest first.

    Args:
        provider_id: whose acts.
        since: from this instant; 31 days before `until` where not given.
        until: before this instant; now where not given.
        person_id: only this person's.
        scenario_nos: only these; empty means all.
        item_like: SQL pattern of the item number.
        offset: acts to skip.
        limit: acts to return.
    """
    values = _window(provider_id, since, until) | {
        "person_id": person_id,
        "scenario_nos": list(scenario_nos) or None,
        "item_like": item_like,
        "offset": offset,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(sqlfiles.query(__file__, "provider_acts"), values)
        rows = cursor.fetchall()
    return (rows[0][0] if rows else 0), [_view(row[1:]) for row in rows]


def provider_sums(
    provider_id: int,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    item_like: str = "%",
) -> list[tuple[date, str, int, int]]:
    """(day, text after the last `#` of the item number, acts, counted mg) in a window, by day."""
    values = _window(provider_id, since, until) | {"item_like": item_like}
    with connection.cursor() as cursor:
        cursor.execute(sqlfiles.query(__file__, "provider_sums"), values)
        return [(day, kind, acts, int(mg)) for day, kind, acts, mg in cursor.fetchall()]


def acts_to_correct(provider_id: int, items: Sequence[str]) -> list[ActRecord]:
    """The acts in force under these numbers as a provider would send them again; few at a time."""
    rows = (
        Act.objects.filter(provider_id=provider_id, item_no__in=list(items))
        .order_by("item_no", "-revision")
        .distinct("item_no")
    )
    return [
        ActRecord(
            item_no=row.item_no,
            person_id=row.account_id,
            scenario_id=pack().scenario_by_no(row.scenario_no).id,
            occurred_at=row.occurred_at,
            asset_key=row.asset_key,
            quantities=quantities(row.filing_id, row.inputs),
            reduction_mg=row.reduction_mg,
            points=row.points,
            code=BY_NO[row.reason_no].code,
        )
        for row in rows
    ]


def _window(provider_id: int, since: datetime | None, until: datetime | None) -> dict[str, Any]:
    end = until or clock.now()
    start = since or end - timedelta(days=DAYS_DEFAULT)
    return {
        "provider_id": provider_id,
        "since": start,
        "until": end,
        "first_day": clock.day_of(start),
        "last_day": clock.day_of(end),
    }


def _view(row: tuple[Any, ...]) -> ProviderAct:
    """From a row of COLUMNS."""
    item_no, person_id, scenario_no, occurred_at, filing_id, inputs, mg, points, reason_no = row
    return ProviderAct(
        item_no=item_no,
        person_id=person_id,
        scenario_no=scenario_no,
        occurred_at=occurred_at,
        quantities=quantities(filing_id, inputs),
        reduction_mg=mg,
        points=points,
        code=BY_NO[reason_no].code,
    )


def quantities(filing_id: int, inputs: list[int | None]) -> dict[str, str]:
    """Stored inputs in their declared units, by name."""
    filing = methodology.filing(filing_id)
    declared = dict(pack().scenarios[filing.scenario].fields)
    if filing.methodology:
        declared |= filing.methodology.inputs
    found = {}
    for name, stored in zip(filing.inputs, inputs, strict=False):
        if stored is not None and name in declared:
            value = declared[name].restored(stored)
            found[name] = value if isinstance(value, str) else exact_text(value)
    return found
