"""Rows as others see them: a frozen view takes from a row what is called the same."""

from dataclasses import fields
from typing import Any, TypeVar

V = TypeVar("V")


def view_of(kind: type[V], row: object, **derived: Any) -> V:
    """A view of a row.

    Args:
        kind: a dataclass.
        row: a model's row; has an attribute for every field that is not derived.
        derived: the fields that are called or made differently.
    """
    names = {field.name for field in fields(kind)} - derived.keys()  # type: ignore[arg-type]
    return kind(**{name: getattr(row, name) for name in names}, **derived)
