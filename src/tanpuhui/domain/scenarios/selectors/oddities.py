"""Unusual numbers among what came in, set-wise; what counts as unusual is the caller's choice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection

from tanpuhui.domain.scenarios.reasons import BY_NO
from tanpuhui.kernel import clock, sqlfiles
from tanpuhui.kernel.cityrules import pack

REFUSED = [one.code for one in BY_NO.values() if one.kind in {"refused", "silent"}]


@dataclass(frozen=True)
class RefusalDay:
    """A provider's arrivals of one day."""

    provider_id: int
    day: date
    records: int
    refused: int


@dataclass(frozen=True)
class GivingDay:
    """What a provider's acts of one scenario and day gave."""

    provider_id: int
    scenario_no: int
    day: date
    acts: int
    reduction_mg: int


@dataclass(frozen=True)
class PersonDay:
    """A person's counted acts of one day."""

    person_id: int
    day: date
    providers: int
    acts: int
    reduction_mg: int


@dataclass(frozen=True)
class SameInputs:
    """Acts of one day with the very same quantities (stored integers)."""

    provider_id: int
    scenario_no: int
    day: date
    same: int
    acts: int
    people: int
    inputs: list[int | None]


def refusal_days(first: date, last: date) -> list[RefusalDay]:
    """Arrivals by provider and day, both days inclusive."""
    return [
        RefusalDay(*row) for row in rows_of("odd_refusals", codes=REFUSED, **span_of(first, last))
    ]


def giving_days(first: date, last: date) -> list[GivingDay]:
    """Counted acts and mg by provider, scenario and day of the act, both days inclusive."""
    return [GivingDay(*row) for row in rows_of("day_giving", first=first, last=last)]


def people_of_many_providers(first: date, last: date, *, least: int) -> list[PersonDay]:
    """People with acts from at least so many providers on a day; at most 100."""
    return [PersonDay(*row) for row in rows_of("odd_people", first=first, last=last, least=least)]


def same_inputs(
    first: date, last: date, *, least: int, percent: int, scenario_nos: Sequence[int]
) -> list[SameInputs]:
    """Quantities that occur so often, and in this share of the day's acts; at most 100."""
    found = rows_of(
        "odd_same",
        first=first,
        last=last,
        least=least,
        percent=percent,
        scenario_nos=list(scenario_nos),
    )
    return [SameInputs(*row) for row in found]


def span_of(first: date, last: date) -> dict[str, Any]:
    """Query values for the instants of some city days, both inclusive."""
    zone = clock.city_zone()
    return {
        "since": datetime.combine(first, time(), zone),
        "until": datetime.combine(last + timedelta(days=1), time(), zone),
        "zone": pack().time_zone,
    }


def rows_of(name: str, **values: Any) -> list[tuple[Any, ...]]:
    """All rows of one of the context's queries."""
    with connection.cursor() as cursor:
        cursor.execute(sqlfiles.query(__file__, name), values)
        return list(cursor.fetchall())
