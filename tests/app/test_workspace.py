"""What the desk keeps on disk: whatever was saved opens again, nothing is overwritten unsaid."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from planner.ui import draft as drafts
from planner.ui import session as sessions
from planner.ui import workspace
from planner.ui.draft import Draft
from planner.ui.session import Session, open_desk

BRIDGE = Path(__file__).resolve().parents[1] / "scenarios" / "small_bridge.yaml"
TEXT = BRIDGE.read_text(encoding="utf-8")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace of its own."""
    monkeypatch.setenv(workspace.VARIABLE, str(tmp_path / "desk"))
    return tmp_path / "desk"


def desk(name: str = "aaaaaaaaaaaaaaaa") -> Session:
    return open_desk(name)


# ------------------------------------------------------------------ the folder


def test_the_folder_follows_the_habits_of_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(workspace.VARIABLE)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    monkeypatch.setattr(workspace.Path, "home", lambda: tmp_path)
    for system, expected in (
        ("linux", tmp_path / "xdg"),
        ("win32", tmp_path / "local"),
        ("darwin", tmp_path / "Library" / "Application Support"),
    ):
        monkeypatch.setattr(sys, "platform", system)
        assert workspace.root() == expected / "safe-passage" / "desk"
        assert workspace.root().is_dir()


def test_an_empty_variable_keeps_nothing_of_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(workspace.VARIABLE, "")
    assert workspace.root() == workspace.root()
    assert workspace.root().name.startswith("safe-passage-")


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_only_this_user_may_look_inside(place: Path) -> None:
    place.mkdir(mode=0o755)
    session = desk()
    session.edit(TEXT, "all of it")
    for folder in (place, session.folder, session.folder / "texts"):
        assert folder.stat().st_mode & 0o777 == 0o700, folder


@pytest.mark.parametrize("name", ["", "../../etc", "AAAAAAAA", "a", "a" * 33, "aaaa/aaaa", None])
def test_a_name_that_is_none_opens_no_folder(name: Any) -> None:
    assert not workspace.is_id(name)
    with pytest.raises(ValueError, match="not the name"):
        workspace.desk_folder(name)


def test_a_desk_that_was_only_looked_at_leaves_nothing(place: Path) -> None:
    session = desk()
    assert session.text and session.file.endswith(".yaml")
    session.check()
    assert not session.folder.exists()


# ------------------------------------------------------------------ text, undo, redo


def test_the_same_desk_again_has_text_steps_and_saved_revisions(place: Path) -> None:
    session = desk()
    first = session.text
    session.open("my plan.yaml", TEXT, "a test")
    session.edit(TEXT + "# one\n", "add one")
    session.save_revision("before the meeting")
    session.edit(TEXT + "# two\n", "add two")
    session.undo()

    again = desk()
    assert again.text == TEXT + "# one\n" and again.file == "my_plan.yaml"
    assert (again.can_undo, again.can_redo) == ("add one", "add two")
    again.redo()
    assert again.text == TEXT + "# two\n" and not again.can_redo
    (saved,) = again.saved
    assert saved.what == "before the meeting"
    again.restore(saved)
    assert again.text == TEXT + "# one\n"
    assert again.can_undo == "Restore before the meeting"
    for _ in range(4):
        again.undo()
    assert again.text == first and not again.can_undo
    again.drop_revision(saved)
    assert not desk().saved


def test_an_edit_after_undo_drops_what_was_undone(place: Path) -> None:
    session = desk()
    session.edit("a\n", "a")
    session.edit("b\n", "b")
    session.undo()
    session.edit("c\n", "c")
    assert not session.can_redo
    session.undo()
    assert session.text == "a\n"


def test_what_changes_nothing_is_no_step(place: Path) -> None:
    session = desk()
    session.edit(session.text, "nothing")
    assert not session.can_undo and not session.folder.exists()


def test_the_version_tells_the_editor_when_to_show_another_text(place: Path) -> None:
    session = desk()
    before = session.version
    session.edit("a\n", "typing", typed=True)
    assert session.version == before
    session.edit("b\n", "a table")
    session.undo()
    assert session.version == before + 2
    assert desk().version == session.version  # the editor goes on with what it shows
    assert desk("b" * 16).version != desk("c" * 16).version


