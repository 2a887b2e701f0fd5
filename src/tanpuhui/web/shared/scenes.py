"""Scenarios of the city's pack as pages show them: words only, no rule."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from tanpuhui.engine import traces
from tanpuhui.engine.methodologies import Input, Methodology, Parameter, Table
from tanpuhui.engine.rounding import display_text
from tanpuhui.kernel import cityrules, clock
from tanpuhui.packs import Scenario

GROUPS = {"travel": "绿色出行", "living": "绿色生活", "consumption": "绿色消费"}
STATUSES = {"draft": "草案", "reviewed": "已评审", "filed": "已备案"}


@dataclass(frozen=True)
class Scene:
    """A scenario in a list."""

    no: int
    group: str
    slug: str
    title: str
    icon: str
    summary: str
    is_points_only: bool
    is_provisional: bool
    methodology_key: str
    is_open: bool = False


@dataclass(frozen=True)
class SceneGroup:
    """Scenarios of one clause of the notice."""

    title: str
    scenarios: tuple[Scene, ...]


@dataclass(frozen=True)
class Line:
    """A label with its text."""

    label: str
    text: str


@dataclass(frozen=True)
class Figure:
    """A dated figure with where it comes from."""

    label: str
    value: str
    unit: str
    source_title: str
    is_provisional: bool
    reason: str


@dataclass(frozen=True)
class Formula:
    """A methodology as a reader needs it: who stands behind it and the steps in words."""

    title: str
    key: str
    level: str
    status: str
    is_provisional: bool
    reason: str
    steps: tuple[Line, ...]


def scene(scenario: Scenario, open_nos: Collection[int] = ()) -> Scene:
    """One scenario with its state for a reader."""
    group, _, slug = scenario.id.partition("/")
    method = methodology(scenario.id)
    return Scene(
        no=scenario.no,
        group=group,
        slug=slug,
        title=scenario.title,
        icon=scenario.icon,
        summary=scenario.summary,
        is_points_only=not scenario.is_quantified,
        is_provisional=method.has_provisional if method else False,
        methodology_key=method.key if method else "",
        is_open=scenario.no in open_nos,
    )


def methodology(scenario_id: str, day: date | None = None) -> Methodology | None:
    """The methodology in force on a day, today by default."""
    return cityrules.pack().methodology_for(scenario_id, day or clock.today())


def scenarios_in_order() -> list[Scenario]:
    """All scenarios, by number."""
    return sorted(cityrules.pack().scenarios.values(), key=lambda one: one.no)


def is_points_only(no: int) -> bool:
    """Whether acts of the scenario with this number give points and no reduction."""
    return not cityrules.pack().scenario_by_no(no).is_quantified


def groups(open_nos: Collection[int] = ()) -> list[SceneGroup]:
    """All scenarios by clause of the notice."""
    return grouped([scene(one, open_nos) for one in scenarios_in_order()])


def grouped(scenarios: Iterable[Scene]) -> list[SceneGroup]:
    """Scenarios by clause of the notice, in the order given."""
    found: dict[str, list[Scene]] = {}
    for one in scenarios:
        found.setdefault(one.group, []).append(one)
    return [SceneGroup(GROUPS.get(key, key), tuple(rows)) for key, rows in found.items()]


def formula(method: Methodology) -> Formula:
    """The methodology's steps in words."""
    words = {name: one.label for name, one in method.inputs.items()}
    words |= {name: one.label for name, one in method.parameters.items()}
    words |= {name: one.label for name, one in method.tables.items()}
    words |= {step.name: step.label for step in method.steps}
    lines = tuple(
        Line(
            step.label,
            traces.render(
                step.expression,
                words.__getitem__,
                lambda table, key: f"{words[table]}（按{words[key]}）",
            ),
        )
        for step in method.steps
    )
    return Formula(
        title=method.title,
        key=method.key,
        level=method.level,
        status=STATUSES[method.status],
        is_provisional=method.provisional,
        reason=method.reason,
        steps=lines,
    )


def source_title(references: Iterable[str]) -> str:
    """Sources by title and clause."""
    pack = cityrules.pack()
    titles = []
    for reference in references:
        clause = reference.partition("#")[2]
        titles.append(pack.source(reference).title + (f"（{clause}）" if clause else ""))
    return "；".join(titles)


def figures(method: Methodology, day: date) -> list[Figure]:
    """Every dated figure of a methodology on a day."""
    parameters = [_parameter(one, day) for one in method.parameters.values()]
    return parameters + [_table(one, day) for one in method.tables.values()]


def _parameter(one: Parameter, day: date) -> Figure:
    _, entry = one.values.on(day)
    return _figure(one, display_text(entry.value), entry.source)


def _table(one: Table, day: date) -> Figure:
    _, entry = one.values.on(day)
    rows = "，".join(f"{key}：{display_text(value)}" for key, value in entry.value.items())
    return _figure(one, rows, entry.source)


def _figure(one: Parameter | Table, value: str, source: Iterable[str]) -> Figure:
    return Figure(
        label=one.label,
        value=value,
        unit=one.unit.label,
        source_title=source_title(source),
        is_provisional=one.provisional,
        reason=one.reason,
    )


def bounds(one: Input) -> str:
    """What may be sent: range with unit, or choices."""
    if one.choices:
        text = "、".join(one.words.get(choice, choice) for choice in one.choices)
    else:
        unit = one.unit.label if one.unit else ""
        text = f"{display_text(one.minimum)}–{display_text(one.maximum)} {unit}".rstrip()
    return text if one.required else f"{text}，可不填"
