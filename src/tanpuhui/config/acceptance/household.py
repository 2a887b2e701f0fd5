"""Figures of the household files."""

import polars as pl

from tanpuhui.config.acceptance.files import Figures, Sample, count, total
from tanpuhui.kernel import clock


def electricity(sample: Sample) -> Figures:
    """Half-hours of one home, as monthly sums."""
    records, reading = sample.records()
    plain, _ = sample.unconverted().records()
    flows = len(sample.profile.unpivot.columns) if sample.profile.unpivot else 1

    def of(frame: pl.DataFrame, flow: str) -> pl.DataFrame:
        return frame.filter(pl.col("item_no").str.contains(f"-{flow}-"))

    solar = of(records, "solar")
    return {
        "half_hours": reading.joined // flows,
        "consumption_kwh": total(of(records, "consumption"), "q_energy"),
        "pv_kwh": total(solar, "q_energy"),
        "naive_sum_without_halving": [
            total(of(plain, "consumption"), "q_energy"),
            total(of(plain, "solar"), "q_energy"),
        ],
        "monthly_pv_kwh": {
            item[-7:]: kwh for item, kwh in solar.select("item_no", "q_energy").iter_rows()
        },
    }


def water(sample: Sample) -> Figures:
    """Monthly water in US gallons."""
    records, reading = sample.records()
    gallons, _ = sample.unconverted().records()
    rows = sample.rows("Customer Class", "Total Gallons")
    late = pl.col("occurred_at") > clock.now()
    classes = rows.group_by("Customer Class").agg(pl.col("Total Gallons").cast(pl.Int64).sum())
    months = records.filter(late)["item_no"].str.slice(0, 7).str.replace("-", "", literal=True)
    return {
        "rows": reading.rows_read,
        "total_gallons": int(total(gallons, "q_consumption")),
        "total_m3_at_0_003785411784": total(records, "q_consumption"),
        "zero": count(records, pl.col("q_consumption") == 0),
        "rows_with_impossible_month": count(records, late),
        "impossible_months": months.unique().to_list(),
        "by_class": dict(classes.iter_rows()),
        "unique_key": records["item_no"].n_unique(),
    }


def waste(sample: Sample) -> Figures:
    """Monthly waste by district and material in short tons."""
    records, reading = sample.unconverted().records()
    rows = sample.rows()
    assert sample.profile.unpivot is not None
    names = dict(sample.profile.unpivot.columns)
    material = {name: pl.col("item_no").str.ends_with(f"-{short}") for name, short in names.items()}
    of = {name: records.filter(test) for name, test in material.items()}
    year = pl.col("item_no").str.starts_with("2018")
    kept = {name: total(frame.filter(year), "q_weight") for name, frame in of.items()}
    refuse = kept.pop("REFUSETONSCOLLECTED")
    recycled = sum(kept.values())
    keys = rows.select("MONTH", "BOROUGH_ID", "COMMUNITYDISTRICT")
    return {
        "rows": reading.rows_read,
        "tons": {name: total(frame, "q_weight") for name, frame in of.items()},
        "blanks": {name: reading.rows_read - frame.height for name, frame in of.items()},
        "first": rows["MONTH"].min(),
        "last": rows["MONTH"].max(),
        "unique_key": keys.n_unique(),
        "recycled_tons_2018": recycled,
        "diversion_rate_2018": recycled / (recycled + refuse),
    }
