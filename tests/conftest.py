"""Shared by every test: a clock that stands still, the packs, a browser that is really there."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tanpuhui.packs import Pack

# Imports of the platform sit inside the fixtures, so that tests of the engine need nothing else.
ROOT = Path(__file__).resolve().parents[1]
NOW = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)  # a Tuesday, noon in the city


class FixedClock:
    """Stands at NOW until a test moves it."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def __call__(self) -> datetime:
        return self.instant

    def set(self, instant: datetime | str) -> None:
        """Move to an instant; text is ISO 8601 with an offset."""
        moved = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
        assert moved.tzinfo is not None, (
            "give the instant with its offset, e.g. 2026-03-10T12:00+08:00"
        )
        self.instant = moved.astimezone(UTC)


@pytest.fixture
def fixed_clock(monkeypatch: pytest.MonkeyPatch) -> FixedClock:
    """The platform's clock, standing at Tuesday 2026-03-10, noon in the city."""
    from tanpuhui.kernel import clock

    stopped = FixedClock(NOW)
    monkeypatch.setattr(clock, "now", stopped)
    return stopped


@pytest.fixture(scope="session")
def pack() -> "Pack":
    """The pack in use (setting PACK)."""
    from tanpuhui.kernel import cityrules

    return cityrules.pack()


@pytest.fixture(scope="session")
def example_pack() -> "Pack":
    """The fictional city, which shows that the platform knows no city."""
    from tanpuhui.packs import load_pack

    return load_pack(ROOT / "packs" / "example")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The test database, with the usual months, and a flush that append-only tables allow."""
    from tests.factories import database

    database.allow_flush()
    with django_db_blocker.unblock():
        database.months_ready()


@pytest.fixture(autouse=True)
def process_forgets() -> Iterator[None]:
    """What a process remembers of one test's filings is not true of the next test's."""
    yield
    from tests.factories import cities

    cities.forget_filings()


@pytest.fixture
def committed(transactional_db: None) -> None:
    """For tests that need real commits (threads, processes, servers); tables are emptied afterwards."""


def chromium() -> str | None:
    """The browser: named by TANPUHUI_CHROMIUM, the system's, or Playwright's own."""
    for name in (
        os.environ.get("TANPUHUI_CHROMIUM"),
        "chromium",
        "chromium-browser",
        "google-chrome",
    ):
        found = shutil.which(name) if name else None
        if found:
            return found
    cache = Path(
        os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache" / "ms-playwright")
    )
    own = sorted(cache.glob("chromium*/chrome-linux*/*chrom*"))
    return next((str(path) for path in own if os.access(path, os.X_OK) and path.is_file()), None)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium; no sandbox where the suite runs as root."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": chromium(), "args": arguments}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without a browser its tests are skipped, loudly; in CI (env CI) that would be an error."""
    driven = [item for item in items if item.get_closest_marker("browser")]
    if not driven or chromium():
        return
    reason = (
        "no Chromium found: install Debian's `chromium` or set TANPUHUI_CHROMIUM; "
        f"{len(driven)} browser tests did not run"
    )
    if os.environ.get("CI"):
        raise pytest.UsageError(reason)
    for item in driven:
        item.add_marker(pytest.mark.skip(reason=reason))


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int, config: pytest.Config) -> None:
    """Say at the very end what was left out."""
    left_out = {
        str(report.longrepr[2])
        for report in terminalreporter.stats.get("skipped", [])
        if report.longrepr
    }
    for reason in sorted(left_out):
        terminalreporter.write_line(f"NOT RUN: {reason}", yellow=True, bold=True)
