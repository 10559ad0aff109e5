"""Edits of a scenario's text: only what is meant changes, and comments stay."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from planner import edit
from planner.edit import writing
from planner.errors import ScenarioError
from planner.load.marks import marked
from planner.load.yamltext import parse

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = {
    path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "scenarios").glob("*.yaml")
}
SMALL = (ROOT / "tests" / "scenarios" / "small_bridge.yaml").read_text(encoding="utf-8")
# Everything that makes YAML hard to change by hand.
KNOTTY = """\
# above everything
title: "quoted: with a colon"   # beside the title
description: >-
  Folded over
  two lines.
note: |
  kept
  as it is

office: {organisation: , contact: null, by: 'it''s'}   # nulls
empty: []
bare:
places:
  # above the first item
  - {id: a, at: [35.33, 40.11], tags: [x,
     y,   # beside y
     z], role: hospital}
  # - id: gone
  #   name: commented out
  - id: b
    # above the name
    name: Two words   # beside the name

    share: 85 %
    hours: ["06:00-18:00", 07:00-08:00]
    # below the last key of b
  # above c
  -
    id: c
    deep:
      deeper:
        - one
        # between one and two
        - two
  - - inner
    - list
  - {id: d, long: "a text",
     because: 'quoted'}
times: [18:00, NO, on, 0123, 1_000, 1e3, 2012-12-14]
"""
BARE = "18:00 NO on 0123 1_000 1e3 2012-12-14 true null ~ - # {x} [y *z &q !t % @ ` ' \" it's : a:"
MORE = "? ?0 :0 --- ... << =1+1 = | > a,b الجورة 😀 2012-12-13T06:00 C:\\x\\n \u202eabc"
SCALARS = [
    *BARE.split(" "), *MORE.split(" "), "", "- x", "a: b", "a #b", "? x", " lead", "trail ",
    "two\nlines", "tab\there", "\u2028", "\u00a0", "\ufeff", "x" * 3000, "85 %",
]  # fmt: skip


def quick(examples: int) -> settings:
    """So many examples, kept nowhere, however slow this machine is."""
    slow = [HealthCheck.too_slow]
    return settings(max_examples=examples, deadline=None, suppress_health_check=slow, database=None)


def comments(text: str) -> list[str]:
    """The comments of a text in order: what lies between the tokens and begins with a hash."""
    out, at = [], 0
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        block = isinstance(token, yaml.ScalarToken) and token.style in ("|", ">")
        end = token.end_mark.index
        if block:  # the token of a block ends behind the blank lines and before the comments
            end = token.start_mark.index + len(text[token.start_mark.index : end].rstrip())
        for line in text[at : token.start_mark.index].split("\n"):
            mark = line.find("#")
            if mark >= 0:
                out.append(line[mark:])
        at = max(at, end)
    return out


def leaves(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(tree, dict):
        return [leaf for key, inner in tree.items() for leaf in leaves(inner, (*path, key))]
    if isinstance(tree, list):
        return [leaf for i, inner in enumerate(tree) for leaf in leaves(inner, (*path, i))]
    return [path]


def changed_lines(before: str, after: str) -> list[str]:
    diff = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in list(diff)[2:] if not line.startswith("@@")]


def with_value(tree: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy = dict(tree) if isinstance(tree, dict) else list(tree)
    copy[path[0]] = with_value(tree[path[0]], path[1:], value)
    return copy


def span(text: str, path: tuple[Any, ...]) -> tuple[int, int]:
    mark = marked(text)
    for step in path:
        mark = mark.value[step]  # type: ignore[index, call-overload]
    return mark.start, mark.end


# ---------------------------------------------------------------------- one value


@pytest.mark.parametrize("value", SCALARS)
@pytest.mark.parametrize("flow", [True, False])
def test_every_scalar_is_read_as_it_was_meant(value: str, flow: bool) -> None:
    written = writing.scalar(value, flow)
    text = f"a: [x, {written}, y]\n" if flow else f"a: {written}\n"
    root, issues = parse(text, "t")
    assert root is not None and not issues
    assert root.plain == {"a": ["x", value, "y"] if flow else value}


def test_plain_scalars_stay_bare() -> None:
    bare = ["18:00", "NO", "on", "0123", "1_000", "1e3", "2012-12-14", "true", "85 %", "Old town"]
    assert [writing.scalar(text, True) for text in bare] == bare


@quick(50)
@given(data=st.data(), value=st.sampled_from(SCALARS) | st.text(max_size=30))
def test_one_value_changes_and_nothing_else(data: Any, value: str) -> None:
    tree = edit.tree_of(KNOTTY)
    path = data.draw(st.sampled_from(leaves(tree)))
    wanted = with_value(tree, path, value)
    try:
        new = edit.rewritten(KNOTTY, wanted)
    except ScenarioError as error:
        assert any(ord(c) < 32 or 127 <= ord(c) < 160 or 0xD800 <= ord(c) < 0xE000 for c in value)
        assert error.issues
        return
    start, end = span(KNOTTY, path)
    assert new.startswith(KNOTTY[:start]) and new.endswith(KNOTTY[end:])
    assert edit.tree_of(new) == wanted
    assert comments(new) == comments(KNOTTY)


@pytest.mark.parametrize("name", SHIPPED)
@quick(6)
@given(data=st.data(), value=st.sampled_from(SCALARS))
def test_one_value_of_a_shipped_scenario_changes(name: str, data: Any, value: str) -> None:
    text = SHIPPED[name]
    tree = edit.tree_of(text)
    path = data.draw(st.sampled_from(leaves(tree)))
    new = edit.rewritten(text, with_value(tree, path, value))
    start, end = span(text, path)
    assert new.startswith(text[:start]) and new.endswith(text[end:])
    assert comments(new) == comments(text)
    assert len(new.splitlines()) <= len(text.splitlines())


@quick(40)
@given(path=st.sampled_from(leaves(edit.tree_of(KNOTTY))), value=st.sampled_from(SCALARS))
def test_there_and_back_is_the_same_text(path: tuple[Any, ...], value: str) -> None:
    """Where the new value can be written in the old one's style, the way back finds the old."""
    tree = edit.tree_of(KNOTTY)
    new = edit.rewritten(KNOTTY, with_value(tree, path, value))
    back = edit.rewritten(new, tree)
    assert edit.tree_of(back) == tree and comments(back) == comments(KNOTTY)


