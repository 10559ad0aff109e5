"""The server is killed in the middle of an edit and of a plan; five tabs plan at once."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import Page, expect

from planner.ui import workspace
from planner.ui.session import open_desk
from tests.browser.conftest import answers

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX"),
]

BRIDGE = Path(__file__).resolve().parents[1] / "scenarios" / "small_bridge.yaml"
TEXT = BRIDGE.read_text(encoding="utf-8")
SEARCH_MS = 240_000
OpenTab = Callable[[str], Any]


class Server:
    """A desk that can be killed and started again at the same address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self.folder / "desk.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "planner", "desk", "--no-browser", "--port", str(self.port)],
                cwd=self.folder,
                env={**os.environ, "PYTHONUTF8": "1"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        ends = time.monotonic() + 90
        while not answers(self.address):
            assert self.process.poll() is None and time.monotonic() < ends
            time.sleep(0.2)

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def workers(self) -> list[psutil.Process]:
        """The solvers at work in this workspace, also those whose desk is dead."""
        found = []
        for process in psutil.process_iter(["cmdline"]):
            words = process.info["cmdline"] or []
            if "planner.ui.worker" in words and str(self.folder) in words[-1]:
                found.append(process)
        return found


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv(workspace.VARIABLE, str(tmp_path / "workspace"))
    found = Server(tmp_path)
    found.start()
    yield found
    if found.process is not None:
        found.process.terminate()
        found.process.wait(20)
    for worker in found.workers():
        worker.kill()


def drafted(name: str) -> str:
    open_desk(name).open(BRIDGE.name, TEXT, "a test")
    return name


def editor(page: Page) -> Any:
    return page.locator(".st-key-editor textarea")


def test_a_killed_server_loses_neither_text_nor_typing(server: Server, open_tab: OpenTab) -> None:
    name = drafted("e" * 16)
    watch = open_tab(f"{server.address}/scenario?desk={name}")
    page = watch.page
    expect(editor(page)).to_have_value(TEXT)
    editor(page).fill(TEXT + "# one\n")
    editor(page).press("Control+Enter")
    expect(page.get_by_text("No fault.")).to_be_visible()
    page.wait_for_timeout(500)
    assert open_desk(name).text == TEXT + "# one\n"

    # Killed while something is typed that has not been taken over yet.
    editor(page).press("Control+End")
    editor(page).press_sequentially("# two")
    server.kill()
    page.wait_for_timeout(1000)
    server.start()
    page.wait_for_timeout(8000)  # the page finds the server again by itself
    expect(editor(page)).to_have_value(TEXT + "# one\n# two")
    editor(page).press("Control+Enter")
    page.wait_for_timeout(1500)
    watch.picture("survival-1-edit")
    assert open_desk(name).text == TEXT + "# one\n# two"

    # Another window, after another kill: the same text, and the way back.
    server.kill()
    server.start()
    again = open_tab(f"{server.address}/scenario?desk={name}")
    expect(editor(again.page)).to_have_value(TEXT + "# one\n# two")
    session = open_desk(name)
    session.undo()
    session.undo()
    assert session.text == TEXT
    again.check()


def test_a_killed_server_loses_no_plan(server: Server, open_tab: OpenTab) -> None:
    name = drafted("f" * 16)
    watch = open_tab(f"{server.address}/plan?desk={name}")
    page = watch.page
    page.get_by_role("button", name="More").click()
    page.get_by_label("Good enough: gap in %").fill("0")
    page.get_by_label("Good enough: gap in %").press("Enter")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Plan", exact=True).click()
    expect(page.get_by_text(re.compile("Planning|waits"))).to_be_visible()
    until(lambda: server.workers())
    server.kill()
    # The solver notices, keeps its best plan, and goes.
    until(lambda: not server.workers())
    server.start()
    again = open_tab(f"{server.address}/plan?desk={name}")
    expect(again.page.get_by_text("VERIFIED: replayed").first).to_be_visible()
    again.picture("survival-2-plan")
    again.check()


def until(told: Callable[[], Any], patience_s: float = 120.0) -> None:
    limit = time.monotonic() + patience_s
    while not told():
        assert time.monotonic() < limit, "it does not come to pass"
        time.sleep(0.1)


def test_a_closed_tab_loses_no_plan_and_the_browser_may_go_too(
    server: Server, open_tab: OpenTab
) -> None:
    name = drafted("d" * 16)
    page = open_tab(f"{server.address}/plan?desk={name}").page
    page.get_by_role("button", name="Plan", exact=True).click()
    expect(page.get_by_text(re.compile("Planning|waits"))).to_be_visible()
    page.context.close()
    again = open_tab(f"{server.address}/plan?desk={name}")
    expect(again.page.get_by_text("VERIFIED: replayed").first).to_be_visible(timeout=SEARCH_MS)


def test_five_tabs_plan_at_once_and_neither_mix_nor_starve(
    server: Server, open_tab: OpenTab
) -> None:
    cases = ["bridge_destroyed", "government_grants", "one_bus_only", "high_numbers", None]
    names = [drafted(letter * 16) for letter in "abcde"]
    tabs = [open_tab(f"{server.address}/plan?desk={name}") for name in names]
    for watch, case in zip(tabs, cases, strict=True):
        page = watch.page
        if case is not None:
            page.get_by_role("combobox", name="What if").click()
            page.get_by_role("option", name=case).first.click()
        page.get_by_role("button", name="Plan", exact=True).click()
        expect(page.get_by_text(re.compile("Planning|waits|VERIFIED|awaits")).first).to_be_visible()
    waiting = tabs[-1].page.get_by_text(re.compile("waits for its turn"))
    expect(waiting).to_be_visible()
    expect(tabs[-1].page.get_by_text(re.compile(r"\d solves? (is|are) before it"))).to_be_visible()
    tabs[-1].picture("survival-3-queue")
    most = 0
    ends = time.monotonic() + 300
    while any(len(open_desk(name).jobs) for name in names):
        most = max(most, len(server.workers()))
        assert time.monotonic() < ends, "they do not come to an end"
        time.sleep(0.3)
        if all(open_desk(name).collect() or open_desk(name).runs for name in names):
            break
    assert most <= 1
    for watch, name, case in zip(tabs, names, cases, strict=True):
        expect(
            watch.page.get_by_text(re.compile("VERIFIED: replayed|awaits")).first
        ).to_be_visible()
        assert [run.what_if for run in open_desk(name).runs] == [case]
        watch.check()
