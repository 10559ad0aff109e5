"""Tables of a scenario's text: rows as written, the least change, imports all or none."""

from __future__ import annotations

import csv
import difflib
import io
import random
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from planner import edit, tables
from planner.cells import guarded
from planner.errors import ScenarioError
from planner.load import examine
from planner.tables import Changes, changed, imported
from planner.tables.grid import read_grid
from planner.tables.mapping import mapped
from planner.tables.rows import with_cell

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = {
    path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "scenarios").glob("*.yaml")
}
DEIR = SHIPPED["deir_al_zor_2012"]
EVIL = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "＝1", "'=1", '=HYPERLINK("http://x.example")']


def found(text: str, section: str) -> tables.Table:
    every = tables.tables(text)
    assert every is not None
    return every[section]


def lines(before: str, after: str) -> list[str]:
    diff = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in list(diff)[2:] if not line.startswith("@@")]


def cell(text: str, section: str, ident: str, key: str) -> tables.Cell:
    return next(row for row in found(text, section).rows if row.id == ident).cells[key]


# ---------------------------------------------------------------------- rows


def test_cells_are_as_people_wrote_them() -> None:
    assert cell(DEIR, "groups", "joura_residents", "willing") == "85 %"
    assert cell(DEIR, "groups", "joura_residents", "people.base") == "4200"
    assert cell(DEIR, "groups", "wounded_urgent", "destinations") == ("raqqa", "hasakah")
    households = "{1: 30 %, 2: 35 %, 4: 20 %, 6: 15 %}"
    assert cell(DEIR, "groups", "joura_residents", "households") == households
    assert cell(DEIR, "places", "makeshift_hospital", "at") == "[35.335, 40.146]"
    assert cell(DEIR, "places", "makeshift_hospital", "protected") is True
    assert cell(DEIR, "places", "raqqa", "intake.per_day") == "2000"
    assert cell(DEIR, "places", "raqqa", "protected") is None
    assert cell(DEIR, "threats", "shelling_centre", "daily") == ("07:00-10:00", "14:30-17:30")
    assert cell(DEIR, "windows", "daylight_roads", "open") == "daylight"
    assert cell(DEIR, "authorisations", "gov_msf", "for.neutral") is True
    assert cell(DEIR, "links", "siyasiyeh_bridge", "capacity") == "40 vehicles/h"


@pytest.mark.parametrize("name", SHIPPED)
def test_every_value_of_a_shipped_scenario_has_its_cell(name: str) -> None:
    """An item put together from its cells alone is the item."""
    tree = edit.tree_of(SHIPPED[name])
    for section in tables.SECTIONS:
        table = found(SHIPPED[name], section)
        for row, item in zip(table.rows, tree.get(section, ()), strict=True):
            again: dict[str, Any] = {"id": row.id}
            for column in table.columns[1:]:
                again = with_cell(again, section, column, row.cells[column.key])
            assert again == item


def test_choices_come_from_the_text_and_the_language() -> None:
    groups, fleets = found(DEIR, "groups"), found(DEIR, "fleets")
    by_key = {column.key: column for column in (*groups.columns, *fleets.columns)}
    assert "makeshift_hospital" in groups.options(by_key["at"])
    assert groups.options(by_key["destinations"]) == (
        "raqqa", "hasakah", "mayadin", "palmyra", "left_bank_reception",
    )  # fmt: skip
    assert groups.options(by_key["precedence"]) == ("urgent", "priority", "routine")
    assert "coach" in fleets.options(by_key["vehicle"])
    assert by_key["deadline"].means and by_key["deadline"].example == "3 h 20 min"
    assert not groups.options(by_key["willing"])


def test_a_text_in_no_form_has_no_tables_and_a_faulty_one_has() -> None:
    assert tables.tables("places: [") is None
    assert tables.tables("a: 1\na: 2") is None
    odd = "places: [{id: a, at: {x: y}, capacity: [1]}, text, [list]]\ngroups: none\n"
    rows = found(odd, "places").rows
    assert [row.id for row in rows] == ["a", "", ""]
    assert rows[0].cells["at"] == "{x: y}" and rows[0].cells["capacity"] == "[1]"
    assert found(odd, "groups").rows == ()


# ---------------------------------------------------------------------- changes


def test_one_cell_is_one_line() -> None:
    new = changed(DEIR, "groups", Changes({0: {"people.base": "4300"}}))
    assert [line[0] for line in lines(DEIR, new)] == ["-", "+"]
    assert cell(new, "groups", "joura_residents", "people.base") == "4300"
    new = changed(DEIR, "places", Changes({8: {"intake.total": None, "intake.per_day": None}}))
    assert "intake" not in edit.tree_of(new)["places"][8]


