"""The command line as a test calls it."""

from __future__ import annotations

from pathlib import Path

from planner import cli


def run(*arguments: str | Path) -> int:
    """The exit status, whether the command returns it or argparse ends with it."""
    try:
        return cli.main([str(argument) for argument in arguments])
    except SystemExit as end:
        assert isinstance(end.code, int)
        return end.code
