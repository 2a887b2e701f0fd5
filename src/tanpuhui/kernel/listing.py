"""What lists of stored rows have in common: an order that the reader names, counts by state."""

from collections.abc import Mapping
from typing import TypeVar

from django.db.models import Count, Model, QuerySet

Row = TypeVar("Row", bound=Model)


def ordered(
    rows: QuerySet[Row], order: str, fields: Mapping[str, str], default: str, *ties: str
) -> QuerySet[Row]:
    """Rows in an order that a reader named.

    Args:
        rows: what is listed.
        order: a key of `fields`, with a minus for descending.
        fields: name of an order → the row's field.
        default: the field where the name is unknown.
        ties: fields that decide between equal rows, so that pages neither repeat nor skip one.
    """
    sign = "-" if order.startswith("-") else ""
    return rows.order_by(sign + fields.get(order.removeprefix("-"), default), *ties)


def state_counts(rows: QuerySet[Row]) -> dict[str, int]:
    """State → number of rows."""
    counted = rows.order_by().values("state").annotate(number=Count("*"))
    return {row["state"]: row["number"] for row in counted}
