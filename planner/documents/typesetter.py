"""Typst in a process of its own: it never gives back the memory that a document took.

Run as a program, this file reads jobs from standard input until that ends, and writes what became
of each. It imports nothing of the package, so that it starts within a tenth of a second.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import struct
import subprocess
import sys
import threading
from typing import Any

_LENGTH = struct.Struct(">Q")
_ENOUGH = 400_000
"""Characters of text after which a new process is begun: some 300 MB of typst's memory."""
_LIGHT = 5
"""A character of a drawing takes so many times less of it."""


class TypesetterError(RuntimeError):
    """Typst refused a template or died; the message is its own."""


class Typesetter:
    """One process at a time, and another once it has set enough. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._spent = 0
        self.most_mb = 0
        """The most memory that one of the processes was seen to have."""

    def pages(self, job: dict[str, Any]) -> list[bytes]:
        """What typst makes of a job (the arguments of ``typst.compile``): a PDF, or a PNG a page.

        Raises TypesetterError.
        """
        told = json.dumps(job).encode("utf-8")
        drawn = sum(map(len, job.get("sys_inputs", {}).values()))
        drawn -= len(job.get("sys_inputs", {}).get("content", ""))
        weight = len(told) - drawn + drawn // _LIGHT
        with self._lock:
            if self._spent and self._spent + weight > _ENOUGH:
                self._end()
            self._spent += weight
            try:
                return self._asked(told)
            except TypesetterError:
                raise
            except (OSError, EOFError) as error:
                self._end()
                raise TypesetterError("the typesetter died; try again") from error
            except BaseException:
                self._end()  # half an answer may still be on its way
                raise

    def close(self) -> None:
        """End the process; the next job begins another."""
        with self._lock:
            self._end()

    def _asked(self, told: bytes) -> list[bytes]:
        if self._child is not None and self._child.poll() is not None:
            self._end()
        if self._child is None:
            self._child = subprocess.Popen(
                [sys.executable, "-P", __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        stdin, stdout = self._child.stdin, self._child.stdout
        assert stdin is not None and stdout is not None
        stdin.write(_LENGTH.pack(len(told)) + told)
        stdin.flush()
        head = json.loads(_read(stdout))
        self.most_mb = max(self.most_mb, head["mb"])
        if "fault" in head:
            raise TypesetterError(head["fault"])
        return [_read(stdout) for _ in range(head["pages"])]

    def _end(self) -> None:
        child, self._child, self._spent = self._child, None, 0
        if child is None:
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        child.wait()


def _read(stream: Any) -> bytes:
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    return _exactly(stream, length)


def _exactly(stream: Any, length: int) -> bytes:
    found = stream.read(length)
    if len(found) < length:
        raise EOFError
    return bytes(found)


TYPESETTER = Typesetter()
"""The one of this process."""
atexit.register(TYPESETTER.close)


# ------------------------------------------------------------------ in the process of its own


def _serve() -> None:
    import signal

    import psutil
    import typst

    own = psutil.Process()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever asked
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while head := source.read(_LENGTH.size):
        job = json.loads(_exactly(source, _LENGTH.unpack(head)[0]))
        answer: dict[str, Any]
        try:
            made = typst.compile(**job)
            pages = [made] if isinstance(made, bytes) else [page for page in made or () if page]
            answer = {"pages": len(pages)}
        except (RuntimeError, ValueError) as error:
            pages, answer = [], {"fault": str(error)}
        answer["mb"] = own.memory_info().rss >> 20
        for part in (json.dumps(answer).encode("utf-8"), *pages):
            sink.write(_LENGTH.pack(len(part)) + part)
        sink.flush()


if __name__ == "__main__":
    _serve()
