"""Rules about people: nobody is lost, split, early or without room (C1, C7, C16, teams)."""

from __future__ import annotations

from collections.abc import Iterator

from planner.scenario import Unit
from planner.verify import underway
from planner.verify.figures import stays_at_hubs, stranded, team_delivery
from planner.verify.replay import HUB_ROLES, Movement, Replay
from planner.verify.tally import peak

Found = Iterator[tuple[str, str]]
Kind = tuple[str, str, Unit]


def _lines(movement: Movement) -> Iterator[tuple[Kind, int]]:
    for line in movement.manifest:
        yield (line.group, line.means, Unit(line.unit_persons, line.unit_stretchers)), line.units


def _departed(replay: Replay) -> dict[Kind, int]:
    """Units that left home, by (group, means, unit)."""
    gone: dict[Kind, int] = {}
    for movement in replay.movements:
        for kind, units in _lines(movement):
            if movement.origin == replay.groups[kind[0]].at:
                gone[kind] = gone.get(kind, 0) + units
    return gone


def conservation(replay: Replay) -> Found:
    """C1: who left and who is left behind are exactly the people, by group and means."""
    gone: dict[tuple[str, str], int] = {}
    for (group, means, unit), units in _departed(replay).items():
        gone[(group, means)] = gone.get((group, means), 0) + units * unit.persons
    stuck = stranded(replay)
    for group_id, parts in replay.segments.items():
        there: dict[str, int] = {part.means: part.persons for part in parts}
        for means in ("ride", "car", "foot"):
            left_home, people = gone.get((group_id, means), 0), there.get(means, 0)
            if left_home > people:
                yield (
                    group_id,
                    f"{left_home} persons ({means}) leave home, but only {people} are there",
                )
        willing = sum(n for means, n in there.items() if means != "unwilling")
        stay = willing - sum(n for (group, _), n in gone.items() if group == group_id)
        stay += sum(n for (_, group), n in stuck.items() if group == group_id)
        yield from _left(replay, group_id, unwilling=False, expected=stay)
        yield from _left(replay, group_id, unwilling=True, expected=there.get("unwilling", 0))


def _left(replay: Replay, group: str, *, unwilling: bool, expected: int) -> Found:
    entries = [e for e in replay.plan.left_behind if e.group == group and e.unwilling == unwilling]
    told = sum(entry.persons for entry in entries)
    if told != expected:
        what = "unwilling" if unwilling else "left behind"
        yield group, f"the plan tells of {told} persons {what}, but there are {expected}"


def chains(replay: Replay) -> Found:
    """C1: everyone's legs connect home with a haven by way of hubs, and nobody stays on the way."""
    for movement in replay.movements:
        for group in movement.groups:
            yield from _ends(replay, movement, group)
        if movement.own is not None:
            for line in movement.manifest:
                if line.means != movement.own.means:
                    yield (
                        movement.where,
                        f"'{line.group}' ({line.means}) cannot go by {movement.own.means}",
                    )
    for (place, group), balance in _hub_ledger(replay).items():
        yield from _balanced(replay, place, group, balance)


def _ends(replay: Replay, movement: Movement, group: str) -> Found:
    home = replay.groups[group].at
    origin, destination = movement.origin, movement.destination
    by_own = movement.own is not None
    if origin != home and (by_own or replay.places[origin].role not in HUB_ROLES):
        yield (
            movement.where,
            f"people of '{group}' board at '{origin}', which is neither home nor a hub",
        )
    if destination == home:
        yield movement.where, f"people of '{group}' are brought back home to '{home}'"
    elif not replay.is_haven(destination) and (
        by_own or replay.places[destination].role not in HUB_ROLES
    ):
        yield (
            movement.where,
            f"people of '{group}' get off at '{destination}', neither a haven nor a hub",
        )


def _hub_ledger(replay: Replay) -> dict[tuple[str, str], list[tuple[int, int, Kind, int]]]:
    """(place, group) to comings (moment, 0, kind, units) and goings (moment, 1, kind, units)."""
    ledger: dict[tuple[str, str], list[tuple[int, int, Kind, int]]] = {}
    for movement in replay.sorties:
        for kind, units in _lines(movement):
            group = kind[0]
            if not replay.is_haven(movement.destination):
                entry = (movement.unload_end_s, 0, kind, units)
                ledger.setdefault((movement.destination, group), []).append(entry)
            if movement.origin != replay.groups[group].at:
                entry = (movement.depart_s, 1, kind, units)
                ledger.setdefault((movement.origin, group), []).append(entry)
    return dict(sorted(ledger.items()))


