"""Small tables beside the data: a name to its coordinates, a code to its zone."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from tanpuhui.domain.scenarios.imports.faults import FileError
from tanpuhui.packs.profiles import Derive, LookupForm, Profile

Table = dict[str, dict[str, str]]
"""column -> key -> text"""

_BYTES_MAX = 64 * 1024 * 1024


def lookups_read(profile: Profile, data: Path, given: Mapping[str, Path]) -> dict[str, Table]:
    """Read the profile's look-up tables.

    Args:
        profile: names the tables and their form.
        data: the data file; a table's default file lies beside it.
        given: name -> path, as the user said.

    Raises:
        FileError: `file.lookup_unknown`, `file.lookup_missing`, `file.lookup_broken`,
            `file.lookup_repeats`.
    """
    if strange := sorted(set(given) - set(profile.lookups)):
        known = "、".join(profile.lookups) or "无"
        raise FileError(
            "file.lookup_unknown", f"档案没有对照表“{strange[0]}”；可用的名称：{known}。"
        )
    found = {}
    for name, form in profile.lookups.items():
        path = given.get(name) or (data.parent / form.file if form.file else None)
        if path is None or not path.is_file():
            raise FileError(
                "file.lookup_missing", f"找不到对照表“{name}”；请用 --lookup {name}=文件路径 指明。"
            )
        found[name] = _table(form, path)
    return found


def _table(form: LookupForm, path: Path) -> Table:
    if path.stat().st_size > _BYTES_MAX:
        raise FileError("file.lookup_broken", f"对照表“{path.name}”超过 64 MB，请只留用到的列。")
    try:
        rows = list(_rows(form, path))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, csv.Error) as error:
        raise FileError("file.lookup_broken", f"读不了对照表“{path.name}”：{error}。") from error
    table: Table = {column: {} for column in form.columns}
    for row in rows:
        key = _value(row, form.key)
        if key is None:
            continue
        for column, place in form.columns.items():
            text = _value(row, place.path)
            if text is not None and place.split is not None:
                parts = text.split(place.split)
                text = parts[place.part].strip() if place.part < len(parts) else None
            if text is None:
                continue
            if table[column].setdefault(key, text) != text and form.repeats == "same":
                raise FileError(
                    "file.lookup_repeats",
                    f"对照表“{path.name}”里“{key}”出现多次且“{column}”不同；"
                    "请去重，或在档案里写 repeats: first。",
                )
    if not any(table.values()):
        raise FileError(
            "file.lookup_broken", f"对照表“{path.name}”里没有读到任何一行，请核对档案。"
        )
    return table


def _rows(form: LookupForm, path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        if form.kind == "csv":
            yield from csv.DictReader(stream)
        else:
            yield from _walk(
                json.load(stream), [step for step in form.list_path.split(".") if step]
            )


def _walk(item: Any, steps: list[str]) -> Iterator[Any]:
    """Follow a path such as ``l[].st[]``: a step with [] goes through every element."""
    if not steps:
        yield from item if isinstance(item, list) else [item]
        return
    step, rest = steps[0], steps[1:]
    inner = item.get(step.removesuffix("[]")) if isinstance(item, dict) else None
    if step.endswith("[]"):
        for element in inner or []:
            yield from _walk(element, rest)
    elif inner is not None:
        yield from _walk(inner, rest)


def _value(row: Any, path: str) -> str | None:
    """A value by its dotted path; a number steps into a list."""
    for step in path.split("."):
        if isinstance(row, dict):
            row = row.get(step)
        elif isinstance(row, list) and step.isdigit() and int(step) < len(row):
            row = row[int(step)]
        else:
            return None
    return None if row is None or row == "" else str(row)


def lookup_column(keys: pl.Series, step: Derive, table: Table) -> pl.Series:
    """The looked-up text of each key; null where the table has none."""
    assert step.take is not None
    values = table[step.take]
    distinct = keys.cast(pl.String).unique().drop_nulls()
    answers = {key: _found(step.rename.get(key, key), step.suffix, values) for key in distinct}
    return keys.cast(pl.String).replace_strict(answers, default=None, return_dtype=pl.String)


def _found(key: str, suffix: str | None, values: Mapping[str, str]) -> str | None:
    found = values.get(key)
    if found is None and suffix:
        found = values.get(key.removesuffix(suffix)) or values.get(key + suffix)
    return found
