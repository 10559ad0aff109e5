"""Ids that name nothing, and ids that name two things.

Works on the tree of texts, so that a fault of shape elsewhere hides none of these.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from planner.errors import Issue
from planner.load.spelling import meant
from planner.load.yamltext import Node, Path
from planner.scenario import CONTESTED

# Where ids stand: `[]` every item of a list, `{}` every key of a mapping, `{}=` every value of one,
# and what they may name.
_ZONE = (
    ("zone.links[]", "link"),
    ("zone.places[]", "place"),
    ("zone.circle.centre", "spot"),
    ("zone.ring.from", "spot"),
)
_NAMED_IN: tuple[tuple[str, str], ...] = (
    ("places[].control", "holder"),
    ("places[].handover_point", "place"),
    ("groups[].at", "place"),
    ("groups[].destinations[]", "haven"),
    ("groups[].refuses[]", "refused"),
    ("groups[].needs_team", "team"),
    ("fleets[].vehicle", "kind of vehicle"),
    ("fleets[].base", "place"),
    ("fleets[].escort.by", "fleet"),
    ("fleets[].serves[]", "place"),
    ("fleets[].fuel.at[]", "place"),
    ("teams[].start", "place"),
    ("teams[].to", "place"),
    ("teams[].fleets[]", "fleet"),
    ("aid[].from", "place"),
    ("aid[].to", "place"),
    ("aid[].fleets[]", "fleet"),
    ("links[].from", "place"),
    ("links[].to", "place"),
    ("links[].control", "holder"),
    *((f"threats[].{end}", kind) for end, kind in _ZONE),
    ("threats[].multiplier{}", "group"),
    *((f"control[].{end}", kind) for end, kind in _ZONE),
    ("control[].party", "holder"),
    ("authorisations[].party", "party"),
    ("authorisations[].for.fleets[]", "fleet"),
    ("authorisations[].over[]", "ground"),
    ("notifications[].party", "party"),
    ("notifications[].fleets[]", "fleet"),
    ("windows[].links[]", "link"),
    ("windows[].places[]", "place"),
    ("windows[].fleets[]", "fleet"),
    ("windows[].suspends[]", "threat"),
    ("commitments[].fleet", "fleet"),
    ("commitments[].from", "place"),
    ("commitments[].to", "place"),
    ("commitments[].group", "group"),
    ("uncertainty.willing[].groups[]", "group"),
    ("uncertainty.no_shows[].groups[]", "group"),
    ("uncertainty.travel[].links[]", "link"),
    ("uncertainty.travel[].fleets[]", "fleet"),
    ("uncertainty.delays[].fleets[]", "fleet"),
    ("uncertainty.breakdowns[].fleets[]", "fleet"),
    ("uncertainty.threats[].threats[]", "threat"),
    ("uncertainty.events[].follows", "event"),
    ("uncertainty.events[].closes[]", "link"),
    ("uncertainty.events[].opens[]", "link"),
    ("uncertainty.events[].shuts[]", "place"),
    ("uncertainty.events[].grants[]", "authorisation"),
    ("uncertainty.events[].withdraws[]", "authorisation"),
    ("uncertainty.events[].takes{}", "ground"),
    ("uncertainty.events[].takes{}=", "holder"),
    ("uncertainty.events[].raises{}", "threat"),
    ("uncertainty.events[].stops[]", "fleet"),
    ("triggers[].lost[]", "place"),
    ("triggers[].by", "party"),
    ("triggers[].closed[]", "link"),
    ("triggers[].shut[]", "place"),
    ("triggers[].granted[]", "authorisation"),
    ("triggers[].withdrawn[]", "authorisation"),
    ("what_ifs{}[]", "override"),
)
_KINDS = {
    "place": "places",
    "group": "groups",
    "fleet": "fleets",
    "team": "teams",
    "link": "links",
    "threat": "threats",
    "control": "control",
    "party": "parties",
    "authorisation": "authorisations",
    "event": "uncertainty.events",
}
# Sections whose items are called by id; within one an id stands once.
_SECTIONS = (
    *_KINDS.values(), "aid", "notifications", "windows", "commitments",
    "triggers",
    *(f"uncertainty.{part}" for part in
      ("willing", "no_shows", "travel", "delays", "breakdowns", "threats")),
)  # fmt: skip
# Where one list may name things of several sections, their ids must differ.
_APART = (("place", "link", "control"), ("party", "fleet"))
_RESERVED = {"parties": (CONTESTED,), "fleets": ("car", "foot")}


def faults(root: Node, file: str) -> list[Issue]:
    """Every unknown, doubled or reserved id of a tree."""
    known = names(root)
    issues = [
        issue for pattern, kind in _NAMED_IN for issue in _unknown(root, file, pattern, kind, known)
    ]
    return issues + _doubled(root, file) + _ambiguous(root, file)


def find(root: Node, pattern: str) -> Iterator[tuple[Path, str]]:
    """Paths and texts at ``groups[].destinations[]``, ``threats[].multiplier{}`` (keys) or
    ``takes{}=`` (values)."""
    yield from _find(root, (), _tokens(pattern))


def _tokens(pattern: str) -> list[str]:
    return pattern.replace("[]", ".[]").replace("{}", ".{}").split(".")


def _find(node: Node, path: Path, tokens: list[str]) -> Iterator[tuple[Path, str]]:
    if not tokens:
        if node.text is not None:
            yield path, node.text
        return
    first, rest = tokens[0], tokens[1:]
    if first == "[]":
        for index, item in enumerate(node.items):
            yield from _find(item, (*path, index), rest)
    elif first in ("{}", "{}="):
        for key, value in node.pairs.items():
            if rest or first == "{}=":
                yield from _find(value, (*path, key), rest)
            else:
                yield (*path, key), key
    elif first in node.pairs:
        yield from _find(node.pairs[first], (*path, first), rest)


def ids(root: Node, section: str) -> list[str]:
    """The ids of one section's items, in the order of the file."""
    return [text for _, text in find(root, f"{section}[].id")]


