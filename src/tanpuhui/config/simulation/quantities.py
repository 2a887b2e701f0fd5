"""What a provider measures: one column a field, drawn so that the fields of an act fit together."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

FAST_PILES = 0.6
Floats = npt.NDArray[np.float64]
Column = npt.NDArray[Any]
Columns = dict[str, Column]
Draw = Callable[[np.random.Generator, int, Floats], Columns]


def spread(rng: np.random.Generator, count: int, median: float, sigma: float) -> Floats:
    """Log-normal around a median: many small, few large."""
    return median * np.exp(rng.normal(0, sigma, count))


def pick(rng: np.random.Generator, count: int, weights: Mapping[Any, float]) -> Column:
    """Words or numbers by weight."""
    chances = np.array(list(weights.values()))
    return rng.choice(np.array(list(weights), dtype=object), count, p=chances / chances.sum())


def trip(median_km: float, sigma: float, speed_kmh: float) -> Draw:
    """A distance and the time that it takes."""

    def draw(rng: np.random.Generator, count: int, _: Floats) -> Columns:
        distance = spread(rng, count, median_km, sigma)
        pace = speed_kmh * np.clip(rng.normal(1, 0.15, count), 0.6, 1.4)
        return {"distance": distance, "duration": distance / pace * 3600 + 45}

    return draw


def ride_hailing(rng: np.random.Generator, count: int, household: Floats) -> Columns:
    """Two or three riders share a car, or one rides in an electric one."""
    drawn = trip(7.5, 0.5, 26)(rng, count, household)
    kind = pick(rng, count, {"pooled": 0.45, "solo_electric": 0.55})
    pooled = kind == "pooled"
    detour = np.where(pooled, rng.uniform(1.05, 1.35, count), 1.0)
    riders = np.where(pooled, rng.uniform(1.7, 2.6, count), 1.0)
    vehicle = drawn["distance"] * detour
    return drawn | {
        "kind": kind,
        "vehicle_distance": vehicle,
        "riders_distance": np.where(pooled, drawn["distance"] * riders, drawn["distance"]),
    }


def charging(rng: np.random.Generator, count: int, _: Floats) -> Columns:
    """Energy, and the time at a fast or a slow pile."""
    energy = np.minimum(spread(rng, count, 21, 0.45), 82)
    fast, slow = rng.uniform(30, 75, count), rng.uniform(5.5, 7, count)
    power = np.where(rng.random(count) < FAST_PILES, fast, slow)
    return {"energy": energy, "duration": energy / power * 3600}


def household(per_person: float, base: float, others: Mapping[str, Mapping[Any, float]]) -> Draw:
    """This month and the same month last year; most households save a little, some do not."""

    def draw(rng: np.random.Generator, count: int, people: Floats) -> Columns:
        usual = (base + per_person * people) * np.exp(rng.normal(0, 0.28, count))
        change = rng.normal(0.95, 0.10, count)
        columns: Columns = {
            "last_year": usual,
            "consumption": usual * change,
            "persons": np.clip(people, 1, 6).astype(int).astype(str).astype(object),
        }
        return columns | {name: pick(rng, count, words) for name, words in others.items()}

    return draw


def words(**choices: Mapping[Any, float]) -> Draw:
    """Only choices."""

    def draw(rng: np.random.Generator, count: int, _: Floats) -> Columns:
        return {name: pick(rng, count, weights) for name, weights in choices.items()}

    return draw


def navigation(rng: np.random.Generator, count: int, people: Floats) -> Columns:
    """A drive through the city."""
    return trip(11, 0.6, 32)(rng, count, people)


def walking(rng: np.random.Generator, count: int, _: Floats) -> Columns:
    """Steps of a day; about every sixth day stays below the goal of the pack."""
    return {"steps": spread(rng, count, 7600, 0.42)}


def sorting(rng: np.random.Generator, count: int, people: Floats) -> Columns:
    """A bag on the scale."""
    fraction = pick(rng, count, {"kitchen": 0.6, "recyclable": 0.37, "hazardous": 0.03})
    return {"fraction": fraction, "weight": spread(rng, count, 0.9, 0.5) * np.sqrt(people)}


def recycling(rng: np.random.Generator, count: int, _: Floats) -> Columns:
    """What a collector weighs at the door."""
    weights = {"textile": 0.42, "paper": 0.34, "plastic": 0.18, "aluminium": 0.06}
    median = {"textile": 4.5, "paper": 6.0, "plastic": 1.6, "aluminium": 0.7}
    category = pick(rng, count, weights)
    middle = np.array([median[word] for word in category])
    return {"category": category, "weight": middle * np.exp(rng.normal(0, 0.5, count))}


def appliance(rng: np.random.Generator, count: int, _: Floats) -> Columns:
    """The label's yearly use, and the limit for its kind."""
    limit = spread(rng, count, 260, 0.5)
    return {
        "limit_use": limit,
        "label_use": limit * rng.uniform(0.5, 0.85, count),
        "grade": pick(rng, count, {1: 0.94, 2: 0.06}),
    }


DRAWS: dict[str, Draw] = {
    "travel/bus": trip(5.2, 0.5, 19),
    "travel/metro": trip(9.8, 0.45, 33),
    "travel/etc": words(vehicle={"fuel": 0.74, "hybrid": 0.26}),
    "travel/navigation": navigation,
    "travel/ride_hailing": ride_hailing,
    "travel/shared_bike": trip(1.7, 0.5, 11.5),
    "travel/shared_ebike": trip(3.1, 0.5, 16.5),
    "travel/ev_charging": charging,
    "travel/walking": walking,
    "living/electricity": household(
        52,
        70,
        {
            "tier": {1: 0.66, 2: 0.28, 3: 0.06},
            "solar_capacity": {0: 0.985, 5: 0.015},
        },
    ),
    "living/water": household(3.1, 1.0, {}),
    "living/gas": household(4.2, 3.0, {"heating_area": {0: 0.93, 95: 0.07}}),
    "living/waste_sorting": sorting,
    "living/recycling": recycling,
    "living/clean_plate": words(proof={"canteen": 0.55, "merchant": 0.25, "self_declared": 0.2}),
    "living/less_plastic": words(kind={"own_bag": 0.6, "own_cup": 0.32, "own_container": 0.08}),
    "living/online_posting": words(packaging={"reused_carton": 0.75, "circular_box": 0.25}),
    "consumption/paperless_ticket": words(
        kind={"rail": 0.5, "cinema": 0.3, "scenic": 0.15, "show": 0.05},
        paper_copies={0: 0.96, 1: 0.04},
    ),
    "consumption/offline_payment": words(one_yuan={1: 0.97, 0: 0.03}),
    "consumption/efficient_appliance": appliance,
    "consumption/green_packaging": words(
        kind={"circular_box": 0.7, "reusable_container": 0.2, "package_free": 0.1}
    ),
    "consumption/green_product": words(
        certificate={"green_product": 0.7, "carbon_footprint": 0.2, "carbon_label": 0.1}
    ),
}
