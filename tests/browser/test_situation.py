"""The map in a real Chromium: clicks, the time bar, drawing; nothing leaves this machine."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from planner import assets

pytestmark = pytest.mark.browser

OpenTab = Callable[[str], Any]
FIND = """() => {
  const find = (root) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.mapView) return element;
      const inner = element.shadowRoot && find(element.shadowRoot);
      if (inner) return inner;
    }
  };
  return find(document);
}"""
PIXEL = f"""([lat, lon]) => {{
  const canvas = ({FIND})();
  const box = canvas.getBoundingClientRect();
  const spot = canvas.mapView.map.project([lon, lat]);
  return [box.x + spot.x, box.y + spot.y];
}}"""
NO_WEBGL = """
  const get = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
    return String(kind).startsWith('webgl') ? null : get.call(this, kind, ...rest);
  };
"""
PALMYRA_ROAD = (35.3099, 40.08)
HARABISH = (35.313, 40.161)


def ready(page: Page) -> Locator:
    """The map when all its sheets are on it."""
    frame = page.locator(".frame[data-ready]")
    expect(frame).to_be_visible()
    return frame


def pixel(page: Page, lat: float, lon: float) -> tuple[float, float]:
    x, y = page.evaluate(PIXEL, [lat, lon])
    return float(x), float(y)


def at_rest(page: Page) -> None:
    """Streamlit has finished and the map has drawn what it was told."""
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
    page.wait_for_function(f"() => ({FIND})()?.mapView")
    page.evaluate(f"() => new Promise(done => {{ const m = ({FIND})().mapView.map;"
                  " m.once('idle', done); m.triggerRepaint(); })")  # fmt: skip


def click(page: Page, lat: float, lon: float) -> None:
    at_rest(page)
    page.mouse.click(*pixel(page, lat, lon))


def colours(picture: bytes) -> int:
    import io

    from PIL import Image

    with Image.open(io.BytesIO(picture)) as image:
        return len(image.convert("RGB").getcolors(1 << 24) or ())


def text_of(page: Page) -> str:
    """The scenario's text, from the page Scenario."""
    page.get_by_test_id("stTopNavLink").filter(has_text=re.compile("Scenario$")).click()
    area = page.locator("textarea").first
    expect(area).to_be_visible()
    return area.input_value()


def situation(desk: Any, open_tab: OpenTab) -> tuple[Any, Page]:
    watch = open_tab(f"{desk.address}")
    page = watch.page
    page.get_by_test_id("stTopNavLink").filter(has_text=re.compile("Situation$")).click()
    ready(page)
    return watch, page


def test_the_map_is_drawn_and_tells_what_is_clicked(desk: Any, open_tab: OpenTab) -> None:
    watch, page = situation(desk, open_tab)
    at_rest(page)
    assert colours(page.locator(".canvas").screenshot()) > 200
    watch.picture("situation")
    click(page, *HARABISH)
    expect(page.get_by_role("heading", name="Harabish", exact=True)).to_be_visible()
    page.mouse.move(*pixel(page, *HARABISH))
    tip = page.locator(".tip")
    expect(tip).to_contain_text("هرابش")  # painted by the browser, from right to left
    assert tip.locator("bdi[dir=auto]").count() >= 3
    watch.check()


def test_the_time_bar_redraws_the_map_and_tells_python(desk: Any, open_tab: OpenTab) -> None:
    watch, page = situation(desk, open_tab)
    frame, slider = ready(page), page.get_by_role("slider", name="Time")
    note = frame.locator(".note")
    expect(note).not_to_have_text("")
    before = note.inner_text()
    took = []
    slider.focus()
    for _ in range(6):
        frame.evaluate("frame => delete frame.dataset.redrawnMs")
        slider.press("PageUp")
        expect(frame).to_have_attribute("data-redrawn-ms", re.compile(r"\d+"))
        took.append(int(frame.get_attribute("data-redrawn-ms") or 0))
    print(f"a move of the time bar is drawn after {sorted(took)} ms")
    expect(note).not_to_have_text(before)
    shown = note.inner_text()
    expect(page.locator("p.sp-note").filter(has_text=shown)).to_be_visible()  # Python followed
    # Back by the keyboard to the start; the map survives other pages and comes back as it was left.
    slider.press("Home")
    expect(note).to_have_text(before)
    slider.press("End")
    at_end = note.inner_text()
    page.get_by_test_id("stTopNavLink").filter(has_text=re.compile("Scenario$")).click()
    expect(page.locator("textarea").first).to_be_visible()
    page.get_by_test_id("stTopNavLink").filter(has_text=re.compile("Situation$")).click()
    expect(ready(page).locator(".note")).to_have_text(at_end)
    watch.check()