def _balanced(
    replay: Replay, place: str, group: str, entries: list[tuple[int, int, Kind, int]]
) -> Found:
    there: dict[Kind, int] = {}
    for moment, going, kind, units in sorted(entries, key=lambda e: (e[0], e[1], e[2])):
        there[kind] = there.get(kind, 0) + (-units if going else units)
        if there[kind] < 0:
            yield (
                place,
                f"more of '{group}' leave at {replay.when(moment)} than have arrived by then",
            )
            return
    for kind, units in sorted(there.items()):
        if units > underway.left_at(replay, place, kind):
            yield place, f"{units * kind[2].persons} persons of '{group}' are left on the way"


def readiness(replay: Replay) -> Found:
    """C1: nobody leaves home before being ready."""
    for movement in replay.movements:
        for group_id in movement.groups:
            group = replay.groups[group_id]
            ready_s = replay.scenario.at_s(group.ready)
            if movement.origin == group.at and movement.depart_s < ready_s:
                yield (
                    movement.where,
                    f"'{group_id}' leaves at {replay.when(movement.depart_s)}, "
                    f"but is ready only at {replay.when(ready_s)}",
                )


def households(replay: Replay) -> Found:
    """C16: households, and patients with their companions, travel whole, and each once."""
    for (group, means, unit), units in sorted(_departed(replay).items()):
        there = replay.supply.get((group, means, unit), 0)
        if units > there:
            lying = f", {unit.stretchers} lying" if unit.stretchers else ""
            yield (
                group,
                f"{units} households of {unit.persons} persons{lying} ({means}) leave, "
                f"but the group has {there}: a household was split or goes twice",
            )


def waiting(replay: Replay) -> Found:
    """C7: people who wait at a hub never exceed its capacity."""
    for place, stays in stays_at_hubs(replay).items():
        capacity = replay.places[place].capacity
        most, moment = peak(stays)
        if capacity is not None and most > capacity:
            yield place, f"{most} persons wait at {replay.when(moment)}, room is for {capacity}"


def intake(replay: Replay) -> Found:
    """C7: a haven takes in no more than its total, and its limit a local calendar day."""
    for place in replay.scenario.places:
        arrived = [m for m in replay.movements if m.destination == place.id and m.manifest]
        if place.intake is None or not arrived:
            continue
        total = sum(m.persons for m in arrived)
        if place.intake.total is not None and total > place.intake.total:
            yield place.id, f"{total} persons arrive, the haven takes {place.intake.total}"
        by_day: dict[str, int] = {}
        for m in arrived:
            day = replay.scenario.local(m.unload_end_s).date().isoformat()
            by_day[day] = by_day.get(day, 0) + m.persons
        limit = place.intake.per_day
        for day, persons in sorted(by_day.items()):
            if limit is not None and persons > limit:
                yield place.id, f"{persons} persons arrive on {day}, the haven takes {limit} a day"


def teams(replay: Replay) -> Found:
    """Teams ride with their own fleets from start to place, and the plan tells it rightly."""
    known = {team.id: team for team in replay.scenario.teams}
    for movement in replay.sorties:
        for ride in movement.leg.teams if movement.leg else ():
            team = known.get(ride.team)
            if team is None:
                yield movement.where, f"no team called '{ride.team}'"
            elif movement.fleet is not None and movement.fleet.id not in team.fleets:
                yield movement.where, f"team '{team.id}' does not ride with '{movement.fleet.id}'"
    for team in replay.scenario.teams:
        yield from _team_told(replay, team.id)


def _team_told(replay: Replay, team: str) -> Found:
    persons, arrive_s, fault = team_delivery(replay, team)
    if fault:
        yield team, fault
    told = [entry for entry in replay.plan.teams if entry.team == team]
    claimed = (told[0].persons, told[0].arrive_s) if len(told) == 1 else (0, None)
    if len(told) > 1 or claimed != (persons, arrive_s):
        then = "not all of them" if arrive_s is None else f"at {replay.when(arrive_s)}"
        yield team, f"{persons} members reach their place ({then}), the plan tells otherwise"


def team_first(replay: Replay) -> Found:
    """Who needs a team is loaded only when all of the team is there."""
    for movement in replay.sorties:
        for group_id in movement.groups:
            group = replay.groups[group_id]
            if group.needs_team is None or movement.origin != group.at:
                continue
            _, arrive_s, _ = team_delivery(replay, group.needs_team)
            if arrive_s is None or movement.depart_s < arrive_s:
                yield (
                    movement.where,
                    f"'{group_id}' leaves before team '{group.needs_team}' is there",
                )