def mentions(root: Node, section: str, ident: str) -> list[Path]:
    """Where a tree names an item of a section, overrides included.

    A path ends at the text that is the id, or at the key that is it.
    """
    kinds = {kind for kind, home in _KINDS.items() if home == section} | _NAMED_AS.get(
        section, frozenset()
    )
    patterns = [pattern for pattern, kind in _NAMED_IN if kind in kinds]
    found = [path for p in patterns for path, text in find(root, p) if text == ident]
    for name, override in root.get("overrides").pairs.items():
        for path, value in override.pairs.items():
            head = _OVERRIDE_ITEM.sub(r"\1.[]", path)
            for pattern in patterns:
                inner = _below(_tokens(pattern), head.split("."))
                here = [] if inner is None else _find(value, (), inner)
                found += [("overrides", name, path, *rest) for rest, text in here if text == ident]
    return found


_OVERRIDE_ITEM = re.compile(r"([A-Za-z0-9_]+)\[\+?[^\[\]]+\]")
# What an item is called besides its own kind where one list may name things of several.
_NAMED_AS = {
    "places": frozenset({"haven", "ground", "spot"}),
    "links": frozenset({"ground"}),
    "control": frozenset({"ground"}),
    "parties": frozenset({"holder", "refused"}),
    "fleets": frozenset({"refused"}),
}


def _below(pattern: list[str], head: list[str]) -> list[str] | None:
    """What is left of a pattern behind an override's path; None where they part."""
    return pattern[len(head) :] if pattern[: len(head)] == head else None


def named_at(section: str) -> dict[str, str]:
    """Where the items of a section name things: ``destinations[]`` → ``haven``, see ``names``."""
    head = f"{section}[]."
    return {p.removeprefix(head): kind for p, kind in _NAMED_IN if p.startswith(head)}


def names(root: Node) -> dict[str, list[str]]:
    """The ids that may stand where a kind of thing is named, of a tree with the catalogue."""
    known = {kind: ids(root, section) for kind, section in _KINDS.items()}
    havens = [
        item.get("id").text or ""
        for item in root.get("places").items
        if item.get("role").text == "safe_haven"
    ]
    return {
        **known,
        "haven": havens,
        "holder": [*known["party"], CONTESTED],
        "refused": known["party"] + known["fleet"],
        "ground": known["place"] + known["link"] + known["control"],
        "spot": known["place"],
        "kind of vehicle": list(root.get("vehicles").pairs),
        "override": list(root.get("overrides").pairs),
    }


_SPOKEN = {
    "holder": "party",
    "refused": "party or fleet",
    "ground": "place, link or control area",
    "haven": "safe haven",
    "spot": "place of this scenario",
}


def _unknown(
    root: Node, file: str, pattern: str, kind: str, known: dict[str, list[str]]
) -> Iterable[Issue]:
    names = known[kind]
    for path, text in find(root, pattern):
        if text not in names:
            problem = f"no {_SPOKEN.get(kind, kind)} called '{text[:60]}'"
            yield Issue(file, root.line_of(path), root.where(path), problem, meant(text, names))


def _doubled(root: Node, file: str) -> list[Issue]:
    issues = []
    for section in _SECTIONS:
        first: dict[str, int] = {}
        for path, text in find(root, f"{section}[].id"):
            line = root.line_of(path)
            if text in first:
                problem = f"id '{text}' stands twice in {section} (first in line {first[text]})"
                issues.append(Issue(file, line, root.where(path), problem, "choose another id"))
            elif text in _RESERVED.get(section, ()):
                problem = f"'{text}' is a word of the language"
                issues.append(Issue(file, line, root.where(path), problem, "choose another id"))
            first.setdefault(text, line)
    return issues


def _ambiguous(root: Node, file: str) -> list[Issue]:
    issues = []
    for kinds in _APART:
        owner: dict[str, str] = {}
        for kind in kinds:
            for path, text in find(root, f"{_KINDS[kind]}[].id"):
                if owner.setdefault(text, kind) != kind:
                    problem = f"'{text}' is the id of a {owner[text]} and of a {kind}"
                    issues.append(
                        Issue(
                            file,
                            root.line_of(path),
                            root.where(path),
                            problem,
                            "rename one: a list may name either",
                        )
                    )
    return issues
