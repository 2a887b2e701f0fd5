"""Figures of the travel files."""

from dataclasses import replace
from fractions import Fraction

import polars as pl

from tanpuhui.config.acceptance.files import (
    DAY,
    MINUTE,
    Figures,
    Sample,
    column,
    count,
    great_circle,
    refused,
    tally,
    total,
    word,
)
from tanpuhui.domain.scenarios.imports.lookups import lookup_column, lookups_read

TAXI_KM, TAXI_KMH, TAXI_SECONDS = 100, 120, 6 * 3600
BIKE_KMH, TRACK_M, STEPS = 40, 50, 10_000
MPH_80 = Fraction(80 * 1_609_344, 1_000_000)
SPEED = pl.col("q_distance") * 3600 / pl.col("q_duration")
WHOLE_YEARS = range(2017, 2021)  # the one session of 2021-01-01 is in no yearly figure
MOVING = pl.col("q_duration") > 0


def card(sample: Sample) -> Figures:
    """Metro and bus taps."""
    rows = sample.rows("deal_value", "deal_money", "conn_mark", "station", "car_no")
    records, reading = sample.records()
    stations = sample.more(word("from", "station"), word("to", "end_station"))
    named, _ = stations.with_(file=replace(sample.profile.file, blanks=())).records()
    metro = pl.col("scenario") == "travel/metro"
    unpaired = pl.col("refused").is_in(["record.tap_in_unpaired", "record.tap_out_unpaired"])
    trips = records.filter(metro & ~unpaired.fill_null(value=False))
    plain = [replace(step, suffix=None, rename={}) for step in sample.profile.derive]
    as_is, _ = sample.with_(derive=tuple(plain)).records()
    found = as_is.filter(metro & pl.col("q_distance").is_not_null())
    known = trips.filter(pl.col("q_distance").is_not_null())
    taps = rows.filter(pl.col("deal_type") != "巴士")
    money = pl.col("deal_money").cast(pl.Int64)
    bus = rows.filter(pl.col("deal_type") == "巴士")
    return {
        "rows": reading.rows_read,
        "exact_duplicate_rows": rows.height - rows["@raw"].n_unique(),
        "cards": rows["card_no"].n_unique(),
        "by_deal_type": tally(rows["deal_type"]),
        "blank_station": count(rows, pl.col("station") == ""),
        "conn_mark": tally(rows["conn_mark"]),
        "first": rows["deal_date"].min(),
        "last": rows["deal_date"].max(),
        "sum_deal_money_fen": rows.select(money.sum()).item(),
        "sum_deal_value_fen": rows["deal_value"].cast(pl.Int64).sum(),
        "bus_taps": count(records, pl.col("scenario") == "travel/bus"),
        "bus_taps_excl_exact_dup": bus["@raw"].n_unique(),
        "metro_in_out_pairs": reading.joined,
        "metro_unpaired_in": refused(records, "tap_in_unpaired"),
        "metro_unpaired_out": refused(records, "tap_out_unpaired"),
        "pairs_same_station": count(named, pl.col("q_from") == pl.col("q_to")),
        "pairs_both_stations_known": found.height,
        "pairs_great_circle_km": total(found, "q_distance"),
        "pairs_total_minutes": total(trips, "q_duration") / MINUTE,
        "pairs_both_known_after_name_repair": known.height,
        "pairs_great_circle_km_after_name_repair": total(known, "q_distance"),
        "pairs_distinct_stations_after_name_repair": count(
            records, metro & pl.col("refused").is_null()
        ),
        "station_names_not_in_table": _unknown(sample, taps, repaired=False),
        "still_unknown_after_repair": _unknown(sample, taps, repaired=True),
    }


def _unknown(sample: Sample, taps: pl.DataFrame, *, repaired: bool) -> list[str]:
    """Station names that the look-up does not find."""
    table = lookups_read(sample.profile, sample.path, sample.lookups)["stations"]
    step = sample.profile.derive[0]
    step = step if repaired else replace(step, suffix=None, rename={})
    missing = taps.filter(lookup_column(taps["station"], step, table).is_null())["station"]
    named = missing.replace(dict(step.rename)) if repaired else missing
    return sorted(named.unique().to_list())


def taxi(sample: Sample) -> Figures:
    """Metered taxi trips."""
    line = great_circle("straight", "Lng", "Lat", "ELng", "ELat")
    records, reading = sample.more(line).records()
    end = pl.col("occurred_at") + pl.duration(seconds=pl.col("q_duration").cast(pl.Int64))
    again = records.sort("subject", "occurred_at").filter(
        pl.col("occurred_at") < end.shift().over("subject")
    )
    return {
        "trips": reading.rows_read,
        "unique_orderid": records["item_no"].n_unique(),
        "vehicles": records["subject"].n_unique(),
        "total_track_km": total(records, "q_distance"),
        "total_great_circle_km": total(records, "q_straight"),
        "distance_below_great_circle": count(
            records, (pl.col("q_straight") - pl.col("q_distance")) * 1000 > 1
        ),
        "distance_zero": count(records, pl.col("q_distance") == 0),
        "distance_over_100km": count(records, pl.col("q_distance") > TAXI_KM),
        "duration_over_6h": count(records, pl.col("q_duration") > TAXI_SECONDS),
        "speed_over_120kmh_by_track": count(records, MOVING & (SPEED > TAXI_KMH)),
        "max_track_km": records["q_distance"].max(),
        "duplicate_same_vehicle_overlap": again.height,
    }


