"""A file as a stream of record chunks: the stages of a profile, one after the other."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from tanpuhui.domain.scenarios.imports import columns, objects
from tanpuhui.domain.scenarios.imports.csvfile import csv_frames
from tanpuhui.domain.scenarios.imports.faults import FileError
from tanpuhui.domain.scenarios.imports.lookups import lookups_read
from tanpuhui.domain.scenarios.imports.pairing import Pairs
from tanpuhui.domain.scenarios.imports.source import file_check, unpacked
from tanpuhui.domain.scenarios.imports.sums import Sums
from tanpuhui.domain.scenarios.imports.times import INSTANT, times_read
from tanpuhui.domain.scenarios.imports.tracks import Tracks
from tanpuhui.packs.profiles import TIME, Profile

CHUNK_ROWS = 100_000
FRAME_ROWS = 50_000


@dataclass
class Chunk:
    """One portion of records, ready for the pipeline.

    `records` has the columns of a RecordFrame: line, item_no, subject, scenario, occurred_at (UTC),
    asset_key, q_<quantity>, refused (a code or null), raw (the row as it stood, null for tracks and
    sums).
    """

    index: int
    records: pl.DataFrame
    rows_read: int
    """Rows of the file read so far, this chunk's included."""
    bytes_read: int
    """Bytes of the file read so far, for progress."""


