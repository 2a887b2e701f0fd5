"""What holds for a scenario on a day, compiled once for each stretch of days without a change."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from tanpuhui.engine.columns import ColumnPlan, compile_columns
from tanpuhui.engine.conditions import Condition
from tanpuhui.engine.dated import Period
from tanpuhui.engine.errors import EngineError
from tanpuhui.engine.methodologies import Input, Methodology
from tanpuhui.kernel.cityrules import pack
from tanpuhui.packs import Pack, Scenario

MG_PER_KG = 1_000_000


@dataclass(frozen=True, eq=False)
class Segment:
    """A scenario's rules from `start` to `end` (exclusive).

    plan is None for a points-only scenario. points_up/points_down: points are
    floor(mg × up ÷ (down × 1,000,000)) with a methodology, `points_each` an act without one.
    """

    scenario: Scenario
    methodology: Methodology | None
    start: date
    end: date | None
    inputs: tuple[Input, ...]
    conditions: tuple[Condition, ...]
    plan: ColumnPlan | None
    points_up: int
    points_down: int
    points_each: int

    def contains(self, day: date) -> bool:
        """Whether these rules hold on the day."""
        return self.start <= day and (self.end is None or day < self.end)


class Rulebook:
    """Segments by scenario, made when first asked for."""

    def __init__(self, city: Pack) -> None:
        self.city = city
        self._segments: dict[str, list[Segment]] = {}

    def segment(self, scenario: Scenario, day: date) -> Segment:
        """The rules of a scenario on a day.

        Raises:
            EngineError: no methodology or value holds on that day.
        """
        known = self._segments.setdefault(scenario.id, [])
        for segment in known:
            if segment.contains(day):
                return segment
        fresh = self._compile(scenario, day)
        known.append(fresh)
        return fresh

    def _compile(self, scenario: Scenario, day: date) -> Segment:
        methodology = self.city.methodology_for(scenario.id, day)
        if methodology is None and scenario.points is None:
            message = f"场景“{scenario.title}”在 {day} 没有有效的方法学。"
            raise EngineError("no_methodology", message)
        figure = self.city.points_per_kg if methodology else scenario.points
        assert figure is not None
        around = figure.values.segment(day)
        period = _without_change(scenario, day).narrowed(around.start, around.end)
        if methodology:
            period = period.narrowed(*methodology.segment(day))
        value = figure.values.on(day)[1].value
        return Segment(
            scenario=scenario,
            methodology=methodology,
            start=period.start,
            end=period.end,
            inputs=tuple(self.city.inputs_for(scenario.id, day).values()),
            conditions=self.city.conditions_for(scenario.id, day),
            plan=compile_columns(methodology, day) if methodology else None,
            points_up=value.numerator if methodology else 0,
            points_down=value.denominator,
            points_each=0 if methodology else int(value),
        )


def _without_change(scenario: Scenario, day: date) -> Period:
    """The days around `day` on which the same methodology version is preferred."""
    starts = [m.effective.start for m in scenario.methodologies]
    ends = [m.effective.end for m in scenario.methodologies if m.effective.end]
    edges = [*starts, *ends]
    before = max((edge for edge in edges if edge <= day), default=scenario.effective.start)
    after = min((edge for edge in edges if edge > day), default=None)
    return scenario.effective.narrowed(before, after)


@lru_cache(maxsize=1)
def rulebook() -> Rulebook:
    """The rulebook of this process's pack."""
    return Rulebook(pack())
