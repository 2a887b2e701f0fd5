"""How much of the city's acts each scenario makes up, and how often one person repeats it.

Invented, only to look like a city: most is travel. Shares add up to 1.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Share:
    """One scenario.

    Attributes:
        part: of all acts.
        each: acts of one person who does it, in thirty days; 1 with `monthly` is exactly one.
        monthly: a household's reading, one a month.
        keyed: carries an asset key (an order, a waybill, a charging session …).
    """

    part: float
    each: float
    monthly: bool = False
    keyed: bool = False


SHARES = {
    "travel/metro": Share(0.220, 5),
    "travel/bus": Share(0.200, 4),
    "travel/shared_bike": Share(0.130, 3.5),
    "travel/shared_ebike": Share(0.070, 3),
    "travel/walking": Share(0.060, 4),
    "travel/navigation": Share(0.040, 3),
    "travel/ride_hailing": Share(0.030, 2),
    "travel/etc": Share(0.020, 2, keyed=True),
    "travel/ev_charging": Share(0.020, 3, keyed=True),
    "living/electricity": Share(0.020, 1, monthly=True, keyed=True),
    "living/water": Share(0.012, 1, monthly=True, keyed=True),
    "living/gas": Share(0.010, 1, monthly=True, keyed=True),
    "living/waste_sorting": Share(0.020, 3, keyed=True),
    "living/recycling": Share(0.005, 1.5, keyed=True),
    "living/clean_plate": Share(0.020, 3, keyed=True),
    "living/less_plastic": Share(0.012, 3),
    "living/online_posting": Share(0.005, 1.5, keyed=True),
    "consumption/offline_payment": Share(0.050, 4, keyed=True),
    "consumption/takeaway": Share(0.030, 3, keyed=True),
    "consumption/e_invoice": Share(0.010, 2, keyed=True),
    "consumption/paperless_ticket": Share(0.006, 1.5, keyed=True),
    "consumption/green_packaging": Share(0.005, 1.5, keyed=True),
    "consumption/green_product": Share(0.004, 1.5, keyed=True),
    "consumption/efficient_appliance": Share(0.001, 1, keyed=True),
}
# Fields that a provider fills alike for everybody who may claim; other values are refused.
PLAIN = {
    "one_yuan": 1,
    "paper_copies": 0,
    "tier": 1,
    "solar_capacity": 0,
    "heating_area": 0,
    "grade": 1,
}
STEPS_LEAST = 5000
