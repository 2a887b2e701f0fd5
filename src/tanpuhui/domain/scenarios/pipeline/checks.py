"""Who, what and when: checks that need no stored act."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.scenarios.pipeline.work import NO_TIME, Mask, Work
from tanpuhui.domain.scenarios.reasons import BY_CODE, BY_NO, number
from tanpuhui.kernel import clock
from tanpuhui.packs import Pack

EPOCH = date(1970, 1, 1)
CONTROL = r"[\x00-\x1f\x7f]"
NAME_BYTES_MAX = 120


def days_since(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def given(work: Work) -> None:
    """Refusals that the reader already knew, and records without a number."""
    refused = work.frame["refused"]
    if refused.null_count() < work.size:
        for (raw_code,), rows in (
            work.frame.with_row_index("position").drop_nulls("refused").group_by("refused")
        ):
            code, _, note = str(raw_code).partition("|")
            known = code if code in BY_CODE else "row.refused"
            positions = rows["position"].to_numpy().astype(np.intp)
            work.refuse_at(positions, known, note or (None if known == code else code))
    items = work.frame["item_no"].fill_null("")
    work.refuse((items.str.len_bytes() == 0).to_numpy(), "record.item_missing")
    for name in ("item_no", "subject", "asset_key"):
        text = work.frame[name].fill_null("")
        strange = text.str.contains(CONTROL) | (text.str.len_bytes() > NAME_BYTES_MAX)
        work.refuse(strange.to_numpy(), "record.malformed", name)


def scenarios(work: Work, city: Pack) -> None:
    """Known scenarios."""
    numbers = {scenario.id: scenario.no for scenario in city.scenarios.values()}
    work.scenario_no = (
        work.frame["scenario"]
        .replace_strict(numbers, default=0, return_dtype=pl.Int16)
        .fill_null(0)
        .to_numpy()
        .copy()
    )
    work.refuse(work.scenario_no == 0, "scenario.unknown")


def permitted(work: Work, provider_mask: int) -> None:
    """Scenarios that this provider may send (bit n: scenario number n)."""
    bits = (provider_mask >> work.scenario_no.astype(np.int64)) & 1
    work.refuse(bits == 0, "scenario.not_permitted")


def links(work: Work, cursor: Any) -> None:
    """Subject → account by an active link and consent; without them nothing personal is kept.

    This outranks every other reason: a record that may not be kept must not stay as a refusal.
    """
    subject = work.frame["subject"].fill_null("")
    blank = (subject.str.len_bytes() == 0).to_numpy()
    wanted = subject.unique().sort()
    wanted = wanted.filter(~wanted.str.contains(CONTROL) & (wanted != ""))
    found = parties.links_find(cursor, work.provider_id, wanted)
    joined = pl.DataFrame({"subject": subject}).join(
        found, on="subject", how="left", maintain_order="left"
    )
    work.account_id = joined["person_id"].fill_null(0).to_numpy().copy()
    work.takes_points = joined["takes_points"].fill_null(value=False).to_numpy().copy()
    mask = joined["mask"].fill_null(0).to_numpy()
    unknown = (work.account_id == 0) & ~blank
    consented = ((mask >> work.scenario_no.astype(np.int64)) & 1) == 1
    consented |= (work.scenario_no == 0) & (mask != 0)  # no scenario: any consent lets it be shown
    refused_consent = ~unknown & ~blank & ~consented
    for silent, code in ((unknown, "subject.unknown"), (refused_consent, "consent.missing")):
        work.reason[silent] = number(code)
        for position in np.flatnonzero(silent):
            work.notes.pop(int(position), None)
    work.refuse(blank, "subject.missing")


def times(work: Work, city: Pack) -> None:
    """Day in the city's zone; not in the future, within effect, not too late."""
    missing = work.started == NO_TIME
    work.refuse(missing, "time.missing")
    local = work.frame["occurred_at"].dt.convert_time_zone(city.time_zone).dt.date()
    work.days = local.cast(pl.Int32).fill_null(0).to_numpy().copy()
    now_us = int(clock.now().timestamp() * 1_000_000)
    tolerance = (
        int(timedelta(minutes=city.manifest.accept["future_minutes"]).total_seconds()) * 1_000_000
    )
    work.refuse(work.started > now_us + tolerance, "time.future")
    today = days_since(clock.today())
    for scenario in city.scenarios.values():
        mine = work.scenario_no == scenario.no
        if not mine.any():
            continue
        note = f"本场景自 {scenario.effective.start} 起核算"
        early = work.days < days_since(scenario.effective.start)
        work.refuse(mine & early, "time.before_methodology", note)
        if scenario.effective.end is not None:
            late = work.days >= days_since(scenario.effective.end)
            work.refuse(mine & late, "time.after_methodology", f"至 {scenario.effective.end} 止")
        stale = work.days < today - scenario.late_days
        work.refuse(mine & stale, "time.too_late", f"补报期限 {scenario.late_days} 天")


def is_silent(work: Work) -> Mask:
    """Records of which nothing personal may be kept."""
    silent = [reason.no for reason in BY_NO.values() if reason.kind == "silent"]
    return np.isin(work.reason, silent)
