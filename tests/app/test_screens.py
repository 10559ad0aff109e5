"""Every page through Streamlit's own test driver, with no browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from planner.ui.session import KEY, Session

ROOT = Path(__file__).resolve().parents[2]
BRIDGE = ROOT / "tests" / "scenarios" / "small_bridge.yaml"
SCREENS = ("scenario", "plan", "what_ifs", "worth", "documents")
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


def test_two_tabs_do_not_disturb_each_other(session: Session, tmp_path: Path, made: Any) -> None:
    other = Session(tmp_path / "other")
    other.open("walkout.yaml", BRIDGE.with_name("small_walkout.yaml").read_text("utf-8"), "a test")
    one, two = show("scenario", session), show("scenario", other)
    one.text_area[0].set_value(session.text + "\n# mine\n").run()
    session.open_plan(made.base)
    two.run()
    assert "# mine" not in two.text_area[0].value and not other.runs
    assert other.folder != session.folder


# ------------------------------------------------------------------ language


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