SLOW_TO_HEAR = """
  const Real = window.WebSocket;
  window.WebSocket = class extends Real {
    addEventListener(kind, told, options) {
      if (kind !== 'message') return super.addEventListener(kind, told, options);
      const late = (event) => setTimeout(() => told.call(this, event), window.lateMs || 0);
      return super.addEventListener(kind, late, options);
    }
    set onmessage(told) { this.addEventListener('message', told); }
  };
"""


def test_a_late_word_of_the_page_before_does_not_empty_the_page(
    desk: Any, open_tab: OpenTab
) -> None:
    """The time bar tells where it rests when the next page has been asked for already."""
    watch = open_tab(desk.address)
    page = watch.page
    page.add_init_script(SLOW_TO_HEAR)
    page.reload()
    ready(page)
    at_rest(page)
    page.wait_for_timeout(2000)
    page.evaluate("window.lateMs = 900")
    slider = page.get_by_role("slider", name="Time")
    slider.focus()
    slider.press("End")
    page.get_by_test_id("stTopNavLink").filter(has_text=re.compile("Scenario$")).click()
    page.wait_for_timeout(4000)
    page.evaluate("window.lateMs = 0")
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
    expect(page.locator("textarea").first).to_be_visible()
    watch.check()


def test_play_lets_the_time_pass(desk: Any, open_tab: OpenTab) -> None:
    watch, page = situation(desk, open_tab)
    slider = page.get_by_role("slider", name="Time")
    page.get_by_role("button", name="Play").click()
    expect(slider).not_to_have_value("0")
    page.get_by_role("button", name="Pause").click()
    rested = slider.input_value()
    time.sleep(0.5)
    assert slider.input_value() == rested
    watch.check()


def test_the_map_is_moved_by_the_keyboard(desk: Any, open_tab: OpenTab) -> None:
    watch, page = situation(desk, open_tab)
    at_rest(page)
    zoom = f"() => ({FIND})().mapView.map.getZoom()"
    longitude = f"() => ({FIND})().mapView.map.getCenter().lng"
    before = page.evaluate(zoom), page.evaluate(longitude)
    page.locator("canvas.maplibregl-canvas").focus()
    page.keyboard.press("+")
    page.wait_for_function(f"before => ({zoom})() > before + 0.9", arg=before[0])
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"before => ({longitude})() > before + 0.001", arg=before[1])
    watch.check()


def added(written: str) -> str:
    """The lines that the shipped text does not have."""
    shipped = assets.scenario_path("deir_al_zor_2012").read_text(encoding="utf-8").split("\n")
    return "\n".join(line for line in written.split("\n") if line not in shipped)


