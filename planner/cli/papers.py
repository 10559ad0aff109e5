"""``planner verify`` and ``compare``: what is done with a plan.json; which file is meant."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.cli.text import bound_lines, plain, summary_lines, write_json
from planner.errors import Issue, ScenarioError

if TYPE_CHECKING:
    from planner.bounds import Recount
    from planner.verify import Verdict


def verify(arguments: argparse.Namespace) -> int:
    """Replay a plan and reckon its bounds again; 1 where a rule is broken or a bound is not so.

    Of a ZIP of documents: whether each file is as its list says, and the same for a plan in it.
    """
    from planner import pipeline

    if arguments.plan.suffix.lower() == ".zip" and arguments.plan.is_file():
        return _verify_bundle(arguments)

    verdict = pipeline.verify_file(plan_file(arguments.plan))
    recounts = pipeline.recount_bounds(verdict)
    if arguments.json:
        write_json({**_judged(verdict, recounts), "plan": str(arguments.plan)})
    else:
        _print(verdict, recounts)
    return _status(verdict, recounts)


def _judged(verdict: Verdict, recounts: tuple[Recount, ...]) -> dict[str, Any]:
    from planner import pipeline

    told = [{**asdict(one), "holds": one.holds} for one in recounts]
    return {**pipeline.summary(verdict), "bounds_recounted": told}


def _print(verdict: Verdict, recounts: tuple[Recount, ...]) -> None:
    for line in [*summary_lines(verdict, recounts), *bound_lines(verdict, recounts)]:
        print(line)


def _status(verdict: Verdict, recounts: tuple[Recount, ...]) -> int:
    contradicted = any(one.again is not None and not one.holds for one in recounts)
    return int(verdict.status == "FAILED" or contradicted)


def _verify_bundle(arguments: argparse.Namespace) -> int:
    from planner import pipeline
    from planner.documents import archive

    with arguments.plan.open("rb") as file:
        found = archive.check(file, str(arguments.plan))
    verdict = None
    if found.plan is not None:
        text = found.plan.decode("utf-8", "replace")
        verdict = pipeline.verify_text(text, f"{arguments.plan.name}: {archive.PLAN}")
    recounts = () if verdict is None else pipeline.recount_bounds(verdict)
    if arguments.json:
        faults = [issue.problem for issue in found.faults]
        judged = None if verdict is None else _judged(verdict, recounts)
        write_json({**found.told, "files": list(found.files), "faults": faults, "replayed": judged})
        return int(bool(found.faults)) if verdict is None else _status(verdict, recounts)
    if found.faults:
        raise ScenarioError(found.faults)
    for key in ("plan", "plan_status", "audience", "issued", "valid_until", "made_with"):
        if key in found.told:
            print(f"{key.replace('_', ' ')}: {plain(str(found.told[key]))}")
    print(f"{len(found.files)} files, each as its SHA-256 in {archive.LIST} says")
    print(archive.NOT_SIGNED)
    if verdict is None:
        print(f"There is no {archive.PLAN} in it: nothing was replayed, only hashes compared.")
        return 0
    print(f"The {archive.PLAN} in it, replayed:\n")
    _print(verdict, recounts)
    return _status(verdict, recounts)


def compare_plans(arguments: argparse.Namespace) -> int:
    """Print the differences between two plans; 1 where one of them fails its check."""
    from planner import compare, pipeline

    first = pipeline.verify_file(plan_file(arguments.first))
    second = pipeline.verify_file(plan_file(arguments.second))
    if arguments.json:
        frame = compare.compare(first, second)
        write_json(compare.as_objects(frame))
    else:
        print(compare.table_text(first, second))
    return int("FAILED" in (first.status, second.status))


def plan_file(path: Path) -> Path:
    """The plan.json meant by an argument: the file, or the one in that folder.

    Raises ScenarioError with one Issue where there is none.
    """
    if path.is_dir() and (path / "plan.json").is_file():
        return path / "plan.json"
    if path.is_file():
        return path
    remedy = "make one: planner plan SCENARIO --out DIR"
    raise ScenarioError([Issue(str(path), 0, "", "there is no plan.json here", remedy)])
