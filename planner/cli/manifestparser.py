"""What can be said after ``planner manifest``. A passphrase cannot."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

Actions = argparse._SubParsersAction  # the class has no public name
ABOUT = "who is aboard a movement: blank lists, encrypted lists, who is missing"


def add_manifest(commands: Actions[argparse.ArgumentParser]) -> None:
    """Adds ``manifest`` with its actions; each sets ``run``."""
    parser = commands.add_parser("manifest", help=ABOUT, description=ABOUT.capitalize() + ".")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    _new(actions)
    _import(actions)
    _board(actions)
    _check(actions)


def _action(
    actions: Actions[argparse.ArgumentParser], name: str, about: str
) -> argparse.ArgumentParser:
    def run(arguments: argparse.Namespace) -> int:
        from planner.cli import manifests

        does: Callable[[argparse.Namespace], int] = manifests.ACTIONS[name]
        return manifests.guarded(does, arguments)

    action = actions.add_parser(
        name, help=about, description=about[0].upper() + about[1:] + ".", allow_abbrev=False
    )
    action.set_defaults(run=run)
    return action


def _new(actions: Actions[argparse.ArgumentParser]) -> None:
    action = _action(actions, "new", "blank lists to fill in, with a random token for each place")
    action.add_argument("plan", type=Path, metavar="PLAN", help="a plan.json")
    action.add_argument("--movement", required=True, metavar="ID", help="a convoy's id, or all")
    action.add_argument(
        "--out", type=Path, metavar="DIR", help="folder (default: manifests/ beside PLAN)"
    )
    action.add_argument("--format", choices=("all", "csv", "xlsx"), default="all")
    _needs(action)


def _import(actions: Actions[argparse.ArgumentParser]) -> None:
    action = _action(actions, "import", "a filled list becomes an encrypted manifest")
    action.add_argument("file", type=Path, metavar="FILE", help="CSV or XLSX")
    action.add_argument("--plan", type=Path, required=True, metavar="PLAN", help="a plan.json")
    action.add_argument("--movement", required=True, metavar="ID", help="a convoy's id")
    action.add_argument("--out", type=Path, required=True, metavar="M.age")
    _needs(action)
    _passphrase(action)


def _board(actions: Actions[argparse.ArgumentParser]) -> None:
    action = _action(actions, "board", "merges boarding reports into a manifest")
    action.add_argument("manifest", type=Path, metavar="M.age")
    action.add_argument(
        "--status", type=Path, required=True, nargs="+", metavar="FILE",
        help="CSV or XLSX reports, or copies of the manifest that others boarded with",
    )  # fmt: skip
    action.add_argument(
        "--out", type=Path, metavar="OTHER.age", help="write here (default: M.age itself)"
    )
    action.add_argument("--json", action="store_true", help="print JSON alone on standard output")
    _passphrase(action)


def _check(actions: Actions[argparse.ArgumentParser]) -> None:
    action = _action(actions, "check", "counts a manifest against its plan: who is missing")
    action.add_argument("manifest", type=Path, metavar="M.age")
    action.add_argument("--plan", type=Path, metavar="PLAN", help="a plan.json to compare with")
    action.add_argument("--json", action="store_true", help="print JSON alone on standard output")
    _passphrase(action)


def _needs(action: argparse.ArgumentParser) -> None:
    action.add_argument(
        "--medical", action="store_true", help="with precedence and mobility, for medical roles"
    )
    action.add_argument(
        "--border", action="store_true",
        help="with name, sex, birth year, nationality, document: only where a border demands them",
    )  # fmt: skip


def _passphrase(action: argparse.ArgumentParser) -> None:
    action.add_argument(
        "--passphrase-file", type=Path, metavar="FILE",
        help="its first line is the passphrase (default: asked for, without showing it)",
    )  # fmt: skip
    action.add_argument("--passphrase", action=_Never, nargs="*", help=argparse.SUPPRESS)


class _Never(argparse.Action):
    """Refuses a passphrase as an argument, without repeating it."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        parser.error(
            "a passphrase is never an argument: everybody on this machine could read it. "
            "It is asked for, or read with --passphrase-file"
        )
