"""The scenario's tree with what was reported: links closed and opened, new people, refusals.

Works on the tree of texts that plan.json embeds, so that the new plan tells all that it was made
from and can be checked years later without the report.
"""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from typing import Any

from planner.replan.happened import Kind, Past, supply_of
from planner.replan.report import Closing, Report
from planner.scenario import LEVELS
from planner.scenario.parts import IDENTIFIER
from planner.timeline import Intervals

Tree = dict[str, Any]


def with_ground(report: Report) -> Tree:
    """The tree with the links as reported and the new people as groups of their own."""
    tree = deepcopy(report.scenario.origin.tree)
    for closing in report.links:
        _link(report, tree, closing)
    for new in report.situation.new_people:
        like = next((g for g in tree.get("groups") or () if g["id"] == new.like), None)
        if like is None or any(g["id"] == new.id for g in tree["groups"]):
            continue
        group = {k: v for k, v in like.items() if k not in ("name", "name_ar", "exactly")}
        ready_s = report.scenario.at_s(new.ready, report.at_s)
        group |= {"id": new.id, "people": str(new.people), "willing": "100 %"}
        group |= {"ready": _text(max(ready_s, 0))}
        group |= {"at": new.at} if new.at else {}
        group |= {"name": new.name} if new.name else {}
        tree["groups"].append(group)
        for threat in tree.get("threats") or ():
            factors = threat.get("multiplier") or {}
            if new.like in factors:
                factors[new.id] = factors[new.like]
    return tree


def with_people(tree: Tree, report: Report, past: Past) -> Tree:
    """The tree in which those who refuse stay by choice, whole households of them."""
    if not report.refused:
        return tree
    tree = deepcopy(tree)
    supply = supply_of(report.scenario)
    for group in tree["groups"]:
        if group["id"] not in report.refused:
            continue
        own = Counter({kind: n for kind, n in supply.items() if kind[0] == group["id"]})
        home = {k: n - past.gone[k] for k, n in own.items() if k[1] != "unwilling"}
        for kind, units in refusing(home, report.refused[group["id"]]).items():
            own[kind] -= units
            own[kind[0], "unwilling", kind[2]] += units
        group["exactly"] = [
            {"means": means, "persons": str(unit.persons), "stretchers": str(unit.stretchers),
             "units": str(units)}
            for (_, means, unit), units in sorted(own.items()) if units
        ]  # fmt: skip
    return tree


def refusing(home: dict[Kind, int], persons: int) -> dict[Kind, int]:
    """The households that stay where so many persons refuse: as few heads more as can be."""
    reached: dict[int, dict[Kind, int]] = {0: {}}
    for kind, units in sorted(home.items(), key=lambda item: (-item[0][2].persons, item[0])):
        for total, chosen in list(reached.items()):
            for number in range(1, units + 1):
                if total >= persons:
                    break
                total += kind[2].persons
                reached.setdefault(total, {**chosen, kind: number})
    return reached[min(total for total in reached if total >= persons)]


def with_changes_level(tree: Tree) -> Tree:
    """The tree whose objective weighs changes: before ``arrival`` where it does not say where."""
    given = dict(tree.get("priorities") or {})
    levels = list(given.get("levels") or LEVELS)
    if "changes" in levels:
        return tree
    at = levels.index("arrival") if "arrival" in levels else len(levels)
    given["levels"] = [*levels[:at], "changes", *levels[at:]]
    return {**tree, "priorities": given}


def without_commitments(tree: Tree, gone: set[str]) -> Tree:
    """The tree without promises that are kept already or cannot be kept any more."""
    if not gone:
        return tree
    kept = [one for one in tree.get("commitments") or () if one["id"] not in gone]
    return {**tree, "commitments": kept}


def _link(report: Report, tree: Tree, closing: Closing) -> None:
    entries = [
        link for link in tree.get("links") or ()
        if closing.link in (link.get("id"), link.get("map_link"))
    ]  # fmt: skip
    if not entries:
        taken = {link["id"] for link in tree.get("links") or ()}
        ident = closing.link if IDENTIFIER.fullmatch(closing.link) else "reported_link"
        while ident in taken:
            ident = f"{ident}_reported"
        entries = [{"id": ident, "map_link": closing.link}]
        tree["links"] = [*(tree.get("links") or ()), *entries]
    span = Intervals.of([(closing.from_s, closing.until_s)])
    whole = Intervals.of([(0, report.scenario.horizon_s)])
    for entry in entries:
        if entry.get("status") == "closed":
            closed = whole
        else:
            known = {link.id: link.closed for link in report.scenario.links}.get(entry["id"], ())
            at_s = report.scenario.at_s
            closed = Intervals.of((at_s(start), at_s(end)) for start, end in known)
        closed = closed - span if closing.is_open else closed | span
        if closed == whole:
            continue
        if entry.get("status") == "closed":
            entry["status"] = "operational"
        entry["closed"] = [[_text(start), _text(end)] for start, end in closed.spans]


def _text(seconds: int) -> str:
    return f"{seconds} s"
