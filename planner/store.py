"""What is kept on disk between runs: entries under keys, written whole, the least used dropped.

A folder of files, one an entry: a line with the digest of the rest, then the rest, compressed. Two
processes may use one folder: an entry is written beside its place and moved into it, and whoever
finds a damaged one takes it away. Entries are bytes; nothing in them is ever executed.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import time
import zlib
from contextlib import suppress
from pathlib import Path

VARIABLE = "SAFE_PASSAGE_CACHE"
"""Environment: another folder; empty means that nothing is kept."""
MOST_MB = 200
STALE_S = 3600
"""A half-written file this old was left behind by a process that ended."""
MOST_OPENED = 512_000_000
ENDING = ".entry"


def folder() -> Path | None:
    """Where entries lie by the habits of the system; None where nothing is to be kept."""
    said = os.environ.get(VARIABLE)
    if said is not None:
        return Path(said) if said.strip() else None
    if sys.platform == "win32":
        root = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        root = str(Path.home() / "Library" / "Caches")
    else:
        root = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(root) / "safe-passage" / "searches"


class Store:
    """Entries in a folder, at most ``most_mb`` of them together."""

    def __init__(self, place: Path, most_mb: float = MOST_MB) -> None:
        self.place = place
        self.most_bytes = int(most_mb * 1e6)

    def get(self, key: str) -> bytes | None:
        """The entry of a key; None where there is none, or none that can be read."""
        path = self._path(key)
        try:
            digest, packed = path.read_bytes().split(b"\n", 1)
        except (OSError, ValueError):
            self._drop(path)
            return None
        if hashlib.sha256(packed).hexdigest().encode("ascii") != digest:
            self._drop(path)
            return None
        with suppress(OSError):
            os.utime(path)  # used just now
        opener = zlib.decompressobj()
        try:
            found = opener.decompress(packed, MOST_OPENED)
        except zlib.error:
            self._drop(path)
            return None
        return found if opener.eof else None

    def put(self, key: str, entry: bytes) -> None:
        """Keep an entry; where the disk does not let us, nothing is kept and nothing happens."""
        packed = zlib.compress(entry, 6)
        text = hashlib.sha256(packed).hexdigest().encode("ascii") + b"\n" + packed
        if len(text) > self.most_bytes:
            return
        with suppress(OSError):
            self.place.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(suffix=".part", dir=self.place)
            try:
                with open(handle, "wb") as file:
                    file.write(text)
                os.replace(name, self._path(key))
            except OSError:
                self._drop(Path(name))
                raise
            self._shrink()

    def drop(self, key: str) -> None:
        """Take an entry away."""
        self._drop(self._path(key))

    def clear(self) -> None:
        """Take every entry away, and what nobody finished."""
        for pattern in (f"*{ENDING}", "*.part"):
            for path in self.place.glob(pattern):
                self._drop(path)

    def _path(self, key: str) -> Path:
        return self.place / (hashlib.sha256(key.encode("utf-8")).hexdigest()[:40] + ENDING)

    @staticmethod
    def _drop(path: Path) -> None:
        with suppress(OSError):
            path.unlink(missing_ok=True)

    def _shrink(self) -> None:
        """The entries used longest ago go first; so do files that nobody finished."""
        known: list[tuple[float, int, Path]] = []
        for path in self.place.iterdir():
            with suppress(OSError):  # another process may have taken it away
                found = path.stat()
                if path.suffix == ENDING:
                    known.append((found.st_mtime, found.st_size, path))
                elif path.suffix == ".part" and time.time() - found.st_mtime > STALE_S:
                    self._drop(path)
        total = sum(size for _, size, _ in known)
        for _, size, path in sorted(known):
            if total <= self.most_bytes:
                break
            self._drop(path)
            total -= size
