"""Profiles: vehicles that take the same time on the same roads share one."""

from __future__ import annotations

from dataclasses import dataclass

from planner import speeds
from planner.scenario import Fleet, Scenario, Vehicle

CAR, FOOT = "car", "foot"
CAR_MPH = 70_000
HOME_ROLES = ("assembly_point", "hospital")
"""Roles of places that people are only fetched from."""


@dataclass(frozen=True)
class Profile:
    """``speed_mph`` is the most that it moves; ``paved``: it cannot use tracks.

    ``fleets`` move so (none for people by own means); legs lead from ``origins`` to
    ``destinations``, from or to one of ``ends``: nobody has business between two homes.
    """

    name: str
    mode: str
    speed_mph: int
    paved: bool
    fleets: tuple[str, ...]
    origins: frozenset[str]
    destinations: frozenset[str]
    ends: frozenset[str]


def profile_name(mode: str, speed_mph: int, paved: bool) -> str:
    """``road-80``, ``road-60-paved``, ``sea-27.78``: mode and speed in km/h."""
    return f"{mode}-{speed_mph / 1000:g}{'-paved' if paved else ''}"


def profiles_of(
    scenario: Scenario,
) -> tuple[tuple[Profile, ...], dict[str, str], dict[str, str]]:
    """All profiles, the profile of each fleet, and of each escorted fleet with its escort.

    Fleets of no vehicles have a profile too; its legs are made all the same.
    """
    figures: dict[str, tuple[str, int, bool]] = {}
    fleets: dict[str, list[str]] = {}
    of_fleet = {}
    convoy = {}

    def enter(fleet: str, mode: str, speed_mph: int, paved: bool) -> str:
        name = profile_name(mode, speed_mph, paved)
        figures[name] = (mode, speed_mph, paved)
        known = fleets.setdefault(name, [])
        if fleet not in known:
            known.append(fleet)
        return name

    by_id = {fleet.id: fleet for fleet in scenario.fleets}
    for fleet in scenario.fleets:
        kind = scenario.vehicle(fleet)
        of_fleet[fleet.id] = enter(fleet.id, kind.mode, kind.speed_mph, _paved(kind))
    for fleet in scenario.fleets:
        escort = by_id.get(fleet.escort.by) if fleet.escort else None
        if escort is None:
            continue
        kind, other = scenario.vehicle(fleet), scenario.vehicle(escort)
        speed = min(kind.speed_mph, other.speed_mph)
        for mover in (escort.id, fleet.id):
            convoy[fleet.id] = enter(mover, kind.mode, speed, _paved(kind) or _paved(other))
    found = [
        Profile(name, *figures[name], tuple(sorted(names)), places, places, _ends(scenario, own))
        for name, names in sorted(fleets.items())
        for own in [[by_id[fleet] for fleet in names]]
        for places in [_places(scenario, own)]
    ]
    return (*found, *_own_means(scenario)), {**of_fleet, CAR: CAR, FOOT: FOOT}, convoy


def _paved(vehicle: Vehicle) -> bool:
    return vehicle.mode == "road" and not vehicle.rough_roads


def _places(scenario: Scenario, fleets: list[Fleet]) -> frozenset[str]:
    """Places that these fleets can have business at.

    A staging base is one only where somebody is stationed or asked to go: nobody boards there.
    """
    bases = {fleet.base for fleet in fleets}
    if any(not fleet.serves for fleet in fleets):
        served = {place.id for place in scenario.places if place.role != "staging_base"}
        served |= {group.at for group in scenario.groups}
    else:
        served = {place for fleet in fleets for place in fleet.serves}
    return frozenset(bases | served | _errands(scenario, fleets))


def _errands(scenario: Scenario, fleets: list[Fleet]) -> set[str]:
    """Places between which teams, aid and promised vehicles go, and where these fleets fill up."""
    names = {fleet.id for fleet in fleets}
    found = {place for team in scenario.teams for place in (team.start, team.to)}
    found |= {place for c in scenario.commitments for place in (c.from_, c.to)}
    found |= {place for fleet in fleets if fleet.fuel for place in fleet.fuel.at}
    return found | {
        place for aid in scenario.aid if names & set(aid.fleets) for place in (aid.from_, aid.to)
    }


def _ends(scenario: Scenario, fleets: list[Fleet]) -> frozenset[str]:
    """Places at which a leg of these fleets begins or ends: havens, hubs, bases, errands."""
    bases = {fleet.base for fleet in fleets}
    turns = {place.id for place in scenario.places if place.role not in HOME_ROLES}
    return frozenset(bases | turns | _errands(scenario, fleets))


def _own_means(scenario: Scenario) -> tuple[Profile, ...]:
    """People with cars, and walkers: from home straight to a haven."""
    havens = frozenset(p.id for p in scenario.places if p.role == "safe_haven")
    drivers = frozenset(group.at for group in scenario.groups if group.own_car)
    walkers = frozenset(group.at for group in scenario.groups if group.on_foot)
    foot_mph = speeds.shipped().foot_mph
    return (
        Profile(CAR, "road", CAR_MPH, False, (), drivers, havens, havens),
        Profile(FOOT, "foot", foot_mph, False, (), walkers, havens, havens),
    )
