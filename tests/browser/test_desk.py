"""The desk driven in Chromium from the scenario to the documents; nothing leaves this machine."""

from __future__ import annotations

import re
import sys
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import Locator, Page, expect

from planner import pipeline
from planner.cli.desk import streamlit_arguments
from tests.browser.test_scenario_page import shows

pytestmark = pytest.mark.browser

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"
BRIDGE = SCENARIOS / "small_bridge.yaml"
WALKOUT = SCENARIOS / "small_walkout.yaml"
SEARCH_MS = 180_000
RESULT_TABS = (
    "Curve", "Left behind", "Vehicles", "Ports and bridges", "Danger", "Movements", "People",
    "Proof",
)  # fmt: skip
OpenTab = Callable[[str], Any]


def go(page: Page, name: str) -> None:
    """Open a page of the desk by its name above."""
    page.get_by_test_id("stTopNavLink").filter(has_text=re.compile(f"^.*{name}$")).click()


def upload(page: Page, path: Path) -> None:
    page.get_by_role("button", name="Open a scenario").click()
    page.locator("input[type=file]").first.set_input_files(path)
    expect(page.get_by_text(f"{path.name} · opened from your computer")).to_be_visible()
    page.keyboard.press("Escape")
    shows(page, path.read_text(encoding="utf-8"))


def editor(page: Page) -> Locator:
    return page.locator(".st-key-editor textarea")


def write(page: Page, text: str) -> None:
    editor(page).fill(text)
    editor(page).press("Control+Enter")


def choose(page: Page, label: str, option: str) -> None:
    """Pick from a select box by typing, as its list may be longer than it shows."""
    box = page.get_by_role("combobox", name=re.compile(label))
    box.click()
    page.get_by_role("option", name=option).first.click()


def plan(page: Page, what_if: str | None = None) -> None:
    if what_if is not None:
        choose(page, "What if", what_if)
    page.get_by_role("button", name="Plan", exact=True).click()


def made(page: Page, number: int) -> None:
    """Wait until the plan of that number is shown."""
    shown = page.get_by_role("combobox", name=re.compile("Shown plan"))
    expect(shown).to_have_value(re.compile(rf"^{number} · "), timeout=SEARCH_MS)
    expect(page.get_by_role("tab", name="Proof")).to_be_visible()


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def settled(page: Page) -> None:
    """Wait until the page has been drawn for the last click."""
    page.wait_for_timeout(300)
    page.wait_for_function(
        "() => document.querySelector('[data-test-script-state=notRunning]')"
        " && !document.querySelector('[data-testid=stSkeleton], [data-stale=true]')"
    )


def colours(picture: bytes) -> int:
    """How many different colours a PNG has: a blank map has one or two."""
    import io

    from PIL import Image

    with Image.open(io.BytesIO(picture)) as image:
        return len(image.convert("RGB").getcolors(1 << 24) or ())