# ---------------------------------------------------------------------- lists and mappings


def reshaped(draw: Any, tree: Any, depth: int = 0) -> Any:
    """The tree with a few things removed, added and changed."""
    if isinstance(tree, dict):
        out = {}
        for key, inner in tree.items():
            fate = draw(st.integers(0, 11))
            if fate == 0 and key != "id" and depth:
                continue
            out[key] = reshaped(draw, inner, depth + 1) if fate < 6 else inner
            if fate == 11:
                out[f"new_{len(out)}"] = draw(st.sampled_from(["v", ["a", "b"], {"k": "v"}, None]))
        return out
    if isinstance(tree, list):
        out_list = []
        for inner in tree:
            fate = draw(st.integers(0, 9))
            if fate == 0:
                continue
            if fate == 9:
                new: Any = {"id": f"n{draw(st.integers(0, 999))}", "v": "1"}
                out_list.append(new if isinstance(inner, dict) else draw(st.sampled_from(SCALARS)))
            out_list.append(reshaped(draw, inner, depth + 1) if fate < 6 else inner)
        return out_list
    return draw(st.sampled_from(SCALARS)) if draw(st.integers(0, 4)) == 0 else tree


@quick(40)
@given(data=st.data())
def test_any_change_of_shape_reads_as_meant(data: Any) -> None:
    tree = edit.tree_of(KNOTTY)
    wanted = reshaped(data.draw, tree)
    assert edit.tree_of(edit.rewritten(KNOTTY, wanted)) == wanted  # refuses what it cannot write


@quick(40)
@given(data=st.data())
def test_added_items_and_keys_keep_every_comment(data: Any) -> None:
    tree = edit.tree_of(KNOTTY)
    places = [dict(p) if isinstance(p, dict) else p for p in tree["places"]]
    at = data.draw(st.integers(0, len(places)))
    for place in places:
        if isinstance(place, dict) and data.draw(st.booleans()):
            place["added"] = data.draw(st.sampled_from(["v", ["a", "b"], {"k": "v"}]))
    places.insert(at, {"id": "new", "name": "New"})
    new = edit.rewritten(KNOTTY, {**tree, "places": places})
    assert sorted(comments(new)) == sorted(comments(KNOTTY))


def test_a_comment_above_an_item_stays_above_it_when_one_is_added_before() -> None:
    tree = edit.tree_of(KNOTTY)
    places = tree["places"]
    new = edit.rewritten(KNOTTY, {**tree, "places": [*places[:2], {"id": "new"}, *places[2:]]})
    assert changed_lines(KNOTTY, new) == ["+  - id: new"]
    assert "below the last key of b\n  - id: new\n  # above c\n" in new


def test_a_removed_item_takes_its_own_comments_only() -> None:
    tree = edit.tree_of(KNOTTY)
    others = [place for place in tree["places"] if place is not tree["places"][1]]
    new = edit.rewritten(KNOTTY, {**tree, "places": others})
    gone = {"# above the name", "# beside the name", "# below the last key of b"}
    assert set(comments(KNOTTY)) - set(comments(new)) == gone
    assert "commented out\n  # above c\n" in new