def test_a_bare_count_becomes_three_when_one_is_set() -> None:
    new: dict[str, tables.Cell] = {"id": "x", "at": "al_joura", "people.base": "9"}
    text = changed(DEIR, "groups", Changes(added=[new]))
    assert edit.tree_of(text)["groups"][-1]["people"] == "9"
    text = changed(text, "groups", Changes({12: {"people.high": "12"}}))
    assert edit.tree_of(text)["groups"][-1]["people"] == {"low": "9", "base": "9", "high": "12"}


def test_an_id_is_changed_with_all_that_names_it() -> None:
    changes = Changes({0: {"id": "joura", "capacity": "1600"}})
    new = changed(DEIR, "places", changes)
    assert edit.tree_of(new)["groups"][0]["at"] == "joura"
    assert cell(new, "places", "joura", "capacity") == "1600"


def test_rows_are_added_changed_and_removed_at_once() -> None:
    new = changed(DEIR, "windows", Changes(
        {0: {"kind": "other"}},
        [{"id": "night", "closed": ("20:00-05:00",), "modes": ("road", "foot")}],
    ))  # fmt: skip
    assert lines(DEIR, new)[-1] == "+  - {id: night, closed: [20:00-05:00], modes: [road, foot]}"
    new = changed(new, "windows", Changes({1: {"kind": "curfew"}}, removed=[0]))
    assert [item["id"] for item in edit.tree_of(new)["windows"]] == ["night"]
    new = changed(new, "windows", Changes(removed=[0]))
    assert "windows" not in edit.tree_of(new)


@pytest.mark.parametrize(
    ("section", "changes", "problem"),
    [
        ("places", Changes(removed=[12]), "no place called 'hatla'"),
        ("places", Changes({0: {"role": "camp"}}), "cannot take 'camp'"),
        ("places", Changes({0: {"at": "{x"}}), "cannot read"),
        ("places", Changes({0: {"at": "a\nb: c"}}), "cannot read"),
        ("places", Changes({0: {"capacity": "many"}}), "write a whole number"),
        ("places", Changes({0: {"id": ""}}), "lower-case letters"),
        ("places", Changes({0: {"id": "al_qusour"}}), "stands twice"),
        ("groups", Changes({0: {"at": "nowhere"}}), "no place called 'nowhere'"),
        ("groups", Changes({0: {"people.low": "99999"}}), "rising order"),
        ("threats", Changes({0: {"zone": "circle"}}), "keys with values"),
        ("fleets", Changes(added=[{"id": "x"}]), "missing"),
        ("places", Changes({0: {"name": "a\x00b"}}), "not YAML|control character|does not allow"),
    ],
)
def test_what_the_reader_refuses_changes_nothing(
    section: str, changes: Changes, problem: str
) -> None:
    with pytest.raises(ScenarioError, match=problem) as caught:
        changed(DEIR, section, changes)
    assert all(issue.problem and issue.remedy for issue in caught.value.issues)


