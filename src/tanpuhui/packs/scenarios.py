"""A scenario (场景): which low-carbon acts count, what a provider sends, how much of it counts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from tanpuhui.engine.caps import Cap
from tanpuhui.engine.checking import input_problems
from tanpuhui.engine.conditions import Condition, Limit
from tanpuhui.engine.dated import Period
from tanpuhui.engine.documents import day_from, input_from, parameter_from, references
from tanpuhui.engine.errors import EngineError
from tanpuhui.engine.methodologies import LEVELS, Input, Methodology, Parameter
from tanpuhui.engine.numbers import to_fraction
from tanpuhui.engine.units import parse_unit
from tanpuhui.packs.loader import Document, Route
from tanpuhui.packs.problems import Problems


@dataclass(frozen=True)
class Plausibility:
    """A reason to refuse an act: ``refuse_if`` over inputs, fields and limits."""

    code: str
    refuse_if: str
    message: str


@dataclass(frozen=True, eq=False)
class Scenario:
    """One scenario: either ``methodology`` (an id) or ``points_only`` (the reason) is set.

    Attributes:
        no: small stable integer used in tables.
        points: for points-only scenarios, points per counted act (unit ``point/item``).
        late_days: acts older than this on arrival are refused.
        methodologies: all versions that serve this scenario, the preferred first.
    """

    id: str
    no: int
    title: str
    summary: str
    icon: str
    notice: tuple[str, ...]
    effective: Period
    methodology: str
    points_only: str
    points: Parameter | None
    claimant: str
    claimant_note: str
    late_days: int
    fields: Mapping[str, Input]
    limits: Mapping[str, Limit]
    plausibility: tuple[Plausibility, ...]
    caps: tuple[Cap, ...]
    privacy: str
    expected_delay: str
    note: str = ""
    title_en: str = ""
    methodologies: tuple[Methodology, ...] = ()
    _conditions: dict[str, tuple[Condition, ...]] = field(default_factory=dict, repr=False)

    @property
    def group(self) -> str:
        """``travel``, ``living`` or ``consumption``."""
        return self.id.partition("/")[0]

    def methodology_on(self, day: date) -> Methodology | None:
        """The version in force: 国标 before 地标 before 团标 before 本市, then the newest."""
        return next((one for one in self.methodologies if one.effective.contains(day)), None)

    def inputs_on(self, day: date) -> Mapping[str, Input]:
        """What a provider sends and the order of storage: methodology inputs, then fields."""
        return self._inputs_of(self.methodology_on(day))

    def conditions_on(self, day: date) -> tuple[Condition, ...]:
        """The plausibility rules, compiled for the inputs of the day."""
        methodology = self.methodology_on(day)
        key = methodology.key if methodology else ""
        if key not in self._conditions:
            self._conditions[key] = tuple(
                self._compile(rule, methodology) for rule in self.plausibility
            )
        return self._conditions[key]

    def _inputs_of(self, methodology: Methodology | None) -> Mapping[str, Input]:
        return {**methodology.inputs, **self.fields} if methodology else self.fields

    def _compile(self, rule: Plausibility, methodology: Methodology | None) -> Condition:
        inputs = self._inputs_of(methodology)
        return Condition.of(rule.code, rule.message, rule.refuse_if, inputs, self.limits)

    @cached_property
    def is_quantified(self) -> bool:
        """Whether acts give a reduction, not only points."""
        return not self.points_only


def scenario_from(document: Document, problems: Problems) -> Scenario | None:
    """Build a scenario from its file; None after recording what is wrong."""
    form = document.data
    before = len(problems.found)
    for code, route, message in _flaws(document):
        problems.add(code, document.file, document.line(*route), message)
    fields = {name: input_from(name, declared) for name, declared in form.get("fields", {}).items()}
    for declared in fields.values():
        for problem in input_problems(declared, "fields"):
            problems.add(problem.code, document.file, document.line(*problem.path), problem.message)
    if len(problems.found) > before:
        return None
    effective = form["effective"]
    return Scenario(
        id=form["id"],
        no=form["no"],
        title=form["title"],
        summary=form["summary"],
        icon=form["icon"],
        notice=references(form["notice"]),
        effective=Period(day_from(effective["from"]), effective.get("to")),
        methodology=form.get("methodology", ""),
        points_only=form.get("points_only", {}).get("reason", ""),
        points=parameter_from("points", form["points"]) if "points" in form else None,
        claimant=form["claimant"],
        claimant_note=form.get("claimant_note", ""),
        late_days=form["late_days"],
        fields=fields,
        limits={name: _limit(name, item) for name, item in form.get("limits", {}).items()},
        plausibility=tuple(Plausibility(**rule) for rule in form.get("plausibility", [])),
        caps=tuple(_cap(item) for item in form.get("caps", [])),
        privacy=form["privacy"],
        expected_delay=form["expected_delay"],
        note=form.get("note", ""),
        title_en=form.get("title_en", ""),
    )


def _limit(name: str, form: Mapping[str, object]) -> Limit:
    unit, source = form["unit"], form["source"]
    assert isinstance(unit, str)
    assert isinstance(source, list)
    return Limit(name, to_fraction(form["value"]), parse_unit(unit), references(source))


def _cap(form: dict[str, object]) -> Cap:
    source = form["source"]
    assert isinstance(source, list)
    return Cap(**{**form, "source": references(source)})  # type: ignore[arg-type]


def _flaws(document: Document) -> Iterator[tuple[str, Route, str]]:
    form = document.data
    wanted = document.file.removeprefix("scenarios/").removesuffix(".yaml")
    if form["id"] != wanted:
        yield (
            "scenario_id",
            ("id",),
            f"编号“{form['id']}”与文件位置“{wanted}”不一致；请改其中一个。",
        )
    if ("methodology" in form) == ("points_only" in form):
        message = "methodology 与 points_only 要写且只写一个；有方法学就量化，没有就只记积分。"
        yield "scenario_method", ("methodology",), message
    if ("points_only" in form) != ("points" in form):
        message = "只记积分的场景要写 points（每次积分），量化的场景不写；请补上或删去。"
        yield "scenario_points", ("points",), message
    if "points" in form and form["points"]["unit"] != "point/item":
        yield "scenario_points", ("points", "unit"), "每次积分的单位要写 point/item。"
    end = form["effective"].get("to")
    if end is not None and end <= form["effective"]["from"]:
        yield "period_order", ("effective", "to"), "to（不含当日）要晚于 from；请更正。"
    for index, cap in enumerate(form.get("caps", [])):
        if cap.get("provisional") and not cap.get("reason"):
            route = ("caps", index)
            yield "reason_missing", route, "标了 provisional 就要写 reason；请说明为何暂定。"


def precedence(methodology: Methodology) -> tuple[int, date, int]:
    """Sort key: level first, then the newest effective day, then the highest version."""
    return (
        LEVELS.index(methodology.level),
        date.fromordinal(date.max.toordinal() - methodology.effective.start.toordinal()),
        -methodology.version,
    )


def check_against(scenario: Scenario, document: Document, problems: Problems) -> None:
    """Fields and conditions of a scenario against each methodology version that serves it."""
    for methodology in scenario.methodologies or (None,):
        inputs = methodology.inputs if methodology else {}
        for name in scenario.fields:
            if name in inputs:
                message = f"“{name}”已是方法学的输入，不能再作场景字段；请删去。"
                problems.add(
                    "field_repeated", document.file, document.line("fields", name), message
                )
        for index, rule in enumerate(scenario.plausibility):
            try:
                Condition.of(
                    rule.code,
                    rule.message,
                    rule.refuse_if,
                    {**inputs, **scenario.fields},
                    scenario.limits,
                )
            except EngineError as error:
                line = document.line("plausibility", index, "refuse_if")
                problems.add(error.code, document.file, line, error.message)
