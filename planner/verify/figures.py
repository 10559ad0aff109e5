"""Every figure of a plan recomputed from its manifests: people, times, harm, effort, waiting."""

from __future__ import annotations

from planner.scenario import people
from planner.units import HOUR_S
from planner.verify.replay import HUB_ROLES, PER_CASUALTY, Movement, Replay
from planner.verify.tally import peak
from planner.verify.verdict import Figures, GroupFigures

LEVEL_UNITS = {
    "left_behind": "persons",
    "missed_deadlines": "persons",
    "harm": "expected casualties",
    "changes": "points",
    "arrival": "person-hours",
    "effort": "effort points",
}


# ------------------------------------------------------------------ people


def willing_persons(replay: Replay, group: str) -> int:
    """Heads of the group that want to leave."""
    return sum(part.persons for part in replay.segments[group] if part.means != "unwilling")


def arrivals_of(replay: Replay, group: str) -> list[tuple[int, int, bool]]:
    """(moment of safety, persons, by own means) for each of the group's loads at a haven."""
    return replay.arrivals.get(group, [])


def group_figures(replay: Replay, group: str) -> GroupFigures:
    """What becomes of the group's people."""
    arrived = arrivals_of(replay, group)
    total = sum(part.persons for part in replay.segments[group])
    by_own = sum(persons for _, persons, own in arrived if own)
    by_sortie = sum(persons for _, persons, own in arrived if not own)
    return GroupFigures(
        group=group,
        people=total,
        by_sortie=by_sortie,
        self_moved=by_own,
        left_behind=total - by_own - by_sortie,
        unwilling=total - willing_persons(replay, group),
    )


def stays_at_hubs(replay: Replay) -> dict[str, list[tuple[int, int, int]]]:
    """Hub to stays (from_s, until_s, persons): in order of arrival, first come, first gone.

    Which of the people present leave first does not change how many are there.
    """
    comings: dict[str, list[tuple[int, int]]] = {}
    goings: dict[str, list[tuple[int, int]]] = {}
    for m in replay.sorties:
        moved_on = sum(n.persons for n in m.manifest if m.origin != replay.groups[n.group].at)
        if moved_on > 0:
            goings.setdefault(m.origin, []).append((m.depart_s, moved_on))
        if m.persons > 0 and replay.places[m.destination].role in HUB_ROLES:
            comings.setdefault(m.destination, []).append((m.unload_end_s, m.persons))
    last_s = replay.clock.end_s
    return {
        place: _paired(sorted(comings.get(place, [])), sorted(goings.get(place, [])), last_s)
        for place in sorted(comings)
    }


def _paired(
    comings: list[tuple[int, int]], goings: list[tuple[int, int]], last_s: int
) -> list[tuple[int, int, int]]:
    """Comings matched with goings in order of time; who never goes stays to ``last_s``."""
    stays = []
    queue = list(goings)
    for start, persons in comings:
        while persons:
            moment, room = queue[0] if queue else (last_s, persons)
            taken = min(persons, room)
            stays.append((start, moment, taken))
            persons -= taken
            if queue:
                queue[0] = (moment, room - taken)
                queue = queue[1:] if room == taken else queue
    return stays


def team_delivery(replay: Replay, team: str) -> tuple[int, int | None, str]:
    """(members delivered, when the last is there or None, what is wrong with the journey or '')."""
    wanted = next((t for t in replay.scenario.teams if t.id == team), None)
    if wanted is None:
        return 0, None, f"no team called '{team}'"
    events: list[tuple[int, int, str, int]] = []
    for m in replay.sorties:
        persons = sum(r.persons for r in m.leg.teams if r.team == team) if m.leg else 0
        if persons:
            events.append((m.unload_end_s, 0, m.destination, persons))
            events.append((m.depart_s, 1, m.origin, -persons))
    there = {wanted.start: wanted.people}
    fault = ""
    arrive_s = None
    for moment, _, place, persons in sorted(events):
        there[place] = there.get(place, 0) + persons
        if there[place] < 0:
            fault = fault or f"more members leave '{place}' than are there"
        if place == wanted.to and there[place] >= wanted.people and arrive_s is None:
            arrive_s = moment
    delivered = there.get(wanted.to, 0)
    stranded = [p for p, n in there.items() if n > 0 and p not in (wanted.start, wanted.to)]
    if stranded:
        fault = fault or f"members are left at '{stranded[0]}' on the way"
    return delivered, arrive_s if delivered >= wanted.people else None, fault


