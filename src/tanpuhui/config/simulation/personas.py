"""The people whom a visitor of the demo can be: each does what the nickname says."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tanpuhui.config.simulation.acts import Population
from tanpuhui.packs import Pack

EAGER = 1.6  # they show their pages to visitors: an empty one would say little


@dataclass(frozen=True)
class Persona:
    """One of the named people.

    does: scenarios that this person certainly takes up; those that the city lacks are passed over.
    household: people at home; 0: as it falls.
    """

    nickname: str
    does: tuple[str, ...]
    household: int = 0
    has_electric_car: bool = False


PERSONAS = (
    Persona("早起的地铁人", ("travel/metro", "travel/walking", "consumption/offline_payment")),
    Persona("一家三口", ("living/electricity", "living/water", "living/clean_plate"), household=3),
    Persona("单车少年", ("travel/shared_bike", "travel/bus", "consumption/takeaway")),
    Persona("开电车的老周", ("travel/ev_charging", "travel/etc"), has_electric_car=True),
    Persona("爱走路的王阿姨", ("travel/walking", "living/waste_sorting", "living/less_plastic")),
    Persona("住在郊区", ("travel/bus", "travel/metro", "living/gas")),
)


def lend(people: Population, city: Pack, personas: Sequence[Persona]) -> Population:
    """The first of a block become these personas; the others stay who they are."""
    household, eagerness = people.household.copy(), people.eagerness.copy()
    has_car, has_electric_car = people.has_car.copy(), people.has_electric_car.copy()
    adopts = {no: does.copy() for no, does in people.adopts.items()}
    for place, one in enumerate(personas):
        eagerness[place] = max(eagerness[place], EAGER)
        household[place] = one.household or household[place]
        has_electric_car[place] |= one.has_electric_car
        has_car[place] |= one.has_electric_car
        for scenario_id in one.does:
            if scenario := city.scenarios.get(scenario_id):
                adopts[scenario.no][place] = True
    return replace(
        people,
        household=household,
        eagerness=eagerness,
        has_car=has_car,
        has_electric_car=has_electric_car,
        adopts=adopts,
    )
