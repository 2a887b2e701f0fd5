"""What both peers share: the business rules, one record at a time, in plain Python and Decimal."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from bench.peers.formulas import FORMULAS, Figures, Formula
from tanpuhui.engine.methodologies import Input
from tanpuhui.packs import Pack, Scenario

FIXED = {"item_no", "subject", "scenario", "occurred_at", "asset_key"}
SECOND = timedelta(seconds=1)


class Refused(Exception):
    """The record cannot be kept; args[0] is the code."""


@dataclass(frozen=True)
class Assessed:
    """A record that may become evidence."""

    scenario: Scenario
    occurred_on: date
    occurred_at: datetime
    ended_at: datetime
    quantities: dict[str, Any]
    mg: int
    points: int


@dataclass(frozen=True)
class Rule:
    """What holds for a scenario on a day."""

    inputs: tuple[Input, ...]
    formula: Formula | None
    figures: Figures
    points: Decimal


class Rules:
    """The city's rules as such a service has them in memory."""

    def __init__(self, city: Pack, now: datetime) -> None:
        self.city = city
        self.now = now
        self.zone = ZoneInfo(city.time_zone)
        self.today = now.astimezone(self.zone).date()
        self.trips = next(r.scenarios for r in city.overlaps if r.match == "time")
        self.trip_nos = [city.scenarios[name].no for name in self.trips]
        self.keyed = {
            name: [city.scenarios[other].no for other in rule.scenarios]
            for rule in city.overlaps
            if rule.match == "key"
            for name in rule.scenarios
        }
        self.rule = lru_cache(maxsize=4096)(self._rule)

    def assess(self, record: dict[str, Any]) -> Assessed:
        """Scenario, time, fields, plausibility, formula, points.

        Raises:
            Refused: the record breaks one of them.
        """
        scenario = self.city.scenarios.get(record["scenario"] or "")
        if scenario is None:
            raise Refused("scenario.unknown")
        occurred_at = record["occurred_at"]
        if occurred_at is None:
            raise Refused("time.missing")
        if occurred_at > self.now + timedelta(minutes=10):
            raise Refused("time.future")
        day = occurred_at.astimezone(self.zone).date()
        if day < scenario.effective.start:
            raise Refused("time.before_methodology")
        if day < self.today - timedelta(days=scenario.late_days):
            raise Refused("time.too_late")
        rule = self.rule(scenario.id, day)
        values = _values(record, rule.inputs)
        _plausible(scenario, values)
        mg = 0
        if rule.formula is not None:
            mg = max(int(rule.formula(values, rule.figures) * 1000), 0)
        return Assessed(
            scenario=scenario,
            occurred_on=day,
            occurred_at=occurred_at,
            ended_at=occurred_at + max(timedelta(seconds=int(values.get("duration") or 0)), SECOND),
            quantities={name: str(value) for name, value in values.items()},
            mg=mg,
            points=self.points_of(rule, mg),
        )

    def points_of(self, rule: Rule, mg: int) -> int:
        """Points for counted milligrams, or for the act itself."""
        return int(rule.points * mg / 1_000_000) if rule.formula else int(rule.points)

    def _rule(self, scenario_id: str, day: date) -> Rule:
        methodology = self.city.methodology_for(scenario_id, day)
        inputs = tuple(self.city.inputs_for(scenario_id, day).values())
        scenario = self.city.scenarios[scenario_id]
        if methodology is None:
            assert scenario.points is not None
            return Rule(inputs, None, {}, _decimal(scenario.points.values.on(day)[1].value))
        figures: dict[str, Any] = {
            name: _decimal(figure.values.on(day)[1].value)
            for name, figure in methodology.parameters.items()
        }
        for name, table in methodology.tables.items():
            rows = table.values.on(day)[1].value
            figures[name] = {key: _decimal(value) for key, value in rows.items()}
        points = _decimal(self.city.points_per_kg.values.on(day)[1].value)
        return Rule(inputs, FORMULAS[methodology.key], figures, points)


def capped(
    assessed: Assessed, used: dict[tuple[str, str], int], rules: Rules
) -> tuple[str, int, int]:
    """(reason, counted mg, points) after the caps.

    Args:
        assessed: the record.
        used: (period, `acts` or `mass_g`) → what is counted already, in acts or mg.
        rules: for the points of a part.
    """
    mg = assessed.mg
    for cap in sorted(assessed.scenario.caps, key=lambda cap: cap.of != "acts"):
        before = used[cap.per, cap.of]
        if cap.of == "acts":
            if before >= cap.limit:
                return f"cap.{cap.per}", 0, 0
            continue
        room = max(cap.limit * 1000 - before, 0)
        if mg > 0 and room == 0:
            return f"cap.{cap.per}", 0, 0
        mg = min(mg, room)
    rule = rules.rule(assessed.scenario.id, assessed.occurred_on)
    points = rules.points_of(rule, mg)
    if mg == 0 and points == 0:
        return "act.no_reduction", 0, 0
    return "counted", mg, points


def window(per: str, day: date) -> tuple[date, date]:
    """First day of the period, and the first day after it."""
    if per == "day":
        return day, day + timedelta(days=1)
    if per == "month":
        first = day.replace(day=1)
        return first, (first + timedelta(days=32)).replace(day=1)
    return day.replace(month=1, day=1), date(day.year + 1, 1, 1)


def _values(record: dict[str, Any], inputs: tuple[Input, ...]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    known = {declared.name for declared in inputs}
    for name, value in record.items():
        if name not in FIXED and value is not None and name not in known:
            raise Refused("record.unknown_field")
    for declared in inputs:
        value = record.get(declared.name)
        if value is None:
            if declared.required:
                raise Refused("record.field_missing")
            if declared.absent is not None:
                values[declared.name] = _absent(declared)
            continue
        if declared.choices:
            if value not in declared.choices:
                raise Refused("record.unknown_choice")
            values[declared.name] = value
            continue
        number = Decimal(str(value)).quantize(Decimal(1).scaleb(-declared.places), ROUND_HALF_UP)
        if not declared.minimum <= Fraction(number) <= declared.maximum:
            raise Refused("record.out_of_bounds")
        values[declared.name] = number
    return values


def _absent(declared: Input) -> Any:
    assert declared.absent is not None
    return declared.absent if isinstance(declared.absent, str) else _decimal(declared.absent)


def _plausible(scenario: Scenario, values: dict[str, Any]) -> None:
    """The limits that the generated records can break; the rest hold by construction."""
    limit = scenario.limits.get("speed_max")
    duration, distance = values.get("duration"), values.get("distance")
    if limit is None or not duration or distance is None:
        return
    if Fraction(distance) * 3600 > limit.value * Fraction(duration):
        raise Refused("record.implausible")


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
