"""Ceilings (上限): how much of a person's acts in one scenario counts, per day, month or year."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from tanpuhui.engine.dated import Period

Per = Literal["day", "month", "year"]
Of = Literal["acts", "mass_g"]
MG_PER_G = 1000


@dataclass(frozen=True)
class Cap:
    """At most ``limit`` acts, or grams of CO2e, per calendar period."""

    per: Per
    of: Of
    limit: int
    source: tuple[str, ...] = ()
    provisional: bool = False
    reason: str = ""

    @property
    def limit_mg(self) -> int | None:
        """The ceiling in mg, for a mass cap."""
        return self.limit * MG_PER_G if self.of == "mass_g" else None

    @property
    def code(self) -> str:
        """Stable name of the reason for not counting, such as ``cap_day_acts``."""
        return f"cap_{self.per}_{'acts' if self.of == 'acts' else 'mass'}"

    def period(self, day: date) -> Period:
        """The calendar period around the day."""
        if self.per == "day":
            return Period(day, day + timedelta(days=1))
        if self.per == "month":
            following = day.replace(day=28) + timedelta(days=4)
            return Period(day.replace(day=1), following.replace(day=1))
        return Period(date(day.year, 1, 1), date(day.year + 1, 1, 1))


@dataclass(frozen=True)
class Usage:
    """What was already counted in a period: acts, and mass in mg."""

    acts: int = 0
    mass_mg: int = 0


@dataclass(frozen=True)
class Allocation:
    """What of one act counts; ``cap`` is the ceiling that cut it (None: counted in full)."""

    is_counted: bool
    counted_mg: int
    cap: Cap | None


def allocate(
    caps: Sequence[Cap], used: Mapping[Per, Usage], acts_mg: Iterable[int]
) -> tuple[Allocation, ...]:
    """Share what is left of the ceilings among acts of one person, scenario and day, in order.

    An act beyond an act ceiling does not count. An act that crosses a mass ceiling counts up to
    it; one for which nothing is left does not count and uses no act ceiling. Splitting the acts
    over several calls, with ``used`` carried forward, gives the same answer.

    Args:
        caps: the ceilings of the scenario.
        used: what is already counted in the day, month and year of the acts; a missing period
            counts as none.
        acts_mg: reductions in mg, >= 0, ordered by (occurred_at, item number).
    """
    none = Usage()
    acts_left = {cap: cap.limit - used.get(cap.per, none).acts for cap in caps if cap.of == "acts"}
    mass_left = {
        cap: cap.limit * MG_PER_G - used.get(cap.per, none).mass_mg
        for cap in caps
        if cap.of == "mass_g"
    }
    found = []
    for act_mg in acts_mg:
        allocation = _one(act_mg, acts_left, mass_left)
        if allocation.is_counted:
            for cap in acts_left:
                acts_left[cap] -= 1
            for cap in mass_left:
                mass_left[cap] -= allocation.counted_mg
        found.append(allocation)
    return tuple(found)


def _one(act_mg: int, acts_left: Mapping[Cap, int], mass_left: Mapping[Cap, int]) -> Allocation:
    spent = next((cap for cap, left in acts_left.items() if left <= 0), None)
    if spent is not None:
        return Allocation(is_counted=False, counted_mg=0, cap=spent)
    tightest = min(mass_left, key=lambda cap: mass_left[cap], default=None)
    if tightest is None or act_mg <= mass_left[tightest]:
        return Allocation(is_counted=True, counted_mg=act_mg, cap=None)
    counted_mg = max(mass_left[tightest], 0)
    return Allocation(is_counted=counted_mg > 0, counted_mg=counted_mg, cap=tightest)
