"""What a provider needs to compare its own books with ours: by day, by reason, by item number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import connection

from tanpuhui.domain.scenarios.reasons import BY_CODE, BY_NO
from tanpuhui.kernel import clock, sqlfiles

REFUSALS_BACK = timedelta(days=92)


@dataclass(frozen=True)
class ReasonSum:
    """Acts in force of one day, scenario and reason."""

    day: date
    scenario_no: int
    code: str
    sentence: str
    acts: int
    reduction_mg: int
    points: int


@dataclass(frozen=True)
class RefusalSum:
    """Refusals that arrived on one day, by reason; `batch_id` is the last delivery with one."""

    day: date
    code: str
    sentence: str
    number: int
    batch_id: int


@dataclass(frozen=True)
class RowFound:
    """One act behind a sum."""

    item_no: str
    occurred_at: datetime
    reduction_mg: int
    points: int
    note: str | None


@dataclass(frozen=True)
class ItemFound:
    """One item number: as an act, as a refusal, or (both codes empty) not at all."""

    item_no: str
    act_code: str
    reduction_mg: int
    refusal_code: str
    sentence: str
    batch_id: int | None


def provider_reasons(provider_id: int, first: date, last: date) -> list[ReasonSum]:
    """A provider's acts in force between two days, newest day first."""
    with connection.cursor() as cursor:
        cursor.execute(
            sqlfiles.query(__file__, "provider_reasons"),
            {"provider_id": provider_id, "first": first, "last": last},
        )
        return [
            ReasonSum(day, no, BY_NO[reason].code, BY_NO[reason].sentence, acts, mg, points)
            for day, no, reason, acts, mg, points in cursor.fetchall()
        ]


def provider_rows(
    provider_id: int,
    day: date,
    scenario_no: int,
    code: str,
    *,
    text: str = "",
    order: str = "at",
    limit: int,
    offset: int = 0,
) -> list[RowFound]:
    """The acts behind one number of `provider_reasons`; empty for an unknown reason.

    `text` is the beginning of an item number; `order` is `at`, `item` or `mass`, perhaps with a
    minus.
    """
    if code not in BY_CODE:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            sqlfiles.query(__file__, "provider_rows"),
            {
                "begins": text,
                "order": order,
                "provider_id": provider_id,
                "day": day,
                "scenario_no": scenario_no,
                "reason_no": BY_CODE[code].no,
                "limit": limit,
                "offset": offset,
            },
        )
        return [RowFound(*row) for row in cursor.fetchall()]


def refusal_reasons(provider_id: int, first: date, last: date) -> list[RefusalSum]:
    """Refusals of the deliveries that arrived between two days of the city."""
    zone = clock.city_zone()
    with connection.cursor() as cursor:
        cursor.execute(
            sqlfiles.query(__file__, "refusal_reasons"),
            {
                "provider_id": provider_id,
                "zone": zone.key,
                "since": datetime.combine(first, time(), zone),
                "until": datetime.combine(last + timedelta(days=1), time(), zone),
            },
        )
        return [
            RefusalSum(day, BY_NO[reason].code, BY_NO[reason].sentence, number, batch_id)
            for day, reason, number, batch_id in cursor.fetchall()
        ]


def items_found(provider_id: int, items: Sequence[str]) -> list[ItemFound]:
    """What became of these item numbers, in their order by number."""
    with connection.cursor() as cursor:
        cursor.execute(
            sqlfiles.query(__file__, "item_answers"),
            {
                "provider_id": provider_id,
                "items": list(items),
                "since": clock.now() - REFUSALS_BACK,
            },
        )
        return [_item(*row) for row in cursor.fetchall()]


def _item(
    item_no: str, act_no: int | None, mg: int | None, refusal_no: int | None, batch_id: int | None
) -> ItemFound:
    if act_no is not None:
        reason = BY_NO[act_no]
        return ItemFound(item_no, reason.code, mg or 0, "", reason.sentence, None)
    if refusal_no is not None:
        reason = BY_NO[refusal_no]
        return ItemFound(item_no, "", 0, reason.code, reason.sentence, batch_id)
    return ItemFound(item_no, "", 0, "", "", None)
