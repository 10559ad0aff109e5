"""The pages Plan, Worth and Documents in Chromium: what Streamlit's own driver cannot do."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from planner.ui import appraising, worker, workspace
from planner.ui.runner import Wish, write_wish
from planner.ui.session import open_desk
from tests.browser.conftest import PATIENCE_MS, Watch, served
from tests.browser.test_every_page import complaints, settled
from tests.ready_plans import Made

pytestmark = pytest.mark.browser

BRIDGE = Path(__file__).resolve().parents[1] / "scenarios" / "small_bridge.yaml"
TABS = (
    "Map", "Curve", "Left behind", "Vehicles", "Ports and bridges", "Danger", "Movements", "People",
    "Proof",
)  # fmt: skip
DRAWN = {"Curve": 1, "Vehicles": 1, "Ports and bridges": 1, "Danger": 1}
CANCEL_S = 3.0


@pytest.fixture(scope="module")
def planned(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """(address of a desk, name of a draft in it with a plan that awaits a yes)."""
    folder = tmp_path_factory.mktemp("plan-page")

    def command(port: int) -> list[str]:
        return [sys.executable, "-m", "planner", "desk", "--no-browser", "--port", str(port)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(workspace.VARIABLE, str(folder / "workspace"))
        session = open_desk()
        session.open(BRIDGE.name, BRIDGE.read_text(encoding="utf-8"), "a test")
        session.open_plan(made.granted)
        name = session.id
        searched(session.folder / "runs" / "7")
    with served(command, folder) as desk:
        yield desk.address, name


def searched(folder: Path) -> None:
    """A search for what would help most, worked off here and not yet taken in by the desk."""
    wish = Wish(text=BRIDGE.read_text(encoding="utf-8"), file=BRIDGE.name, title="t", what_if=None,
                time_s=20, gap=0.005, seed=0, remedies=False, kind=appraising.KIND)  # fmt: skip
    write_wish(folder, wish)
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    appraising.work(folder, job, worker.ProgressFile(folder), lambda: False)


Open = Callable[[str, str], Watch]


@pytest.fixture
def page_of(planned: tuple[str, str], chromium: Browser) -> Iterator[Open]:
    """Opens a page of that draft in a light or dark window."""
    contexts = []

    def opened(path: str, scheme: str = "light") -> Watch:
        context = chromium.new_context(
            viewport={"width": 1280, "height": 800},
            color_scheme=scheme,  # type: ignore[arg-type]
        )
        contexts.append(context)
        watch = Watch(context.new_page())
        watch.page.set_default_timeout(PATIENCE_MS)
        watch.page.on("request", watch.on_request)
        watch.page.on("pageerror", lambda error: watch.errors.append(str(error)))
        watch.page.goto(f"{planned[0]}/{path}?desk={planned[1]}")
        return watch

    expect.set_options(timeout=PATIENCE_MS)
    yield opened
    for context in contexts:
        context.close()


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()
    expect(page.get_by_role("tab", name=name, exact=True)).to_have_attribute(
        "aria-selected", "true"
    )
    settled(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_part_of_a_result_is_drawn_and_can_be_used(scheme: str, page_of: Any) -> None:
    watch = page_of("plan", scheme)
    page = watch.page
    expect(page.get_by_text("who want to leave get out").first).to_be_visible()
    found = []
    for name in TABS:
        tab(page, name)
        charts = page.get_by_test_id("stVegaLiteChart")
        expect(charts).to_have_count(DRAWN.get(name, 0))
        if name in DRAWN:
            expect(charts.locator("canvas, svg").first).to_be_visible()
        watch.picture(f"plan-{name.lower().replace(' ', '-')}-{scheme}")
        found += complaints(page)
    watch.check()
    assert not found, "\n".join(sorted(set(found)))


def test_a_word_is_explained_on_hover_and_by_keys(page_of: Any) -> None:
    page = page_of("plan").page
    word = page.locator(".sp-term", has_text="Left behind")
    expect(word).to_be_visible()

    def shown() -> str:
        return str(word.evaluate("node => getComputedStyle(node, '::after').display"))

    assert shown() == "none"
    word.hover()
    assert shown() == "block"
    page.mouse.move(5, 5)
    assert shown() == "none"
    word.focus()
    assert shown() == "block"
    told = word.evaluate("node => getComputedStyle(node, '::after').content")
    assert "want to leave and do not get out" in told


def test_a_row_that_is_picked_shows_its_way_and_its_times(page_of: Any) -> None:
    watch = page_of("plan")
    page = watch.page
    tab(page, "Movements")
    expect(page.get_by_test_id("stDeckGlJsonChart")).to_have_count(0)
    grid = page.get_by_test_id("stDataFrame").first
    box = grid.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 18, box["y"] + 52)
    expect(page.get_by_test_id("stDeckGlJsonChart")).to_have_count(1)
    expect(page.get_by_role("heading", name=re.compile("^Sortie "))).to_be_visible()
    page.wait_for_timeout(2000)
    page.get_by_test_id("stDeckGlJsonChart").scroll_into_view_if_needed()
    watch.picture("plan-sortie")
    watch.check()


def test_charts_become_tables(page_of: Any) -> None:
    page = page_of("plan").page
    tab(page, "Curve")
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(1)
    page.get_by_text("Charts as tables").click()
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(0)
    expect(page.get_by_test_id("stDataFrame")).to_have_count(1)


def test_a_search_is_watched_and_ended_at_once(page_of: Any) -> None:
    """On a crisis of its own desk, so that the others keep their plan."""
    watch = page_of("plan")
    page = watch.page
    page.goto(page.url.split("?")[0])
    expect(page.get_by_role("button", name="Plan", exact=True)).to_be_visible()
    page.get_by_role("button", name="Plan", exact=True).click()
    expect(page.get_by_text("of the search; at most")).to_be_visible()
    expect(page.get_by_text("proven bound").first).to_be_visible(timeout=120_000)
    page.wait_for_timeout(4000)
    watch.picture("plan-progress")
    assert complaints(page) == []
    begun = time.monotonic()
    page.get_by_role("button", name="End without a plan").click()
    expect(page.get_by_text("Ended without a plan.")).to_be_visible()
    took = time.monotonic() - begun
    print(f"ended after {took:.1f} s")
    watch.check()


def test_what_would_help_is_ranked_drawn_and_made_into_a_what_if(page_of: Any) -> None:
    watch = page_of("worth")
    page = watch.page
    expect(page.get_by_text("What helps most:")).to_be_visible()
    grid = page.get_by_test_id("stDataFrame").first
    expect(grid).to_be_visible()
    settled(page)
    watch.picture("worth-ranked")
    found = complaints(page)
    tab(page, "Bars")
    expect(page.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first).to_be_visible()
    watch.picture("worth-bars")
    found += complaints(page)
    tab(page, "Ranked")
    expect(page.get_by_text("Pick a row to make a what-if of it.")).to_be_visible()
    box = grid.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 18, box["y"] + 52)
    expect(page.get_by_text("Pick a row to make a what-if of it.")).to_have_count(0)
    watch.check()
    assert not found, "\n".join(sorted(set(found)))


def test_each_document_is_seen_before_it_leaves(page_of: Any) -> None:
    watch = page_of("documents")
    page = watch.page
    expect(page.get_by_role("img", name="Page 1")).to_be_visible()
    found = []
    for document, kind, name in (
        ("Evacuation plan: map", "PDF to print", "summary.pdf"),
        ("Movement table", "Excel", "movement_table.xlsx"),
        ("What becomes of each group", "CSV", "people.csv"),
        ("Routes with their times", "GeoJSON for GIS", "routes.geojson"),
        ("Routes with their times", "GPX for phones", "c0001.gpx"),
        ("Routes with their times", "KML for Google Earth", "routes.kml"),
        ("Evacuation plan: map", "JSON for programs", "plan.json"),
    ):
        page.get_by_test_id("stRadio").get_by_text(document).click()
        settled(page)
        page.get_by_test_id("stRadio").get_by_text(kind, exact=True).click()
        settled(page)
        expect(page.get_by_role("button", name=f"Download {name}")).to_be_visible()
        watch.picture(f"documents-{name.replace('.', '-')}")
        found += complaints(page)
    watch.check()
    assert not found, "\n".join(sorted(set(found)))


def test_another_audience_sees_other_documents(page_of: Any) -> None:
    watch = page_of("documents")
    page = watch.page
    page.get_by_role("combobox", name=re.compile("For whom")).click()
    page.get_by_role("option", name=re.compile("^Parties")).click()
    expect(page.get_by_role("button", name="Download movements.pdf")).to_be_visible()
    expect(page.get_by_role("img", name="Page 1")).to_be_visible()
    expect(page.get_by_text("plan.json", exact=True)).to_have_count(0)
    page.get_by_text("Withheld from all that leaves").click()
    expect(page.get_by_text("The road itself")).to_be_visible()
    settled(page)
    watch.picture("documents-parties")
    found = complaints(page)
    watch.check()
    assert not found, "\n".join(sorted(set(found)))
