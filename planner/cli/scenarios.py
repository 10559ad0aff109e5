"""``planner check`` and ``planner new``: scenarios as files."""

from __future__ import annotations

import argparse
import difflib
import re
import sys
from pathlib import Path

from planner import assets
from planner.cli.text import issue_lines, issue_objects, write_json
from planner.errors import Issue, ScenarioError

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")


def scenario_file(path: Path) -> Path:
    """The file meant by an argument: the path itself, or a shipped scenario by its bare name.

    Raises ScenarioError with one Issue where there is neither.
    """
    if path.exists():
        return path
    if len(path.parts) == 1:
        try:
            return assets.scenario_path(path.name)
        except FileNotFoundError:
            pass
    shipped = sorted(found.stem for found in assets.scenarios_dir().glob("*.yaml"))
    near = difflib.get_close_matches(path.stem, shipped, n=1)
    remedy = f"did you mean {near[0]}?" if near else f"shipped scenarios: {', '.join(shipped)}"
    raise ScenarioError([Issue(str(path), 0, "", "there is no such file", remedy)])


def check(arguments: argparse.Namespace) -> int:
    """Print every fault and warning of every file; 1 where there is an error."""
    from planner import pipeline

    issues: list[Issue] = []
    clean: list[str] = []
    for path in arguments.files:
        try:
            found = pipeline.check(scenario_file(path))
        except ScenarioError as error:
            found = list(error.issues)
        issues += found
        if not any(issue.severity == "error" for issue in found):
            clean.append(str(path))
    if arguments.json:
        write_json(issue_objects(issues))
    else:
        for line in issue_lines(issues):
            print(line)
        for name in clean:
            print(f"{name}: no fault")
    errors = sum(issue.severity == "error" for issue in issues)
    if len(arguments.files) > 1 or issues:
        warnings = len(issues) - errors
        told = f"{len(arguments.files)} file(s), {errors} fault(s), {warnings} warning(s)"
        print(told, file=sys.stderr)
    return 1 if errors else 0


def new(arguments: argparse.Namespace) -> int:
    """Copy a shipped scenario to ``NAME.yaml`` in the working folder; never overwrites."""
    name = arguments.name.removesuffix(".yaml")
    if not NAME.fullmatch(name):
        print(
            f"planner: a name has letters, digits, '_' and '-' only (got '{arguments.name[:80]}')",
            file=sys.stderr,
        )
        return 2
    source = scenario_file(Path(arguments.source))
    schema = assets.config_dir() / "scenario.schema.json"
    text = source.read_text(encoding="utf-8")
    # The copy lies elsewhere: an editor must still find the schema.
    text = re.sub(
        r"\A(# yaml-language-server: \$schema=)\S+", lambda m: m[1] + schema.as_uri(), text
    )
    target = Path(f"{name}.yaml")
    try:
        with open(target, "x", encoding="utf-8", newline="\n") as out:
            out.write(text)
    except FileExistsError:
        print(f"planner: {target} is there already; choose another name", file=sys.stderr)
        return 1
    print(f"{target}: a copy of {source.name}. Check it: planner check {target}")
    return 0