def bike(sample: Sample) -> Figures:
    """Shared-bike rides of either layout."""
    records, reading = sample.records()
    # the figure counts by the face of the clock; one ride ends after the change to summer time
    clock_face, _ = sample.with_(time_zone="-05:00").records()
    valid = records.filter(pl.col("refused").is_null())
    return {
        "trips": reading.rows_read,
        "unique_key": records["item_no"].n_unique(),
        "missing_end_coordinate": count(records, pl.col("q_distance").is_null()),
        "total_great_circle_km": total(records, "q_distance"),
        "round_trip_zero_km": count(records, pl.col("q_distance") == 0),
        "under_60s": count(records, pl.col("q_duration") < MINUTE),
        "negative_duration": refused(records, "duration_negative"),
        "over_24h": count(records, pl.col("q_duration") > DAY),
        "over_40kmh": count(records, MOVING & (SPEED > BIKE_KMH)),
        "total_seconds": total(clock_face, "q_duration"),
        "valid_trips_60s_24h_gt0km_le40kmh": valid.height,
        "valid_great_circle_km": total(valid, "q_distance"),
    }


def ebike(sample: Sample) -> Figures:
    """GPS points of shared e-bikes, joined into routes."""
    line = great_circle("straight", "longitude", "latitude", "end_longitude", "end_latitude")
    extra = [column(name, name) for name in ("points", "jumps", "gaps")]
    records, reading = sample.more(line, *extra).records()
    local = pl.col("occurred_at").dt.convert_time_zone("America/New_York").dt.date()
    days = records.with_columns(local.alias("local"), pl.col("occurred_at").dt.date().alias("utc"))
    per_day = days.group_by("subject", "local").len()
    return {
        "points": reading.rows_read,
        "routes": records.height,
        "users": records["subject"].n_unique(),
        "track_km": total(records, "q_distance"),
        "start_end_great_circle_km": total(records, "q_straight"),
        "total_seconds": total(records, "q_duration"),
        "routes_under_60s": count(records, pl.col("q_duration") < MINUTE),
        "routes_track_under_50m": count(records, pl.col("q_distance") * 1000 < TRACK_M),
        "routes_single_point": count(records, pl.col("q_points") == 1),
        "segments_over_50kmh": int(total(records, "q_jumps")),
        "gaps_over_300s": int(total(records, "q_gaps")),
        "routes_over_24h": count(records, pl.col("q_duration") > DAY),
        "top_user_routes": records["subject"].value_counts()["count"].max(),
        "longest_route_km": records["q_distance"].max(),
        "routes_whose_local_date_differs_from_utc_date": count(
            days, pl.col("local") != pl.col("utc")
        ),
        "max_routes_one_user_one_local_day": per_day["len"].max(),
        "user_local_days": per_day.height,
        "user_utc_days": days.select("subject", "utc").n_unique(),
    }


def ride(sample: Sample) -> Figures:
    """Ride-hailing in miles."""
    records, reading = sample.records()
    rows = sample.rows("CATEGORY*")
    miles, _ = sample.unconverted().records()
    fast = MPH_80.numerator / MPH_80.denominator < SPEED
    return {
        "rows": reading.rows_read,
        "rows_without_miles": refused(records, "distance_missing"),
        "exact_duplicates": rows.height - rows["@raw"].n_unique(),
        "total_miles": total(miles, "q_distance"),
        "total_km": total(records, "q_distance"),
        "zero_duration": refused(records, "duration_zero"),
        "over_80mph": count(records, MOVING & fast),
        "by_category": tally(rows["CATEGORY*"]),
    }


def charging_csv(sample: Sample) -> Figures:
    """Charging sessions in Wh with offsets."""
    before, after = "Charge batterie demarrage (%)", "Charge batterie fin (%)"
    rows = sample.rows("Type Lieu de charge", before, after)
    records, reading = sample.records()
    local = records.with_columns(
        pl.col("occurred_at").dt.convert_time_zone("Europe/Paris").dt.year().alias("year")
    )
    energy = local.group_by("year").agg(pl.col("q_energy").sum())
    levels = rows.with_columns(
        pl.col(name).cast(pl.Float64, strict=False).alias(name) for name in (before, after)
    )
    return {
        "sessions": reading.rows_read,
        "total_kwh": total(records, "q_energy"),
        "open_sessions_without_end": refused(records, "session_open"),
        "zero_wh": count(records, pl.col("q_energy") == 0),
        "by_place": tally(rows["Type Lieu de charge"]),
        "kwh_by_year": {str(year): kwh for year, kwh in energy.iter_rows() if year in WHOLE_YEARS},
        "battery_percent_not_increasing": count(levels, pl.col(after) <= pl.col(before)),
    }


def charging_json(sample: Sample) -> Figures:
    """Charging sessions from JSON."""
    rows = sample.rows("doneChargingTime", "userID")
    records, reading = sample.records()
    return {
        "sessions": reading.rows_read,
        "unique_session": records["item_no"].n_unique(),
        "total_kwh": total(records, "q_energy"),
        "null_done": rows["doneChargingTime"].null_count(),
        "null_user": rows["userID"].null_count(),
    }


def steps(sample: Sample) -> Figures:
    """Steps per person and day."""
    records, reading = sample.more(column("km", "TotalDistance")).records()
    rows = sample.rows()
    return {
        "user_days": reading.rows_read,
        "users": records["subject"].n_unique(),
        "total_steps": int(total(records, "q_steps")),
        "zero_step_days": refused(records, "steps_zero"),
        "total_distance_km": total(records, "q_km"),
        "days_over_10000": count(records, pl.col("q_steps") > STEPS),
        "date_style_zero_padded": count(rows, pl.col("ActivityDate").str.starts_with("0")),
        "unique_user_day": records["item_no"].n_unique(),
    }
