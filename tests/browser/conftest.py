"""A real desk on this machine and a real Chromium that watches every request it makes."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "out" / "screenshots"
PATIENCE_MS = 60_000
# Without these Chromium itself looks for updates and hosts elsewhere; WebGL is drawn by software.
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]


@dataclass
class Desk:
    """A desk that answers, and its process."""

    address: str
    process: subprocess.Popen[bytes]


@dataclass
class Watch:
    """A page with everything that must not happen on it."""

    page: Page
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def on_request(self, request: Request) -> None:
        """Keep the address of every request that leaves this machine."""
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.hostname not in (
            "127.0.0.1",
            "localhost",
        ):
            self.outside.append(request.url)

    def check(self) -> None:
        """Fail where the page crashed, a script broke, or a request left the machine."""
        crashed = self.page.get_by_test_id("stException").count()
        assert not crashed, f"the page shows an error: {self.page.url}"
        assert not self.errors, self.errors
        assert not self.outside, f"requests left this machine: {self.outside}"

    def picture(self, name: str) -> Path:
        """A screenshot for people to look at."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        path = PICTURES / f"{name}.png"
        self.page.screenshot(path=path)
        return path


def answers(address: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{address}/_stcore/health", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


@contextmanager
def served(command: Callable[[int], list[str]], folder: Path) -> Iterator[Desk]:
    """A started desk; ended with everything that it started."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = folder / "desk.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command(port),
            cwd=folder,
            env={**os.environ, "SAFE_PASSAGE_DESK": str(folder / "workspace"), "PYTHONUTF8": "1"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        ends = time.monotonic() + 90
        while not answers(address):
            assert process.poll() is None and time.monotonic() < ends, log.read_text("utf-8")
            time.sleep(0.2)
        yield Desk(address, process)
    finally:
        family = psutil.Process(process.pid).children(recursive=True)
        process.terminate()
        for child in family:
            if child.is_running():
                child.terminate()
        psutil.wait_procs(family, timeout=5)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """``planner desk`` as a planner starts it."""

    def command(port: int) -> list[str]:
        return [sys.executable, "-m", "planner", "desk", "--no-browser", "--port", str(port)]

    with served(command, tmp_path_factory.mktemp("desk")) as found:
        yield found


@pytest.fixture(scope="module")
def chromium(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One Chromium for the tests of a file; each opens contexts of its own.

    Playwright holds the thread's event loop as long as it is open, which tests of sweeps want too.
    """
    assert shutil.which(chromium_path), chromium_path
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path, args=FLAGS, timeout=120_000
        )
        yield browser
        browser.close()


@pytest.fixture
def open_tab(chromium: Browser) -> Iterator[Callable[[str], Watch]]:
    """Opens an address in a tab of its own, 1280 × 800."""
    expect.set_options(timeout=PATIENCE_MS)
    with ExitStack() as stack:

        def opened(address: str) -> Watch:
            context = chromium.new_context(
                viewport={"width": 1280, "height": 800}, accept_downloads=True
            )
            stack.callback(context.close)
            page = context.new_page()
            page.set_default_timeout(PATIENCE_MS)
            watch = Watch(page)
            page.on("request", watch.on_request)
            page.on("pageerror", lambda error: watch.errors.append(str(error)))
            page.goto(address)
            return watch

        yield opened


@pytest.fixture
def serve() -> Callable[[Callable[[int], list[str]], Path], AbstractContextManager[Desk]]:
    """``served`` for a test that starts a desk of its own."""
    return served
