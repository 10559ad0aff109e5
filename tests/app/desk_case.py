"""A desk with one of its pages open, for the tests of the pages."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from planner.ui.session import KEY, Session

ROOT = Path(__file__).resolve().parents[2]
BRIDGE = ROOT / "tests" / "scenarios" / "small_bridge.yaml"
HOSTILE = "<img src=https://x.example/a.png onerror=alert(1)>![a](https://x.example/b.png)"


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


def press(app: AppTest, label: str) -> AppTest:
    """Click the button with that label."""
    next(button for button in app.button if button.label == label).click()
    return app.run()
