"""Readings into sums per key and period, added as whole millionths so that order is no matter."""

from dataclasses import dataclass

import polars as pl

from tanpuhui.domain.scenarios.imports.columns import divided
from tanpuhui.packs.profiles import Sum

MICRO = 1_000_000
_NOON_HOURS = 12


@dataclass
class Sums:
    """One row of state per key, scenario and period, some 200 bytes each.

    A reading belongs to the period of its own clock: the profile's zone, not the city's.
    """

    rule: Sum
    quantities: tuple[str, ...]
    zone: str
    day_zone: str
    state: pl.DataFrame | None = None
    joined: int = 0

    def feed(self, frame: pl.DataFrame) -> list[pl.DataFrame]:
        """Take readings; give the refused ones."""
        refused = frame.filter(pl.col("@refused").is_not_null())
        fine = frame.filter(pl.col("@refused").is_null())
        if fine.height:
            self.joined += fine.height
            every = "1mo" if self.rule.period == "month" else "1d"
            clock = pl.col("@occurred").dt.convert_time_zone(self.zone).dt.replace_time_zone(None)
            part = fine.with_columns(
                clock.dt.truncate(every).alias("@period"),
                *[(pl.col(name) * MICRO).round().cast(pl.Int64) for name in self.quantities],
            ).select(*self._keys(), "@line", *self.quantities)
            self.state = self._added(part if self.state is None else pl.concat([self.state, part]))
        return [refused] if refused.height else []

    def finish(self) -> list[pl.DataFrame]:
        """The sums, in the order in which their first reading stood in the file."""
        if self.state is None:
            return []
        shown = "%Y-%m" if self.rule.period == "month" else "%Y-%m-%d"
        last = (
            pl.col("@period").dt.month_end() if self.rule.period == "month" else pl.col("@period")
        )
        noon = last + pl.duration(hours=_NOON_HOURS)
        named = [
            *[pl.col(name).cast(pl.String) for name in self.rule.by],
            pl.col("@period").dt.strftime(shown),
        ]
        return [
            self.state.sort("@line", *self._keys()).with_columns(
                noon.dt.replace_time_zone(self.day_zone, ambiguous="earliest")
                .dt.convert_time_zone("UTC")
                .alias("@occurred"),
                pl.concat_str(named, separator="-").alias("item_no"),
                *[divided(pl.col(name), MICRO).alias(name) for name in self.quantities],
                pl.lit(None, pl.String).alias("@raw"),
                pl.lit(None, pl.String).alias("@refused"),
            )
        ]

    def _keys(self) -> list[str]:
        return list(dict.fromkeys([*self.rule.by, "subject", "scenario", "@period"]))

    def _added(self, rows: pl.DataFrame) -> pl.DataFrame:
        return rows.group_by(*self._keys(), maintain_order=True).agg(
            pl.col("@line").min(), *[pl.col(name).sum() for name in self.quantities]
        )
