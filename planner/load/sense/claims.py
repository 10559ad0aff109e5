"""How old a claim is, and whether an estimate says why."""

from __future__ import annotations

from collections.abc import Iterator

from planner.load.sense.look import Look
from planner.load.yamltext import Path
from planner.scenario import Claim
from planner.units import format_duration

# Positions, numbers of people and vehicles do not change overnight; these do.
_PERISHABLE = ("links", "threats", "control", "authorisations")
_SECTIONS = ("places", "groups", "fleets", "windows", "notifications", "teams", "aid", *_PERISHABLE)


def look_at(look: Look) -> None:
    """Every claim of the file (the catalogue's are not this file's)."""
    for path, claim in _claims(look):
        if claim.estimate and claim.because is None:
            look.warn(path, "an estimate without its reason", "add `because:`")


def ages(look: Look) -> None:
    """Claims of what changes fast that are old at the start, and claims out of the future."""
    scenario = look.scenario
    for path, claim in _claims(look):
        if claim.as_of is None:
            continue
        age_s = -scenario.at_s(claim.as_of)
        if age_s < -scenario.horizon_s:
            look.warn((*path, "as_of"), "later than the end of the plan", "check the date")
        elif path[0] in _PERISHABLE and age_s > look.credible.stale_after_s:
            age = format_duration(age_s)
            look.warn(
                (*path, "as_of"), f"{age} old at the start", "ask again before you rely on it"
            )


def _claims(look: Look) -> Iterator[tuple[Path, Claim]]:
    for section in _SECTIONS:
        for item in getattr(look.scenario, section):
            yield look.item(section, item.id), item
    for group in look.scenario.groups:
        yield look.item("groups", group.id, "people"), group.people
    for name, kind in look.scenario.vehicles.items():
        if look.root.line_of(("vehicles", name)) != look.root.line_of(("vehicles",)):
            yield ("vehicles", name), kind
