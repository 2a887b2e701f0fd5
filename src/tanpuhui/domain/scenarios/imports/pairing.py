"""Start rows and end rows of one key into trips, whatever their order in the file.

Small files are sorted in memory. A large file is first dealt out by key to files in a private
folder (each small enough to sort), which is removed at the end.
"""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pyarrow as pa

from tanpuhui.packs.profiles import Pairing

PART_BYTES = 48 * 1024 * 1024
_PARTS_MAX = 256
_SEED = 11


@dataclass
class Pairs:
    """Takes rows with `@occurred`; gives trips, single rows and refused rows."""

    rule: Pairing
    file_bytes: int
    folder: Path
    joined: int = 0
    _held: list[pl.DataFrame] = field(default_factory=list)
    _writers: dict[int, pa.ipc.RecordBatchFileWriter] = field(default_factory=dict)
    _spill: Path | None = None

    @property
    def parts(self) -> int:
        """Into how many files the rows are dealt; 1: they stay in memory."""
        return min(_PARTS_MAX, 1 + self.file_bytes // PART_BYTES)

    def feed(self, frame: pl.DataFrame) -> list[pl.DataFrame]:
        """Keep the rows of starts and ends; the rest goes on at once."""
        event = pl.col(self.rule.event).cast(pl.String)
        taps = event.is_in([*self.rule.start, *self.rule.end]).fill_null(value=False)
        fine = frame.filter(pl.col("@refused").is_null())
        on = [frame.filter(pl.col("@refused").is_not_null()), fine.filter(~taps)]
        held = fine.filter(taps)
        if held.height:
            self._hold(held.with_columns(pl.col("@raw").str.slice(0)))
        return [self._single(part) for part in on if part.height]

    def finish(self) -> Iterator[pl.DataFrame]:
        """Sort and pair part by part."""
        if self._spill is None:
            if self._held:
                yield self._paired(pl.concat(self._held))
            return
        for writer in self._writers.values():
            writer.close()
        for part in sorted(self._writers):
            path = self._spill / f"{part}.arrow"
            yield self._paired(pl.read_ipc(path))
            path.unlink()
        self.close()

    def close(self) -> None:
        """Remove what was laid aside."""
        for writer in self._writers.values():
            writer.close()
        if self._spill is not None:
            shutil.rmtree(self._spill, ignore_errors=True)
            self._spill = None

    def _hold(self, frame: pl.DataFrame) -> None:
        if self.parts == 1:
            self._held.append(frame)
            return
        if self._spill is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._spill = Path(tempfile.mkdtemp(prefix="pairing-", dir=self.folder))
        key = pl.concat_str([pl.col(name).cast(pl.String) for name in self.rule.by], separator="\0")
        dealt = frame.with_columns((key.hash(_SEED) % self.parts).alias("@part"))
        for (part,), rows in dealt.partition_by("@part", as_dict=True, include_key=False).items():
            table = rows.to_arrow(compat_level=pl.CompatLevel.oldest())
            if part not in self._writers:
                path = self._spill / f"{part}.arrow"
                self._writers[part] = pa.ipc.new_file(str(path), table.schema)
            self._writers[part].write_table(table)

    def _single(self, frame: pl.DataFrame) -> pl.DataFrame:
        ends = [name for name in frame.columns if not name.startswith("@")]
        return frame.with_columns(
            pl.lit(None, pl.Datetime("us", "UTC")).alias("@ended"),
            *[pl.lit(None, pl.String).alias(f"end_{name}") for name in ends],
        )

    def _paired(self, taps: pl.DataFrame) -> pl.DataFrame:
        """A start and the very next row of its key, if that is an end; the others are refused."""
        by = list(self.rule.by)
        columns = [name for name in taps.columns if not name.startswith("@")]
        starts = pl.col(self.rule.event).cast(pl.String).is_in(list(self.rule.start))
        taps = taps.with_columns(starts.alias("@start")).sort(
            [*by, "@occurred", ~pl.col("@start"), "@line"]
        )
        follows = [
            pl.col(name).shift(-1).over(by).alias(f"end_{name}")
            for name in ("@start", "@occurred", "@raw", *columns)
        ]
        after = pl.col("@start").shift(1).over(by).alias("@after_start")
        taps = taps.with_columns([*follows, after])
        left = pl.col("@start") & (pl.col("end_@start") == False)  # noqa: E712 - null is not false
        lone_in = pl.col("@start") & ~left.fill_null(value=False)
        lone_out = ~pl.col("@start") & ~pl.col("@after_start").fill_null(value=False)
        trips = taps.filter(left | lone_in | lone_out).with_columns(
            left.fill_null(value=False).alias("@trip")
        )
        self.joined += taps.height - trips.height
        ends = [
            pl.when(pl.col("@trip"))
            .then(pl.col(f"end_{name}"))
            .cast(pl.String)
            .alias(f"end_{name}")
            for name in columns
        ]
        return (
            trips.with_columns(
                pl.when(pl.col("@trip")).then(pl.col("end_@occurred")).alias("@ended"),
                pl.when(pl.col("@trip"))
                .then(pl.concat_str(pl.col("@raw"), pl.lit("\n"), pl.col("end_@raw")))
                .otherwise(pl.col("@raw"))
                .alias("@raw"),
                pl.when(pl.col("@trip"))
                .then(None)
                .when(pl.col("@start"))
                .then(pl.lit("record.tap_in_unpaired"))
                .otherwise(pl.lit("record.tap_out_unpaired"))
                .alias("@refused"),
                *ends,
            )
            .select(
                "@line",
                "@raw",
                "@refused",
                "@occurred",
                "@ended",
                *columns,
                *[f"end_{n}" for n in columns],
            )
            .sort("@line")
        )
