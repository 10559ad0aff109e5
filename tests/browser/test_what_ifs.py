"""What-ifs in Chromium: one is made with a slider, planned beside the base, and taken along."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from planner.ui import workspace
from planner.ui.session import open_desk
from tests.browser.conftest import served

pytestmark = pytest.mark.browser

BRIDGE = Path(__file__).resolve().parents[1] / "scenarios" / "small_bridge.yaml"
SEARCH_MS = 180_000
NAME = "c" * 16


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A desk with the small bridge open in a draft; its address."""
    folder = tmp_path_factory.mktemp("what-ifs")

    def command(port: int) -> list[str]:
        return [sys.executable, "-m", "planner", "desk", "--no-browser", "--port", str(port)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(workspace.VARIABLE, str(folder / "workspace"))
        session = open_desk(NAME)
        session.open(BRIDGE.name, BRIDGE.read_text(encoding="utf-8"), "a test")
    with served(command, folder) as desk:
        yield desk.address


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option, exact=True).click()


def test_a_what_if_from_the_slider_to_a_colleague(
    prepared: str, open_tab: Callable[[str], Any], tmp_path: Path
) -> None:
    watch = open_tab(f"{prepared}/what-ifs?desk={NAME}")
    page = watch.page
    expect(page.get_by_text("Plan the chosen what-if")).to_be_visible()

    # Made with a slider, by the keyboard.
    page.get_by_role("button", name="New what-if").click()
    page.get_by_label("Name of the what-if").fill("Two more buses")
    slider = page.get_by_role("slider").first
    slider.focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    expect(slider).to_have_value("5")
    watch.picture("what-ifs-1-form")
    page.wait_for_timeout(800)  # the slider tells its value a moment later
    page.get_by_role("button", name="Keep on the shelf").click()
    expect(page.get_by_label("Name of the what-if")).to_have_count(0)
    expect(page.get_by_role("combobox", name="Chosen what-if")).to_have_value("Two more buses")

    # Planned with the base, one after the other.
    choose(page, "Time for each", "20 s")
    choose(page, "Chosen what-if", "as written (base)")
    page.get_by_role("button", name="Plan it").click()
    expect(page.get_by_role("button", name="Plan 5 not planned")).to_be_visible()
    choose(page, "Chosen what-if", "Two more buses")
    page.get_by_role("button", name="Plan it").click()  # at once: no click is lost
    expect(page.get_by_role("button", name="Plan 4 not planned")).to_be_visible()
    watch.picture("what-ifs-2-queue")
    expect(page.get_by_role("combobox", name="Beside")).to_be_enabled(timeout=SEARCH_MS)

    # Side by side.
    expect(page.locator("canvas.maplibregl-canvas")).to_have_count(2)
    page.wait_for_timeout(2500)
    watch.picture("what-ifs-3-maps")
    page.get_by_role("tab", name="Curves").click()
    expect(page.get_by_text("2 · Two more buses").first).to_be_visible()
    page.wait_for_timeout(1500)
    watch.picture("what-ifs-4-curves")
    page.get_by_role("tab", name="By group").click()
    expect(page.get_by_text("Green: better; orange: worse.")).to_be_visible()
    page.get_by_role("tab", name="What it takes").click()
    expect(page.get_by_text("vehicle-hours").first).to_be_visible()
    watch.picture("what-ifs-5-what-it-takes")

    # Written into the text, where it can be undone.
    page.get_by_role("button", name="Into the text").click()
    expect(page.get_by_role("button", name="Into the text")).to_be_disabled()
    expect(
        page.get_by_role("combobox", name="Beside")
    ).to_be_enabled()  # its plan is still its plan

    # Taken along, and opened in a desk of its own.
    page.get_by_role("button", name="Case file").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the case").click()
    case = tmp_path / download.value.suggested_filename
    assert case.name == "small_bridge-internal.safepassage.zip"
    download.value.save_as(case)
    page.locator("input[type=file]").set_input_files(case)
    expect(page.get_by_text("Every plan was judged anew here: 2 VERIFIED.")).to_be_visible()
    assert f"desk={NAME}" not in page.url
    watch.picture("what-ifs-6-case-opened")
    watch.check()
