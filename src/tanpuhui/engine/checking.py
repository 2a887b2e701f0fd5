"""What can be wrong in a methodology before any act: names, units, bounds, tables, result."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from tanpuhui.engine.dimensions import Choice, Kind, Quantity, TableKind, kind_of
from tanpuhui.engine.errors import EngineError, Problem
from tanpuhui.engine.expressions import RESERVED, names_used
from tanpuhui.engine.methodologies import Input, Methodology, Parameter, Table
from tanpuhui.engine.numbers import INT64_MAX
from tanpuhui.engine.units import CO2E, Dimension, describe

PLACES_MAX = 9


def problems(methodology: Methodology) -> tuple[Problem, ...]:
    """Every flaw found, each with its path in the document; empty for a sound methodology."""
    return (
        *_names(methodology),
        *(
            problem
            for declared in methodology.inputs.values()
            for problem in input_problems(declared, "inputs")
        ),
        *(
            problem
            for table in methodology.tables.values()
            for problem in _table(methodology, table)
        ),
        *_steps(methodology),
        *_result(methodology),
        *_unused(methodology),
        *_start(methodology),
    )


def _names(methodology: Methodology) -> Iterator[Problem]:
    seen: set[str] = set()
    groups: dict[str, tuple[str, ...]] = {
        "inputs": tuple(methodology.inputs),
        "parameters": tuple(methodology.parameters),
        "tables": tuple(methodology.tables),
    }
    places: list[tuple[str, tuple[str | int, ...]]] = [
        (n, (g, n)) for g, names in groups.items() for n in names
    ]
    places += [
        (step.name, ("steps", index, "name")) for index, step in enumerate(methodology.steps)
    ]
    for name, path in places:
        if name in RESERVED:
            yield Problem(
                "name_reserved", f"“{name}”是公式语言的保留字，不能作名字；请换一个。", path
            )
        if name in seen:
            yield Problem(
                "name_repeated", f"名字“{name}”在本方法学中用了两次；请改成不同的名字。", path
            )
        seen.add(name)


def input_problems(declared: Input, group: str) -> Iterator[Problem]:
    """Flaws of one input or scenario field."""
    path = (group, declared.name)
    if declared.choices:
        if declared.absent is not None and declared.absent not in declared.choices:
            yield Problem(
                "input_absent",
                f"absent 的“{declared.absent}”不在 choices 里；请从中选一个。",
                (*path, "absent"),
            )
        return
    if not 0 <= declared.places <= PLACES_MAX:
        yield Problem("input_places", f"places 要在 0 到 {PLACES_MAX} 之间。", (*path, "places"))
        return
    if declared.minimum > declared.maximum:
        yield Problem("input_bounds", "min 大于 max；请交换或更正。", (*path, "min"))
    scale = 10**declared.places
    for key, bound in (
        ("min", declared.minimum),
        ("max", declared.maximum),
        ("absent", declared.absent),
    ):
        if isinstance(bound, Fraction) and (bound * scale).denominator != 1:
            message = (
                f"{key} 的小数位多于 places（{declared.places}）；请增大 places 或改写 {key}。"
            )
            yield Problem("input_bounds", message, (*path, key))
        if isinstance(bound, Fraction) and abs(bound * scale) > INT64_MAX:
            yield Problem(
                "input_bounds", f"{key} 太大，无法存储；请缩小 {key} 或 places。", (*path, key)
            )


def _table(methodology: Methodology, table: Table) -> Iterator[Problem]:
    key = methodology.inputs.get(table.key)
    if key is None or not key.choices:
        message = f"表的 key“{table.key}”不是带 choices 的输入；请改为这样的输入名。"
        yield Problem("table_key", message, ("tables", table.name, "key"))
        return
    for day, entry in table.values:
        if entry is None or set(entry.value) == set(key.choices):
            continue
        lacking = "、".join(choice for choice in key.choices if choice not in entry.value) or "无"
        extra = "、".join(row for row in entry.value if row not in key.choices) or "无"
        message = f"表的行与“{key.name}”的选项不一致：缺 {lacking}，多 {extra}；请逐一对应。"
        yield Problem(
            "table_rows", message, ("tables", table.name, "values", day.isoformat(), "rows")
        )


def _steps(methodology: Methodology) -> Iterator[Problem]:
    scope: dict[str, Kind] = {
        name: Choice() if declared.unit is None else Quantity(declared.unit.dimension)
        for name, declared in methodology.inputs.items()
    }
    scope |= {
        name: Quantity(figure.unit.dimension) for name, figure in methodology.parameters.items()
    }
    scope |= {
        name: TableKind(table.key, table.unit.dimension)
        for name, table in methodology.tables.items()
    }
    for index, step in enumerate(methodology.steps):
        path = ("steps", index, "formula")
        try:
            kind = kind_of(step.expression, scope, step.formula)
        except EngineError as error:
            yield Problem(error.code, error.message, path)
        else:
            if not isinstance(kind, Quantity):
                yield Problem(
                    "formula_type",
                    "步骤的公式要得出一个数，这里得出的是真假判断；请改用 if(…)。",
                    path,
                )
            elif kind.dimension not in (None, step.unit.dimension):
                yield Problem(
                    "formula_units",
                    _mismatch(kind.dimension, step.unit.dimension, step.unit.text),
                    path,
                )
        scope[step.name] = Quantity(step.unit.dimension)


def _mismatch(found: Dimension | None, wanted: Dimension, unit: str) -> str:
    have = describe(found or ())
    return f"公式算出的是{have}，步骤的单位 {unit} 却是{describe(wanted)}；请更正公式或单位。"


def _result(methodology: Methodology) -> Iterator[Problem]:
    result = methodology.result
    steps = {step.name: step for step in methodology.steps}
    if result.name not in steps:
        yield Problem(
            "result_name",
            f"result 的“{result.name}”不是任何一个步骤；请写步骤名。",
            ("result", "name"),
        )
        return
    if result.unit.dimension != CO2E or steps[result.name].unit.dimension != CO2E:
        message = "结果及其步骤的单位必须是二氧化碳当量的质量，如 gCO2e；请更正。"
        yield Problem("result_unit", message, ("result", "unit"))
    elif result.quantum.denominator != 1:
        message = f"{result.unit.text} 取 {result.places} 位小数会细于 1 mg；请减少 places。"
        yield Problem("result_places", message, ("result", "places"))


def _unused(methodology: Methodology) -> Iterator[Problem]:
    used = {name for step in methodology.steps for name in names_used(step.expression)}
    groups = {
        "inputs": methodology.inputs,
        "parameters": methodology.parameters,
        "tables": methodology.tables,
    }
    for group, names in groups.items():
        for name in names:
            if name not in used:
                message = f"“{name}”没有被任何公式用到；请删去，或移到场景的 fields 中。"
                yield Problem("name_unused", message, (group, name))


def _start(methodology: Methodology) -> Iterator[Problem]:
    """Every figure must have a value on the first effective day."""
    day = methodology.effective.start
    groups: dict[str, Mapping[str, Parameter | Table]] = {
        "parameters": methodology.parameters,
        "tables": methodology.tables,
    }
    for group, figures in groups.items():
        for name, figure in figures.items():
            try:
                figure.values.on(day, f"“{name}”")
            except EngineError as error:
                yield Problem(
                    error.code, f"{error.message}（方法学自 {day} 起施行。）", (group, name)
                )
