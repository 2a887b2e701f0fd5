"""How often people do what, and when: one line a scenario, invented, only to look like a city.

None of these numbers is a factor of a methodology; those stand in the pack with their sources.
"""

from dataclasses import dataclass

COMMUTE = ((8.0, 0.7, 0.48), (18.2, 0.9, 0.40), (13.5, 2.5, 0.12))
LEISURE = ((10.5, 1.8, 0.35), (15.5, 2.0, 0.40), (19.5, 1.3, 0.25))
ERRANDS = ((8.2, 1.0, 0.30), (12.3, 1.0, 0.20), (18.8, 1.6, 0.50))
MEALS = ((12.1, 0.5, 0.60), (18.4, 0.7, 0.40))
EVENING = ((20.2, 1.5, 1.0),)
NIGHT = ((22.0, 1.2, 0.60), (13.0, 2.5, 0.40))
OFFICE = ((9.0, 0.5, 1.0),)


@dataclass(frozen=True)
class Habit:
    """One scenario's rhythm.

    Attributes:
        share: part of the people who do it at all.
        weekday, weekend: acts of such a person on such a day.
        hours: peaks as (hour, spread in hours, weight).
        outdoors: 0 indifferent to the weather … 1 follows it fully.
        monthly: once a month on the household's reading day; weekday and weekend are not used.
        needs: a trait that a person must have: car, electric_car, smartphone; empty for anybody.
    """

    share: float
    weekday: float
    weekend: float
    hours: tuple[tuple[float, float, float], ...]
    outdoors: float = 0.0
    monthly: bool = False
    needs: str = ""


HABITS = {
    "travel/bus": Habit(0.42, 0.80, 0.45, COMMUTE, 0.1),
    "travel/metro": Habit(0.48, 1.10, 0.60, COMMUTE),
    "travel/etc": Habit(0.60, 0.10, 0.30, LEISURE, needs="car"),
    "travel/navigation": Habit(0.45, 0.35, 0.40, COMMUTE, needs="car"),
    "travel/ride_hailing": Habit(0.30, 0.16, 0.22, ERRANDS),
    "travel/shared_bike": Habit(0.38, 0.75, 0.45, COMMUTE, 0.9),
    "travel/shared_ebike": Habit(0.26, 0.50, 0.35, COMMUTE, 0.7),
    "travel/ev_charging": Habit(1.00, 0.26, 0.30, NIGHT, needs="electric_car"),
    "travel/walking": Habit(0.55, 0.75, 0.70, EVENING, 0.5),
    "living/electricity": Habit(0.45, 0, 0, OFFICE, monthly=True),
    "living/water": Habit(0.42, 0, 0, OFFICE, monthly=True),
    "living/gas": Habit(0.38, 0, 0, OFFICE, monthly=True),
    "living/waste_sorting": Habit(0.22, 0.40, 0.45, ERRANDS),
    "living/recycling": Habit(0.25, 0.02, 0.06, LEISURE),
    "living/clean_plate": Habit(0.30, 0.45, 0.15, MEALS),
    "living/less_plastic": Habit(0.25, 0.25, 0.35, ERRANDS),
    "living/online_posting": Habit(0.18, 0.05, 0.03, LEISURE),
    "consumption/takeaway": Habit(0.35, 0.30, 0.40, MEALS),
    "consumption/paperless_ticket": Habit(0.20, 0.04, 0.12, LEISURE),
    "consumption/offline_payment": Habit(0.50, 0.90, 1.00, ERRANDS),
    "consumption/e_invoice": Habit(0.22, 0.10, 0.04, EVENING),
    "consumption/efficient_appliance": Habit(0.04, 0.012, 0.03, LEISURE),
    "consumption/green_packaging": Habit(0.15, 0.06, 0.05, EVENING),
    "consumption/green_product": Habit(0.12, 0.03, 0.05, LEISURE),
}
ANY = Habit(0.25, 0.30, 0.30, LEISURE)  # a scenario that this table does not know


def habit(scenario_id: str) -> Habit:
    """The rhythm of a scenario."""
    return HABITS.get(scenario_id, ANY)