# ------------------------------------------------------------------ harm


def ride_harm(replay: Replay, m: Movement, group: str | None) -> float:
    """Expected casualties per person on the ride alone (no loading, no unloading)."""
    total = 0.0
    for zone in m.route.exposures:
        rate = replay.hazards.get(zone.threat)
        if rate is not None:
            integral = rate.between(m.at_s(zone.enter_s), m.at_s(zone.exit_s, up=True))
            total += integral * replay.multiplier(zone.threat, group)
    return total / PER_CASUALTY


def stay_harm(replay: Replay, place: str, group: str | None, start_s: int, end_s: int) -> float:
    """Expected casualties per person who is at the place from ``start_s`` to ``end_s``."""
    return (
        sum(
            replay.hazards[threat].between(start_s, end_s) * replay.multiplier(threat, group)
            for threat in replay.threats_at[place]
        )
        / PER_CASUALTY
    )


def _movement_harm(replay: Replay, m: Movement) -> float:
    """Harm of everyone on board and of the crew, with waiting at home before and at hubs after."""
    harm = 0.0
    for line in m.manifest:
        group = line.group
        at_home = m.origin == replay.groups[group].at
        # Hubs: waiting ends here; it is taken off where it began, so nobody has to be followed.
        before = stay_harm(replay, m.origin, group, 0, m.depart_s)
        until_s = m.unload_end_s
        after = stay_harm(replay, m.destination, group, m.arrive_s, until_s)
        if not replay.is_haven(m.destination):
            after -= stay_harm(replay, m.destination, group, 0, until_s)
        each = ride_harm(replay, m, group) + after + before
        if at_home:
            # counted as left behind to the end of the horizon until now
            each -= stay_harm(replay, m.origin, group, 0, replay.scenario.horizon_s)
        harm += each * line.persons
    if m.kind is not None and m.kind.crew:
        each = ride_harm(replay, m, None)
        each += stay_harm(replay, m.origin, None, m.load_start_s, m.depart_s)
        each += stay_harm(replay, m.destination, None, m.arrive_s, m.unload_end_s)
        harm += each * m.kind.crew
    return harm


def harm_of_staying(replay: Replay, until_s: int | None = None) -> float:
    """Expected casualties among the willing if everyone stays until then (the horizon's end)."""
    end_s = replay.scenario.horizon_s if until_s is None else until_s
    return sum(
        willing_persons(replay, group.id) * stay_harm(replay, group.at, group.id, 0, end_s)
        for group in replay.scenario.groups
    )


def harm(replay: Replay) -> float:
    """Expected casualties among the willing and the crews: waiting and moving."""
    moving = sum(_movement_harm(replay, m) for m in replay.movements)
    horizon_s = replay.scenario.horizon_s
    stuck = sum(
        persons * stay_harm(replay, place, group, 0, horizon_s)
        for (place, group), persons in stranded(replay).items()
    )
    return harm_of_staying(replay) + moving + stuck


def stranded(replay: Replay) -> dict[tuple[str, str], int]:
    """(hub, group) to persons of a running plan who were brought there and do not get on.

    Nobody is in a plan that begins anew: ``chains`` sees to that.
    """
    found: dict[tuple[str, str], int] = {}
    if replay.plan.under_way is None:
        return found
    for m in replay.sorties:
        for line in m.manifest:
            if not replay.is_haven(m.destination):
                key = (m.destination, line.group)
                found[key] = found.get(key, 0) + line.persons
            if m.origin != replay.groups[line.group].at:
                key = (m.origin, line.group)
                found[key] = found.get(key, 0) - line.persons
    return {key: persons for key, persons in sorted(found.items()) if persons > 0}


# ------------------------------------------------------------------ levels


def left_behind(replay: Replay) -> float:
    """Willing persons who reach no haven, each counted as often as the group's weight says."""
    return float(
        sum(
            group.weight * group_figures(replay, group.id).left_willing
            for group in replay.scenario.groups
        )
    )


def missed_deadlines(replay: Replay) -> float:
    """Willing persons of groups with a deadline who arrive later than it, or never."""
    missed = 0
    for group in replay.scenario.groups:
        if group.deadline_s is not None:
            in_time = sum(n for at, n, _ in arrivals_of(replay, group.id) if at <= group.deadline_s)
            missed += willing_persons(replay, group.id) - in_time
    return float(missed)


def missed_of(replay: Replay, group: str) -> int:
    """Persons of a group who arrive, but after its deadline."""
    deadline_s = replay.groups[group].deadline_s
    if deadline_s is None:
        return 0
    return sum(n for at, n, _ in arrivals_of(replay, group) if at > deadline_s)


