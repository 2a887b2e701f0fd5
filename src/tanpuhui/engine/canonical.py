"""Canonical JSON and its hash: the same content gives the same bytes on every machine, for ever."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tanpuhui.engine.numbers import exact_text


def plain(value: Any) -> Any:
    """JSON shape of engine values: exact numbers and days become text, mappings and tuples plain.

    Raises:
        TypeError: for a float or any other type that has no exact text.
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Fraction):
        return exact_text(value)
    if isinstance(value, Decimal):
        return exact_text(Fraction(value))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    message = f"no canonical form for {type(value).__name__}"
    raise TypeError(message)


def canonical_json(value: Any) -> str:
    """Sorted keys, no spaces, characters as they are."""
    return json.dumps(
        plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON in UTF-8, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()