@settings(
    max_examples=10, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
@given(data=st.data())
def test_any_name_can_be_typed_into_a_table(data: Any) -> None:
    letters = st.characters(exclude_categories=["Cs", "Cc"])
    name = data.draw(
        st.sampled_from([*EVIL, "<script>", "\u202eabc"]) | st.text(letters, max_size=20)
    )
    section = data.draw(st.sampled_from(["places", "groups", "fleets"]))
    index = data.draw(st.integers(0, 4))
    new = changed(DEIR, section, Changes({index: {"comment": name}}))
    row = found(new, section).rows[index]
    assert row.cells["comment"] == (name.strip() or None)
    assert len(lines(DEIR, new)) <= 2


# ---------------------------------------------------------------------- files


def test_separators_and_encodings_are_found_out() -> None:
    text = "الاسم;العدد\nالجورة;1200\nالقصور;2600\nالحميدية;900\nدير الزور;4\n"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1256"):
        grid = read_grid(text.encode(encoding), "x.csv")
        assert grid.rows[1] == ("الجورة", "1200"), grid.how
        assert "semicolons" in grid.how
    russian = "название\tчисло\nАль-Джура\t1200\nАль-Кусур\t2600\nДейр-эз-Зор\t5\n"
    grid = read_grid(russian.encode("cp1251"), "x.csv")
    assert grid.rows[1][0] == "Аль-Джура" and "cp1251" in grid.how and "tabs" in grid.how
    assert read_grid(russian.encode("cp1251"), "x.csv", encoding="cp1252").rows[1][0] != "Аль-Джура"
    quoted = 'name,comment\n"a, b","line\nbreak; more"\n'
    assert read_grid(quoted.encode(), "x.csv").rows[1] == ("a, b", "line\nbreak; more")


def test_a_workbook_is_read_as_people_see_it() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "notes"
    groups = book.create_sheet("Groups")
    groups.append(["id", "at", "people", "willing", "as_of"])
    groups.append(["x", "al_joura", 1200.0, 0.85, None])
    groups["D2"].number_format = "0%"
    groups["E2"] = datetime(2012, 12, 10, 12, 0)
    out = io.BytesIO()
    book.save(out)
    result = imported(DEIR, "groups", out.getvalue(), "list.xlsx")
    assert not result.faults and result.added == 1 and "Groups" in result.how
    assert lines(DEIR, result.text or "")[0:] == [
        "+  - id: x", "+    at: al_joura", "+    people: 1200", "+    willing: 85 %",
        '+    as_of: 2012-12-10T12:00',
    ]  # fmt: skip


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 120_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "holds no rows"),
        (b"\n\n,,\n", "holds no rows"),
        (b"x" * 4_000_001, "bytes are more than"),
        (b"PK\x03\x04 no zip", "no workbook"),
        (b"\xd0\xcf\x11\xe0 old", "old or a locked workbook"),
        (b"id,name\na,\0\n", "not a text"),
        ("a,b\n" * 6000, "more than 5,000 rows"),
        (("," * 300 + "\n") * 2 + "a,b", "200 columns"),
        ("a\n" + "y" * 30_000, "characters"),
        (random.Random(1).randbytes(3000), ""),
        (bomb, "unpacks to"),
    ],
)
def test_what_is_no_table_is_refused(content: Any, problem: str) -> None:
    content = content() if callable(content) else content
    content = content.encode() if isinstance(content, str) else content
    try:
        result = imported(DEIR, "places", content, "list.csv")
    except ScenarioError as error:
        assert problem in str(error) and error.issues[0].remedy
    else:
        assert not problem and result.text is None and result.faults


# ---------------------------------------------------------------------- imports

LIST = """\
Displacement list, north
Site,Type,Latitude,Longitude,Population,P-code,Room
#loc+name,#loc+type,#geo+lat,#geo+lon,#affected,#adm3+code,#capacity
Al Busayrah,Assembly point,35.15,40.43,"1,200",SY090304,"1,500"
ذيبان,assembly_point,"35,01",40.5,300,,
Markada,safe haven,95.2,40.7,10,,
Nowhere,camp,35,40,,,many
al-Joura,assembly point,,,,SY09,
"""


def test_a_list_with_hashtags_is_mapped_and_every_bad_row_told() -> None:
    result = imported(DEIR, "places", LIST.encode(), "list.csv")
    assert result.text is None  # nothing half imported
    assert [(fault.row, fault.column) for fault in result.faults] == [(6, "Latitude"), (7, "Type")]
    assert all(fault.problem and fault.remedy for fault in result.faults)
    assert result.bad_rows == 2 and result.rows == 5
    assert (result.added, result.updated) == (4, 1)
    assert "HXL" in result.how and result.ignored == ("Population",)
    assert ("Room", "capacity", "1,500") in result.taken
    assert result.without_bad is not None
    places = {place["id"]: place for place in edit.tree_of(result.without_bad)["places"]}
    assert places["al_busayrah"] == {
        "id": "al_busayrah", "name": "Al Busayrah", "role": "assembly_point",
        "at": ["35.15", "40.43"], "pcode": "SY090304", "capacity": "1500",
    }  # fmt: skip
    assert places["place_1"]["name"] == "ذيبان"
    assert places["al_joura"]["pcode"] == "SY09" and places["al_joura"]["at"] == "al_joura"


def test_a_place_is_named_as_people_name_it() -> None:
    text = "Group;Place;Persons;willing\nSchool;al-Joura;1 500;90 %\nOthers;الجورة;٢٠٠;80%\n"
    result = imported(DEIR, "groups", text.encode(), "x.csv")
    assert not result.faults and result.text is not None
    more = edit.tree_of(result.text)["groups"][-2:]
    assert [group["at"] for group in more] == ["al_joura", "al_joura"]
    assert [group["people"] for group in more] == ["1500", "200"]
    assert all(line.startswith("+") for line in lines(DEIR, result.text))


def test_faults_that_only_the_whole_scenario_shows_are_told_by_row() -> None:
    text = "id,at,people,destinations\na,nowhere,5,\nb,al_joura,5,al_joura\nc,al_joura,7,raqqa\n"
    result = imported(DEIR, "groups", text.encode(), "x.csv")
    assert [(fault.row, fault.column) for fault in result.faults] == [
        (2, "at"),
        (3, "destinations"),
    ]
    assert "no place called 'nowhere'" in result.faults[0].problem
    assert result.without_bad is not None
    assert edit.tree_of(result.without_bad)["groups"][-1]["id"] == "c"


