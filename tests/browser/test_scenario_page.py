"""The Scenario page in Chromium: a cell, a step back, a broken text, a list with bad rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, TimeoutError, expect

pytestmark = pytest.mark.browser

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"
BRIDGE = SCENARIOS / "small_bridge.yaml"
OpenTab = Callable[[str], Any]


def editor(page: Page) -> Locator:
    return page.locator(".st-key-editor textarea")


SHOWS = """wanted => {
  const found = [...document.querySelectorAll('.st-key-editor textarea')];
  return found.length === 1 && (wanted.whole ? found[0].value === wanted.text
                                             : found[0].value.includes(wanted.text));
}"""


def shows(page: Page, text: str, whole: bool = True) -> None:
    """The editor shows that text; the former text's editor goes when the check is done."""
    page.wait_for_function(SHOWS, arg={"text": text, "whole": whole})


def write(page: Page, text: str) -> None:
    editor(page).fill(text)
    editor(page).press("Control+Enter")


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()
    expect(page.get_by_role("tab", name=name, exact=True)).to_have_attribute(
        "aria-selected", "true"
    )


def open_file(page: Page, path: Path) -> None:
    expect(page.get_by_text("can be planned")).to_be_visible()
    page.get_by_role("button", name="Open a scenario").click()
    page.locator("input[type=file]").first.set_input_files(path)
    expect(page.get_by_text(f"{path.name} · opened from your computer")).to_be_visible()
    page.keyboard.press("Escape")
    shows(page, path.read_text(encoding="utf-8"))


def grid(page: Page) -> Locator:
    return page.get_by_test_id("stDataFrame")


def settled(page: Page) -> None:
    """Wait until the page is drawn anew: a grid that is about to go takes no keys."""
    page.wait_for_timeout(500)
    page.wait_for_function("() => !document.querySelector('[data-testid=stStatusWidget]')")
    page.wait_for_timeout(500)


HEADS = """wanted => {
  const heads = [...document.querySelectorAll('[data-testid=stDataFrame] th')];
  const at = heads.findIndex(head => head.textContent.replace(/[* ]+$/, '') === wanted);
  return at < 0 ? false : at + 1;
}"""


def place_of(page: Page, column: str) -> int:
    """Which column of the grid it is, from 0, once the grid is drawn."""
    return int(page.wait_for_function(HEADS, arg=column).json_value()) - 1


def cell(page: Page, column: str, row: int) -> Locator:
    """The cell of the accessible table that the grid draws for screen readers; rows from 1."""
    return grid(page).locator("tbody tr").nth(row - 1).locator("td").nth(place_of(page, column))


SELECTED = """wanted => {
  const cell = document.querySelector('[data-testid=stDataFrame] [aria-selected=true]');
  if (!cell) return null;
  const row = cell.closest('tr');
  return [[...row.children].indexOf(cell), [...row.parentElement.children].indexOf(row)];
}"""


def moved_on(page: Page, at: list[int]) -> list[int] | None:
    """Where the grid stands after a key, which it tells some pictures later; else None."""
    try:
        page.wait_for_function(f"at => String(({SELECTED})()) !== String(at)", arg=at, timeout=3000)
    except TimeoutError:
        return None
    found: list[int] | None = page.evaluate(SELECTED)
    return found


def type_into(page: Page, column: str, row: int, text: str) -> None:
    """Go to the cell by the arrow keys, as who works without a mouse does, and type."""
    settled(page)
    wanted = [place_of(page, column), row - 1]
    at = None
    for _ in range(60):
        if at is None:  # not begun, or the grid was drawn anew and has lost its place
            grid(page).locator(".dvn-scroller").click(position={"x": 120, "y": 50})
            page.wait_for_timeout(500)
        at = page.evaluate(SELECTED)
        if at == wanted:
            break
        if at is not None:
            across = ("ArrowRight", "ArrowLeft")[at[0] > wanted[0]]
            down = ("ArrowDown", "ArrowUp")[at[1] > wanted[1]]
            page.keyboard.press(across if at[0] != wanted[0] else down)
            at = moved_on(page, at)
    assert at == wanted
    page.keyboard.press("Enter")
    box = page.locator("#portal").locator("textarea, input").first
    box.fill(text)
    box.press("Enter")


LIST = """Site,Type,Latitude,Longitude,Room
#loc+name,#loc+type,#geo+lat,#geo+lon,#capacity
River school,safe haven,35.41,40.21,"1,200"
Old depot,camp,35.42,40.22,50
Far north,safe haven,95.2,40.23,50
Mill,assembly point,35.43,40.24,300
"""


