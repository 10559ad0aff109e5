"""Every page through Streamlit's own test driver, with no browser."""

from __future__ import annotations

import json
import re
import time
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from planner.ui.session import KEY, Session

ROOT = Path(__file__).resolve().parents[2]
BRIDGE = ROOT / "tests" / "scenarios" / "small_bridge.yaml"
SCREENS = ("scenario", "plan", "result", "side_by_side", "documents")
HOSTILE = "<img src=https://x.example/a.png onerror=alert(1)>![a](https://x.example/b.png)"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    session = Session(tmp_path / "tab")
    session.open(BRIDGE.name, BRIDGE.read_text(encoding="utf-8"), "a test")
    yield session
    for job in session.jobs:
        job.end()


@pytest.fixture
def planned(session: Session, made: Any) -> Session:
    session.open_plan(made.base)
    session.open_plan(made.granted)
    return session


def show(screen: str, session: Session, **state: Any) -> AppTest:
    """The desk with that page open."""
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.session_state[KEY] = session
    for key, value in state.items():
        app.session_state[key] = value
    app.run()
    app.switch_page(f"planner/ui/screens/{screen}.py")
    app.run()
    assert not app.exception, app.exception[0].message
    return app


def told(app: AppTest) -> str:
    """All text of the page's own HTML, without the styles and the marks."""
    bodies = (block.body for block in app.html if "<style>" not in block.body)
    return unescape(re.sub(r"<[^>]+>", " ", "\n".join(bodies)))


def test_every_page_opens_in_a_new_tab() -> None:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()
    for screen in SCREENS:
        app.switch_page(f"planner/ui/screens/{screen}.py").run()
        assert not app.exception, screen
        assert "Decision support, not clearance" in told(app)


# ------------------------------------------------------------------ scenario


def test_a_sound_scenario_says_so(session: Session) -> None:
    app = show("scenario", session)
    assert "No fault." in told(app)
    assert "332 in 3 groups" in told(app)
    assert app.text_area[0].value == session.text


def test_a_fault_shows_its_line_and_remedy_and_mending_it_helps(session: Session) -> None:
    sound = session.text
    app = show("scenario", session)
    app.text_area[0].set_value(sound.replace("at: upper_town,", "at: uper_town,")).run()
    line = 1 + sound[: sound.index("at: upper_town,")].count("\n")
    assert f"line {line}" in told(app) and "did you mean 'upper_town'" in told(app)
    assert "cannot be planned yet" in told(app)
    assert not app.button  # nothing to go on to
    tint = next(block.body for block in app.html if "background-image" in block.body)
    assert f"y%3D%22{(line - 1) * 20}%22" in tint.replace('y="', "y%3D%22").replace("=", "%3D")
    app.text_area[0].set_value(sound).run()
    assert "No fault." in told(app)
    assert [button.label for button in app.button] == ["Go on to the plan"]


def test_a_shipped_scenario_can_be_opened(session: Session) -> None:
    app = show("scenario", session)
    app.selectbox[0].set_value("russian_citizens_2012").run()
    assert session.file == "russian_citizens_2012.yaml"
    assert app.text_area[0].value == session.text != ""


def test_an_upload_is_opened_or_refused_with_the_reason(session: Session) -> None:
    app = show("scenario", session)
    text = session.text.replace("Small bridge shuttle", "My own")
    app.file_uploader[0].upload("../../mine.yaml", text.encode("utf-8"), "text/yaml").run()
    assert session.file == "mine.yaml" and "My own" in told(app)
    app.file_uploader[0].upload("bad.yaml", b"title: \xff\xfe", "text/yaml").run()
    assert session.file == "mine.yaml" and "not UTF-8" in told(app)
    app.file_uploader[0].upload("big.yaml", b"#" * 2_000_001, "text/yaml").run()
    assert session.file == "mine.yaml" and "more than a scenario may have" in told(app)


def test_a_plan_made_before_can_be_opened(session: Session, made: Any) -> None:
    app = show("scenario", session)
    app.file_uploader[1].upload("plan.json", b"{}", "application/json").run()
    assert "Not opened." in told(app) and not session.runs
    app.file_uploader[1].upload("plan.json", made.base, "application/json").run()
    assert [run.case for run in session.runs] == ["base"]


def test_hostile_names_stay_text(session: Session) -> None:
    text = session.text.replace("title: Small bridge shuttle", f'title: "{HOSTILE}"')
    session.edit(text, "a hostile title")
    app = show("scenario", session)
    assert HOSTILE in told(app)
    assert not [block for block in app.html if "<img" in block.body]
    assert not [block for block in app.markdown if "x.example" in block.value]


# ------------------------------------------------------------------ plan