@dataclass
class Reading:
    """One pass over a file, in chunks whose borders depend only on file and profile."""

    path: Path
    profile: Profile
    day_zone: str
    lookups: Mapping[str, Path] = field(default_factory=dict)
    chunk_rows: int = CHUNK_ROWS
    spill: Path = Path("var/spill")
    rows_read: int = 0
    bytes_read: int = 0
    left_out: int = 0
    """Rows that the profile does not want (`keep`), or that hold no value (`unpivot`)."""
    joined: int = 0
    """Rows that went into another record (second tap, points, readings)."""

    def __post_init__(self) -> None:
        file_check(self.path)
        self._tables = lookups_read(self.profile, self.path, self.lookups)
        self._names = tuple(f"q_{quantity.name}" for quantity in self.profile.quantities)

    def __iter__(self) -> Iterator[Chunk]:
        """Read the file.

        Raises:
            FileError: the file is not what the profile says; chunks given before stay valid.
        """
        self.rows_read = self.bytes_read = self.left_out = self.joined = 0
        held: list[pl.DataFrame] = []
        count = index = 0
        for records in self._records():
            held.append(records)
            count += records.height
            while count >= self.chunk_rows:
                whole = pl.concat(held)
                yield Chunk(index, whole.head(self.chunk_rows), self.rows_read, self.bytes_read)
                index += 1
                held = [whole.slice(self.chunk_rows)]
                count -= self.chunk_rows
        if count or not index:
            if not self.rows_read:
                raise FileError("file.no_rows", "文件只有表头，没有数据行。")
            if count:
                yield Chunk(index, pl.concat(held), self.rows_read, self.bytes_read)

    def frames(self) -> Iterator[pl.DataFrame]:
        """The rows of the file before any rule: `@line`, `@raw`, `@refused`, the columns read."""
        form = self.profile.file
        wanted = self.profile.columns
        size = self.path.stat().st_size
        if form.kind == "parquet":
            for frame, share in objects.parquet_frames(self.path, wanted, FRAME_ROWS):
                self.bytes_read = int(size * share)
                yield frame
        elif form.kind == "xlsx":
            self.bytes_read = size
            yield from objects.xlsx_frames(self.path, form, wanted)
        else:
            read = {"csv": csv_frames, "ndjson": objects.ndjson_frames, "json": objects.json_frames}
            with self.path.open("rb") as stream:
                for frame in read[form.kind](unpacked(stream), form, wanted):
                    self.bytes_read = stream.tell()
                    yield frame

    def _records(self) -> Iterator[pl.DataFrame]:
        stage = self._stage()
        if stage is None:
            for frame in self.frames():
                yield self._finished(self._measured(self._prepared(frame)))
            return
        summing = isinstance(stage, Sums)
        with closing(_Closing(stage)):
            for frame in self.frames():
                rows = self._prepared(frame)
                for part in stage.feed(self._measured(rows) if summing else rows):
                    yield self._finished(part if summing else self._measured(part))
            for part in stage.finish():
                yield self._finished(part if summing else self._measured(part))
            self.joined = stage.joined

    def _stage(self) -> Pairs | Tracks | Sums | None:
        profile = self.profile
        if profile.pairing:
            return Pairs(profile.pairing, self.path.stat().st_size, self.spill)
        if profile.track:
            return Tracks(profile.track)
        if profile.sum:
            zone = profile.occurred_at.zone or profile.time_zone
            return Sums(profile.sum, self._names, zone, self.day_zone)
        return None

    def _prepared(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Rows kept, texts cleaned and derived, times read."""
        profile = self.profile
        self.rows_read += frame.height
        frame = columns.cleaned(frame, profile.columns, profile.file.blanks)
        before = frame.height
        frame = columns.kept(frame, profile.keep)
        self.left_out += before - frame.height
        if profile.unpivot:
            filled = pl.any_horizontal(
                pl.col(name).is_not_null() for name in profile.unpivot.columns
            )
            self.left_out += frame.filter(~filled & pl.col("@refused").is_null()).height
            frame = columns.unpivoted(frame, profile.unpivot)
        frame = columns.derived(frame, profile.derive, self._tables)
        return self._timed(frame)

    def _timed(self, frame: pl.DataFrame) -> pl.DataFrame:
        profile = self.profile
        ended = profile.ended_at
        for name, form, blank in (
            ("@occurred", profile.occurred_at, "record.time_missing"),
            *([("@ended", ended, "record.session_open")] if ended else []),
        ):
            times = times_read(
                frame, form, zone=profile.time_zone, day_zone=self.day_zone, blank=blank
            )
            frame = frame.with_columns(
                times.instants.alias(name), pl.col("@refused").fill_null(times.codes)
            )
        if ended:
            backward = pl.col("@ended") < pl.col("@occurred")
            return columns.refuse(frame, backward, "record.duration_negative")
        return frame.with_columns(pl.lit(None, INSTANT).alias("@ended"))

    def _measured(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Scenario, subject, number and quantities of each row."""
        profile = self.profile
        frame = frame.with_columns(
            columns.scenario_column(profile.scenario).alias("scenario"),
            pl.col(profile.subject).cast(pl.String).alias("subject"),
        )
        if not profile.sum:
            frame = frame.with_columns(self._number().alias("item_no"))
            if profile.item_digest:
                frame = frame.with_columns(columns.digests(frame["item_no"]))
            frame = columns.refuse(frame, pl.col("item_no").is_null(), "record.item_missing")
        frame = columns.refuse(frame, pl.col("subject").is_null(), "record.subject_missing")
        frame = columns.refuse(frame, pl.col("scenario").is_null(), "record.scenario_unmapped")
        return columns.quantified(frame, profile)

    def _number(self) -> pl.Expr:
        """The item number; `@time` in it is the time in one spelling, whatever the file's."""
        form = self.profile.occurred_at
        shown = {"day": "%Y-%m-%d", "month": "%Y-%m", "instant": "%Y-%m-%dT%H:%M:%S%.3fZ"}
        zone = "UTC" if form.precision == "instant" else self.day_zone
        clock = pl.col("@occurred").dt.convert_time_zone(zone).dt.strftime(shown[form.precision])
        parts = [clock if part == TIME else pl.col(part) for part in self.profile.item_no]
        return pl.concat_str([part.cast(pl.String) for part in parts], separator="-")

    def _finished(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The columns of a RecordFrame, and no others."""
        profile = self.profile
        key = columns.joined(profile.asset_key) if profile.asset_key else pl.lit(None, pl.String)
        number = pl.col("item_no") if "item_no" in frame.columns else pl.lit(None, pl.String)
        return frame.select(
            pl.col("@line").cast(pl.Int64).alias("line"),
            number.alias("item_no"),
            "subject",
            "scenario",
            pl.col("@occurred").alias("occurred_at"),
            key.alias("asset_key"),
            *self._names,
            pl.col("@refused").alias("refused"),
            pl.col("@raw").alias("raw"),
        )


class _Closing:
    """Lets a stage that laid rows aside clean up, however the reading ends."""

    def __init__(self, stage: Pairs | Tracks | Sums) -> None:
        self._stage = stage

    def close(self) -> None:
        if isinstance(self._stage, Pairs):
            self._stage.close()
