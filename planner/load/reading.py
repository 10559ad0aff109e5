"""Text → checked Scenario: form, shape, references, sense, and every what-if."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

from planner.errors import Issue, ScenarioError
from planner.load import overrides, references, sense
from planner.load.config import with_catalogue, without_unused
from planner.load.shape import MISSING, build, salvage
from planner.load.spelling import meant
from planner.load.yamltext import Node, decode, node_of, parse
from planner.scenario import SCHEMA_VERSION, Origin, Patch, Scenario


@dataclass(frozen=True)
class _Reading:
    """A tree that was looked at: the Scenario (None where its shape is faulty) and its faults."""

    root: Node
    scenario: Scenario | None
    issues: tuple[Issue, ...]


def examine(
    text: str | bytes, file: str = "scenario.yaml", what_if: str | None = None
) -> tuple[Scenario | None, list[Issue]]:
    """The Scenario with ``what_if`` applied, and every fault and warning of the whole file.

    All what-ifs are applied and checked, whichever is asked for. The Scenario is None as soon as
    one Issue is an error. Nothing is raised.
    """
    content = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    decoded, issues = decode(content, file)
    if decoded is None:
        return None, issues
    root, issues = parse(decoded, file)
    if root is None:
        return None, sorted(issues)
    newer = _other_version(root, file)
    if newer is not None:
        return None, [newer]
    full = with_catalogue(root)
    base = _look(full, file)
    cases = {None: (base, ())} | {
        name: _what_if(full, name, file, base) for name in root.get("what_ifs").pairs
    }
    # Where a value could not be taken for its form, it is not missing too.
    told = {issue.line for issue in issues}
    issues += [
        issue
        for case, _ in cases.values()
        for issue in case.issues
        if issue.problem != MISSING or issue.line not in told
    ]
    issues += _strays(full, file)
    if what_if not in cases:
        issues.append(_no_what_if(root, file, str(what_if)))
    ordered = sorted(set(issues))
    if any(issue.severity == "error" for issue in ordered):
        return None, ordered
    chosen, patches = cases[what_if]
    origin = Origin(
        file=file.replace("\\", "/").rpartition("/")[2],
        sha256=hashlib.sha256(content).hexdigest(),
        what_if=what_if,
        patches=patches,
    )
    return _slim(chosen.root, root.get("vehicles"), origin, file), ordered


def remains(text: bytes, file: str) -> Scenario | None:
    """The Scenario of a faulty text without the parts that are faulty; None where little is left.

    For a look at the rest alone: what it does not hold says nothing.
    """
    decoded, _ = decode(text, file)
    root = parse(decoded, file)[0] if decoded is not None else None
    return None if root is None else salvage(with_catalogue(root))[0]


def from_tree(tree: dict[str, Any], origin: Origin | None = None) -> Scenario:
    """The Scenario out of a resolved tree (``Origin.tree``, as plan.json embeds it).

    Neither catalogue nor what-ifs are applied: the tree holds both already. Raises ScenarioError.
    """
    file = origin.file if origin else "plan.json"
    root = node_of(tree)
    if root.value is None or not isinstance(root.value, dict):
        raise ScenarioError([Issue(file, 0, "", "holds no scenario", "make the plan anew")])
    newer = _other_version(root, file)
    reading = _look(root, file)
    faulty = [issue for issue in reading.issues if issue.severity == "error"]
    if newer or faulty or reading.scenario is None:
        raise ScenarioError([newer] if newer else sorted(faulty))
    base = origin or Origin(file="", sha256="")
    return reading.scenario.with_origin(base.model_copy(update={"tree": root.plain}))


def faults(scenario: Scenario, root: Node) -> list[Issue]:
    """What a Scenario of right shape has wrong: references, and figures that make no sense.

    ``root`` is the tree that it was made of: it holds the ids as written and their lines.
    """
    file = scenario.origin.file
    return [*references.faults(root, file), *sense.faults(scenario, root, file)]


def _look(root: Node, file: str) -> _Reading:
    scenario, issues = build(root, file)
    issues += references.faults(root, file)
    rest, timed = (scenario, True) if scenario else salvage(root)
    if rest is not None:
        issues += sense.faults(rest, root, file, timed=timed)
    return _Reading(root, scenario, tuple(issues))


def _what_if(
    full: Node, name: str, file: str, base: _Reading
) -> tuple[_Reading, tuple[Patch, ...]]:
    """The tree with one what-if, and those of its faults that the base has not."""
    names = full.get("what_ifs").get(name).items
    root, patches, issues = overrides.apply(full, full.get("overrides"), names, file)
    if not patches or base.scenario is None:
        return _Reading(root, base.scenario, tuple(issues)), patches
    reading = _look(root, file)
    known = {(issue.line, issue.problem) for issue in base.issues}
    new = [
        replace(issue, where=f"what_ifs.{name}: {issue.where}")
        for issue in reading.issues
        if (issue.line, issue.problem) not in known
    ]
    return _Reading(root, reading.scenario, (*issues, *new)), patches


def _strays(full: Node, file: str) -> list[Issue]:
    """Overrides that no what-if uses (looked at all the same), and what-ifs that change nothing."""
    used: set[str] = set()
    issues = []
    for name, listed in full.get("what_ifs").pairs.items():
        used |= {item.text or "" for item in listed.items}
        if listed.value == []:
            where, remedy = f"what_ifs.{name}", "name its overrides, or delete it"
            issues.append(Issue(file, listed.line, where, "changes nothing", remedy, "warning"))
    for name, override in full.get("overrides").pairs.items():
        if name not in used:
            where, remedy = f"overrides.{name}", "list it under `what_ifs:`"
            problem = "used by no what-if"
            issues.append(Issue(file, override.line, where, problem, remedy, "warning"))
            issues += overrides.apply(full, full.get("overrides"), [Node(name)], file)[2]
    return issues


def _slim(root: Node, own: Node, origin: Origin, file: str) -> Scenario | None:
    """The Scenario with the kinds of vehicles that it uses, knowing where it comes from."""
    slim = without_unused(root, own)
    scenario, _ = build(slim, file)
    if scenario is None:
        return None
    return scenario.with_origin(origin.model_copy(update={"tree": slim.plain}))


def _other_version(root: Node, file: str) -> Issue | None:
    """A version that this planner does not read: what follows would be guesses."""
    node = root.get("schema_version")
    text = node.text or ""
    if text.isascii() and text.isdigit() and int(text[:9]) > SCHEMA_VERSION:
        problem = f"version {text[:9]} is newer than the {SCHEMA_VERSION} that this planner reads"
        return Issue(file, node.line, "schema_version", problem, "update the planner")
    return None


def _no_what_if(root: Node, file: str, name: str) -> Issue:
    problem = f"no what-if called '{name[:60]}'"
    line = root.get("what_ifs").line if root.child("what_ifs") else 0
    return Issue(file, line, "what_ifs", problem, meant(name, root.get("what_ifs").pairs))