def test_an_empty_section_is_filled_line_by_line() -> None:
    tree = edit.tree_of(KNOTTY)
    filled = {"empty": [{"id": "x"}, {"id": "y"}], "bare": [{"id": "z"}]}
    new = edit.rewritten(KNOTTY, {**tree, **filled})
    assert changed_lines(KNOTTY, new) == [
        "-empty: []", "+empty:", "+  - {id: x}", "+  - {id: y}", "+  - {id: z}"
    ]  # fmt: skip


def test_windows_line_ends_are_kept() -> None:
    text = SMALL.replace("\n", "\r\n")
    new = edit.set_value(text, "groups[+more]", {"at": "old_town", "people": 5})
    assert "\r\n" in new and "\n" not in new.replace("\r\n", "")


@example(text="")
@example(text="- a\n- b\n")
@example(text="a: &x 1\nb: *x\n")
@example(text="a: 1\na: 2\n")
@example(text="a: [1\n")
@given(text=st.text(max_size=60))
@quick(40)
def test_a_text_without_form_is_refused_with_issues(text: str) -> None:
    try:
        tree = edit.tree_of(text)
    except ScenarioError as error:
        assert error.issues
    else:
        assert edit.rewritten(text, tree) == text


# ---------------------------------------------------------------------- the scenario's operations

DEIR = SHIPPED["deir_al_zor_2012"]


def test_one_cell_is_one_line() -> None:
    new = edit.set_value(DEIR, "groups[joura_residents].people.base", 4300)
    assert [line[:1] for line in changed_lines(DEIR, new)] == ["-", "+"]
    assert "low: 2800, base: 4300, high: 6500, estimate: true" in new


def test_a_new_key_stands_where_people_look_for_it() -> None:
    new = edit.set_value(DEIR, "places[palmyra].capacity", 700)
    assert "control: government, capacity: 700, intake:" in new
    (line,) = changed_lines(DEIR, edit.set_value(DEIR, "groups[joura_residents].ready", "2 h"))
    assert line == "+    ready: 2 h"


def test_a_value_is_removed() -> None:
    assert changed_lines(DEIR, edit.set_value(DEIR, "groups[joura_residents].own_car", None)) == [
        "-    own_car: 4 %"
    ]


def test_what_the_reader_refuses_is_refused_with_its_remedy() -> None:
    with pytest.raises(ScenarioError) as caught:
        edit.set_value(DEIR, "groups[joura_residents].willing", "85")
    (issue,) = caught.value.issues
    assert issue.where == "groups[joura_residents].willing" and "state a percentage" in issue.remedy
    with pytest.raises(ScenarioError, match="did you mean 'al_joura'"):
        edit.set_value(DEIR, "groups[joura_residents].at", "al_jora")
    with pytest.raises(ScenarioError, match="nothing there has the id"):
        edit.set_value(DEIR, "groups[nobody].at", "al_joura")
    with pytest.raises(ScenarioError, match="no place called 'al_joura'"):
        edit.remove_item(DEIR, "places", "al_joura")
    with pytest.raises(ScenarioError, match="needs the whole item"):
        edit.set_value(DEIR, "windows[+x]", "no")


def test_a_fault_that_was_there_keeps_nobody_from_editing() -> None:
    faulty = DEIR.replace("at: al_joura\n", "at: al_jora\n", 1)
    assert "count: 21" in edit.set_value(faulty, "fleets[raqqa_coaches].count", 21)
    mended = edit.set_value(faulty, "groups[joura_residents].at", "al_joura")
    assert mended == DEIR


def test_a_whole_section_begins_where_there_was_none() -> None:
    new = edit.set_value(
        DEIR,
        "commitments[+first]",
        {"fleet": "raqqa_coaches", "from": "al_joura", "to": "raqqa", "load_start": "3 h"},
    )
    assert [line for line in changed_lines(DEIR, new) if line.strip("+")] == [
        "+commitments:",
        "+  - {id: first, fleet: raqqa_coaches, from: al_joura, to: raqqa, load_start: 3 h}",
    ]


def test_a_place_is_renamed_wherever_it_is_named() -> None:
    text = edit.add_what_if(DEIR, "moved", {
        "groups[joura_residents].at": "al_qusour",
        "windows[+night]": {"closed": ["20:00-05:00"], "places": ["al_qusour", "raqqa"]},
        "places[al_qusour].capacity": 10,
    })  # fmt: skip
    new = edit.rename(text, "places", "al_qusour", "qusour")
    lines = [line for line in changed_lines(text, new) if line.startswith("+")]
    assert len(lines) == 7
    assert '{"groups[joura_residents].at": qusour, ' in new
    assert "places: [qusour, raqqa]" in new and '"places[qusour].capacity": 10' in new
    # What the map calls so, and what is named after it, stay.
    assert "at: al_qusour, control" in new and "gov_qusour_blocks" in new
    assert edit.rename(new, "places", "qusour", "al_qusour") == text


