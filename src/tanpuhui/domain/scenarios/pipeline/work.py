"""A batch on its way through the pipeline: columns of one length, one reason a record."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from tanpuhui.domain.scenarios.data import RECORD_SCHEMA
from tanpuhui.domain.scenarios.reasons import number

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.intp]
NO_TIME = np.iinfo(np.int64).min

QUANTITY = "q_"


@dataclass
class Work:
    """Columns in the order of the records.

    reason: 0 while a record may still count; the first refusal stays, except that a missing link
    or consent outranks everything, because then nothing else may be kept.
    days: days since 1970-01-01 in the city's zone. started/ended: µs since 1970 UTC.
    takes_points: its person agrees to points.
    """

    frame: pl.DataFrame
    provider_id: int
    reason: npt.NDArray[np.int16]
    scenario_no: npt.NDArray[np.int16]
    account_id: Ints
    started: Ints
    ended: Ints
    days: npt.NDArray[np.int32]
    filing_id: npt.NDArray[np.int16]
    revision: npt.NDArray[np.int16]
    quantified_mg: Ints
    reduction_mg: Ints
    points: Ints
    inputs: pl.Series | None = None
    notes: dict[int, str] = field(default_factory=dict)
    takes_points: Mask = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    # repetitions: of an earlier record of this batch (leaders), of a stored act (answers)
    repeated: Mask = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    leaders: dict[int, int] = field(default_factory=dict)
    answers: dict[int, dict[str, Any]] = field(default_factory=dict)
    # position → stored act that a correction takes back, if the record is not refused meanwhile
    replaced: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Number of records."""
        return self.frame.height

    @property
    def live(self) -> Mask:
        """Records that may still count: not refused, not a repetition."""
        return np.asarray((self.reason == 0) & ~self.repeated, dtype=np.bool_)

    def fresh(self) -> "Work":
        """The same records with columns of their own, for one attempt to post them."""
        own: dict[str, Any] = {
            name: value.copy()
            for name, value in vars(self).items()
            if isinstance(value, np.ndarray | dict)
        }
        return replace(self, **own)

    def refuse(self, mask: Mask, code: str, note: str | None = None) -> None:
        """Give every live record under the mask this reason, with a note that explains it."""
        self.refuse_at(np.flatnonzero(mask), code, note)

    def refuse_at(self, positions: Positions, code: str, note: str | None = None) -> None:
        """As `refuse`, for records named by position."""
        hit = positions[(self.reason[positions] == 0) & ~self.repeated[positions]]
        self.reason[hit] = number(code)
        if note:
            self.notes.update(dict.fromkeys(hit.tolist(), note))

    def refuse_one(self, position: int, code: str, note: str | None = None) -> None:
        """As `refuse`, for one record."""
        if self.reason[position] == 0 and not self.repeated[position]:
            self.reason[position] = number(code)
            if note:
                self.notes[position] = note


def open_work(records: pl.DataFrame, provider_id: int) -> Work:
    """Columns from records; absent optional columns are filled with nulls."""
    missing = [
        pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in RECORD_SCHEMA.items()
        if name not in records.columns
    ]
    frame = records.with_columns(missing) if missing else records
    size = frame.height
    began = frame["occurred_at"].dt.timestamp("us")
    started = (began.fill_null(NO_TIME) if began.null_count() else began).to_numpy().copy()
    return Work(
        frame=frame,
        provider_id=provider_id,
        reason=np.zeros(size, dtype=np.int16),
        scenario_no=np.zeros(size, dtype=np.int16),
        account_id=np.zeros(size, dtype=np.int64),
        started=started,
        ended=started.copy(),
        days=np.zeros(size, dtype=np.int32),
        filing_id=np.zeros(size, dtype=np.int16),
        revision=np.zeros(size, dtype=np.int16),
        quantified_mg=np.zeros(size, dtype=np.int64),
        reduction_mg=np.zeros(size, dtype=np.int64),
        points=np.zeros(size, dtype=np.int64),
        takes_points=np.zeros(size, dtype=np.bool_),
        repeated=np.zeros(size, dtype=np.bool_),
    )
