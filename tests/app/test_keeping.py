"""What the desk says of what it keeps, through Streamlit's own test driver."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from streamlit.testing.v1 import AppTest

from planner.ui import keeping, memory, runner, runs, tickets, workspace
from planner.ui.runner import Ending, Wish
from planner.ui.session import KEY, Session, open_desk
from planner.ui.tickets import Place

if TYPE_CHECKING:
    from planner.verify import Verdict

ROOT = Path(__file__).resolve().parents[2]
BRIDGE = ROOT / "tests" / "scenarios" / "small_bridge.yaml"
ONE, TWO = "a" * 16, "b" * 16
HOSTILE = "<img src=x onerror=alert(1)>[a](https://x.example) \u202e"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv(workspace.VARIABLE, str(tmp_path / "desk"))
    monkeypatch.setenv("SAFE_PASSAGE_CACHE", str(tmp_path / "cache"))
    yield tmp_path / "desk"
    for ticket in tickets.read()[0]:
        tickets.leave(Path(ticket.folder))


def drafted(name: str, title: str = "Small bridge shuttle") -> Session:
    session = open_desk(name)
    text = BRIDGE.read_text(encoding="utf-8").replace(
        "title: Small bridge shuttle", f"title: '{title}'"
    )
    session.open(BRIDGE.name, text, "a test")
    return session


def opened(**query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception, app.exception[0].message
    return app


def told(app: AppTest) -> str:
    bodies = (block.body for block in app.html if "<style>" not in block.body)
    return unescape(re.sub(r"<[^>]+>", " ", "\n".join(bodies)))


def address(app: AppTest) -> str:
    """The desk that the tab's address names."""
    found = app.query_params["desk"]
    return found if isinstance(found, str) else str(found[0])


def desk_of(app: AppTest) -> Session:
    found = app.session_state[KEY]
    assert isinstance(found, Session)
    return found


def test_the_address_names_the_desk_and_finds_it_again(place: Path) -> None:
    app = opened()
    name = address(app)
    assert workspace.is_id(name)
    desk_of(app).edit(desk_of(app).text + "# mine\n", "a remark")
    again = opened(desk=name)
    assert desk_of(again).id == name and desk_of(again).text.endswith("# mine\n")
    assert "Continue where you left off" not in told(again)
    assert address(opened()) != name


def test_an_address_that_names_no_desk_opens_a_new_one(place: Path) -> None:
    app = opened(desk="../../etc")
    assert workspace.is_id(address(app))


def test_a_new_tab_offers_what_was_left_and_goes_on_with_it(place: Path) -> None:
    drafted(ONE)
    drafted(TWO, HOSTILE)
    app = opened()
    page = told(app)
    assert "Continue where you left off" in page and "Small bridge shuttle" in page
    assert HOSTILE in page and not [block for block in app.html if "<img" in block.body]
    next(b for b in app.button if b.key == f"offer-{ONE}").click().run()
    assert desk_of(app).id == ONE and address(app) == ONE
    assert "Continue where you left off" not in told(app)


def test_the_desk_tells_what_it_keeps(place: Path) -> None:
    drafted(ONE)
    drafted(TWO)
    app = opened(desk=ONE)
    assert not [b for b in app.button if b.key == "forget"]  # closed: costs nothing
    app.session_state["machine"] = True
    app.run()
    page = told(app)
    assert str(place) in page and "of at most 500 MB" in page
    assert "0 of at most 4; the others are read from disk" in page
    assert [b.key for b in app.button if b.label == "Continue"] == [f"draft-{TWO}"]


def test_a_tab_that_takes_too_much_lets_go_of_what_can_be_made_again(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened()
    held = runs.Shown()
    for number in (1, 2, 3):
        held.put(number, cast("Verdict", object()))
    desk_of(app)._held = held
    for name in memory.KEPT:
        app.session_state[name] = {"made": "again"}
    monkeypatch.setattr(memory, "taken_mb", lambda: 1.0)
    app.run()
    assert len(held) == 3 and all(name in app.session_state for name in memory.KEPT)
    monkeypatch.setattr(memory, "taken_mb", lambda: memory.most_mb() + 1.0)
    app.run()
    assert len(held) == 1 and not any(name in app.session_state for name in memory.KEPT)


def test_everything_is_forgotten_on_demand(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = drafted(ONE)
    session.begin(Wish(session.text, session.file, "t", None, 900, 0.0, 0, False))
    limit = time.monotonic() + 60
    while not tickets.read()[0][0].worker:
        assert time.monotonic() < limit
        time.sleep(0.05)
    worker = tickets.read()[0][0].worker
    (place.parent / "cache").mkdir()
    (place.parent / "cache" / "x.entry").write_bytes(b"")
    app = opened(desk=ONE)
    app.session_state["machine"] = True
    app.run()
    assert next(b for b in app.button if b.key == "forget").disabled
    app.checkbox(key="forget-sure").check().run()
    next(b for b in app.button if b.key == "forget").click().run()
    assert not app.exception
    assert desk_of(app).id != ONE and not workspace.desk_folders() and not tickets.read()[0]
    assert not tickets.lives(worker)
    assert not list((place.parent / "cache").iterdir())


def test_a_crashed_solver_offers_its_log(place: Path) -> None:
    session = drafted(ONE)
    job = session.begin(Wish(session.text, session.file, "t", None, 900, 0.0, 0, False))
    assert job is not None
    tickets.leave(job.folder)
    (job.folder / "worker.log").write_text("Killed by the kernel", encoding="utf-8")
    workspace.write_json(job.folder / "done.json", {"outcome": "crashed", "sentence": "gone"})
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.session_state[KEY] = session
    app.run()
    app.switch_page("planner/ui/screens/plan.py").run()
    assert "the solver's process broke off" in told(app)
    assert "The log, for whoever looks into it" in [
        found.proto.label for found in app.get("download_button")
    ]
    assert session.last == Ending("crashed", "gone")
    assert "Killed by the kernel" in runner.Job(job.folder, job.wish).log()


@pytest.mark.parametrize(
    ("stands", "words"),
    [
        (Place(0, None), "Next in the queue"),
        (Place(1, 39.6), "1 plan of this machine's desks is made before yours. About 40 s"),
        (Place(3, 300.0), "3 plans of this machine's desks are made before yours. About 5 min"),
        (Place(2, None), "2 plans"),
    ],
)
def test_a_place_in_the_queue_is_told(stands: Place, words: str) -> None:
    assert keeping.place_words(stands).startswith(words)
