"""What a scenario's records may hold, read from the city's pack."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from tanpuhui.engine.errors import EngineError
from tanpuhui.engine.methodologies import Input
from tanpuhui.engine.numbers import terminates
from tanpuhui.engine.units import parse_unit
from tanpuhui.kernel import clock
from tanpuhui.kernel.cityrules import pack

UNIT_LENGTH_MAX = 40


def accepted(scenario_id: str, day: date | None = None) -> dict[str, Input]:
    """Every field of the scenario on a day (today where not given), in order; empty if unknown."""
    if scenario_id not in pack().scenarios:
        return {}
    return _accepted(scenario_id, day or clock.today())


@lru_cache(maxsize=1024)
def _accepted(scenario_id: str, day: date) -> dict[str, Input]:
    return dict(pack().inputs_for(scenario_id, day))


def known(scenario_id: str) -> dict[str, Input]:
    """Every field that the scenario has or had in any version; empty for an unknown scenario."""
    return _known(scenario_id) if scenario_id in pack().scenarios else {}


@lru_cache(maxsize=256)
def _known(scenario_id: str) -> dict[str, Input]:
    scenario = pack().scenarios[scenario_id]
    versions = [m for m in pack().methodologies.values() if m.scenario == scenario_id]
    found: dict[str, Input] = {}
    for version in sorted(versions, key=lambda each: each.version):
        found |= version.inputs
    return found | dict(scenario.fields)


def converted(declared: Input, value: float, unit: str) -> Fraction | None:
    """The value in the field's declared unit, exactly; None where that is impossible.

    Args:
        declared: a numeric field.
        value: as sent; a JSON number counts as its shortest decimal text.
        unit: as sent.
    """
    if declared.unit is None or len(unit) > UNIT_LENGTH_MAX:
        return None
    try:
        given = parse_unit(unit)
    except EngineError:
        return None
    if given.dimension != declared.unit.dimension:
        return None
    number = Fraction(Decimal(repr(value))) * given.scale / declared.unit.scale
    return number if terminates(number) else None


def methodology_key(scenario_id: str) -> str | None:
    """The methodology version in force today, `HF-TR-002/v1`; None for a points-only scenario."""
    methodology = pack().methodology_for(scenario_id, clock.today())
    return methodology.key if methodology else None
