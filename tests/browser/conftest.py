"""A real demonstration city, served by the product's own command, and browsers to walk in it."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

COMMAND = Path(sys.executable).with_name("tanpuhui")
START_S = 120

expect.set_options(timeout=20_000)  # a busy machine draws late; a wrong page stays wrong


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browsers come last.

    Playwright keeps an event loop in this thread until the session ends, and Django refuses its
    database beside a running loop.
    """
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@dataclass(frozen=True)
class Demo:
    """A running city."""

    address: str
    home: Path

    def login_of(self, role: str) -> dict[str, str]:
        """The printed login of a role, e.g. `operator`."""
        logins: list[dict[str, str]] = json.loads((self.home / "demo-logins.json").read_text())
        return next(one for one in logins if one["kind"] == role)

    def login(self, number: int = 0) -> dict[str, str]:
        """One of the printed logins."""
        logins: list[dict[str, str]] = json.loads((self.home / "demo-logins.json").read_text())
        return logins[number]


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    """`tanpuhui demo` in a folder and on a port of its own."""
    home = Path(tempfile.mkdtemp(prefix="tph"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    world = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    world["TANPUHUI_HOME"] = str(home)
    log = home / "demo.log"
    with log.open("w") as out:
        server = subprocess.Popen(
            [
                COMMAND,
                "demo",
                "--people",
                "60",
                "--days",
                "20",
                "--workers",
                "1",
                "--port",
                str(port),
            ],
            env=world,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(address, server, log)
        yield Demo(address, home)
    finally:
        server.terminate()
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        subprocess.run([COMMAND, "db", "stop", "--force"], env=world, check=False, timeout=60)
        shutil.rmtree(home, ignore_errors=True)


def wait_for(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    """Until the landing page answers."""
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{address}/login/", timeout=5):
                return
        except OSError:  # refused, reset, or slow on a busy machine
            assert server.poll() is None, log.read_text()
            time.sleep(0.3)
    raise AssertionError(f"the demo did not start:\n{log.read_text()}")


@dataclass
class Visitor:
    """One browser window, and everything it complained about or asked of others."""

    demo: Demo
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open a page of the demo."""
        response = self.page.goto(self.demo.address + path)
        assert response
        assert response.ok, (path, response.status)
        return self.page

    def view(self, cookie: str) -> None:
        """Choose a size: `normal-24`, `elder-20`."""
        self.context.add_cookies([{"name": "tph_view", "value": cookie, "url": self.demo.address}])

    def enter(self, number: int = 0) -> Page:
        """Become one of the simulated people."""
        self.go("/m/login/")
        self.page.locator("button[name=person]").nth(number).click()
        self.page.wait_for_url("**/m/")
        return self.page

    def ledger(self, *, view: str = "", text: str = "") -> Page:
        """The newest month of the ledger in which something with these words stands.

        Early in a month there is little, or nothing.
        """
        page = self.go(f"/m/ledger/?view={view}")
        while not page.locator(".t-act", has_text=text).count():
            back = page.get_by_role("link", name=re.compile("^上个月")).get_attribute("href")
            page = self.go(f"/m/ledger/{back}")
        return page

    def enter_as_provider(self) -> Page:
        """Sign in as the first provider."""
        login = self.demo.login()
        self.go("/login/")
        self.page.get_by_label("用户名").fill(login["name"])
        self.page.get_by_label("密码").fill(login["password"])
        self.page.get_by_role("button", name="登录").click()
        self.page.wait_for_url("**/partner/")
        return self.page

    def enter_as(self, role: str) -> Page:
        """Sign in as staff with this role, second factor included; ends at the role's page."""
        login = self.demo.login_of(role)
        self.go("/login/")
        self.page.get_by_label("用户名").fill(login["name"])
        self.page.get_by_label("密码").fill(login["password"])
        self.page.get_by_role("button", name="登录").click()
        if login["code"]:
            self.page.wait_for_url("**/staff/second/")
            self.page.get_by_label("动态口令").fill(login["code"])
            self.page.get_by_role("button", name="验证并进入").click()
        self.page.wait_for_url(lambda url: "/login/" not in url and "/second/" not in url)
        return self.page


@pytest.fixture
def visit(browser: Browser, demo: Demo) -> Iterator[Any]:
    """Open windows; at the end nobody may have complained or called elsewhere."""
    opened: list[Visitor] = []

    def new(**options: Any) -> Visitor:
        context = browser.new_context(**{"viewport": {"width": 390, "height": 844}, **options})
        visitor = Visitor(demo, context, context.new_page())
        watch(visitor)
        opened.append(visitor)
        return visitor

    yield new
    for visitor in opened:
        visitor.context.close()
    assert [line for visitor in opened for line in visitor.complaints] == []


def watch(visitor: Visitor) -> None:
    """Write down console messages, page errors and requests to anybody else."""
    visitor.page.on("console", lambda message: visitor.complaints.append(message.text))
    visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
    visitor.page.on(
        "request",
        lambda request: (
            visitor.complaints.append(request.url)
            if not request.url.startswith(visitor.demo.address)
            else None
        ),
    )


@contextmanager
def weighed(visitor: Visitor) -> Iterator[list[int]]:
    """Bytes on the wire while the block runs."""
    session = visitor.context.new_cdp_session(visitor.page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes: list[int] = []
    session.on(
        "Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"]))
    )
    yield sizes
    session.detach()
