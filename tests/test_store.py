"""What is kept on disk: whole or not at all, the least used dropped, two processes at once."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from planner import store
from planner.store import Store


def test_an_entry_comes_back_and_another_key_has_none(tmp_path: Path) -> None:
    known = Store(tmp_path / "deep" / "folder")
    assert known.get("a") is None
    known.put("a", b"what was found")
    assert known.get("a") == b"what was found"
    assert known.get("b") is None
    known.drop("a")
    assert known.get("a") is None


@pytest.mark.parametrize("harm", ["cut", "flipped", "empty", "no digest", "not packed"])
def test_a_damaged_entry_is_taken_away(tmp_path: Path, harm: str) -> None:
    known = Store(tmp_path)
    known.put("a", b"x" * 1000)
    (path,) = tmp_path.iterdir()
    text = path.read_bytes()
    unpacked = hashlib.sha256(b"plain").hexdigest().encode() + b"\nplain"
    path.write_bytes(
        {"cut": text[:-5], "flipped": text[:-1] + bytes([text[-1] ^ 1]), "empty": b"",
         "no digest": b"\n" + text, "not packed": unpacked}[harm]
    )  # fmt: skip
    assert known.get("a") is None
    assert list(tmp_path.iterdir()) == []


def test_the_least_used_goes_first(tmp_path: Path) -> None:
    known = Store(tmp_path, most_mb=0.0035)
    for age, key in enumerate("abc"):
        known.put(key, os.urandom(1000))
        for path in tmp_path.iterdir():
            if path.stat().st_mtime > time.time() - 50:
                os.utime(path, (1e9 + age, 1e9 + age))
    assert known.get("a") is not None  # used just now
    known.put("d", os.urandom(1000))
    assert [key for key in "abcd" if known.get(key)] == ["a", "c", "d"]
    known.put("huge", os.urandom(5000))
    assert known.get("huge") is None and known.get("d") is not None


def test_what_nobody_finished_is_swept_away(tmp_path: Path) -> None:
    old, new = tmp_path / "x.part", tmp_path / "y.part"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (1e9, 1e9))
    Store(tmp_path).put("a", b"1")
    assert not old.exists() and new.exists()


def test_two_processes_write_and_read_the_same_keys(tmp_path: Path) -> None:
    """Whatever is read is an entry as some process wrote it, never a part or a mixture."""
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from planner.store import Store\n"
        "known = Store(Path(sys.argv[1]), most_mb=0.02)\n"
        "for turn in range(150):\n"
        "    for key in 'abc':\n"
        "        found = known.get(key)\n"
        "        assert found is None or (len(set(found)) == 1 and len(found) == 5000), found\n"
        "        known.put(key, sys.argv[2].encode() * 5000)\n"
    )
    root = Path(__file__).parents[1]
    running = [
        subprocess.Popen([sys.executable, "-c", script, str(tmp_path), letter], cwd=root)
        for letter in "xy"
    ]
    assert [process.wait(60) for process in running] == [0, 0]
    assert not list(tmp_path.glob("*.part"))


def test_where_nothing_can_be_written_nothing_happens(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    known = Store(tmp_path / "file")
    known.put("a", b"1")
    assert known.get("a") is None


def test_where_it_lies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SAFE_PASSAGE_CACHE", str(tmp_path))
    assert store.folder() == tmp_path
    monkeypatch.setenv("SAFE_PASSAGE_CACHE", "")
    assert store.folder() is None
    monkeypatch.delenv("SAFE_PASSAGE_CACHE")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert store.folder() == tmp_path / "safe-passage" / "searches"
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    assert store.folder() == tmp_path / "local" / "safe-passage" / "searches"


def test_everything_can_be_taken_away_at_once(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put("a", b"1")
    (tmp_path / "half.part").write_bytes(b"2")
    (tmp_path / "notes.txt").write_bytes(b"mine")
    store.clear()
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
