"""Times as partners write them, into instants; what a clock change makes doubtful is refused."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from tanpuhui.packs.profiles import Ambiguous, TimeForm

INSTANT = pl.Datetime("us", "UTC")
_LOCAL = pl.Datetime("us")
_EPOCHS = {"epoch_s": "s", "epoch_ms": "ms"}
_NOON_HOURS = 12


@dataclass(frozen=True)
class Times:
    """Instants (null where there is none) and the refusal code of each row (null where fine)."""

    instants: pl.Series
    codes: pl.Series


def times_read(
    frame: pl.DataFrame, form: TimeForm, *, zone: str, day_zone: str, blank: str
) -> Times:
    """Read the time column of `frame`.

    Args:
        frame: has the form's column, as text or as a datetime, and its zone column.
        form: formats, zone, precision.
        zone: the profile's zone, for texts without offset.
        day_zone: the city's zone: a bare day or month becomes noon of (its last) day there,
            so that no other zone moves it to another day.
        blank: the code of a row without a time.
    """
    written = frame[form.column]
    if form.precision != "instant":
        zone, zones = day_zone, None
    else:
        zone = form.zone or zone
        zones = frame[form.zone_column] if form.zone_column else None
    local, instants = _parsed(written, form.formats)
    if form.precision != "instant":
        local = local.dt.month_end() if form.precision == "month" else local
        local = local.dt.truncate("1d") + timedelta(hours=_NOON_HOURS)
    doubtful = pl.Series([None] * frame.height, dtype=pl.String)
    if local.null_count() < local.len():
        placed, doubtful = _placed(local, zones, zone, form)
        instants = instants.zip_with(instants.is_not_null(), placed)
    codes = pl.select(
        pl.when(written.is_null())
        .then(pl.lit(blank))
        .when(instants.is_null())
        .then(pl.coalesce(doubtful, pl.lit("record.time_unreadable")))
    ).to_series()
    return Times(instants.rename("instant"), codes.rename("code"))


def _parsed(written: pl.Series, formats: Iterable[str]) -> tuple[pl.Series, pl.Series]:
    """Local times and instants; of each row at most one is set, by the first format that fits."""
    local = pl.Series([None] * written.len(), dtype=_LOCAL)
    instants = pl.Series([None] * written.len(), dtype=INSTANT)
    if isinstance(written.dtype, pl.Datetime):
        if written.dtype.time_zone:
            return local, written.dt.convert_time_zone("UTC").cast(INSTANT)
        return written.cast(_LOCAL), instants
    if written.dtype == pl.Date:
        return written.cast(_LOCAL), instants
    texts = written.cast(pl.String)
    for pattern in formats:
        if instants.null_count() + local.null_count() <= written.len() + texts.null_count():
            break  # every text is read
        if pattern in _EPOCHS:
            unit = 1_000_000 if pattern == "epoch_s" else 1000
            found = (texts.cast(pl.Float64, strict=False) * unit).cast(pl.Int64, strict=False)
            instants = instants.zip_with(instants.is_not_null(), found.cast(INSTANT))
        elif "%z" in pattern or "%:z" in pattern or "%#z" in pattern:
            found = texts.str.strptime(INSTANT, pattern, strict=False)
            instants = instants.zip_with(instants.is_not_null(), found)
        else:
            found = texts.str.strptime(_LOCAL, pattern, strict=False)
            local = local.zip_with(local.is_not_null(), found)
    return local.zip_with(
        instants.is_null(), pl.Series([None] * local.len(), dtype=_LOCAL)
    ), instants


def _placed(
    local: pl.Series, zones: pl.Series | None, zone: str, form: TimeForm
) -> tuple[pl.Series, pl.Series]:
    if zones is None:
        return _in_zone(local, zone, form.ambiguous)
    named = zones.cast(pl.String)
    if form.zones:
        named = named.replace_strict(dict(form.zones), default=named, return_dtype=pl.String)
    instants = pl.Series([None] * local.len(), dtype=INSTANT)
    codes = pl.select(pl.when(local.is_not_null()).then(pl.lit("record.zone_unknown"))).to_series()
    for name in named.drop_nulls().unique().sort().to_list():
        try:
            found, doubts = _in_zone(local, name, form.ambiguous)
        except pl.exceptions.ComputeError:  # no such zone: the rows keep the code above
            continue
        here = (named == name).fill_null(value=False)
        instants = found.zip_with(here, instants)
        codes = doubts.zip_with(here, codes)
    return instants, codes


def _in_zone(local: pl.Series, zone: str, ambiguous: Ambiguous) -> tuple[pl.Series, pl.Series]:
    """Instants of local times, and the code of those that the zone has twice or never."""
    when_twice = "null" if ambiguous == "refuse" else ambiguous
    placed = local.dt.replace_time_zone(zone, ambiguous=when_twice, non_existent="null")
    instants = placed.dt.convert_time_zone("UTC").cast(INSTANT)
    if instants.null_count() == local.null_count():
        return instants, pl.Series([None] * local.len(), dtype=pl.String)
    either = local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return instants, pl.select(
        pl.when(local.is_null() | instants.is_not_null())
        .then(None)
        .when(either.is_not_null())
        .then(pl.lit("record.time_ambiguous"))
        .otherwise(pl.lit("record.time_nonexistent"))
    ).to_series()