def wait_for_the_end(session: Session, patience_s: float = 60.0) -> None:
    ends = time.monotonic() + patience_s
    while session.job is not None and session.job.ending() is None:
        assert time.monotonic() < ends, "the worker does not come to an end"
        time.sleep(0.1)


def test_planning_from_the_page_to_the_result(session: Session) -> None:
    app = show("plan", session)
    app.selectbox(key="what_if").set_value("government_grants").run()
    changes = app.dataframe[0].value
    assert list(changes["sets"]) == ["authorisations[government_pending].assume"]
    app.select_slider(key="limit").set_value("20 s").run()
    app.checkbox(key="remedies").uncheck().run()
    button = next(button for button in app.button if button.label == "Plan")
    button.click().run()
    assert session.job is not None
    assert "Planning government_grants." in told(app)
    assert {"Stop, keep the best plan", "End without a plan"} <= {b.label for b in app.button}
    wait_for_the_end(session)
    app.run()
    assert session.job is None and [run.case for run in session.runs] == ["government_grants"]
    (run,) = session.runs
    assert run.verdict.status == "CONDITIONAL" and run.ending.peak_rss_mb > 0
    assert {path.name for path in run.documents()} >= {"plan.json", "summary.pdf"}
    assert not app.exception


def test_a_click_right_after_a_choice_plans_what_was_chosen(session: Session) -> None:
    app = show("plan", session)
    app.selectbox(key="what_if").set_value("government_grants")
    app.select_slider(key="limit").set_value("20 s")
    next(b for b in app.button if b.label == "Plan").click().run()
    assert session.job is not None
    wish = session.job.wish
    assert (wish.what_if, wish.time_s) == ("government_grants", 20)


def test_a_plan_can_be_ended_and_made_again(session: Session) -> None:
    app = show("plan", session)
    next(b for b in app.button if b.label == "Plan").click().run()
    job = session.job
    assert job is not None
    next(b for b in app.button if b.label == "End without a plan").click().run()
    app.run()
    assert session.job is None and not session.runs
    assert "Ended without a plan" in told(app)
    next(b for b in app.button if b.label == "Plan").click().run()
    assert session.job is not None and session.job is not job
    assert session.job.folder != job.folder


def test_stopping_keeps_the_best_plan(session: Session) -> None:
    app = show("plan", session)
    next(b for b in app.button if b.label == "Plan").click().run()
    next(b for b in app.button if b.label == "Stop, keep the best plan").click().run()
    assert "Stopping …" in {b.label for b in app.button} or session.runs
    wait_for_the_end(session)
    app.run()
    assert [run.case for run in session.runs] == ["base"]
    assert session.runs[0].verdict.verified


def test_a_faulty_scenario_cannot_be_planned(session: Session) -> None:
    session.edit(session.text.replace("horizon: 12 h", "horizon: 12"), "a slip")
    app = show("plan", session)
    assert "Mend the scenario first" in told(app)
    assert not [b for b in app.button if b.label == "Plan"]


def test_two_tabs_do_not_disturb_each_other(session: Session, tmp_path: Path, made: Any) -> None:
    other = Session(tmp_path / "other")
    other.open("walkout.yaml", BRIDGE.with_name("small_walkout.yaml").read_text("utf-8"), "a test")
    one, two = show("scenario", session), show("scenario", other)
    one.text_area[0].set_value(session.text + "\n# mine\n").run()
    session.open_plan(made.base)
    two.run()
    assert "# mine" not in two.text_area[0].value and not other.runs
    assert other.folder != session.folder


# ------------------------------------------------------------------ result, side by side, documents

TABS = ("Map", "Curve", "Convoys", "Movements", "People", "Left behind", "Proof")


@pytest.mark.parametrize("tab", TABS)
def test_each_part_of_the_result_opens(tab: str, planned: Session) -> None:
    app = show("result", planned, result_tab=tab)
    page = told(app)
    assert "NOT AUTHORISED: this plan awaits" in page and "government_pending" in page
    figures = planned.runs[-1].verdict.figures
    assert f"{figures.evacuated:,}" in page and f"{figures.people:,}" in page
    kinds = {
        "Map": "deck_gl_json_chart",
        "Curve": "vega_lite_chart",
        "Convoys": "vega_lite_chart",
    }
    if tab in kinds:
        assert len(app.get(kinds[tab])) == 1
    elif tab == "Left behind":
        assert "stay" in page
    else:
        assert len(app.dataframe[0].value)


