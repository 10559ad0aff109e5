"""A newcomer's way in Chromium: from the first page to a downloaded plan with one road closed."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from planner import pipeline
from tests.browser.conftest import PICTURES
from tests.browser.test_situation import at_rest, click, ready

pytestmark = pytest.mark.browser

OpenTab = Callable[[str], Any]
BEARABLE = 8
SEARCH_MS = 240_000
LEFT_BANK_ROAD = (35.337, 40.1881)
COUNT = """
  window.clicksMade = 0;
  window.addEventListener('pointerdown', e => { window.clicksMade += e.isTrusted; }, true);
"""


def clicks(page: Page) -> int:
    """How often the mouse went down since the page was opened."""
    return int(page.evaluate("window.clicksMade"))


def test_from_the_first_page_to_a_plan_with_one_road_closed(
    desk: Any, open_tab: OpenTab, tmp_path: Path
) -> None:
    watch = open_tab("about:blank")
    page = watch.page
    page.add_init_script(COUNT)
    began = time.monotonic()
    page.goto(desk.address)
    ready(page)
    at_rest(page)
    click(page, *LEFT_BANK_ROAD)
    page.get_by_role("button", name="Close this road").click()
    expect(page.get_by_role("button", name="Open it again")).to_be_visible()
    watch.picture("newcomer-closed")
    page.get_by_role("button", name="Go on to the plan").click()
    page.get_by_role("button", name="Plan", exact=True).click()
    download = page.get_by_role("button", name="Download", exact=True)
    expect(download).to_be_visible(timeout=SEARCH_MS)
    with page.expect_download(timeout=SEARCH_MS) as waiting:
        download.click()
    archive = tmp_path / "all.zip"
    waiting.value.save_as(archive)
    took, made = time.monotonic() - began, clicks(page)
    told = f"a plan with one road closed: {made} clicks, {took:.0f} s, of which most is the search"
    print(told)
    (PICTURES / "newcomer.txt").write_text(told + "\n", encoding="utf-8")
    watch.check()
    with zipfile.ZipFile(archive) as found:
        assert "summary.pdf" in found.namelist()
        found.extract("plan.json", tmp_path)
    verdict = pipeline.verify_file(tmp_path / "plan.json")
    assert verdict.status in ("VERIFIED", "CONDITIONAL")
    road = next(link for link in verdict.scenario.links if link.id == "left_bank_road")
    assert road.status == "closed"
    assert made <= BEARABLE
