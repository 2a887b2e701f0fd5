"""Approved changes to the pack's caps and pauses, dated; read once for each version of the table.

The hot path pays one look-up of the highest number. Numbers commit in order because every writer
holds the lock of the rules (`kernel.locking.Space.RULES`) before it draws one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from django.db import connection

from tanpuhui.domain.scenarios.data import CapOn, OverrideView
from tanpuhui.domain.scenarios.models import RuleOverride
from tanpuhui.engine.caps import MG_PER_G, Of, Per
from tanpuhui.kernel.cityrules import pack
from tanpuhui.packs import Pack

if TYPE_CHECKING:
    from django.db.models import QuerySet

EPOCH = date(1970, 1, 1)
PERIODS = ("day", "month", "year")
FOREVER = np.iinfo(np.int32).min
UNLIMITED = 2**62


@dataclass(frozen=True)
class Step:
    """A limit from a day on; limit None: no cap. request is empty where the pack says so."""

    first_day: int
    limit: int | None
    request: str = ""


@dataclass(frozen=True)
class Ceiling:
    """One cap of one scenario with every change of its limit, by day."""

    scenario_no: int
    per: Per
    of: Of
    steps: tuple[Step, ...]

    def step_on(self, day: int) -> Step:
        """What holds on a day (days since 1970-01-01)."""
        return next(step for step in reversed(self.steps) if step.first_day <= day)

    def limit_on(self, day: int) -> int | None:
        """Acts or grams on a day; None: no cap."""
        return self.step_on(day).limit

    def limits(self, days: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        """The limit of each day in acts or mg."""
        scale = MG_PER_G if self.of == "mass_g" else 1
        starts = np.array([step.first_day for step in self.steps], dtype=np.int64)
        values = np.array(
            [UNLIMITED if one.limit is None else one.limit * scale for one in self.steps],
            dtype=np.int64,
        )
        return np.asarray(values[np.searchsorted(starts, days, side="right") - 1], dtype=np.int64)


@dataclass(frozen=True)
class Pause:
    """From a day on a scenario counts nothing, or counts again."""

    first_day: int
    is_on: bool
    request: str


@dataclass(frozen=True)
class Overrides:
    """Everything approved, by what it is about, in order of its day."""

    ceilings: tuple[Ceiling, ...]
    pauses: Mapping[int, tuple[Pause, ...]]
    stops: Mapping[int, tuple[Pause, ...]]

    def is_paused(self, scenario_no: int, day: int) -> bool:
        """Whether acts of this day count nothing in the scenario."""
        return _is_on(self.pauses.get(scenario_no, ()), day)

    def is_stopped(self, provider_id: int, day: int) -> bool:
        """Whether a provider may send nothing on this day."""
        return _is_on(self.stops.get(provider_id, ()), day)


_known: dict[tuple[str, str], tuple[int, Overrides]] = {}


def in_force(cursor: Any, city: Pack) -> Overrides:
    """The changes as they stand; one look-up where nothing was added since."""
    cursor.execute("select coalesce(max(id), 0) from scenarios_override")
    version: int = cursor.fetchone()[0]
    key = (str(connection.settings_dict["NAME"]), city.digest)
    known = _known.get(key)
    if known is None or known[0] != version:
        rows = list(RuleOverride.objects.filter(pk__lte=version).order_by("effective_from", "pk"))
        known = _known[key] = (version, _compiled(city, rows))
    return known[1]


def ceilings_in_force(cursor: Any, city: Pack) -> tuple[Ceiling, ...]:
    """Every cap of every scenario."""
    return in_force(cursor, city).ceilings


def _is_on(pauses: tuple[Pause, ...], day: int) -> bool:
    last = next((one for one in reversed(pauses) if one.first_day <= day), None)
    return last is not None and last.is_on


def _compiled(city: Pack, rows: Iterable[RuleOverride]) -> Overrides:
    caps: dict[tuple[int, str, str], list[Step]] = {
        (scenario.no, cap.per, cap.of): [Step(FOREVER, cap.limit)]
        for scenario in city.scenarios.values()
        for cap in scenario.caps
    }
    pauses: dict[int, list[Pause]] = defaultdict(list)
    stops: dict[int, list[Pause]] = defaultdict(list)
    for row in rows:
        first_day = (row.effective_from - EPOCH).days
        if row.kind == RuleOverride.Kind.CAP:
            slot = (row.scenario_no, row.per, row.of)
            steps = caps.setdefault(slot, [Step(FOREVER, None)])
            steps.append(Step(first_day, row.limit, row.request_id))
        elif row.scenario_no:
            is_on = row.kind == RuleOverride.Kind.PAUSE
            pauses[row.scenario_no].append(Pause(first_day, is_on, row.request_id))
        else:
            is_on = row.kind == RuleOverride.Kind.STOP
            stops[row.provider_id].append(Pause(first_day, is_on, row.request_id))
    return Overrides(
        ceilings=tuple(
            Ceiling(no, per, of, tuple(steps))  # type: ignore[arg-type]
            for (no, per, of), steps in caps.items()
        ),
        pauses={no: tuple(found) for no, found in pauses.items()},
        stops={provider: tuple(found) for provider, found in stops.items()},
    )


def overrides_now() -> Overrides:
    """For pages: the changes as they stand."""
    with connection.cursor() as cursor:
        return in_force(cursor, pack())


def day_number(day: date) -> int:
    """Days since 1970-01-01, as rules count them."""
    return (day - EPOCH).days


def caps_on(scenario_no: int, day: date, rules: Overrides | None = None) -> list[CapOn]:
    """A scenario's caps on a day, days before months before years.

    Args:
        scenario_no: the scenario.
        day: the day of an act.
        rules: from `overrides_now`, where many scenarios are asked about.
    """
    number = (day - EPOCH).days
    found = []
    for ceiling in (rules or overrides_now()).ceilings:
        step = ceiling.step_on(number)
        if ceiling.scenario_no == scenario_no and step.limit is not None:
            since = EPOCH + timedelta(days=step.first_day) if step.request else None
            is_provisional = since is None and any(
                cap.provisional
                for cap in pack().scenario_by_no(scenario_no).caps
                if (cap.per, cap.of) == (ceiling.per, ceiling.of)
            )
            found.append(
                CapOn(ceiling.per, ceiling.of, step.limit, since, step.request, is_provisional)
            )
    return sorted(found, key=lambda one: (PERIODS.index(one.per), one.of))


def overrides_of(scenario_no: int) -> list[OverrideView]:
    """Every approved change of a scenario's rules, newest effect first."""
    return _views(RuleOverride.objects.filter(scenario_no=scenario_no))


def stops_of(provider_id: int) -> list[OverrideView]:
    """Every approved stop and start of a provider, newest first."""
    return _views(RuleOverride.objects.filter(scenario_no=0, provider_id=provider_id))


def _views(rows: "QuerySet[RuleOverride]") -> list[OverrideView]:
    return [
        OverrideView(
            row.kind, row.per, row.of, row.limit, row.effective_from, row.request_id, row.reason
        )
        for row in rows.order_by("-effective_from", "-pk")
    ]
