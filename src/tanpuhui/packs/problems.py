"""What is wrong in a pack, where, and how to mend it."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, order=True)
class PackProblem:
    """One flaw: file within the pack, line (1 = first), stable code, Chinese sentence and cure."""

    file: str
    line: int
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} [{self.code}] {self.message}"


class PackError(Exception):
    """A pack cannot be used; ``problems`` lists every flaw found, in file order."""

    def __init__(self, problems: Iterable[PackProblem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


@dataclass
class Problems:
    """Collects flaws while a pack is read, so that one reading reports them all."""

    found: list[PackProblem] = field(default_factory=list)

    def add(self, code: str, file: str, line: int, message: str) -> None:
        """Record a flaw."""
        self.found.append(PackProblem(file, line, code, message))

    def require_none(self) -> None:
        """Raise PackError if anything was recorded."""
        if self.found:
            raise PackError(set(self.found))
