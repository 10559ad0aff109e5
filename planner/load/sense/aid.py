"""Aid that goes in: what it is, where from and where to, and who can take it."""

from __future__ import annotations

from planner.load.sense.look import Look
from planner.load.yamltext import Path
from planner.scenario import Consignment


def look_at(look: Look) -> None:
    """Every consignment."""
    for consignment in look.scenario.aid:
        path = look.item("aid", consignment.id)
        _consignment(look, path, consignment)
        for name in consignment.fleets:
            _carrier(look, path, name)


def _consignment(look: Look, path: Path, consignment: Consignment) -> None:
    if consignment.mass_kg == 0:
        look.error((*path, "mass"), "nothing to carry", "write for example '8 t'")
    if consignment.from_ == consignment.to:
        look.error((*path, "to"), "is there already", "give two places")
    if not consignment.fleets:
        look.error((*path, "fleets"), "no fleet takes it in", "name the fleets that it rides with")


def _carrier(look: Look, path: Path, name: str) -> None:
    """Whether the fleet of that name can carry goods."""
    fleet = look.fleets.get(name)
    kind = look.vehicle(fleet) if fleet else None
    if fleet is None or kind is None:
        return
    if fleet.is_escort:
        look.error((*path, "fleets"), f"'{name}' is an escort and carries nothing", "leave it out")
    elif not kind.payload_kg:
        problem = f"nobody says what a '{fleet.vehicle}' of '{name}' can carry"
        remedy = f"add `payload:` to the vehicle '{fleet.vehicle}', or leave the fleet out"
        look.error((*path, "fleets"), problem, remedy)
