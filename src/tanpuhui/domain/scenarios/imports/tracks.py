"""Points of a route into one trip: length, first and last time. Points live only while read."""

from dataclasses import dataclass, field

import polars as pl

from tanpuhui.domain.scenarios.imports.columns import divided, great_circle_km
from tanpuhui.packs.profiles import Track

MICRO = (
    1_000_000  # lengths are summed as whole millimetres, so that the order of adding is no matter
)


def _segment(lon1: str, lat1: str, lon2: str, lat2: str) -> pl.Expr:
    km = great_circle_km(pl.col(lon1), pl.col(lat1), pl.col(lon2), pl.col(lat2))
    return (km * MICRO).round().cast(pl.Int64)


@dataclass
class Tracks:
    """State carried from frame to frame: one row per open route (first row, last point, sums).

    With `contiguous` only the route at the end of a frame stays open; otherwise all routes of the
    file do, at some 300 bytes each.
    """

    rule: Track
    open: pl.DataFrame | None = None
    joined: int = 0
    _columns: list[str] = field(default_factory=list)

    def feed(self, frame: pl.DataFrame) -> list[pl.DataFrame]:
        """Take points; give refused rows and finished routes."""
        rule = self.rule
        frame = frame.with_columns(
            pl.col(rule.lon).cast(pl.Float64, strict=False).alias("@lon"),
            pl.col(rule.lat).cast(pl.Float64, strict=False).alias("@lat"),
            pl.lit(None, pl.String).alias("@raw"),  # a point's row is a place: it is not kept
        )
        placeless = pl.col("@lon").is_null() | pl.col("@lat").is_null()
        frame = frame.with_columns(
            pl.when(pl.col("@refused").is_null() & placeless)
            .then(pl.lit("record.number_unreadable"))
            .otherwise(pl.col("@refused"))
            .alias("@refused")
        )
        refused = frame.filter(pl.col("@refused").is_not_null())
        points = frame.filter(pl.col("@refused").is_null())
        out = [self._placeless(refused)] if refused.height else []
        if points.height:
            self.joined += points.height
            last = points[rule.by][-1]
            self._merge(self._partial(points))
            if rule.contiguous:
                out.append(self._close(pl.col(rule.by) != last))
        return out

    def finish(self) -> list[pl.DataFrame]:
        """The routes still open."""
        return [] if self.open is None else [self._close(pl.lit(value=True))]

    def _placeless(self, refused: pl.DataFrame) -> pl.DataFrame:
        """Refused points without their places, with the columns that a route has."""
        places = (self.rule.lon, self.rule.lat, f"end_{self.rule.lon}", f"end_{self.rule.lat}")
        return refused.drop("@lon", "@lat").with_columns(
            *[pl.lit(None, pl.Float64).alias(name) for name in (*places, "track_km")],
            *[pl.lit(None, pl.Int64).alias(name) for name in ("points", "jumps", "gaps")],
        )

    def _partial(self, points: pl.DataFrame) -> pl.DataFrame:
        rule = self.rule
        before = [
            pl.col(name).shift().over(rule.by).alias(f"{name}_0")
            for name in ("@lon", "@lat", "@occurred")
        ]
        points = points.with_columns(before).with_columns(
            _segment("@lon_0", "@lat_0", "@lon", "@lat").alias("@mm"),
            (pl.col("@occurred") - pl.col("@occurred_0")).dt.total_milliseconds().alias("@ms"),
        )
        kept = [
            n
            for n in points.columns
            if not n.startswith("@") and n not in (rule.by, rule.lon, rule.lat)
        ]
        self._columns = kept
        return points.group_by(rule.by, maintain_order=True).agg(
            pl.col("@line").first(),
            *[pl.col(name).first() for name in kept],
            *[pl.col(n).first().alias(f"{n}_a") for n in ("@lon", "@lat", "@occurred")],
            *[pl.col(n).last().alias(f"{n}_z") for n in ("@lon", "@lat", "@occurred")],
            pl.len().cast(pl.Int64).alias("points"),
            pl.col("@mm").sum(),
            self._jump("@mm", "@ms").sum().cast(pl.Int64).alias("jumps"),
            self._gap("@ms").sum().cast(pl.Int64).alias("gaps"),
            (pl.col("@ms") < 0).any().alias("@backward"),
        )

    def _jump(self, mm: str, ms: str) -> pl.Expr:
        """Faster than the rule's speed: mm/ms = m/s, times 3.6 = km/h."""
        bound = self.rule.jump_kmh
        return (pl.col(mm) * 36 * bound.denominator > pl.col(ms) * 10 * bound.numerator).fill_null(
            value=False
        )

    def _gap(self, ms: str) -> pl.Expr:
        return (pl.col(ms) > self.rule.gap_seconds * 1000).fill_null(value=False)

    def _merge(self, new: pl.DataFrame) -> None:
        if self.open is None:
            self.open = new
            return
        by = self.rule.by
        old = self.open
        known = new.filter(pl.col(by).is_in(old[by].implode()))
        both = old.join(known, on=by, how="inner", suffix="_n", maintain_order="left").with_columns(
            _segment("@lon_z", "@lat_z", "@lon_a_n", "@lat_a_n").alias("@mm_b"),
            (pl.col("@occurred_a_n") - pl.col("@occurred_z"))
            .dt.total_milliseconds()
            .alias("@ms_b"),
        )
        both = both.with_columns(
            pl.col("@mm") + pl.col("@mm_n") + pl.col("@mm_b"),
            pl.col("points") + pl.col("points_n"),
            pl.col("jumps") + pl.col("jumps_n") + self._jump("@mm_b", "@ms_b").cast(pl.Int64),
            pl.col("gaps") + pl.col("gaps_n") + self._gap("@ms_b").cast(pl.Int64),
            pl.col("@backward") | pl.col("@backward_n") | (pl.col("@ms_b") < 0),
            *[pl.col(f"{n}_z_n").alias(f"{n}_z") for n in ("@lon", "@lat", "@occurred")],
        ).select(old.columns)
        untouched = old.filter(~pl.col(by).is_in(known[by].implode()))
        fresh = new.filter(~pl.col(by).is_in(old[by].implode()))
        self.open = pl.concat([untouched, both, fresh]).rechunk()

    def _close(self, done: pl.Expr) -> pl.DataFrame:
        assert self.open is not None
        closed = self.open.filter(done).sort("@line")
        self.open = self.open.filter(~done)
        return closed.with_columns(
            pl.when(pl.col("@backward")).then(pl.lit("record.points_out_of_order")).alias("@refused"),
            pl.lit(None, pl.String).alias("@raw"),
            divided(pl.col("@mm"), MICRO).alias("track_km"),
            pl.col("@occurred_a").alias("@occurred"),
            pl.col("@occurred_z").alias("@ended"),
            pl.col("@lon_a").alias(self.rule.lon),
            pl.col("@lat_a").alias(self.rule.lat),
            pl.col("@lon_z").alias(f"end_{self.rule.lon}"),
            pl.col("@lat_z").alias(f"end_{self.rule.lat}"),
        ).select(
            "@line", "@raw", "@refused", "@occurred", "@ended", self.rule.by, *self._columns,
            self.rule.lon, self.rule.lat, f"end_{self.rule.lon}", f"end_{self.rule.lat}",
            "track_km", "points", "jumps", "gaps",
        )  # fmt: skip