def test_the_whole_job(desk: Any, open_tab: OpenTab, tmp_path: Path) -> None:
    watch = open_tab(f"{desk.address}/scenario")
    page = watch.page

    # A scenario of one's own is opened, broken, mended.
    expect(page.get_by_text("can be planned")).to_be_visible()
    watch.picture("01-scenario")
    upload(page, BRIDGE)
    sound = BRIDGE.read_text(encoding="utf-8")
    broken = sound.replace("at: upper_town,", "at: uper_town,").replace(
        "horizon: 12 h", "horizon: 12"
    )
    write(page, broken)
    expect(page.get_by_text("faults.")).to_be_visible()
    expect(page.get_by_text("state the unit")).to_be_visible()
    watch.picture("02-problems")
    write(page, sound)
    expect(page.get_by_text("No fault.")).to_be_visible()

    # The base and a what-if are planned.
    page.get_by_role("button", name="Go on to the plan").click()
    plan(page)
    made(page, 1)
    plan(page, "government_grants")
    made(page, 2)
    watch.picture("03-plans")

    # The result: every part of it, and the map over time.
    expect(page.get_by_text("NOT AUTHORISED: this plan awaits")).to_be_visible()
    frame = page.locator(".frame[data-ready]")
    expect(frame).to_be_visible()
    note = frame.locator(".note")
    before = note.inner_text()
    page.get_by_role("slider", name="Time", exact=True).focus()
    page.keyboard.press("End")
    expect(note).not_to_have_text(before)
    page.wait_for_timeout(2500)
    assert colours(frame.screenshot()) > 20
    watch.picture("04-map")
    for name in RESULT_TABS:
        tab(page, name)
        expect(page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")
        settled(page)
        watch.picture(f"05-{name.lower().replace(' ', '-')}")
        watch.check()

    # Base and what-if side by side.
    go(page, "What-ifs")
    choose(page, "Chosen what-if", "government_grants")
    expect(page.get_by_text("NOT AUTHORISED: awaits")).to_be_visible()
    frames = page.locator(".frame[data-ready]")
    expect(frames).to_have_count(2)
    bars = page.get_by_role("slider", name="Time", exact=True)
    bars.first.focus()
    page.keyboard.press("End")
    expect(bars.nth(1)).to_have_value(bars.first.input_value())  # both pass time with each other
    page.wait_for_timeout(2500)
    watch.picture("06-side-by-side")

    # The documents are what the check says they are.
    go(page, "Documents")
    with page.expect_download() as download:
        page.get_by_role("button", name="Everything as one file").click()
    archive = tmp_path / "all.zip"
    download.value.save_as(archive)
    watch.picture("07-documents")
    with zipfile.ZipFile(archive) as found:
        names = set(found.namelist())
        found.extract("plan.json", tmp_path)
    assert {"summary.pdf", "movement_table.csv", "movement_table.xlsx", "routes.geojson"} <= names
    assert pipeline.verify_file(tmp_path / "plan.json").status == "CONDITIONAL"
    with page.expect_download() as download:
        page.get_by_role("button", name="summary.pdf").click()
    download.value.save_as(tmp_path / "summary.pdf")
    assert (tmp_path / "summary.pdf").read_bytes().startswith(b"%PDF-")
    watch.check()
    outward = [
        link.raddr.ip
        for link in psutil.Process(desk.process.pid).net_connections(kind="inet")
        if link.raddr and link.raddr.ip not in ("127.0.0.1", "::1")
    ]
    assert outward == []


def test_a_shipped_crisis_is_cancelled_planned_again_and_stopped(
    desk: Any, open_tab: OpenTab
) -> None:
    watch = open_tab(f"{desk.address}/scenario")
    page = watch.page
    expect(page.get_by_text("can be planned")).to_be_visible()
    go(page, "Plan")
    plan(page)
    expect(page.get_by_text("Planning base.")).to_be_visible()
    expect(page.get_by_text("of the search; at most")).to_be_visible()
    worker = _worker(desk)
    page.get_by_role("button", name="End without a plan").click()
    expect(page.get_by_text("Ended without a plan.")).to_be_visible()
    assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE
    plan(page)
    expect(page.get_by_text("proven bound").first).to_be_visible(timeout=SEARCH_MS)
    page.wait_for_timeout(1000)
    watch.picture("08-planning")
    page.get_by_role("button", name="Stop, keep the best plan").click()
    made(page, 2)  # the one that was ended had the first number
    expect(page.locator("canvas").first).to_be_visible()
    page.wait_for_timeout(4000)
    watch.picture("09-shipped-crisis")
    expect(page.get_by_text("VERIFIED: replayed")).to_be_visible()
    watch.check()


def _worker(desk: Any) -> psutil.Process:
    for process in psutil.Process(desk.process.pid).children(recursive=True):
        with suppress(psutil.ZombieProcess, psutil.NoSuchProcess):  # one of before that has ended
            if "planner.ui.worker" in process.cmdline():
                return process
    raise AssertionError("no worker runs")


def test_two_tabs_do_not_disturb_each_other(desk: Any, open_tab: OpenTab) -> None:
    one, two = open_tab(f"{desk.address}/scenario"), open_tab(f"{desk.address}/scenario")
    upload(one.page, BRIDGE)
    upload(two.page, WALKOUT)
    write(one.page, BRIDGE.read_text(encoding="utf-8").replace("horizon: 12 h", "horizon: 12"))
    expect(one.page.get_by_text("1 fault.")).to_be_visible()
    expect(two.page.get_by_text("No fault.")).to_be_visible()
    go(two.page, "Plan")
    plan(two.page)
    made(two.page, 1)
    go(one.page, "Plan")
    expect(one.page.get_by_text("Mend the scenario first")).to_be_visible()
    expect(two.page.get_by_text("Small walk-out").first).to_be_visible()
    one.check()
    two.check()


def test_hostile_names_stay_text(desk: Any, open_tab: OpenTab, tmp_path: Path) -> None:
    evil = "<img src=http://x.example/a onerror=alert(1)>![b](http://x.example/b) {text}"
    text = BRIDGE.read_text(encoding="utf-8").replace("Small bridge shuttle", evil)
    text = text.replace("title: " + evil, f'title: "{evil}"').replace(
        "name: The bridge", f'name: "{evil}"'
    )
    text = text.replace("name: Old town,", f'name: "{evil}",')
    path = tmp_path / "evil.yaml"
    path.write_text(text, encoding="utf-8")
    watch = open_tab(f"{desk.address}/scenario")
    watch.page.on("dialog", lambda dialog: watch.errors.append(dialog.message))
    upload(watch.page, path)
    expect(watch.page.get_by_text(evil).first).to_be_visible()
    go(watch.page, "Plan")
    plan(watch.page)
    made(watch.page, 1)
    for name in ("Map", *RESULT_TABS):
        tab(watch.page, name)
        settled(watch.page)
    watch.picture("10-hostile-names")
    go(watch.page, "Documents")
    expect(watch.page.get_by_role("button", name="Everything as one file")).to_be_visible()
    watch.check()


CRASH = """
from planner.ui import words

def broken(*arguments, **named):
    raise RuntimeError("planted")

words.choose = broken

from planner.ui.app import main

main()
"""
LEAK = """
import streamlit as st

from planner.ui.app import main

main()
st.html('<img src="http://elsewhere.example/picture.png">')
"""


@pytest.mark.parametrize(
    ("script", "expected"),
    [(CRASH, "shows an error"), (LEAK, "left this machine")],
    ids=["a planted crash", "a planted leak"],
)
def test_the_watch_sees_what_is_planted(
    script: str, expected: str, open_tab: OpenTab, tmp_path: Path, serve: Any
) -> None:
    """A test of these tests: were they blind, they would all pass."""
    app = tmp_path / "planted.py"
    app.write_text(script, encoding="utf-8")

    def command(port: int) -> list[str]:
        words = streamlit_arguments(port)
        return [sys.executable, "-m", "streamlit", "run", str(app), *words[2:]]

    with serve(command, tmp_path) as planted:
        watch = open_tab(f"{planted.address}/scenario")
        expect(watch.page.get_by_text("No fault.")).to_be_visible()
        if script is CRASH:
            expect(watch.page.get_by_test_id("stException")).to_be_visible()
        for _ in range(0 if script is CRASH else 100):
            if watch.outside:
                break
            watch.page.wait_for_timeout(100)
        with pytest.raises(AssertionError, match=expected):
            watch.check()