def test_what_every_item_needs_may_be_given_for_all() -> None:
    text = "name,lat,lon\nOne,35,40\nTwo,36,41\n"
    result = imported(DEIR, "places", text.encode(), "x.csv")
    assert result.missing == ("role",) and {fault.column for fault in result.faults} == {"role"}
    result = imported(DEIR, "places", text.encode(), "x.csv", {"role": "safe_haven"})
    assert result.text is not None and not result.missing
    assert [p["role"] for p in edit.tree_of(result.text)["places"][-2:]] == ["safe_haven"] * 2


def test_rows_that_are_the_same_thing_are_told() -> None:
    twice = b"id,role,lat,lon\na,hospital,35,40\na,hospital,35,40\n"
    result = imported(DEIR, "places", twice, "x.csv")
    assert [(fault.row, fault.column) for fault in result.faults] == [(3, "id")]
    result = imported(DEIR, "places", b"id,role,at\nBad Id,hospital,al_joura\n", "x.csv")
    assert "cannot take 'Bad Id'" in result.faults[0].problem


def test_a_list_of_unknown_columns_says_so() -> None:
    result = imported(DEIR, "places", b"foo,bar\n1,2\n", "x.csv")
    assert result.text is None and "no column is known" in result.faults[0].problem


@pytest.mark.parametrize(
    ("section", "tags", "targets"),
    [
        ("groups", "#adm1+name #adm3+name #affected+f #affected #affected+max",
         ["", "at", "", "people.base", "people.high"]),
        ("groups", "#loc #population+total #inneed", ["at", "people.base", ""]),
        ("groups", "#loc +name|#adm2 +code|#inneed", ["at", "", "people.base"]),
        ("places", "#adm2+name #adm3+name #adm3+code #geo+lat #geo+lon",
         ["", "name", "pcode", "at:lat", "at:lon"]),
        ("places", "#loc+name+i_ar #loc+name+i_en #loc+type", ["name_ar", "name", "role"]),
        ("fleets", "#item+type #item+num #loc+name", ["vehicle", "count", "base"]),
        ("places", "#activity #sector", ["", ""]),
    ],
)  # fmt: skip
def test_hashtags_are_mapped(section: str, tags: str, targets: list[str]) -> None:
    row = tuple(tags.split("|") if "|" in tags else tags.split())
    found = mapped((tuple("abcdefg"[: len(row)]), row), section)
    assert list(found.targets) == targets and found.hxl and found.first == 2


def test_arabic_headers_without_hashtags_are_told_and_not_guessed() -> None:
    found = mapped((("الاسم", "العدد"), ("a", "1")), "groups")
    assert found.targets == ("", "") and found.ignored == ("الاسم", "العدد")


# ---------------------------------------------------------------------- there and back


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("section", ["places", "groups", "fleets"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_exported_is_imported_again(name: str, section: str, form: str) -> None:
    text = SHIPPED[name]
    table = found(text, section)
    content = tables.csv_bytes(table) if form == "csv" else tables.xlsx_bytes(table)
    same = imported(text, section, content, f"x.{form}")
    assert same.text == text and not same.faults and same.updated == len(table.rows)
    if form == "xlsx":
        return
    # The same into a scenario that has none of them yet.
    tree = edit.tree_of(text)
    bare = edit.rewritten(text, {**tree, section: []})
    again = imported(bare, section, content, f"x.{form}")
    if section == "places":  # nothing else can be read while there are no places
        assert again.added == len(table.rows)
    assert again.text is not None, again.faults
    assert edit.tree_of(again.text)[section] == tree[section]
    assert not [issue for issue in examine(again.text)[1] if issue.severity == "error"]


def test_no_exported_cell_is_a_formula() -> None:
    text = DEIR
    for index, evil in enumerate(EVIL):
        text = changed(text, "places", Changes({index: {"name": evil}}))
    table = found(text, "places")
    names = [str(row.cells["name"]) for row in table.rows[: len(EVIL)]]
    written = list(csv.reader(io.StringIO(tables.csv_bytes(table).decode("utf-8-sig"))))
    at = written[0].index("name")
    assert [row[at] for row in written[2 : 2 + len(EVIL)]] == [guarded(name) for name in names]
    assert sum(name != guarded(name) for name in names) == len(EVIL) - 1  # a tab goes
    book = load_workbook(io.BytesIO(tables.xlsx_bytes(table)))
    cells = [row[at] for row in book["places"].iter_rows(min_row=3, max_row=2 + len(EVIL))]
    assert [(c.data_type, c.value) for c in cells] == [("s", name) for name in names]
    for content in (tables.csv_bytes(table), tables.xlsx_bytes(table)):
        assert imported(text, "places", content, "x").text == text