def test_a_cell_changes_one_line_and_is_undone(desk: Any, open_tab: OpenTab) -> None:
    watch = open_tab(f"{desk.address}/scenario")
    page = watch.page
    sound = BRIDGE.read_text(encoding="utf-8")
    open_file(page, BRIDGE)
    tab(page, "Groups")
    expect(cell(page, "people: base", 1)).to_have_text("240")
    type_into(page, "people: base", 1, "250")
    expect(page.get_by_role("button", name="Undo: people.base")).to_be_visible()
    # A second cell at once: the grid has kept its place and what was typed.
    type_into(page, "willing", 1, "95 %")
    expect(page.get_by_role("button", name="Undo: willing")).to_be_visible()
    expect(cell(page, "people: base", 1)).to_have_text("250")
    watch.picture("scenario-table")
    tab(page, "Text")
    changed = sound.replace("base: 240", "base: 250", 1).replace(
        "willing: 90 %", "willing: 95 %", 1
    )
    assert sum(a != b for a, b in zip(sound.split("\n"), changed.split("\n"), strict=True)) == 2
    shows(page, changed)
    page.get_by_role("button", name="Undo: willing").click()
    shows(page, sound.replace("base: 240", "base: 250", 1))
    tab(page, "Groups")
    expect(cell(page, "willing", 1)).to_have_text("90 %")
    page.get_by_role("button", name="Undo: people.base").click()
    expect(cell(page, "people: base", 1)).to_have_text("240")
    page.get_by_role("button", name="Redo: people.base").click()
    expect(cell(page, "people: base", 1)).to_have_text("250")
    # What cannot be is refused with the remedy, and the cell is as it was.
    type_into(page, "willing", 1, "95")
    expect(page.get_by_text("state a percentage")).to_be_visible()
    expect(cell(page, "willing", 1)).to_have_text("90 %")
    watch.picture("scenario-refused")
    # A reload finds the same text.
    page.reload()
    expect(page.get_by_text("can be planned")).to_be_visible()
    shows(page, sound.replace("base: 240", "base: 250", 1))
    watch.check()


def test_a_broken_text_leaves_the_table_to_look_at(desk: Any, open_tab: OpenTab) -> None:
    watch = open_tab(f"{desk.address}/scenario")
    page = watch.page
    open_file(page, BRIDGE)
    sound = BRIDGE.read_text(encoding="utf-8")
    write(page, sound.replace("groups:", "groups: ["))
    expect(page.get_by_text("1 fault.")).to_be_visible()
    tab(page, "Fleets")
    expect(page.get_by_text("Read-only.")).to_be_visible()
    expect(cell(page, "count", 1)).to_have_text("3")
    expect(page.get_by_role("button", name="Add a row")).to_have_count(0)
    watch.picture("scenario-read-only")
    page.get_by_role("button", name="Undo: Edit the text").click()
    expect(page.get_by_text("Read-only.")).to_have_count(0)
    type_into(page, "count", 1, "2")
    expect(page.get_by_role("button", name="Undo: count")).to_be_visible()
    tab(page, "Text")
    shows(page, "count: 2", whole=False)
    watch.check()


def test_a_list_with_two_bad_rows(desk: Any, open_tab: OpenTab, tmp_path: Path) -> None:
    path = tmp_path / "sites.csv"
    path.write_text(LIST, encoding="utf-8")
    watch = open_tab(f"{desk.address}/scenario")
    page = watch.page
    open_file(page, BRIDGE)
    tab(page, "Places")
    page.get_by_text("Lists: take in or hand out").click()
    page.locator(".st-key-list-places-0 input[type=file]").set_input_files(path)
    expect(page.get_by_text("2 rows do not fit.")).to_be_visible()
    expect(page.get_by_text("cannot take 'camp'")).to_be_visible()
    expect(page.get_by_text("no such position: 95.2, 40.23")).to_be_visible()
    page.get_by_text("What is wrong").scroll_into_view_if_needed()
    watch.picture("scenario-list")
    page.get_by_role("button", name="Take in 2 rows, leave out 2").click()
    expect(page.get_by_role("button", name="Undo: Take in sites.csv")).to_be_visible()
    tab(page, "Text")
    shows(
        page, "- {id: river_school, name: River school, role: safe_haven, at: [35.41", whole=False
    )
    # What is handed out is taken in again as it was; the part is open as it was left.
    tab(page, "Places")
    settled(page)  # the list of before, still there for a moment, has no file any more
    with page.expect_download() as download:
        page.get_by_role("button", name="As XLSX").click()
    download.value.save_as(tmp_path / "places.xlsx")
    page.locator("[class*=st-key-list-places] input[type=file]").set_input_files(
        tmp_path / "places.xlsx"
    )
    expect(page.get_by_text("Everything in it is there already.")).to_be_visible()
    watch.check()


def test_revisions_and_a_second_tab(desk: Any, open_tab: OpenTab) -> None:
    watch = open_tab(f"{desk.address}/scenario")
    page = watch.page
    open_file(page, BRIDGE)
    sound = BRIDGE.read_text(encoding="utf-8")
    tab(page, "Revisions")
    page.get_by_label("Name of this revision").fill("As agreed <b>")
    page.get_by_label("Name of this revision").press("Enter")
    page.get_by_role("button", name="Save this revision").click()
    expect(page.get_by_text("The same as the text now.")).to_be_visible()
    tab(page, "Text")
    write(page, sound.replace("horizon: 12 h", "horizon: 13 h"))
    expect(page.get_by_role("button", name="Undo: Edit the text")).to_be_visible()
    # The same desk in a second tab: the text is there, and its change comes here.
    other = open_tab(page.url)
    shows(other.page, "horizon: 13 h", whole=False)
    tab(other.page, "Revisions")
    expect(other.page.locator(".sp-plus", has_text="horizon: 13 h")).to_be_visible()
    other.picture("scenario-revisions")
    other.page.get_by_role("button", name="Restore", exact=False).last.click()
    expect(other.page.get_by_text("The same as the text now.")).to_be_visible()
    tab(page, "Places")
    tab(page, "Text")
    shows(page, sound)
    watch.check()
    other.check()
