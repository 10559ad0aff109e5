"""Every page of the desk: anybody can use it (axe), and it asks nobody for anything."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from planner.ui import workspace
from planner.ui.session import open_desk
from tests.browser.conftest import PATIENCE_MS, Watch, served
from tests.ready_plans import Made

pytestmark = pytest.mark.browser

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
BEARABLE = ("minor", "moderate")
# A colour scheme has no width: each size is looked at in one of them.
WINDOWS = {"laptop": ((1280, 800), "light"), "tablet": ((1024, 768), "dark")}
ROOT = Path(__file__).resolve().parents[2]
BRIDGE = ROOT / "tests" / "scenarios" / "small_bridge.yaml"
SCREENS = ROOT / "planner" / "ui" / "screens"


def settled(page: Page) -> None:
    """Wait until nothing runs any more."""
    page.wait_for_timeout(500)
    page.wait_for_function(
        "() => document.querySelector('[data-test-script-state=notRunning]')"
        " && !document.querySelector('[data-testid=stSkeleton], [data-stale=true]')"
    )
    page.wait_for_timeout(500)


def complaints(page: Page) -> list[str]:
    """What axe finds that keeps somebody from using the page, as sentences."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{page.url}: {one['id']} ({one['impact']}): {node['html'][:160]}"
        for one in found
        if one["impact"] not in BEARABLE
        for node in one["nodes"]
    ]


def addresses(page: Page) -> list[str]:
    """The addresses of all pages: those in the bar above, then those of the groups beside them.

    What a narrow bar has no room for is a group as well.
    """
    page.get_by_test_id("stTopNavLink").first.wait_for()
    settled(page)
    found = [link.get_attribute("href") or "" for link in page.get_by_test_id("stTopNavLink").all()]
    for group in page.get_by_test_id("stTopNavSection").all():
        grouped = opened(page, group)
        found += [link.get_attribute("href") or "" for link in grouped.all()]
        closed(page)
    assert len(set(found)) == len(list(SCREENS.glob("[a-z]*.py"))), found
    return sorted(set(found), key=found.index)


def opened(page: Page, group: Locator) -> Locator:
    """The links of a group in the bar above, which is open now."""
    group.click()
    links = page.get_by_test_id("stTopNavDropdownLink")
    links.first.wait_for()
    return links


def closed(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("stTopNavDropdownLink")).to_have_count(0)


def go(page: Page, address: str) -> None:
    """Open a page by the bar above, where it is in a group beside it by that."""
    link = page.locator(f'[data-testid=stTopNavLink][href="{address}"]')
    if link.count():
        return link.click()
    for group in page.get_by_test_id("stTopNavSection").all():
        opened(page, group)
        link = page.locator(f'[data-testid=stTopNavDropdownLink][href="{address}"]')
        if link.count():
            return link.click()
        closed(page)
    raise AssertionError(f"no way to {address}")


@pytest.fixture(scope="module")
def prepared(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """(address of a desk, name of a draft in it with two plans)."""
    folder = tmp_path_factory.mktemp("every-page")

    def command(port: int) -> list[str]:
        return [sys.executable, "-m", "planner", "desk", "--no-browser", "--port", str(port)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(workspace.VARIABLE, str(folder / "workspace"))
        session = open_desk()
        session.open(BRIDGE.name, BRIDGE.read_text(encoding="utf-8"), "a test")
        session.open_plan(made.base)
        session.open_plan(made.granted)
        name = session.id
    with served(command, folder) as desk:
        yield desk.address, name


@pytest.mark.parametrize("size", WINDOWS)
def test_every_page_can_be_used_by_everybody(
    prepared: tuple[str, str], chromium: Browser, size: str
) -> None:
    address, draft = prepared
    (width, height), scheme = WINDOWS[size]
    context = chromium.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    try:
        watch = Watch(context.new_page())
        page = watch.page
        page.set_default_timeout(PATIENCE_MS)
        page.on("request", watch.on_request)
        page.on("pageerror", lambda error: watch.errors.append(str(error)))
        page.goto(f"{address}/?desk={draft}")
        found = []
        for number, name in enumerate(addresses(page)):
            go(page, name)
            settled(page)
            watch.picture(f"page-{number}-{size}-{scheme}")
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                found.append(f"{name}: wider than the window ({wide} pixels)")
            found += complaints(page)
        watch.check()
        assert found == [], "\n".join(found)
    finally:
        context.close()


def test_axe_finds_what_is_planted(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content("<html lang=en><title>x</title><button></button><img src='data:,x'></html>")
    told = {complaint.split(": ")[1].split(" ")[0] for complaint in complaints(page)}
    assert {"button-name", "image-alt"} <= told
    page.close()