@pytest.mark.parametrize(
    ("section", "old"),
    [("groups", "wounded_urgent"), ("fleets", "msf_ambulances"), ("links", "siyasiyeh_bridge"),
     ("threats", "air_raids"), ("teams", "msf_team"), ("parties", "opposition"),
     ("control", "gov_airport"), ("authorisations", "gov_msf"), ("windows", "daylight_roads")],
)  # fmt: skip
def test_every_kind_of_thing_is_renamed_and_nothing_still_names_the_old(
    section: str, old: str
) -> None:
    new = edit.rename(DEIR, section, old, "new_name")
    assert comments(new) == comments(DEIR)
    with pytest.raises(ScenarioError, match="nothing there has the id"):
        edit.rename(new, section, old, "other")
    assert edit.rename(new, section, "new_name", old) == DEIR


def test_a_group_is_renamed_in_the_path_of_a_what_if() -> None:
    text = edit.add_what_if(DEIR, "worse", {
        "threats[air_raids].multiplier.wounded_urgent": "2",
        "groups[wounded_urgent].weight": "9",
    })  # fmt: skip
    new = edit.rename(text, "groups", "wounded_urgent", "worst_wounded")
    assert '"threats[air_raids].multiplier.worst_wounded": 2' in new
    assert '"groups[worst_wounded].weight": 9' in new


def test_a_name_that_is_taken_or_is_no_id_is_refused() -> None:
    with pytest.raises(ScenarioError, match="stands twice"):
        edit.rename(DEIR, "places", "al_joura", "al_qusour")
    with pytest.raises(ScenarioError, match="lower-case letters"):
        edit.rename(DEIR, "places", "al_joura", "Al Joura")


def test_many_items_are_added_at_once() -> None:
    more = [{"id": f"g{i}", "at": "al_joura", "people": 10} for i in range(200)]
    new = edit.add_items(DEIR, "groups", more)
    assert len(edit.tree_of(new)["groups"]) == len(edit.tree_of(DEIR)["groups"]) + 200
    assert all(line.startswith("+") for line in changed_lines(DEIR, new))


# ---------------------------------------------------------------------- what-ifs


def test_a_what_if_is_added_copied_renamed_and_removed() -> None:
    text = edit.add_what_if(
        DEIR, "fewer buses", {"fleets[raqqa_coaches].count": 5}, ["bridge_down"]
    )
    assert changed_lines(DEIR, text) == [
        '+  fewer buses: {"fleets[raqqa_coaches].count": 5}',
        "+  fewer buses: [bridge_down, fewer buses]",
    ]
    text = edit.copy_what_if(text, "fewer buses", "the same")
    text = edit.rename_what_if(text, "fewer buses", "few buses")
    tree = edit.tree_of(text)
    assert tree["what_ifs"]["few buses"] == tree["what_ifs"]["the same"]
    text = edit.remove_what_if(text, "few buses")
    assert edit.tree_of(text)["what_ifs"]["the same"] == ["bridge_down", "fewer buses"]
    assert edit.remove_what_if(text, "the same") == DEIR  # its override goes, `bridge_down` stays


def test_a_what_if_begins_the_section_where_there_was_none() -> None:
    tree = edit.tree_of(SMALL)
    text = SMALL
    for name in tree["what_ifs"]:
        text = edit.remove_what_if(text, name)
    assert "what_ifs" not in edit.tree_of(text)
    values = {"people_figure": "high", "windows[+x]": {"open": "daylight"}}
    text = edit.add_what_if(text, "one", values)
    assert edit.tree_of(text)["overrides"]["one"]["windows[+x]"] == {"open": "daylight"}


@pytest.mark.parametrize(
    "name", ["", "base", "bridge_destroyed", "a\nb", "x" * 90, "<script>", "?"]
)
def test_a_what_if_needs_a_name_of_its_own(name: str) -> None:
    with pytest.raises(ScenarioError):
        edit.add_what_if(DEIR, name, {"people_figure": "high"})


def test_a_what_if_that_changes_nothing_real_is_refused() -> None:
    with pytest.raises(ScenarioError, match="nothing there has the id 'no_such'"):
        edit.add_what_if(DEIR, "x", {"links[no_such].status": "closed"})
    with pytest.raises(ScenarioError, match="no what-if called 'nothing'"):
        edit.remove_what_if(DEIR, "nothing")
