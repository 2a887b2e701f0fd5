"""The refusals of the engine: a stable code for programs, a Chinese sentence for people."""

from dataclasses import dataclass


class EngineError(Exception):
    """A formula, a value or an act cannot be computed.

    Attributes:
        code: stable lower-case identifier, such as ``input_below_minimum``.
        message: one Chinese sentence: what is wrong, why, what to do.
        rows: for columns, the positions of the offending rows; otherwise empty.
    """

    def __init__(self, code: str, message: str, rows: tuple[int, ...] = ()) -> None:
        super().__init__(code, message, rows)
        self.code = code
        self.message = message
        self.rows = rows

    def __str__(self) -> str:
        return f"[{self.code}] {self.message}"


@dataclass(frozen=True)
class Problem:
    """One flaw found while a definition is checked; ``path`` leads to its place in the document."""

    code: str
    message: str
    path: tuple[str | int, ...] = ()
