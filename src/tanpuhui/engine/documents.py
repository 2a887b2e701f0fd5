"""A methodology as plain data and back: what is filed, hashed and replayed without the pack.

The shape is that of ``methodology.yaml`` with shared factors written out. Numbers may be int,
Decimal or exact text; days may be dates or ISO text.
"""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any, cast

from tanpuhui.engine.canonical import plain
from tanpuhui.engine.dated import Dated, Period, Sourced
from tanpuhui.engine.errors import EngineError
from tanpuhui.engine.methodologies import (
    LEVELS,
    STATUSES,
    Input,
    Level,
    Methodology,
    Parameter,
    Result,
    Status,
    Step,
    Table,
)
from tanpuhui.engine.numbers import to_fraction
from tanpuhui.engine.rounding import ROUNDINGS, Rounding
from tanpuhui.engine.units import parse_unit

Document = Mapping[str, Any]


def from_document(document: Document) -> Methodology:
    """Build a methodology; run ``checking.problems`` on a new one.

    Raises:
        EngineError: ``unit_…``, ``formula_syntax``, ``number_malformed``, ``dated_order``.
        KeyError: for a document without the required keys.
    """
    effective = document["effective"]
    result = document["result"]
    inputs = {name: input_from(name, form) for name, form in document.get("inputs", {}).items()}
    parameters = {
        name: parameter_from(name, form) for name, form in document.get("parameters", {}).items()
    }
    tables = {name: _table_from(name, form) for name, form in document.get("tables", {}).items()}
    return Methodology(
        id=document["id"],
        version=int(document["version"]),
        title=document["title"],
        status=cast("Status", _one_of(document["status"], STATUSES)),
        level=cast("Level", _one_of(document["level"], LEVELS)),
        effective=Period(
            day_from(effective["from"]), day_from(effective["to"]) if effective.get("to") else None
        ),
        source=references(document["source"]),
        scenario=document["scenario"],
        boundary=document["boundary"],
        provisional=bool(document.get("provisional")),
        reason=document.get("reason", ""),
        inputs=inputs,
        parameters=parameters,
        tables=tables,
        steps=tuple(
            Step.of(
                form["name"],
                form.get("label", form["name"]),
                parse_unit(form["unit"]),
                form["formula"],
            )
            for form in document["steps"]
        ),
        result=Result(
            name=result["name"],
            unit=parse_unit(result["unit"]),
            rounding=cast("Rounding", _one_of(result["round"], ROUNDINGS)),
            places=int(result["places"]),
        ),
    )


def _one_of(value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise EngineError(
            "word_unknown", f"“{value}”不在允许的写法之中；请用 {'、'.join(allowed)}。"
        )
    return value


def day_from(value: date | str) -> date:
    """A day given as date or ISO text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def references(value: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """One source reference or several."""
    return (value,) if isinstance(value, str) else tuple(value)


def input_from(name: str, form: Document) -> Input:
    """An input of a methodology or a field of a scenario."""
    absent = form.get("absent")
    shared = {
        "name": name,
        "label": form.get("label", name),
        "optional": bool(form.get("optional")),
        "note": form.get("note", ""),
    }
    if "choices" in form:
        choices = tuple(str(choice) for choice in form["choices"])
        default = None if absent is None else str(absent)
        words = dict(form.get("words", {}))
        return Input(**shared, choices=choices, absent=default, words=words)
    return Input(
        **shared,
        unit=parse_unit(form["unit"]),
        places=int(form["places"]),
        minimum=to_fraction(form["min"]),
        maximum=to_fraction(form["max"]),
        absent=None if absent is None else to_fraction(absent),
    )


def parameter_from(name: str, form: Document) -> Parameter:
    """A dated number: a parameter, a shared factor, or a points rule."""
    return Parameter(
        name=name,
        label=form["label"],
        unit=parse_unit(form["unit"]),
        values=Dated(tuple((day, _sourced(entry)) for day, entry in _by_day(form["values"]))),
        basis=form.get("basis", ""),
        note=form.get("note", ""),
        provisional=bool(form.get("provisional")),
        reason=form.get("reason", ""),
        shared=form.get("use", ""),
    )


def _by_day(values: Mapping[Any, Any]) -> list[tuple[date, Any]]:
    return sorted((day_from(day), entry) for day, entry in values.items())


def _sourced(entry: Document | None) -> Sourced[Fraction] | None:
    return (
        None if entry is None else Sourced(to_fraction(entry["value"]), references(entry["source"]))
    )


def _table_from(name: str, form: Document) -> Table:
    def rows(entry: Document | None) -> Sourced[Mapping[str, Fraction]] | None:
        if entry is None:
            return None
        found = {str(key): to_fraction(value) for key, value in entry["rows"].items()}
        return Sourced(found, references(entry["source"]))

    return Table(
        name=name,
        label=form["label"],
        key=form["key"],
        unit=parse_unit(form["unit"]),
        values=Dated(tuple((day, rows(entry)) for day, entry in _by_day(form["values"]))),
        note=form.get("note", ""),
        provisional=bool(form.get("provisional")),
        reason=form.get("reason", ""),
    )


def to_document(methodology: Methodology) -> dict[str, Any]:
    """Plain JSON data of the whole version; ``from_document`` reads it back unchanged."""
    effective: dict[str, Any] = {"from": methodology.effective.start}
    if methodology.effective.end:
        effective["to"] = methodology.effective.end
    result = methodology.result
    document = {
        "id": methodology.id,
        "version": methodology.version,
        "title": methodology.title,
        "status": methodology.status,
        "level": methodology.level,
        "effective": effective,
        "source": methodology.source,
        "scenario": methodology.scenario,
        "boundary": methodology.boundary,
        "provisional": methodology.provisional,
        "reason": methodology.reason,
        "inputs": {name: _input_form(declared) for name, declared in methodology.inputs.items()},
        "parameters": {
            name: _figure_form(figure) for name, figure in methodology.parameters.items()
        },
        "tables": {name: _figure_form(table) for name, table in methodology.tables.items()},
        "steps": [
            {
                "name": step.name,
                "label": step.label,
                "unit": step.unit.text,
                "formula": step.formula,
            }
            for step in methodology.steps
        ],
        "result": {
            "name": result.name,
            "unit": result.unit.text,
            "round": result.rounding,
            "places": result.places,
        },
    }
    found = plain(document)
    assert isinstance(found, dict)
    return found


def _input_form(declared: Input) -> dict[str, Any]:
    form: dict[str, Any] = {"label": declared.label}
    if declared.note:
        form["note"] = declared.note
    if declared.optional:
        form["optional"] = True
    if declared.absent is not None:
        form["absent"] = declared.absent
    if declared.unit is None:
        if declared.words:
            form["words"] = dict(declared.words)
        return form | {"choices": declared.choices}
    bounds = {"places": declared.places, "min": declared.minimum, "max": declared.maximum}
    return form | {"unit": declared.unit.text} | bounds


def _figure_form(figure: Parameter | Table) -> dict[str, Any]:
    form: dict[str, Any] = {"label": figure.label, "unit": figure.unit.text}
    words: dict[str, Any] = {
        "note": figure.note,
        "reason": figure.reason,
        "provisional": figure.provisional,
    }
    field = "value"
    if isinstance(figure, Table):
        form["key"] = figure.key
        field = "rows"
    else:
        words |= {"basis": figure.basis, "use": figure.shared}
    form |= {key: value for key, value in words.items() if value}
    form["values"] = {
        day: None if entry is None else {field: entry.value, "source": entry.source}
        for day, entry in figure.values
    }
    return form
