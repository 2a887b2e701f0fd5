"""Where the time goes: functions of the platform are wrapped from outside and timed by call path.

The product knows nothing of this. A function is replaced wherever a module of the platform holds
it, so `from x import y` is timed too.
"""

import functools
import inspect
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

DATABASE = "· database"
BESIDE = "‖ beside, in another thread"
MODULES = (
    "tanpuhui.domain.scenarios.imports",
    "tanpuhui.domain.scenarios.pipeline",
    "tanpuhui.domain.scenarios.services.imports",
    "tanpuhui.domain.scenarios.services.ingestion",
    "tanpuhui.domain.ledger.services",
    "tanpuhui.domain.ledger.selectors",
    "tanpuhui.domain.parties.selectors",
    "tanpuhui.httpapi",
    "tanpuhui.kernel.columns",
    "tanpuhui.kernel.partitions",
)
Path = tuple[str, ...]


class Probes:
    """Seconds and calls by call path."""

    def __init__(self) -> None:
        self.seconds: dict[Path, float] = defaultdict(float)
        self.calls: dict[Path, int] = defaultdict(int)
        self._local = threading.local()
        self._guard = threading.Lock()
        self._undo: list[tuple[Any, str, Any]] = []

    @contextmanager
    def inside(self, name: str) -> Iterator[None]:
        """Time what happens within."""
        before: Path = getattr(self._local, "path", self._root())
        path = self._local.path = (*before, name)
        begun = time.perf_counter()
        try:
            yield
        finally:
            seconds = time.perf_counter() - begun
            with self._guard:
                self.seconds[path] += seconds
                self.calls[path] += 1
            self._local.path = before

    @staticmethod
    def _root() -> Path:
        """What other threads do at the same time stands apart."""
        return () if threading.current_thread() is threading.main_thread() else (BESIDE,)

    def wrap(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, timed."""

        @functools.wraps(function)
        def timed(*args: Any, **kwargs: Any) -> Any:
            with self.inside(name):
                return function(*args, **kwargs)

        return timed

    def attach(self, prefixes: Iterable[str] = MODULES) -> None:
        """Wrap every public function of the modules, and the database's own calls."""
        platform = [m for name, m in list(sys.modules.items()) if name.startswith("tanpuhui.")]
        swapped: dict[Any, Callable[..., Any]] = {}
        for module in platform:
            if not module.__name__.startswith(tuple(prefixes)):
                continue
            short = ".".join(module.__name__.split(".")[-2:])
            for name, value in vars(module).items():
                own = inspect.isfunction(value) and value.__module__ == module.__name__
                if own and not name.startswith("_") and not inspect.isgeneratorfunction(value):
                    swapped[value] = self.wrap(f"{short}.{name}", value)
        for module in platform:
            for name, value in list(vars(module).items()):
                if inspect.isfunction(value) and value in swapped:
                    self._replace(module, name, swapped[value])
        for kind, names in (
            (psycopg.Cursor, ("execute", "fetchall")),
            (psycopg.Connection, ("commit",)),
        ):
            for name in names:
                self._replace(kind, name, self.wrap(f"{DATABASE} {name}", getattr(kind, name)))
        self._attach_copy()

    def _attach_copy(self) -> None:
        """COPY blocks on write and on finish; encoding between the writes is not its time."""
        for name in ("write", "finish"):
            timed = self.wrap(f"{DATABASE} copy", getattr(psycopg.Copy, name))
            self._replace(psycopg.Copy, name, timed)

    def _replace(self, holder: Any, name: str, value: Any) -> None:
        self._undo.append((holder, name, getattr(holder, name)))
        setattr(holder, name, value)

    def detach(self) -> None:
        """Put everything back."""
        for holder, name, value in reversed(self._undo):
            setattr(holder, name, value)
        self._undo.clear()

    def rows(self, acts: int, least_us: float = 0.05) -> list[dict[str, Any]]:
        """Call paths by time: path, microseconds an act inclusive, of them in the database."""
        found = []
        for path, seconds in self.seconds.items():
            inner = sum(
                other
                for deeper, other in self.seconds.items()
                if deeper[: len(path)] == path and deeper[-1].startswith(DATABASE)
            )
            each = seconds / acts * 1e6
            if each >= least_us:
                found.append(
                    {
                        "path": list(path),
                        "us": round(each, 3),
                        "database_us": round(inner / acts * 1e6, 3),
                        "calls": self.calls[path],
                    }
                )
        return sorted(found, key=lambda row: _tree_key(row, self.seconds))


def _tree_key(row: dict[str, Any], seconds: dict[Path, float]) -> list[float]:
    """Parents before children, slow before quick."""
    path = tuple(row["path"])
    return [-seconds.get(path[: depth + 1], 0.0) for depth in range(len(path))]
