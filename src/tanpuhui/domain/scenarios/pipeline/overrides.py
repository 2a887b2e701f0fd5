"""Pauses and stops that were approved, before anything is counted."""

from typing import Any

import numpy as np

from tanpuhui.domain.scenarios.pipeline.checks import days_since
from tanpuhui.domain.scenarios.pipeline.work import Work
from tanpuhui.domain.scenarios.selectors.rules import in_force
from tanpuhui.kernel import clock
from tanpuhui.packs import Pack


def refuse_paused(work: Work, cursor: Any, city: Pack) -> None:
    """Refuse acts of days on which their scenario pauses, and everything of a stopped provider."""
    rules = in_force(cursor, city)
    if rules.is_stopped(work.provider_id, days_since(clock.today())):
        work.refuse(np.ones(work.size, dtype=np.bool_), "intake.stopped")
    for no in rules.pauses:
        mine = work.scenario_no == no
        if not mine.any():
            continue
        for day in np.unique(work.days[mine]).tolist():
            if rules.is_paused(no, day):
                work.refuse(mine & (work.days == day), "scenario.paused")
