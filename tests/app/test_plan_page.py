"""The page Plan: start, watch, stop, queue; then every part of what a plan says."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import time
from html import unescape
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from planner import charts, documents
from planner.documents.paper import prepare
from planner.scenario import segments
from planner.ui import glossary, look, maps, tables
from planner.ui.result import chart_words, frames, headline, movements, parts, sortie, tell
from planner.ui.session import Session
from planner.verify import Verdict
from tests import paper_case as case
from tests.app.desk_case import HOSTILE, ROOT, press, show, told

TABS = (
    "Map", "Curve", "Left behind", "Vehicles", "Ports and bridges", "Danger", "Movements", "People",
    "Proof",
)  # fmt: skip
CHARTS = {"Curve": 1, "Vehicles": 1, "Ports and bridges": 1, "Danger": 1}


def plan_button(app: AppTest) -> AppTest:
    return press(app, "Plan")


def wait_for_the_end(session: Session, patience_s: float = 60.0) -> None:
    ends = time.monotonic() + patience_s
    while any(job.ending() is None for job in session.jobs):
        assert time.monotonic() < ends, "the worker does not come to an end"
        time.sleep(0.1)


# ------------------------------------------------------------------ start, watch, stop


def test_planning_from_the_page_to_the_result(session: Session) -> None:
    app = show("plan", session)
    assert "No plan has been made yet" in told(app)
    app.selectbox(key="what_if").set_value("government_grants").run()
    changes = app.dataframe[0].value
    assert list(changes["sets"]) == ["authorisations[government_pending].assume"]
    app.select_slider(key="limit").set_value("20 s").run()
    app.checkbox(key="remedies").uncheck().run()
    plan_button(app)
    assert session.job is not None
    assert "government_grants" in told(app)
    assert "End without a plan" in {b.label for b in app.button} or session.job.waiting
    wait_for_the_end(session)
    app.run()
    assert session.job is None and [run.case for run in session.runs] == ["government_grants"]
    (run,) = session.runs
    assert run.verdict.status == "CONDITIONAL" and run.ending.peak_rss_mb > 0
    assert {path.name for path in run.documents()} >= {"plan.json", "summary.pdf"}
    assert "who want to leave get out" in told(app)  # the result is on the same page
    assert not app.exception


def test_a_click_right_after_a_choice_plans_what_was_chosen(session: Session) -> None:
    app = show("plan", session)
    app.selectbox(key="what_if").set_value("government_grants")
    app.select_slider(key="limit").set_value("20 s")
    plan_button(app)
    assert session.job is not None
    wish = session.job.wish
    assert (wish.what_if, wish.time_s) == ("government_grants", 20)


def test_a_plan_can_be_ended_and_made_again(session: Session) -> None:
    app = plan_button(show("plan", session))
    job = session.job
    assert job is not None
    label = "End without a plan"
    press(app, label if label in {b.label for b in app.button} else "Leave the queue")
    assert job.ending() is not None
    app.run()
    assert session.job is None and not session.runs
    assert "Ended without a plan" in told(app)
    plan_button(app)
    assert session.job is not None and session.job.folder != job.folder


def test_stopping_keeps_the_best_plan(session: Session) -> None:
    app = plan_button(show("plan", session))
    ends = time.monotonic() + 30
    while session.job is not None and session.job.waiting:
        assert time.monotonic() < ends
        time.sleep(0.1)
    app.run()
    if session.jobs:  # else it was quicker than we
        press(app, "Stop, keep the best plan")
        wait_for_the_end(session)
        app.run()
    assert [run.case for run in session.runs] == ["base"]
    assert session.runs[0].verdict.verified


def test_a_second_wish_waits_in_the_queue_and_can_leave_it(session: Session) -> None:
    app = show("plan", session)
    app.select_slider(key="limit").set_value("15 min")
    app.number_input(key="gap").set_value(0.0)
    plan_button(app)
    app.selectbox(key="what_if").set_value("government_grants")
    plan_button(app)
    assert len(session.jobs) == 2
    waits = "government_grants waits for its turn"
    if session.jobs[1].waiting:
        assert waits in told(app) and "1 solve is before it" in told(app)
        app.button(key="end-1").click().run()
        assert waits not in told(app)
    assert len([job for job in session.jobs if job.ending() is None]) <= 1


def test_a_faulty_scenario_cannot_be_planned(session: Session) -> None:
    session.edit(session.text.replace("horizon: 12 h", "horizon: 12"), "a fault")
    app = show("plan", session)
    assert "Mend the scenario first" in told(app)
    assert not [b for b in app.button if b.label == "Plan"]


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("error", "an error inside the program"),
        ("crashed", "broke off"),
        ("faults", "the scenario has faults"),
    ],
)
def test_what_went_wrong_is_told_with_its_log(
    outcome: str, expected: str, session: Session
) -> None:
    from planner.ui.runner import Ending, Wish, finish, write_wish

    folder = session.folder / "runs" / "1"
    wish = Wish(session.text, session.file, "t", None, 20, 0.01, 0, False)
    write_wish(folder, wish)
    finish(folder, Ending(outcome, "<b>no</b>"))
    app = show("plan", session)
    assert expected in told(app)
    logs = [found.proto.label for found in app.get("download_button")]
    assert logs == ([] if outcome == "faults" else ["The log, for whoever looks into it"])


def test_the_last_news_of_each_level_is_shown_and_far_bounds_are_not() -> None:
    history = [
        {"elapsed_s": 1.0, "level": "harm", "value": 9.0, "bound": 0.0, "gap": 4.0},
        {"elapsed_s": 2.0, "level": "harm", "value": 8.0, "bound": 6.0, "gap": 0.25},
        {"elapsed_s": 3.0, "level": "arrival", "value": 70.0, "bound": None, "gap": None},
    ]
    assert frames.level_rows(history) == [
        ("expected harm", "8", "6", "25 %"), ("total arrival time", "70", "–", "–"),
    ]  # fmt: skip


# ------------------------------------------------------------------ every part of the result


@pytest.mark.parametrize("as_tables", [False, True], ids=["charts", "tables"])
@pytest.mark.parametrize("tab", TABS)
def test_each_part_of_the_result_opens(tab: str, as_tables: bool, planned: Session) -> None:
    app = show("plan", planned, result_tab=tab, as_tables=as_tables)
    text = told(app)
    assert "NOT AUTHORISED: this plan awaits" in text and "government_pending" in text
    figures = planned.runs[-1].verdict.figures
    assert f"{figures.evacuated:,}" in text and f"{figures.people:,}" in text
    wanted = 0 if as_tables else CHARTS.get(tab, 0)
    assert len(app.get("vega_lite_chart")) == wanted
    if tab == "Map":
        assert len(app.get("bidi_component")) == 1
    if as_tables and tab in CHARTS:
        assert len(app.dataframe[-1].value)


def test_another_plan_can_be_chosen(planned: Session) -> None:
    app = show("plan", planned, result_tab="People")
    box = next(box for box in app.selectbox if box.label == "Shown plan")
    box.set_value(planned.runs[0].number).run()
    assert "what-if: base · VERIFIED" in told(app)
    assert "NOT AUTHORISED" not in told(app)


def test_a_plan_of_another_text_says_so(planned: Session) -> None:
    other = "made from another text"
    assert other in told(show("plan", planned))
    from planner.ui.session import fingerprint

    planned.runs[-1].fingerprint = fingerprint(planned.text)
    assert other not in told(show("plan", planned))


def test_all_plans_are_listed_without_opening_them(planned: Session) -> None:
    rows = parts.made(planned.runs, "no such text")
    assert [row["plan"] for row in rows] == [run.label for run in reversed(planned.runs)]
    for row, run in zip(rows, reversed(planned.runs), strict=True):
        assert row["out"] == run.verdict.figures.evacuated and row["check"] == run.verdict.status


def test_a_failed_plan_cannot_be_overlooked(session: Session, made: Any) -> None:
    plan = json.loads(made.base)
    leg = next(leg for sortie in plan["sorties"] for leg in sortie["legs"] if leg["manifest"])
    leg["manifest"][0]["units"] += 40
    session.open_plan(json.dumps(plan).encode())
    app = show("plan", session, result_tab="Proof")
    assert "FAILED: this plan breaks rules. Do not use it." in told(app)
    assert "C3 capacity" in list(app.dataframe[-1].value["rule"])


def test_hostile_names_stay_text_in_every_part(session: Session, made: Any) -> None:
    plan = json.loads(made.base)
    tree = plan["provenance"]["tree"]
    tree["title"] = HOSTILE
    for kind in ("places", "groups", "fleets"):
        for item in tree[kind]:
            item["name"] = HOSTILE + " \u202eevil " + "x" * 2000
    session.open_plan(json.dumps(plan).encode())
    for tab in TABS:
        app = show("plan", session, result_tab=tab)
        assert HOSTILE in told(app), tab
        assert not [block for block in app.html if "<img" in block.body]
        assert not [block for block in app.markdown if "x.example" in block.value]


# ------------------------------------------------------------------ the headline


def test_the_headline_says_who_is_out_who_is_not_and_why() -> None:
    found = headline.headline(case.conditional())
    assert found.sentence.startswith("40 of the 48 people who want to leave get out")
    assert "8 are left behind. The reason: there are not enough seats in time." in found.sentence
    assert "It is proven that no plan leaves fewer behind." in found.proof
    out, left, harm, sure = found.cards
    assert (out.figure, left.figure) == (str(case.EVACUATED), str(case.LEFT))
    assert left.note == "10 more stay by choice"
    assert harm.label == "Expected casualties"
    assert (sure.figure, sure.note) == ("proven best", "awaits 1 authorisation")


def changed(verdict: Verdict, **plan: Any) -> Verdict:
    return dataclasses.replace(verdict, plan=verdict.plan.model_copy(update=plan))


def test_the_headline_of_a_plan_that_is_not_proven_failed_or_empty() -> None:
    verdict = case.verified()
    level = verdict.plan.levels[0].model_copy(update={"bound": 6.0, "gap": 0.25})
    found = headline.headline(changed(verdict, levels=(level,)))
    assert "No plan leaves fewer than 6 behind; this one is within 25 % of that." in found.proof
    assert found.cards[3].figure == "within 25 %"
    assert found.cards[3].note == "of the proven best; checked by a second program"
    assert headline.headline(verdict).cards[3].note == "checked by a second program"
    assert headline.headline(case.failed()).cards[3].figure == "FAILED"
    nobody = headline.headline(case.mapped())
    assert nobody.sentence.startswith("Nobody gets out: 10 people want to leave. The reason:")
    assert headline.proof(changed(verdict, levels=())) == "Nothing is proven of it."
    impossible = headline.proof(changed(verdict, status="PROVEN_IMPOSSIBLE"))
    assert impossible == "It is proven that nobody at all can get out as things stand."


def test_when_everyone_gets_out_nobody_else_is_told_of(solved: Any) -> None:
    verdict = solved("small_walkout", None).verdict
    left = verdict.figures.left_behind - verdict.figures.unwilling
    assert headline.sentence(verdict).startswith("All ") == (left == 0)
    main = changed(
        case.conditional(),
        left_behind=tuple(
            entry.model_copy(update={"persons": 5, "reason_code": code})
            for entry in case.conditional().plan.left_behind
            if not entry.unwilling
            for code in ("no_seat", "closed", "no_seat")
        ),
    )  # fmt: skip
    assert headline.left_by_reason(main) == [("no_seat", 10), ("closed", 5)]


def test_every_reason_of_the_program_has_its_words() -> None:
    from planner.plan import LeftBehind

    told = LeftBehind.model_fields["reason_code"].description or ""
    codes = {word.strip(" .\n") for word in told.split(",")}
    assert codes - {"unwilling"} == set(headline.reason_words())


# ------------------------------------------------------------------ the same figures everywhere


def csv_rows(verdict: Verdict, name: str) -> list[dict[str, str]]:
    content = documents.content(verdict, prepare(verdict), name).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


@pytest.fixture(params=["small_bridge", "small_ship", "by hand"])
def verdict(request: Any, solved: Any) -> Verdict:
    if request.param == "by hand":
        return case.conditional()
    return solved(request.param, None).verdict  # type: ignore[no-any-return]


def test_the_movements_are_those_of_the_movement_table(verdict: Verdict) -> None:
    written = csv_rows(verdict, "csv")
    lines = movements.manifests(verdict)
    people = [row for row in written if row["persons"] and int(row["persons"])]
    key = ("sortie", "households", "size", "people", "stretchers")
    ours = sorted(tuple(str(row[k]) for k in key) for row in lines.to_dict("records"))
    names = ("sortie", "units", "unit_persons", "persons", "stretchers")
    if verdict is not case.conditional():  # redaction renames what the protected place is in
        assert ours == sorted(tuple(row[k] for k in names) for row in people)
    assert int(lines["people"].sum()) == sum(int(row["persons"]) for row in people)
    final = lines[lines["final"].astype(bool)]
    out = sum(int(row["persons"]) for row in people if row["final"] == "yes")
    assert int(final["people"].sum()) == out == verdict.figures.evacuated
    legs = movements.movements(verdict)
    ids = {(row["sortie"], row["leg"]) for row in written}
    assert len(legs) == len(ids)
    assert int(legs["people"].sum()) == int(lines["people"].sum())


def test_the_people_are_those_of_the_documents(verdict: Verdict) -> None:
    written = csv_rows(verdict, "people")
    ours = frames.groups(verdict)
    pairs = {
        "people": "people", "by_sortie": "out_by_sortie", "own_means": "own_means",
        "stay": "unwilling", "left_behind": "left_behind",
    }  # fmt: skip
    for column, name in pairs.items():
        assert list(ours[column]) == [int(row[name]) for row in written], column
    last = ["" if at is None or at != at else f"{at:%Y-%m-%dT%H:%M}" for at in ours["last_safe"]]
    assert last == [row["last_safe_local"][:16] for row in written]


def test_those_left_behind_are_those_of_the_documents(verdict: Verdict) -> None:
    written = csv_rows(verdict, "left-behind")
    rows = tables.left_behind(verdict)
    ours = sorted(int(row[1].replace(",", "")) for row in rows)
    assert ours == sorted(int(row["persons"]) for row in written)
    stay = sum(int(row["persons"]) for row in written if row["by_choice"] != "yes")
    shown = headline.headline(verdict).cards[1]
    assert shown.figure == f"{stay:,}"


def test_the_headline_is_that_of_the_printed_summary(verdict: Verdict) -> None:
    from planner.documents import summary

    told = json.dumps(summary.content(prepare(verdict)), ensure_ascii=False)
    for card in headline.headline(verdict).cards[:2]:
        assert card.figure in told


def test_the_danger_adds_up_to_the_expected_casualties(verdict: Verdict) -> None:
    table = frames.danger(verdict, charts.exposure(verdict))
    assert table["total"].sum() == pytest.approx(verdict.figures.levels["harm"], abs=0.02)
    days = table.drop(columns=["group", "total"]).sum(axis=1)
    assert list(days) == pytest.approx(list(table["total"]), abs=0.01)


def test_the_tables_of_the_charts_are_what_the_charts_show(verdict: Verdict) -> None:
    assert frames.curve(verdict)["safe"].iloc[-1] == verdict.figures.evacuated
    loaded = frames.convoys(verdict, True)
    moved = sum(leg.persons for _, leg in verdict.plan.final_legs)
    assert int(loaded["people"].sum()) == moved
    assert len(frames.gantt(verdict, None)) == len(charts.gantt_rows(verdict))
    found = charts.loads(verdict)
    sites = frames.sites(verdict, found)
    assert len(sites) == len(found)
    for load in found:
        assert frames.site_course(verdict, load)["most"].max() == pytest.approx(load.most, abs=0.05)
    assert list(frames.levels(verdict)["level"])


# ------------------------------------------------------------------ filters, one sortie


def test_the_filters_leave_what_fits() -> None:
    frame = movements.movements(case.conditional())
    assert len(movements.chosen(frame)) == len(frame) == 7
    assert set(movements.chosen(frame, fleets=["Ferry"])["sortie"]) == {"ferries-1-1"}
    at_port = movements.chosen(frame, places=["port"])
    assert set(at_port["sortie"]) == {"buses-2-1", "cutters-1-1", "ferries-1-1"}
    patients = movements.chosen(frame, groups=["merciful_patients"])
    assert list(patients["people"]) == [8]
    assert len(movements.chosen(frame, loaded=True)) == 4
    early = movements.chosen(frame, hours_s=(0, 3600))
    assert 0 < len(early) < len(frame) and early["t_s"].max() <= 3600
    assert len(movements.chosen(frame, fleets=["no such"])) == 0


def test_a_sortie_shows_its_legs_and_its_way() -> None:
    verdict = case.conditional()
    rows = sortie.times(verdict, "buses-2-1")
    assert [row[1] for row in rows] == [case.HOSTILE_NAME, "Port"]
    assert rows[1][-2] == "24" and ": 24" in rows[1][-1]
    ways = movements.ways(verdict, "buses-2-1")
    assert [(way["from"], way["to"], way["loaded"]) for way in ways] == [
        ("gate", "town", False), ("town", "port", True),
    ]  # fmt: skip
    own = verdict.plan.self_movements[0].id
    assert len(movements.ways(verdict, own)) == 1 and len(sortie.times(verdict, own)) == 1
    assert movements.ways(verdict, "no such") == []


def test_a_picked_row_shows_the_map_of_its_way(planned: Session) -> None:
    app = show("plan", planned, result_tab="Movements")
    assert "Pick a row" in told(app) and not app.get("deck_gl_json_chart")
    verdict = planned.runs[-1].verdict
    name = str(movements.movements(verdict)["sortie"].iloc[0])
    shown = maps.way_deck(verdict, movements.ways(verdict, name), (700, 360)).to_json()
    spec = json.loads(shown)
    assert {"way", "stops", "way-names"} <= {layer["id"] for layer in spec["layers"]}
    assert "http" not in shown


# ------------------------------------------------------------------ words explained


def test_every_word_that_is_explained_stands_in_the_glossary() -> None:
    text = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
    for word in glossary.meanings():
        assert f"**{word}**" in text, word
    for name, (label, word) in glossary.heads().items():
        assert label and (not word or glossary.meaning(word)), name
    assert glossary.meaning("no such word") == ""


def test_every_column_of_the_tables_has_a_heading() -> None:
    verdict = case.conditional()
    tables = [
        frames.levels(verdict), frames.groups(verdict), frames.late(verdict),
        frames.violations(verdict), frames.curve(verdict), frames.convoys(verdict, False),
        frames.gantt(verdict, None), frames.sites(verdict, charts.loads(verdict)),
        movements.movements(verdict)[list(movements.SHOWN)],
        movements.manifests(verdict)[list(movements.LINES)],
    ]  # fmt: skip
    known = glossary.heads()
    assert {name for table in tables for name in table.columns} <= set(known)


def test_a_word_with_an_explanation_is_escaped_and_can_be_reached_by_keys() -> None:
    evil = "<b onclick=x>\"'"
    found = look.term(evil, evil)
    assert "<b onclick" not in found and 'tabindex="0"' in found
    assert unescape(found).count(evil) == 3
    assert look.term("plain", "") == "plain"


def test_hidden_columns_are_not_shown() -> None:
    frame = movements.movements(case.conditional())
    found = tell.columns(frame, movements.ASKED)
    assert all(found[name] is None for name in movements.ASKED)
    assert found["people"]["label"] == "people" and "never names" in found["groups"]["help"]


def test_people_of_a_group_are_all_accounted_for(verdict: Verdict) -> None:
    for group, row in zip(
        verdict.scenario.groups, frames.groups(verdict).to_dict("records"), strict=True
    ):
        everybody = sum(part.persons for part in segments(verdict.scenario, group))
        parts_of_it = ("by_sortie", "own_means", "stay", "left_behind")
        assert sum(row[key] for key in parts_of_it) == everybody == row["people"]


# ------------------------------------------------------------------ charts in another language


def words_of(thing: Any, key: str = "") -> set[str]:
    if isinstance(thing, dict):
        return {word for name, value in thing.items() for word in words_of(value, name)}
    if isinstance(thing, list):
        return {word for value in thing for word in words_of(value, key)}
    return {thing} if isinstance(thing, str) and key in ("title", "domain") else set()


def test_the_charts_own_words_can_all_be_translated(verdict: Verdict) -> None:
    from planner.charts.gains import gain_bars

    row = {"what": "A", "screened": False, **{
        f"{key}{end}": 1.0 for key in ("people_gained", "harm_saved", "arrival_hours_saved")
        for end in ("", "_at_least", "_at_most")
    }}  # fmt: skip
    specs = [
        charts.evacuation_curve(verdict), charts.convoy_gantt(verdict),
        charts.convoy_lanes(verdict, loaded_only=False), charts.exposure_map(verdict),
        *(charts.load_curve(verdict, load) for load in charts.loads(verdict)),
        charts.search_curve([]), gain_bars([row]),
    ]  # fmt: skip
    found = {word for spec in specs for word in words_of(spec)}
    zone = f"local time ({verdict.scenario.timezone})"
    assert found - {zone, "from"} <= set(chart_words.chart_words())


def test_words_are_looked_up_and_names_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chart_words, "language", lambda: "ru")
    monkeypatch.setattr(chart_words, "_", lambda text: f"<{text}>")
    spec = chart_words.in_words(charts.evacuation_curve(case.conditional()))
    text = json.dumps(spec)
    assert '"<want to leave>"' in text and '"field": "series"' in text
    assert "<local time (Asia/Damascus)>" in text
    dates = spec["config"]["locale"]["time"]
    assert dates["shortMonths"][11].startswith("дек") and dates["shortDays"][0] == "вс"
    loads = [
        charts.load_curve(case.conditional(), load) for load in charts.loads(case.conditional())
    ]
    assert any("<limit " in json.dumps(chart_words.in_words(load)) for load in loads)
    danger = json.dumps(chart_words.in_words(charts.exposure_map(case.conditional())))
    assert "Patients of the Merciful Clinic" in danger
    assert chart_words.word("Port") == "Port"
