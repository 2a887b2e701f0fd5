"""Ant's words and ours: scenario codes, item codes, account DIDs, amounts, times.

Masses on this wire are grams of CO2e: amounts as decimal text (exact to the milligram), "energy"
as whole grams rounded down. The SDK names no unit for amounts and grams for energy; one unit for
both loses nothing.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, time
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from tanpuhui.httpapi import fields
from tanpuhui.httpapi.errors import RequestRefused
from tanpuhui.kernel import clock, crypto
from tanpuhui.kernel.cityrules import pack

MG_PER_G = 1000
AMOUNT_PLACES_MAX = 6
NUMBER_PATTERN = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,20})?")
DID_PATTERN = re.compile(r"did:[a-z0-9]{1,20}:[A-Za-z0-9._:%-]{1,90}")
PLATFORM_SELF = "Self"


@lru_cache(maxsize=1)
def aliases() -> Mapping[str, Any]:
    """Other names for scenarios and items, and what a green operation is."""
    found: dict[str, Any] = json.loads((Path(__file__).parent / "aliases.json").read_text())
    return found


def required(parameters: Mapping[str, Any], name: str) -> str:
    """A parameter that must be there, as text.

    Raises:
        RequestRefused: request.bad_parameter.
    """
    value = parameters.get(name)
    if not isinstance(value, str) or not value.strip():
        raise RequestRefused("request.bad_parameter", missing=name)
    return value.strip()


def project(parameters: Mapping[str, Any]) -> None:
    """The project is the city's programme; its number is the pack's id.

    Raises:
        RequestRefused: request.bad_parameter for another project.
    """
    given = required(parameters, "project_no")
    if given != pack().id:
        raise RequestRefused("request.bad_parameter", project_no=given, known=pack().id)


def did_for(provider_id: int, person_id: int) -> str:
    """The account id that this provider, and nobody else, knows a person by."""
    digest = crypto.blind_index(f"{provider_id}:{person_id}", context="gateway.account_did")
    return f"did:tph:{digest[:32]}"


def organisation_did(code: str) -> str:
    """The account id of an institution's own account."""
    return f"did:tph:org:{code}"


def did(parameters: Mapping[str, Any], name: str = "account_did") -> str:
    """A well-formed DID parameter.

    Raises:
        RequestRefused: request.bad_parameter.
    """
    value = required(parameters, name)
    if not DID_PATTERN.fullmatch(value):
        raise RequestRefused("request.bad_parameter", malformed=name)
    return value


def scenario_id(code: str) -> str:
    """Our scenario id for a code: the id itself, or an alias."""
    return str(aliases()["scenarios"].get(code, code))


def quantities(scenario: str, items: Any) -> dict[str, float | str]:
    """Quantities of a record from `active_data_list`.

    Args:
        scenario: our scenario id; an unknown one is left to the pipeline.
        items: list of {item_code, item_amount}; a code is a field's name or an alias of it.

    Raises:
        RequestRefused: request.bad_parameter for a malformed list or number.
    """
    if not isinstance(items, list):
        raise RequestRefused("request.bad_parameter", missing="active_data_list")
    known = fields.accepted(scenario)
    found: dict[str, float | str] = {}
    for item in items:
        if not isinstance(item, dict):
            raise RequestRefused("request.bad_parameter", malformed="active_data_list")
        code, amount = required(item, "item_code"), required(item, "item_amount")
        name = code if code in known else str(aliases()["items"].get(code, code))
        if name in found:
            raise RequestRefused("request.bad_parameter", doubled=code)
        declared = known.get(name)
        found[name] = amount if declared and declared.choices else _number(code, amount)
    return found


def _number(code: str, amount: str) -> float:
    value = decimal(code, amount)
    if -int(value.as_tuple().exponent) > AMOUNT_PLACES_MAX:
        raise RequestRefused("request.bad_parameter", places_max=AMOUNT_PLACES_MAX, item=code)
    return float(value)


def decimal(name: str, text: str) -> Decimal:
    """A plain decimal number of at most 15 digits before the point; no exponent.

    Raises:
        RequestRefused: request.bad_parameter.
    """
    if not NUMBER_PATTERN.fullmatch(text):
        raise RequestRefused("request.bad_parameter", not_a_number=name)
    return Decimal(text)


def instant(text: str, name: str = "occurrent_time") -> datetime:
    """`yyyy-MM-dd HH:mm:ss`, or a day (its first second), in the city's time zone.

    Raises:
        RequestRefused: request.bad_parameter.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise RequestRefused("request.bad_parameter", malformed=name) from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=clock.city_zone())
    return moment.astimezone(UTC)


def time_text(moment: datetime) -> str:
    """An instant as this wire writes it: city time to the second."""
    return moment.astimezone(clock.city_zone()).strftime("%Y-%m-%d %H:%M:%S")


def day_start(day: Any) -> datetime:
    """The first instant of a city day."""
    return datetime.combine(day, time.min, tzinfo=clock.city_zone())


def grams(mass_mg: int) -> str:
    """Milligrams as decimal text in grams, exact."""
    sign = "-" if mass_mg < 0 else ""
    whole, rest = divmod(abs(mass_mg), MG_PER_G)
    return f"{sign}{whole}.{rest:03d}"


def energy(mass_mg: int) -> int:
    """Whole grams, rounded down."""
    return mass_mg // MG_PER_G


def milligrams(name: str, text: str) -> int:
    """Grams as decimal text to milligrams; nothing finer is taken.

    Raises:
        RequestRefused: request.bad_parameter.
    """
    value = decimal(name, text) * MG_PER_G
    if value != value.to_integral_value() or value <= 0:
        raise RequestRefused("request.bad_parameter", not_positive_milligrams=name)
    return int(value)


def page(parameters: Mapping[str, Any]) -> tuple[int, int]:
    """`current` (from 1) and `page_size` (10 to 200, default 20).

    Raises:
        RequestRefused: request.bad_parameter.
    """
    current = whole(parameters, "current", 1)
    size = whole(parameters, "page_size", 20)
    if not (1 <= current <= 1_000_000 and 10 <= size <= 200):  # noqa: PLR2004 - the SDK's range
        raise RequestRefused("request.bad_parameter", page_size="10..200", current="1..")
    return current, size


def whole(parameters: Mapping[str, Any], name: str, default: int) -> int:
    """A whole number parameter.

    Raises:
        RequestRefused: request.bad_parameter.
    """
    text = parameters.get(name, str(default))
    if not isinstance(text, str) or not text.isascii() or not text.isdigit():
        raise RequestRefused("request.bad_parameter", malformed=name)
    return int(text[:12])
