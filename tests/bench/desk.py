"""How quick the desk is in a real Chromium: ``python -m tests.bench.desk [--rounds N] [--json]``.

First paint (the Situation page with every sheet of its map) cold and warm, a move of the time bar
until the map is drawn, a search ended without a plan, a search stopped with its best plan kept.
Seconds; each is measured N times on a shipped crisis, on a desk of its own, without any search kept
from before. Then five tabs plan at once: seconds until each shows its plan, how many solvers ran at
a time, and what the server took before and after.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from statistics import median

import psutil
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.conftest import FLAGS, PATIENCE_MS, served
from tests.browser.test_situation import at_rest, ready

SEARCHING_MS = 8_000
TABS = 5
TAB_SEARCH_S = 20
MB = 1_000_000
Seconds = list[float]


def command(port: int) -> list[str]:
    """The desk as a planner starts it."""
    return [sys.executable, "-m", "planner", "desk", "--no-browser", "--port", str(port)]


def opened(browser: Browser, address: str) -> Page:
    """A tab of its own."""
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(address, wait_until="commit")
    return page


def first_paint(browser: Browser, address: str) -> float:
    """From asking for the address until the whole map stands."""
    begun = time.monotonic()
    page = opened(browser, address)
    ready(page)
    took = time.monotonic() - begun
    page.context.close()
    return took


def time_bar(browser: Browser, address: str, moves: int) -> Seconds:
    """From a key on the time bar until the map is drawn, as the map itself measures it."""
    page = opened(browser, address)
    frame, slider = ready(page), page.get_by_role("slider", name="Time")
    at_rest(page)
    slider.focus()
    found = []
    for number in range(moves):
        frame.evaluate("frame => delete frame.dataset.redrawnMs")
        slider.press("PageDown" if number % 2 else "PageUp")  # never past an end
        expect(frame).to_have_attribute("data-redrawn-ms", re.compile(r"\d+"))
        found.append(int(frame.get_attribute("data-redrawn-ms") or 0) / 1000)
    page.context.close()
    return found


def ended(browser: Browser, address: str, button: str, then: str, also_s: float = 0.0) -> float:
    """A search that runs for a while; from the button until the page says what came of it."""
    page = opened(browser, f"{address}/plan")
    page.get_by_role("button", name="Plan", exact=True).click()
    expect(page.get_by_text("proven bound").first).to_be_visible(timeout=120_000)
    page.wait_for_timeout(SEARCHING_MS + also_s * 1000)
    begun = time.monotonic()
    page.get_by_role("button", name=button).click()
    expect(page.get_by_text(re.compile(then)).first).to_be_visible()
    took = time.monotonic() - begun
    page.context.close()
    return took


def solvers(server: psutil.Process) -> int:
    """How many solves run now: workers of the desk, without what they start themselves."""
    found = 0
    for process in server.children(recursive=True):
        with suppress(psutil.Error):
            found += "planner.ui.worker" in process.cmdline()
    return found


def together(browser: Browser, address: str, server: psutil.Process) -> dict[str, list[float]]:
    """Five tabs plan at once, each a desk of its own."""
    before = server.memory_info().rss / MB
    pages = [opened(browser, f"{address}/plan") for _ in range(TABS)]
    for page in pages:
        expect(page.get_by_role("button", name="Plan", exact=True)).to_be_visible()
        limit = page.get_by_role("slider", name="Time for the search")
        limit.focus()
        limit.press("Home")  # TAB_SEARCH_S
        expect(page.get_by_text(f"{TAB_SEARCH_S} s").first).to_be_visible()
    page.wait_for_timeout(2000)
    idle = server.memory_info().rss / MB
    begun = time.monotonic()
    for page in pages:
        page.get_by_role("button", name="Plan", exact=True).click()
    took: dict[int, float] = {}
    most, peak = 0, idle
    while len(took) < TABS and time.monotonic() - begun < 10 * TABS * TAB_SEARCH_S:
        most = max(most, solvers(server))
        peak = max(peak, server.memory_info().rss / MB)
        for number, page in enumerate(pages):
            if number not in took and page.get_by_text(re.compile("VERIFIED|awaits")).count():
                took[number] = time.monotonic() - begun
        pages[0].wait_for_timeout(200)
    for page in pages:
        page.context.close()
    return {
        f"{TABS} tabs: seconds until each is shown": sorted(took.values()),
        f"{TABS} tabs: most solvers at a time": [most],
        f"{TABS} tabs: server before, idle, peak (MB)": [before, idle, peak],
        f"{TABS} tabs: MB a tab, idle and peak": [(idle - before) / TABS, (peak - before) / TABS],
    }


def measured(rounds: int) -> dict[str, Seconds]:
    """Everything, by name."""
    expect.set_options(timeout=PATIENCE_MS)
    os.environ["SAFE_PASSAGE_CACHE"] = ""  # every search begins anew
    found: dict[str, Seconds] = {}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(args=FLAGS, executable_path="/usr/bin/chromium")
        with served(command, Path(folder)) as desk:
            found["first paint, cold"] = [first_paint(browser, desk.address)]
            again: Callable[[], float] = lambda: first_paint(browser, desk.address)  # noqa: E731
            found["first paint, warm"] = [again() for _ in range(rounds)]
            found["time bar"] = time_bar(browser, desk.address, 3 * rounds)
            found["ended without a plan"] = [
                ended(browser, desk.address, "End without a plan", "Ended without a plan", n)
                for n in range(rounds)
            ]
            found["stopped, best plan kept"] = [
                ended(browser, desk.address, "Stop, keep the best plan", "VERIFIED|awaits", n)
                for n in range(rounds)
            ]
            found |= together(browser, desk.address, psutil.Process(desk.process.pid))
        browser.close()
    return found


def main(argv: list[str] | None = None) -> int:
    """Prints each median and the slowest, and what five tabs took."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.desk", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    found = measured(given.rounds)
    if given.json:
        print(json.dumps(found))
        return 0
    for name, seconds in found.items():
        if name.startswith(f"{TABS} tabs"):
            print(f"{name}: {', '.join(f'{value:.1f}' for value in seconds)}")
            continue
        told = f"median {median(seconds):.2f} s, slowest {max(seconds):.2f} s"
        print(f"{name:26} {told}, {len(seconds)} times")
    return 0


if __name__ == "__main__":
    sys.exit(main())
