"""The command line: ``planner check | plan | verify | compare | worth | export | new | map | …``.

This module and ``parser`` import the standard library alone, so that ``planner --help`` is quick;
each command imports what it needs when it runs.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from planner.cli.parser import build_parser
from planner.errors import Impossible, ScenarioError

__all__ = ["main"]

DONE, FAULTS, USAGE = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status: 0 done, 1 faults or no verified plan, 2 usage.

    No traceback reaches the terminal: what nobody foresaw is one sentence, the details in a file.
    """
    for stream in (sys.stdout, sys.stderr):
        # Names in Arabic on a terminal that knows only Latin letters must not end the program.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    begun = time.monotonic()
    arguments = build_parser().parse_args(argv)
    arguments.begun = begun
    try:
        status: int = arguments.run(arguments)
        sys.stdout.flush()
        return status
    except ScenarioError as error:
        return _faults(error, getattr(arguments, "json", False))
    except BrokenPipeError:
        # The reader (`| head`) has seen enough; nothing may be flushed into its pipe at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        print("\nEnded.", file=sys.stderr)
        return FAULTS
    except OSError as error:
        what = f"{error.strerror or type(error).__name__}: {error.filename or ''}".rstrip(": ")
        print(f"planner: {what}", file=sys.stderr)
        return FAULTS
    except Exception as error:
        return _unforeseen(error, getattr(arguments, "out", None))


def _faults(error: ScenarioError, as_json: bool) -> int:
    from planner.cli.text import issue_lines, issue_objects, write_json

    said: dict[str, object] = {"verified": False, "issues": issue_objects(error.issues)}
    if isinstance(error, Impossible):
        said["status"] = "PROVEN_IMPOSSIBLE"
        print("Proven impossible: no plan keeps what is promised.", file=sys.stderr)
    if as_json:
        write_json(said)
    for line in issue_lines(error.issues):
        print(line, file=sys.stderr)
    return FAULTS


def _unforeseen(error: Exception, out: Path | None) -> int:
    import traceback

    details = "".join(traceback.format_exception(error))
    folder = out if out is not None and Path(out).is_dir() else None
    handle, name = tempfile.mkstemp(prefix="planner-error-", suffix=".log", dir=folder)
    with open(handle, "w", encoding="utf-8") as log:
        log.write(details)
    reason = " ".join(str(error).split())[:200]
    what = type(error).__name__ + (f": {reason}" if reason else "")
    print(
        f"planner: an error inside the program ({what}). The details are in {name}", file=sys.stderr
    )
    return FAULTS