def test_the_slider_moves_people_to_the_haven(planned: Session) -> None:
    planned.shown = planned.runs[0].number
    app = show("result", planned, result_tab="Map")
    verdict = planned.runs[0].verdict
    figures, start = verdict.figures, datetime(2012, 12, 13, 6)
    app.slider[0].set_value(start).run()
    assert f"{figures.evacuated:,} waiting" in told(app)
    app.slider[0].set_value(start + timedelta(seconds=verdict.plan.horizon_s)).run()
    assert f"{figures.evacuated:,} safe" in told(app) and "waiting" not in told(app)


def test_time_passes_by_itself_until_it_is_stopped(planned: Session) -> None:
    planned.shown = planned.runs[0].number
    app = show("result", planned, result_tab="Map")
    app.toggle[0].set_value(True).run()
    before = app.slider[0].value
    app.run()
    assert app.slider[0].value - before == timedelta(minutes=10)
    for _ in range(80):
        app.run()
    assert app.slider[0].value == datetime(2012, 12, 13, 18)
    app.toggle[0].set_value(False).run()
    assert not app.exception


def test_a_close_look_keeps_the_place_in_the_middle(planned: Session) -> None:
    app = show("result", planned, result_tab="Map")
    app.selectbox[1].set_value("clinic").run()
    spec = json.loads(app.get("deck_gl_json_chart")[0].proto.json)
    lat, lon = planned.runs[-1].verdict.network.positions["clinic"]
    view = spec["initialViewState"]
    assert (view["latitude"], view["longitude"]) == pytest.approx((lat, lon))


def test_the_map_asks_for_no_background(planned: Session) -> None:
    app = show("result", planned, result_tab="Map")
    spec = json.loads(app.get("deck_gl_json_chart")[0].proto.json)
    # Any other value, or none, makes the page fetch one from a tile host.
    assert spec["mapStyle"] == "__MAP_STYLE__"
    assert "mapProvider" not in spec
    names = {layer["id"] for layer in spec["layers"]}
    assert {"threats", "links", "places", "movers", "place-names", "ahead", "behind"} <= names
    assert "http" not in json.dumps(spec)


def test_another_plan_can_be_chosen(planned: Session) -> None:
    app = show("result", planned, result_tab="People")
    app.selectbox[0].set_value(planned.runs[0].number).run()
    assert "what-if: base · VERIFIED" in told(app)
    assert "NOT AUTHORISED" not in told(app)


def test_a_failed_plan_cannot_be_overlooked(session: Session, made: Any) -> None:
    plan = json.loads(made.base)
    leg = next(leg for sortie in plan["sorties"] for leg in sortie["legs"] if leg["manifest"])
    leg["manifest"][0]["units"] += 40
    session.open_plan(json.dumps(plan).encode())
    app = show("result", session, result_tab="Proof")
    assert "FAILED: this plan breaks rules. Do not use it." in told(app)
    assert "C3 capacity" in list(app.dataframe[1].value["rule"])
    assert "every page says so" in told(show("documents", session))


@pytest.mark.parametrize("tab", ["Maps", "Curves", "Figures"])
def test_base_and_what_if_side_by_side(tab: str, planned: Session) -> None:
    app = show("side_by_side", planned, pair=tab)
    page = told(app)
    base, granted = (run.verdict.figures for run in planned.runs)
    assert f"{granted.evacuated - base.evacuated:+,}" in page
    assert "NOT AUTHORISED: awaits" in page
    shown = {"Maps": "deck_gl_json_chart", "Curves": "vega_lite_chart"}
    if tab in shown:
        assert len(app.get(shown[tab])) == 2
    else:
        assert len(app.dataframe[0].value) > 3


def test_side_by_side_wants_two_plans(session: Session, made: Any) -> None:
    session.open_plan(made.base)
    assert "Two plans are needed" in told(show("side_by_side", session))


def test_documents_are_offered_singly_and_together(planned: Session) -> None:
    from planner.ui.bundles import bundle

    app = show("documents", planned)
    labels = [found.proto.label for found in app.get("download_button")]
    assert labels[0].startswith("Everything as one file")
    assert {"summary.pdf", "movement_table.xlsx", "plan.json"} <= set(labels)
    run = planned.runs[-1]
    content = bundle(run.folder, run.documents())
    assert content == bundle(run.folder, run.documents())
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert "plan.json" in archive.namelist()
        assert any(name.startswith("gpx/") for name in archive.namelist())


def test_a_language_is_chosen_and_found_again_in_the_address() -> None:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.query_params["lang"] = "ar"
    app.run()
    assert not app.exception
    assert app.session_state["language"] == "ar"
    app.selectbox(key="language").set_value("en").run()
    assert "lang" not in app.query_params
    app.selectbox(key="language").set_value("ru").run()
    assert app.query_params["lang"] == "ru"


def test_an_unknown_language_in_the_address_is_english() -> None:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.query_params["lang"] = "<script>"
    app.run()
    assert app.session_state["language"] == "en"
