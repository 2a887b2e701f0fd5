"""Who, what and when: checks that need no stored act."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.scenarios.pipeline.work import NO_TIME, Mask, Work
from tanpuhui.domain.scenarios.reasons import BY_CODE, REASONS, number
from tanpuhui.kernel import clock
from tanpuhui.kernel.columns import arrow, mask
from tanpuhui.packs import Pack

EPOCH = date(1970, 1, 1)
CONTROL = r"[\x00-\x1f\x7f]"
NAME_BYTES_MAX = 120
SILENT = [reason.no for reason in REASONS if reason.kind == "silent"]
NAMES = ("item_no", "subject", "asset_key")


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
    items = work.frame["item_no"]
    work.refuse(((items == "") | items.is_null()).to_numpy(), "record.item_missing")
    for name in NAMES:
        text = arrow(work.frame[name])
        too_long = lengths(text) > NAME_BYTES_MAX
        work.refuse(has_control(text) | too_long, "record.malformed", name)


def lengths(text: pa.Array) -> NDArray[Any]:
    """Bytes of each text; of null not a number, which is never more nor less than one."""
    return np.asarray(pc.binary_length(text).to_numpy(zero_copy_only=False))


def has_control(text: pa.Array) -> Mask:
    """Texts with control characters; null has none."""
    return mask(pc.match_substring_regex(text, CONTROL))


def scenarios(work: Work, city: Pack) -> None:
    """Known scenarios."""
    numbers = {scenario.id: scenario.no for scenario in city.scenarios.values()}
    found = [numbers.get(name, 0) for name in work.frame["scenario"].to_list()]
    work.scenario_no = np.array(found, dtype=np.int16)
    work.refuse(work.scenario_no == 0, "scenario.unknown")


def permitted(work: Work, provider_mask: int) -> None:
    """Scenarios that this provider may send (bit n: scenario number n)."""
    bits = (provider_mask >> work.scenario_no.astype(np.int64)) & 1
    work.refuse(bits == 0, "scenario.not_permitted")


def links(work: Work, cursor: Any) -> None:
    """Subject → account by an active link and consent; without them nothing personal is kept.

    This outranks every other reason: a record that may not be kept must not stay as a refusal.
    """
    encoded = arrow(work.frame["subject"].fill_null("")).dictionary_encode()
    names, of_name = encoded.dictionary, encoded.indices.to_numpy()
    is_blank = lengths(names) == 0
    # In the order of the index, so that neighbours lie on the same page.
    order = pc.array_sort_indices(names).to_numpy()
    order = order[~(is_blank | has_control(names))[order]]
    found = parties.links_find(cursor, work.provider_id, names.take(pa.array(order)))
    linked = order[found["position"]]
    held = {key: np.zeros(len(names), dtype=values.dtype) for key, values in found.items()}
    for key, values in found.items():
        held[key][linked] = values
    work.account_id = held["person_id"][of_name]
    work.takes_points = held["takes_points"][of_name]
    masks, blank = held["mask"][of_name], is_blank[of_name]
    unknown = (work.account_id == 0) & ~blank
    consented = ((masks >> work.scenario_no.astype(np.int64)) & 1) == 1
    consented |= (work.scenario_no == 0) & (masks != 0)  # no scenario: any consent lets it be shown
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
    days = local.to_physical()
    work.days = (days.fill_null(0) if missing.any() else days).to_numpy().copy()
    now_us = int(clock.now().timestamp() * 1_000_000)
    tolerance = (
        int(timedelta(minutes=city.manifest.accept["future_minutes"]).total_seconds()) * 1_000_000
    )
    work.refuse(work.started > now_us + tolerance, "time.future")
    today = days_since(clock.today())
    for number_of in np.unique(work.scenario_no[work.scenario_no > 0]).tolist():
        scenario = city.scenario_by_no(number_of)
        mine = work.scenario_no == scenario.no
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
    return np.isin(work.reason, SILENT)
