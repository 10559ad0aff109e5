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
SCREENS = (
    "scenario",
    "plan",
    "what_ifs",
    "worth",
    "rehearsal",
    "when",
    "sweep",
    "operation",
    "documents",
)


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
