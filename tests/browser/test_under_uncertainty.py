"""When, Sweep and Operation in a real browser: what was found, what is begun, what is told."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from planner.documents import planjson
from planner.ui import renewing, sweeping, timing, worker, workspace
from planner.ui.runner import write_wish
from planner.ui.session import open_desk
from tests.app import test_operation_page as operation
from tests.app import test_sweep_page as sweep
from tests.app import test_when_page as when
from tests.browser.conftest import PATIENCE_MS, Watch, served
from tests.replan_case import running

pytestmark = pytest.mark.browser

BAD = "at: 2012-12-13T08:00\nlinks:\n  - {link: no_such, state: closed}\n"
PICTURES = (("dark", "en"), ("light", "ar"), ("light", "ru"))


def worked(folder: Path, wish: Any, kind: Any) -> None:
    """A job of a desk, worked off here."""
    write_wish(folder, wish)
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    kind.work(folder, job, worker.ProgressFile(folder), lambda: False)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """(address of a desk, name of a draft with dates tried, a sweep, and a plan made anew)."""
    folder = tmp_path_factory.mktemp("uncertainty")

    def command(port: int) -> list[str]:
        return [sys.executable, "-m", "planner", "desk", "--no-browser", "--port", str(port)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(workspace.VARIABLE, str(folder / "workspace"))
        session = open_desk()
        session.open("small_bridge.yaml", when.text(), "a test")
        session.open_plan(planjson.dumps(running().plan).encode("utf-8"))
        runs = session.folder / "runs"
        worked(runs / "2", operation.wish(), renewing)
        worked(runs / "3", when.wish(draws=3), timing)
        worked(runs / "4", sweep.wish(starts=[0], what_ifs=[None, "one_bus_only"]), sweeping)
        name = session.id
    with served(command, folder) as desk:
        yield desk.address, name
    shutil.rmtree(folder, ignore_errors=True)


def settled(page: Page) -> None:
    page.wait_for_function(
        "() => document.querySelector('[data-test-script-state=notRunning]')"
        " && !document.querySelector('[data-testid=stSkeleton], [data-stale=true]')"
    )
    page.wait_for_timeout(400)


def test_what_was_found_is_shown_and_a_report_is_judged(
    prepared: tuple[str, str], open_tab: Callable[[str], Watch]
) -> None:
    address, draft = prepared
    watch = open_tab(f"{address}/when?desk={draft}")
    page = watch.page
    expect(page.locator(".sp-lead")).to_contain_text("Thu 13 Dec")
    page.get_by_role("tab", name="What is lost when").click()
    expect(page.locator(".sp-calendar")).to_contain_text("The bridge")

    page.get_by_test_id("stTopNavSection").click()
    page.get_by_test_id("stTopNavDropdownLink").filter(has_text="Sweep").click()
    expect(page.get_by_test_id("stVegaLiteChart")).to_be_visible()
    expect(page.get_by_text("4 of 4 cases are done")).to_be_visible()
    page.get_by_role("button", name="Sweep", exact=True).click()
    expect(page.get_by_text("Sweeping.")).to_be_visible()
    page.get_by_role("button", name=re.compile("End without|Leave the queue")).click()
    expect(page.get_by_text("Ended without")).to_be_visible()

    page.goto(f"{address}/operation?desk={draft}")
    expect(page.locator(".sp-lead")).to_contain_text("From Thu 13 Dec 08:00 on:")
    page.locator(".st-key-report textarea").fill(BAD)
    page.locator(".st-key-report textarea").press("Control+Enter")
    expect(page.locator(".sp-issue")).to_contain_text("no_such")
    page.reload()
    expect(page.locator(".st-key-report textarea")).to_have_value(BAD)
    watch.check()


@pytest.mark.parametrize(("scheme", "language"), PICTURES)
def test_the_pages_fit_in_every_language(
    prepared: tuple[str, str], chromium: Browser, scheme: str, language: str
) -> None:
    address, draft = prepared
    context = chromium.new_context(
        viewport={"width": 1280, "height": 1100},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    try:
        watch = Watch(context.new_page())
        page = watch.page
        page.set_default_timeout(PATIENCE_MS)
        for name in ("when", "sweep", "operation"):
            page.goto(f"{address}/{name}?desk={draft}&lang={language}")
            page.locator(".sp-lead").wait_for()
            settled(page)
            watch.picture(f"uncertainty-{name}-{scheme}-{language}")
            assert page.evaluate("document.documentElement.scrollWidth") <= 1280, name
            # The bar above holds every page beside the choice of a language.
            last = page.get_by_test_id("stTopNavSection").bounding_box()
            choice = page.locator(".st-key-language-choice").bounding_box()
            assert last is not None and choice is not None
            assert last["x"] + last["width"] <= choice["x"] or language == "ar"
        watch.check()
    finally:
        context.close()
