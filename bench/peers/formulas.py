"""The city's formulas, written by hand with Decimal, as a service without an engine would.

Every function takes an act's quantities and the figures of its methodology (as in the pack: kg per
kWh, g per km …) and gives grams.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

Quantities = Mapping[str, Any]
Figures = Mapping[str, Any]
Formula = Callable[[Quantities, Figures], Decimal]
KG = Decimal(1000)
NONE = Decimal(0)


def _bus(q: Quantities, f: Figures) -> Decimal:
    return q["distance"] * f["saving"]


def _metro(q: Quantities, f: Figures) -> Decimal:
    distance = q["distance"]
    project = distance * f["power"] * f["grid"] * KG
    saved = max(distance * f["baseline_factor"] - project, NONE)
    return min(saved, distance * f["ceiling_factor"])


def _ride_hailing(q: Quantities, f: Figures) -> Decimal:
    if q["kind"] != "pooled":
        return q["distance"] * f["solo_saving"]
    share = max(1 - q["vehicle_distance"] / q["riders_distance"], NONE)
    return q["distance"] * share * f["power"] * f["grid"] * KG


def _ebike(q: Quantities, f: Figures) -> Decimal:
    return q["distance"] * min(f["published"], f["ceiling"])


def _charging(q: Quantities, f: Figures) -> Decimal:
    energy = q["energy"]
    baseline = energy / f["power"] * f["fuel_use"] * f["gasoline"] * KG
    saved = max(baseline - energy * f["grid"] * KG, NONE)
    return min(saved, energy * f["ceiling_factor"])


def _household(q: Quantities, f: Figures) -> Decimal:
    mean = f["mean_use"][q["persons"]]
    if q["consumption"] < mean * f["floor_share"]:
        return NONE
    baseline = min(q["last_year"], mean)
    saved = max(baseline - q["consumption"], NONE)
    return min(saved, baseline * f["max_share"]) * f["factor"] * KG


def _recycling(q: Quantities, f: Figures) -> Decimal:
    return q["weight"] * f["saving"][q["category"]] * KG


def _takeaway(q: Quantities, f: Figures) -> Decimal:
    return q["orders"] * f["saving"] * f["compliance"]


def _appliance(q: Quantities, f: Figures) -> Decimal:
    saved = max(q["limit_use"] - q["label_use"], NONE)
    return min(saved, f["saved_max"]) * f["grid"] * KG


FORMULAS: Mapping[str, Formula] = {
    "HF-TR-001/v1": _bus,
    "HF-TR-002/v1": _metro,
    "HF-TR-005/v1": _ride_hailing,
    "HF-TR-006/v1": _bus,
    "HF-TR-007/v1": _ebike,
    "HF-TR-008/v1": _charging,
    "HF-LV-001/v2": _household,
    "HF-LV-002/v1": _household,
    "HF-LV-003/v1": _household,
    "HF-LV-005/v1": _recycling,
    "HF-CS-001/v1": _takeaway,
    "HF-CS-005/v1": _appliance,
}
