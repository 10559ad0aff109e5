"""Who reads: the audiences, whom each is for, and when nothing may be handed to them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Literal

from planner.errors import Issue
from planner.redact.whole import Whole

if TYPE_CHECKING:
    from planner.verify import Verdict

Audience = Literal["internal", "partners", "crew", "parties", "public"]
AUDIENCES: tuple[Audience, ...] = ("internal", "partners", "crew", "parties", "public")
OUTSIDE: tuple[Audience, ...] = AUDIENCES[1:]
_ADDRESSED = frozenset({"partners", "crew", "parties"})
_IDS = {
    "partners": "the id of a fleet",
    "crew": "a vehicle (fleet-number) or a convoy",  # or the code of either
    "parties": "the id of a party",
}
_SHOWN = 12
_CODE = re.compile(r"([CVcv]-[0-9A-Za-z]{5})(-\d+)?")  # a sortie or a second leg has a number more


@dataclass(frozen=True)
class Recipient:
    """Somebody for whom documents can be made: ``id`` for ``--for``, and what people call them."""

    id: str
    label: str


def wants_recipient(audience: Audience) -> bool:
    """Whether the audience's documents are made for one of them at a time."""
    return audience in _ADDRESSED


def recipients(verdict: Verdict | Whole, audience: Audience) -> tuple[Recipient, ...]:
    """Everybody of the audience whom this plan can concern; nobody for internal and public.

    Partners are the fleets of the plan (who runs one gets its movements), the crew are its vehicles
    (``raqqa_coaches-7``) and convoys (``c0012``, as internal documents number them), parties are
    the scenario's.
    """
    whole = Whole.of(verdict)
    scenario, plan = whole.verdict.scenario, whole.verdict.plan
    if audience == "partners":
        used = {sortie.fleet for sortie in plan.sorties}
        return tuple(Recipient(f.id, f.label) for f in scenario.fleets if f.id in used)
    if audience == "parties":
        return tuple(Recipient(party.id, party.label) for party in scenario.parties)
    if audience == "crew":
        labels = {fleet.id: fleet.label for fleet in scenario.fleets}
        riding = dict.fromkeys((sortie.fleet, sortie.vehicle) for sortie in plan.sorties)
        found = [Recipient(f"{fleet}-{n}", f"{labels[fleet]}, {n}") for fleet, n in riding]
        places = {place.id: place.label for place in whole.base.scenario.places}
        found += [
            Recipient(convoy.id, f"{places[convoy.origin]} - {places[convoy.destination]}")
            for convoy in whole.convoys
        ]
        return tuple(found)
    return ()


def refusals(verdict: Verdict | Whole, audience: Audience, recipient: str | None) -> list[Issue]:
    """Every reason why documents may not be made for them, with its remedy; empty where none is."""
    found = []
    if audience not in AUDIENCES:
        found.append(_issue(f"no audience '{audience[:40]}'", f"write one of {list(AUDIENCES)}"))
        return found
    known, whole = audience, Whole.of(verdict)
    if whole.verdict.status == "FAILED" and known != "internal":
        problem = f"the plan fails its check; it does not leave the office ({known})"
        found.append(_issue(problem, "plan again, or look at it with --audience internal"))
    if wants_recipient(known):
        found += _of_whom(whole, known, recipient)
    elif recipient:
        found.append(_issue(f"--for says nothing for {known}", "leave it out"))
    return found


def meant(whole: Whole, audience: Audience, recipient: str | None) -> str | None:
    """The id of whom ``--for`` names: for the crew also by the code that their papers bear."""
    code = _CODE.fullmatch(recipient or "")
    if audience != "crew" or code is None:
        return recipient
    pairs = zip(whole.verdict.plan.sorties, whole.base.plan.sorties, strict=True)
    ids = {f"{b.fleet}-{b.vehicle}": f"{a.fleet}-{a.vehicle}" for a, b in pairs}
    for kind in ("convoy", "vehicle"):
        for name, known in whole.coded[kind].items():
            if known == code[1].upper():
                return ids.get(name, name)
    return recipient


def _of_whom(whole: Whole, audience: Audience, recipient: str | None) -> list[Issue]:
    ids = [one.id for one in recipients(whole, audience)]
    recipient = meant(whole, audience, recipient)
    if recipient in ids:
        return []
    near = get_close_matches(recipient or "", ids, 1, 0.6)
    listed = ", ".join(ids[:_SHOWN])
    if len(ids) > _SHOWN:
        listed += f" … and {len(ids) - _SHOWN} more, each in codes.csv (--document codes)"
    remedy = f"did you mean {near[0]}?" if near else f"write one of: {listed or '(there are none)'}"
    if not recipient:
        problem = f"documents for {audience} are for one of them: --for {_IDS[audience]} is missing"
        return [_issue(problem, remedy)]
    return [_issue(f"--for: {_IDS[audience]} is wanted (got '{recipient[:60]}')", remedy)]


def _issue(problem: str, remedy: str) -> Issue:
    return Issue("", 0, "", problem, remedy)