def test_a_road_a_place_and_a_danger_are_drawn(desk: Any, open_tab: OpenTab) -> None:
    watch, page = situation(desk, open_tab)

    page.get_by_role("radio", name="Close a road").click()
    expect(page.locator(".hint")).to_contain_text("Click the stretch of road")
    click(page, *PALMYRA_ROAD)
    expect(page.get_by_text("off the towns").first).to_be_visible()
    watch.picture("situation-road")
    page.get_by_role("button", name="Close this road").click()
    expect(page.get_by_text("Any road on the map can be clicked")).to_be_visible()

    page.get_by_role("radio", name="Add a place").click()
    expect(page.locator(".hint")).to_contain_text("Click where it is")
    click(page, 35.36, 40.08)
    page.get_by_label("Name").fill("Grain silo")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Add this place").click()
    expect(page.get_by_text("Click on the map where it is.")).to_be_visible()

    page.get_by_role("radio", name="Draw a danger zone").click()
    expect(page.locator(".hint")).to_contain_text("Click the centre")
    click(page, 35.32, 40.10)
    expect(page.locator(".hint")).to_contain_text("Click its edge")
    page.mouse.click(*pixel(page, 35.31, 40.11))
    expect(page.get_by_text(re.compile(r"A circle of 1\.[0-9] km"))).to_be_visible()
    page.get_by_label("Name").fill("Drones")
    page.keyboard.press("Enter")
    watch.picture("situation-danger")
    page.get_by_role("button", name="Add this danger").click()
    expect(page.get_by_text("Draw it on the map")).to_be_visible()

    page.get_by_role("radio", name="Outline").click()
    expect(page.locator(".hint")).to_contain_text("Click the corners")
    for corner in ((35.345, 40.075), (35.345, 40.09), (35.355, 40.09)):
        click(page, *corner)
    page.locator("canvas.maplibregl-canvas").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("An outline of 3 corners")).to_be_visible()
    page.get_by_label("Name").fill("Minefield")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Add this danger").click()
    expect(page.get_by_text("Draw it on the map")).to_be_visible()

    at_rest(page)
    page.get_by_role("radio", name="Look").click()
    click(page, 35.36, 40.08)
    expect(page.get_by_role("heading", name="Grain silo")).to_be_visible()
    watch.check()
    written = text_of(page)
    # Named as the map names it, or by a point of that piece of road: a pixel decides which is hit.
    assert re.search(r"status: closed", written)
    assert re.search(r"map_link: palmyra_road|near: \[35\.3", written), added(written)
    assert re.search(r"name: Grain silo, role: assembly_point, at: \[35\.3\d+, 40\.0\d+\]", written)
    assert re.search(r"circle: \{centre: \[35\.3\d+, 40\.1\d*\], radius: 1\d\d\d m\}", written)
    assert written.count("polygon: [[35.3") >= 1 and "id: minefield" in written


def test_a_change_is_undone_on_the_map(desk: Any, open_tab: OpenTab) -> None:
    watch, page = situation(desk, open_tab)
    page.get_by_role("radio", name="Add a place").click()
    click(page, 35.345, 40.19)
    page.get_by_label("Name").fill("Mistake")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Add this place").click()
    undo = page.get_by_role(
        "button", name="Undo"
    ).first  # the former one goes when the page is done
    expect(undo).to_be_enabled()
    undo.click()
    expect(undo).to_be_disabled()
    watch.check()
    assert "Mistake" not in text_of(page)


def test_dark_pages_have_dark_maps(desk: Any, open_tab: OpenTab) -> None:
    watch = open_tab(desk.address)
    page = watch.page
    page.emulate_media(color_scheme="dark")
    page.reload()
    page.get_by_test_id("stTopNavLink").filter(has_text=re.compile("Situation$")).click()
    ready(page)
    at_rest(page)
    paper = f"() => ({FIND})().mapView.map.getPaintProperty('paper', 'background-color')"
    assert page.evaluate(paper) == "#131c25"
    watch.picture("situation-dark")
    page.emulate_media(color_scheme="light")
    page.wait_for_function(f"() => ({paper})() === '#dbe8f0'")
    watch.check()


def test_a_browser_without_webgl_gets_a_picture_and_a_list(desk: Any, open_tab: OpenTab) -> None:
    watch = open_tab(desk.address)
    page = watch.page
    page.add_init_script(NO_WEBGL)
    page.reload()
    page.get_by_test_id("stTopNavLink").filter(has_text=re.compile("Situation$")).click()
    expect(page.get_by_text("This browser cannot draw the map.")).to_be_visible()
    expect(
        page.locator("[data-testid=stImage] img, [data-testid=stImageContainer] img")
    ).to_be_visible()
    watch.picture("situation-plain")
    assert not watch.outside
