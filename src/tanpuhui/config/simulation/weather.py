"""The days of a simulated city: working days, rest days, and how pleasant it is outside."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

SATURDAY = 5
DAYS_OF_YEAR = 365.25
MIDSUMMER = 203  # day of the year with the highest mean temperature
MEAN_C, SWING_C, NOISE_C = 16.5, 12.0, 3.0
RAIN_SHARE, RAIN_PERSISTS = 0.22, 0.55


@dataclass(frozen=True)
class Weather:
    """One day. `outdoors` multiplies walking and cycling: 1 on a mild dry day, less otherwise."""

    day: date
    is_weekend: bool
    temperature_c: float
    is_rainy: bool

    @property
    def outdoors(self) -> float:
        """How much the weather invites to go by foot or bike."""
        comfort = max(0.25, 1 - abs(self.temperature_c - 20) / 32)
        return comfort * (0.35 if self.is_rainy else 1.0)


def days_of(last: date, count: int, rng: np.random.Generator) -> list[Weather]:
    """The last `count` days, with a mild inland climate and rain that tends to last."""
    days, rainy = [], False
    for back in range(count - 1, -1, -1):
        day = last - timedelta(days=back)
        turn = 2 * np.pi * (day.timetuple().tm_yday - MIDSUMMER) / DAYS_OF_YEAR
        warmth = MEAN_C + SWING_C * float(np.cos(turn)) + float(rng.normal(0, NOISE_C))
        rainy = bool(rng.random() < (RAIN_PERSISTS if rainy else RAIN_SHARE))
        days.append(Weather(day, day.weekday() >= SATURDAY, warmth, rainy))
    return days