def test_steps_and_saved_revisions_are_bounded(place: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(drafts, "UNDO_STEPS", 5)
    monkeypatch.setattr(drafts, "SAVED_MOST", 3)
    session = desk()
    for number in range(60):
        session.edit(f"{number}\n", f"step {number}")
        session.save_revision(f"saved {number}")
    assert [state.what for state in session.saved] == ["saved 57", "saved 58", "saved 59"]
    undone = 0
    while session.can_undo:
        session.undo()
        undone += 1
    assert undone == 5 and session.text == "54\n"


def test_texts_that_nothing_names_are_taken_away(place: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(drafts, "UNDO_STEPS", 5)
    draft = Draft(place / "desks" / "bbbbbbbb")
    for number in range(49):
        draft.put(f"{number}\n", "f.yaml", "", "")
        draft.save()
    texts = list((draft.folder / "texts").iterdir())
    assert len(texts) == 49
    for path in texts:
        os.utime(path, (1, 1))
    draft.save()
    kept = {path.read_text(encoding="utf-8") for path in (draft.folder / "texts").iterdir()}
    assert kept == {f"{number}\n" for number in range(43, 49)}


def test_line_differences() -> None:
    found = drafts.differences("a\nb\nc\n", "a\nB\nc\n", context=0)
    assert found == ["@@ -2 +2 @@", "-b", "+B"]
    assert drafts.differences("a\n", "a\n") == []


def test_letters_that_are_none_survive(place: Path) -> None:
    session = desk()
    session.edit("title: \ud800 \u202e <script>\n", "hostile")
    assert desk().text == "title: \ud800 \u202e <script>\n"


# ------------------------------------------------------------------ two tabs, one desk


def test_another_tab_of_the_desk_takes_changes_over(place: Path) -> None:
    one, two = desk(), desk()
    one.edit("from one\n", "one")
    version = two.version
    two.refresh()
    assert two.text == "from one\n" and two.version > version and two.told
    two.told = ""
    two.refresh()
    assert not two.told


def test_writing_over_another_tab_keeps_its_text_one_step_back(place: Path) -> None:
    one, two = desk(), desk()
    one.edit("from one\n", "one")
    two.edit("from two\n", "two")
    assert "Another tab" in two.told
    assert two.text == "from two\n"
    two.undo()
    assert two.text == "from one\n"


def test_many_writers_at_once_lose_no_step(place: Path) -> None:
    names = [f"w{number}" for number in range(4)]

    def write(name: str) -> None:
        mine = desk()
        for number in range(8):
            mine.edit(f"{name} {number}\n", f"{name} {number}")

    threads = [threading.Thread(target=write, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = drafts.load(desk().folder)
    assert found is not None and found.now is not None
    states = [*found.undo, found.now]
    texts = {found.text(state) for state in states}
    assert {f"{name} {number}\n" for name in names for number in range(8)} <= texts
    assert found.revision == 32


def test_two_desks_have_nothing_of_each_other(place: Path) -> None:
    one, two = desk("a" * 16), desk("b" * 16)
    one.edit("mine alone\n", "one")
    two.refresh()
    assert "mine alone" not in two.text and not two.folder.exists()


# ------------------------------------------------------------------ killed at any point

WRITER = """
import sys
from pathlib import Path
from planner.ui.draft import Draft, load
folder = Path(sys.argv[1])
draft = load(folder) or Draft(folder)
while True:
    number = draft.revision + 1
    draft.put(f"text {number}\\n" * 400, "f.yaml", "", f"step {number}")
    draft.save()
    print(number, flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX")
def test_whatever_was_saved_opens_after_a_kill(tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    chance = random.Random(11)
    last = 0
    for _ in range(8):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            for _ in range(chance.randint(1, 30)):
                last = int(writer.stdout.readline())
            time.sleep(chance.random() * 0.01)
            writer.send_signal(signal.SIGKILL)
            for line in writer.stdout:
                last = int(line) if line.endswith("\n") else last
        found = drafts.load(folder)
        assert found is not None and found.now is not None
        assert last <= found.revision <= last + 1
        assert found.text() == f"text {found.revision}\n" * 400
        assert all(found.text(state).startswith("text ") for state in found.undo)


def test_a_lock_goes_with_its_holder(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from planner.ui.workspace import alone\n"
        "with alone(Path(sys.argv[1])):\n    print('held', flush=True); time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        with pytest.raises(OSError, match="cannot lock"), workspace.alone(tmp_path, 0.1):
            pass
        holder.kill()
    with workspace.alone(tmp_path, 5):
        pass


def test_a_damaged_draft_gives_way_to_its_newest_text(place: Path) -> None:
    session = desk()
    session.edit("old\n", "old")
    session.edit("new\n", "new")
    (session.folder / "draft.json").write_text('{"format": 1, "now": ', encoding="utf-8")
    for path in (session.folder / "texts").iterdir():
        new = path.read_text(encoding="utf-8") == "new\n"
        os.utime(path, (2000, 2000) if new else (1000, 1000))
    assert desk().text == "new\n"


def test_a_reader_in_the_way_does_not_break_the_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows refuses to replace a file that somebody reads at that moment."""
    tries: list[int] = []
    real = workspace.os.replace

    def refuses_twice(source: Path, target: Path) -> None:
        tries.append(1)
        if len(tries) < 3:
            raise PermissionError
        real(source, target)

    monkeypatch.setattr(workspace.os, "replace", refuses_twice)
    workspace.write_json(tmp_path / "x.json", {"a": 1})
    assert workspace.read_json(tmp_path / "x.json") == {"a": 1}


def test_a_disk_that_takes_nothing_is_told_and_the_text_stays(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object, **named: object) -> None:
        raise OSError(28, "No space left on device")

    session = desk()
    monkeypatch.setattr(drafts, "write_bytes", full)
    session.edit("mine\n", "mine")
    assert session.text == "mine\n"
    assert session.told == "Not saved on this machine: No space left on device"


# ------------------------------------------------------------------ room


def test_old_desks_make_room_for_new_ones(place: Path) -> None:
    now = time.time()
    for number, name in enumerate(("oldoldold", "middlemid", "newnewnew")):
        session = desk(name)
        session.edit("x" * 10_000, "much")
        for path in (session.folder, *session.folder.iterdir()):
            os.utime(path, (now - (10 - number) * 86_400,) * 2)
    assert [path.name for path in workspace.desk_folders()] == [
        "newnewnew", "middlemid", "oldoldold",
    ]  # fmt: skip
    whole = sum(map(workspace.size, workspace.desk_folders()))
    assert workspace.make_room(whole) == []
    assert workspace.make_room(whole - 1) == ["oldoldold"]
    assert workspace.make_room(0, now - 8.5 * 86_400) == []  # touched within a day: spared
    assert workspace.make_room(0) == ["middlemid", "newnewnew"]


def test_only_so_many_plans_are_kept(place: Path, monkeypatch: Any, made: Any) -> None:
    monkeypatch.setattr(sessions, "RUNS_KEPT", 2)
    session = desk()
    for _ in range(3):
        session.open_plan(made.base)
    assert [run.number for run in session.runs] == [2, 3] and session.shown == 3
    assert {path.name for path in (session.folder / "runs").iterdir()} == {"2", "3"}
    assert session.run(1) is session.runs[-1]  # what is gone gives way to the newest
    assert desk("c" * 16).run() is None


def test_plans_open_again_and_few_are_held_in_memory(place: Path, made: Any) -> None:
    session = desk()
    session.open_plan(made.base)
    session.open_plan(made.granted)
    again = desk()
    assert [run.case for run in again.runs] == ["base", "government_grants"]
    assert again.runs[0].figures == session.runs[0].figures
    held = again._held
    assert len(held) == 0
    assert again.runs[1].verdict.figures == session.runs[1].verdict.figures
    assert again.runs[1].verdict is again.runs[1].verdict and len(held) == 1
    held._most = 1
    assert again.runs[0].verdict.plan == session.runs[0].verdict.plan and len(held) == 1


def test_a_plan_that_no_longer_opens_is_told_and_left_out(place: Path, made: Any) -> None:
    session = desk()
    session.open_plan(made.base)
    session.open_plan(made.granted)
    session.runs[1].plan_file.write_text("{", encoding="utf-8")
    again = desk()
    found = again.run()
    assert found is not None and found.case == "base"
    assert "cannot be opened" in again.told and len(again.runs) == 1
