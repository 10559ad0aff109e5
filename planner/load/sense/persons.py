"""Groups, teams and commitments."""

from __future__ import annotations

from planner.load.sense.look import Look
from planner.scenario import Commitment, Group


def look_at(look: Look) -> None:
    """Groups, teams, commitments."""
    for group in look.scenario.groups:
        _group(look, group)
    _stretchers(look)
    for team in look.scenario.teams:
        if team.people == 0:
            problem, remedy = "a team of nobody", "write how many, or delete the team"
            look.error(look.item("teams", team.id, "people"), problem, remedy)
        if not team.fleets:
            problem, remedy = "no fleet takes the team in", "name the fleets that it rides with"
            look.error(look.item("teams", team.id, "fleets"), problem, remedy)
        if team.start == team.to:
            problem, remedy = "the team works where it starts", "give two places"
            look.error(look.item("teams", team.id, "to"), problem, remedy)
    for commitment in look.scenario.commitments:
        _commitment(look, commitment)


def _group(look: Look, group: Group) -> None:
    home = look.places.get(group.at)
    if home is not None and home.role == "safe_haven":
        problem = f"they wait at a safe haven ({group.at})"
        remedy = "leave out who is safe already, or name where they are now"
        look.error(look.item("groups", group.id, "at"), problem, remedy)
    if group.deadline_s == 0:
        problem, remedy = "a deadline at the start cannot be met", "write for example '24 h'"
        look.error(look.item("groups", group.id, "deadline"), problem, remedy)
    if group.weight == 0:
        problem, remedy = "weight 0 would give them up for nothing", "write 1 or more"
        look.error(look.item("groups", group.id, "weight"), problem, remedy)
    if group.people.base == 0:
        look.warn(look.item("groups", group.id, "people"), "nobody", "write how many people")
    for team in look.scenario.teams:
        if team.id == group.needs_team and team.to != group.at:
            problem = f"team '{team.id}' works at {team.to}, they wait at {group.at}"
            remedy = "send the team to them, or say that they wait there"
            look.warn(look.item("groups", group.id, "needs_team"), problem, remedy)


def _stretchers(look: Look) -> None:
    if not look.is_whole("fleets") or not all(map(look.vehicle, look.fleets.values())):
        return  # a fleet that could not be read may have some
    places = [vehicle.stretchers for f in look.fleets.values() if (vehicle := look.vehicle(f))]
    for group in look.scenario.groups:
        if group.stretcher and group.people.base and not any(places):
            problem = "no fleet has a stretcher place"
            remedy = "add ambulances, or give a fleet `stretchers:`"
            look.warn(look.item("groups", group.id, "stretcher"), problem, remedy)


def _commitment(look: Look, commitment: Commitment) -> None:
    def fault(key: str, problem: str, remedy: str) -> None:
        look.error(look.item("commitments", commitment.id, key), problem, remedy)

    fleet = look.fleets.get(commitment.fleet)
    kind = look.vehicle(fleet) if fleet else None
    if fleet and not 1 <= commitment.vehicle <= fleet.count:
        fault("vehicle", f"fleet '{fleet.id}' has {fleet.count} vehicles", "count from 1")
    if kind and commitment.people > kind.seats + kind.stretchers:
        seats = kind.seats + kind.stretchers
        fault("people", f"more than the {seats} places on board", "promise what fits")
    if commitment.from_ == commitment.to:
        fault("to", "goes nowhere", "give two places")
    if commitment.people and commitment.group is None:
        fault("people", "nobody says whom it carries", "add `group:`")
    if commitment.group and not commitment.people:
        fault("group", "nobody says how many it carries", "add `people:`")