def arrival(replay: Replay) -> float:
    """Sum of arrival times in person-hours; who is left behind counts as the whole horizon."""
    total_s = 0
    for group in replay.scenario.groups:
        arrived = arrivals_of(replay, group.id)
        left = willing_persons(replay, group.id) - sum(n for _, n, _ in arrived)
        total_s += sum(at * n for at, n, _ in arrived) + left * replay.scenario.horizon_s
    return total_s / HOUR_S


def effort(replay: Replay) -> float:
    """Vehicle-kilometres at their cost, and points for every loaded and every empty leg."""
    from planner.load import solver_config

    points = solver_config().effort
    total = 0.0
    for m in replay.sorties:
        assert m.kind is not None
        total += m.route.length_m / 1000 * m.kind.cost_per_km
        total += points.per_loaded_leg if m.manifest else points.per_empty_leg
    return total


def changes(replay: Replay) -> float:
    """Loaded movements that a running plan did not have, by weight; 0 where none was running."""
    under_way = replay.plan.under_way
    if under_way is None:
        return 0.0
    weights = replay.scenario.priorities.changes
    begun = set(replay.begun)
    open_: dict[tuple[str, str, str], dict[int, int]] = {}
    for sortie in under_way.sorties:
        for number, leg in enumerate(sortie.legs, start=1):
            if leg.manifest and (sortie.id, number) not in begun:
                known = open_.setdefault((sortie.fleet, leg.origin, leg.destination), {})
                known[leg.load_start_s] = known.get(leg.load_start_s, 0) + 1
    total = 0
    for sortie in replay.plan.sorties:
        for number, leg in enumerate(sortie.legs, start=1):
            if not leg.manifest or (sortie.id, number) in begun:
                continue
            planned = open_.get((sortie.fleet, leg.origin, leg.destination))
            if planned is None:
                total += weights.added
            elif planned.get(leg.load_start_s, 0):
                planned[leg.load_start_s] -= 1
            else:
                total += weights.moved
    return float(total)


LEVEL_VALUES = {
    "left_behind": left_behind,
    "missed_deadlines": missed_deadlines,
    "harm": harm,
    "changes": changes,
    "arrival": arrival,
    "effort": effort,
}


def level_values(replay: Replay) -> dict[str, float]:
    """Every level's value by name, whether or not the scenario asks for it.

    Changes are a matter of plans that follow a running one, and of scenarios that list them.
    """
    listed = replay.scenario.priorities.levels
    changing = replay.plan.under_way is not None or "changes" in listed
    return {
        name: value(replay) for name, value in LEVEL_VALUES.items()
        if name != "changes" or changing
    }  # fmt: skip


def relied_on(replay: Replay) -> tuple[str, ...]:
    """Assumed authorisations without which a movement of the plan could not take place, sorted."""
    found: set[str] = set()
    if any(a.assume for a in replay.scenario.authorisations):
        for m in replay.sorties:
            assert m.fleet is not None
            for names, start_s, end_s in replay.grounds(m):
                found |= replay.permissions.relied_on(names, m.fleet, start_s, end_s)
    return tuple(sorted(found))


def figures(replay: Replay) -> Figures:
    """All figures of the plan."""
    groups = {g.id: group_figures(replay, g.id) for g in replay.scenario.groups}
    curve: list[tuple[int, int]] = []
    safe = 0
    moments = sorted(entry for group in groups for entry in arrivals_of(replay, group))
    for at, persons, _ in moments:
        safe += persons
        if curve and curve[-1][0] == at:
            curve.pop()
        curve.append((at, safe))
    by_sortie = sum(g.by_sortie for g in groups.values())
    by_own = sum(g.self_moved for g in groups.values())
    return Figures(
        people=people(replay.scenario),
        evacuated=by_sortie + by_own,
        by_sortie=by_sortie,
        self_moved=by_own,
        left_behind=sum(g.left_behind for g in groups.values()),
        unwilling=sum(g.unwilling for g in groups.values()),
        clearance_s=curve[-1][0] if curve else 0,
        sorties=len(replay.plan.sorties),
        levels=level_values(replay),
        groups=groups,
        harm_of_staying=harm_of_staying(replay),
        conditional_on=relied_on(replay),
        peak_waiting={place: peak(stays)[0] for place, stays in stays_at_hubs(replay).items()},
        arrivals=tuple(curve),
    )
