"""A plan that meets what nobody had planned for: never re-planned, re-planned, or all known before.

``python -m tests.bench.rolling [--draws N] [--seed S] [--nodes N] [--json]``

One generated case (``lift_case``, made small enough that vehicles go round several times a day) is
disturbed again and again by seeded chance: buses break down for good, the bridge is closed for some
hours, people come up whom nobody had reckoned with. Three policies meet the same disturbances:

never      everybody does what the first plan says, in its order, and waits where the way is closed;
           free seats are filled with whoever is there. Shared limits are not looked at, which is in
           favour of this policy.
each event at each disturbance the plan is made anew by ``planner.replan`` from a situation report;
           each of these plans stands before the witness.
perfect    the first plan knows everything that is to come. No policy can do better, but for the
           gap of its plan.

A bus finishes the leg on which it is; who would be on the bridge while it is closed has turned back
and stands where it set out. Searches end by nodes: the same seed gives the same table.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from planner import load
from planner.network import TransportNetwork
from planner.pipeline import Limits, make_network, make_plan, make_problem
from planner.plan import Plan, PlanLeg
from planner.replan import Running, read_report, replan
from planner.scenario import Origin, Scenario
from planner.units import HOUR_S
from tests.bench import lift_case

SIZE = lift_case.Size(4, 34, seed=1, fleets=1, step_min=30)
FEWER = 5
BUSES = 6
BRIDGE = "bridge"
FLEET = "fleet_1"
LEG_S = 3 * HOUR_S
"""No leg takes longer: who knows all may use a bus so long after it breaks down at the latest."""
POLICIES = ("never", "each event", "perfect")


@dataclass(frozen=True)
class Disturbance:
    """One thing that happens: ``breaks`` (which bus), ``closes`` (until when), ``comes`` (who)."""

    kind: str
    at_s: int
    vehicle: int = 0
    until_s: int = 0
    district: str = ""
    people: int = 0


@dataclass(frozen=True)
class Outcome:
    """What became of one run under one policy."""

    draw: int
    policy: str
    people: int
    out: int
    mean_arrival_h: float
    person_hours: float
    plans: int = 1
    changes: int = 0


def tree(disturbances: tuple[Disturbance, ...] = ()) -> dict[str, Any]:
    """The case as keys and values; with ``disturbances`` as one knows it who knows all of them."""
    found = lift_case.tree(SIZE)
    for group in found["groups"]:
        group["people"] = max(1, group["people"] // FEWER)
        group["households"] = {"1": "100 %"}
    found["fleets"][0]["count"] = BUSES
    found["priorities"] = {"levels": ["left_behind", "arrival"]}
    broken = {d.vehicle: d.at_s for d in disturbances if d.kind == "breaks"}
    fleet = found["fleets"][0]
    fleet["count"] = BUSES - len(broken)
    for vehicle, at_s in sorted(broken.items()):
        one = {**fleet, "id": f"broken_{vehicle}", "count": 1}
        found["fleets"].append({**one, "available": {"until": f"{at_s + LEG_S} s"}})
    closed = [[f"{d.at_s} s", f"{d.until_s} s"] for d in disturbances if d.kind == "closes"]
    for link in found["links"]:
        if link["id"] == BRIDGE and closed:
            link["closed"] = closed
    for number, d in enumerate(disturbances, start=1):
        if d.kind == "comes":
            like = next(g for g in found["groups"] if g["id"] == f"{d.district}_people")
            found["groups"].append(
                {**like, "id": f"new_{number}", "people": d.people, "ready": f"{d.at_s} s"}
            )
    return found


def scenario(disturbances: tuple[Disturbance, ...] = ()) -> Scenario:
    """The same, read."""
    return load.from_tree(tree(disturbances), Origin(file="rolling.yaml", sha256=""))


def disturbed(seed: int, draw: int) -> tuple[Disturbance, ...]:
    """What happens in one run, in order of time: two to four things in the first 14 hours."""
    lot = random.Random(f"rolling {seed} {draw}")
    found: dict[tuple[str, int], Disturbance] = {}
    for _ in range(lot.randint(2, 4)):
        at_s = lot.randrange(2, 15 * 2) * HOUR_S // 2
        kind = lot.choice(("breaks", "closes", "comes"))
        vehicle = lot.randint(1, BUSES) if kind == "breaks" else 0
        until_s = at_s + lot.randrange(6, 19) * HOUR_S // 2 if kind == "closes" else 0
        district = f"district_{lot.randint(1, SIZE.districts)}" if kind == "comes" else ""
        people = lot.randrange(40, 160, 10) if kind == "comes" else 0
        found.setdefault(
            (kind, vehicle), Disturbance(kind, at_s, vehicle, until_s, district, people)
        )
    return tuple(sorted(found.values(), key=lambda d: (d.at_s, d.kind, d.vehicle)))


# ---------------------------------------------------------------------- re-planned at each event


def at_each_event(
    first: Running, events: tuple[Disturbance, ...], limits: Limits
) -> tuple[Plan, Scenario, int]:
    """The last plan, its scenario, and how many changes were told on the way."""
    running, told = first, 0
    for number, event in enumerate(events, start=1):
        under_way = running.plan.under_way
        since_s = under_way.now_s if under_way else 0
        event = replace(event, at_s=max(event.at_s, since_s))
        report = report_of(running, event, number)
        found = replan(read_report(running, report, "report.yaml"), limits)
        assert found.verdict.violations == (), [str(v) for v in found.verdict.violations]
        told += len(found.changes)
        verdict = found.verdict
        running = Running(verdict.plan, verdict.scenario, verdict.network)
    return running.plan, running.scenario, told


def report_of(running: Running, event: Disturbance, number: int) -> str:
    """The situation report on one event, as the base would write it."""
    if event.kind == "comes":
        entry = f"{{id: new_{number}, like: {event.district}_people, people: {event.people}}}"
        return f"at: {event.at_s} s\nnew_people:\n  - {entry}\n"
    if event.kind == "breaks":
        return _broken(running, event)
    back = {}
    at_s = event.at_s
    for vehicle, _, leg in _under_way(running.plan, at_s):
        for enter_s, exit_s in on_bridge(running.network, leg):
            if enter_s <= at_s < exit_s:
                at_s = exit_s  # the bridge is closed behind who is on it
            elif at_s < enter_s < event.until_s:
                back[vehicle] = leg.origin
    lines = [f"  - {{link: {BRIDGE}, state: closed, until: {event.until_s} s}}"]
    stands = [f"  - {{fleet: {FLEET}, vehicle: {n}, at: {place}}}" for n, place in back.items()]
    head = f"at: {at_s} s\nlinks:\n" + "\n".join(lines) + "\n"
    return head + ("vehicles:\n" + "\n".join(stands) + "\n" if stands else "")


def _broken(running: Running, event: Disturbance) -> str:
    """The bus finishes its leg, and that is that."""
    at_s, place = event.at_s, ""
    for vehicle, _, leg in _under_way(running.plan, event.at_s):
        if vehicle == event.vehicle:
            at_s, place = leg.unload_end_s, f", at: {leg.destination}"
    entry = f"{{fleet: {FLEET}, vehicle: {event.vehicle}, broken: true{place}}}"
    return f"at: {at_s} s\nvehicles:\n  - {entry}\n"


def _under_way(plan: Plan, at_s: int) -> list[tuple[int, str, PlanLeg]]:
    return [
        (sortie.vehicle, sortie.id, leg)
        for sortie in plan.sorties for leg in sortie.legs
        if leg.load_start_s < at_s < leg.unload_end_s
    ]  # fmt: skip


def on_bridge(network: TransportNetwork, leg: PlanLeg) -> list[tuple[int, int]]:
    """When a leg is on the bridge."""
    uses = network.routes[leg.route].links
    return [(leg.depart_s + u.enter_s, leg.depart_s + u.exit_s) for u in uses if u.link == BRIDGE]


# ---------------------------------------------------------------------- never re-planned


def never(first: Running, events: tuple[Disturbance, ...]) -> dict[str, list[tuple[int, int]]]:
    """Haven to (moment, persons) of who gets there where everybody keeps to the first plan."""
    known = scenario(events)
    problem = make_problem(known, make_network(known))
    grid = problem.grid
    may: dict[tuple[str, str, bool], np.ndarray[Any, Any]] = {}
    for option in problem.plan.options:
        if problem.plan.movers[option.mover].fleet == FLEET:
            key = (option.origin, option.destination, option.loaded)
            may[key] = may.get(key, np.zeros(grid.steps, dtype=bool)) | option.starts
    broken = {d.vehicle: d.at_s for d in events if d.kind == "breaks"}
    home = {g.at: g.people.base for g in first.scenario.groups}
    comes = sorted((d.at_s, d.district, d.people) for d in events if d.kind == "comes")
    seats = first.scenario.vehicle(first.scenario.fleet(FLEET)).seats
    left = {n: [leg for s in first.plan.sorties if s.vehicle == n for leg in s.legs]
            for n in range(1, BUSES + 1)}  # fmt: skip
    free = dict.fromkeys(left, 0)
    out: dict[str, list[tuple[int, int]]] = {}
    while any(left.values()):
        begin = {n: _next(may, grid, legs[0], free[n]) for n, legs in left.items() if legs}
        vehicle = min(begin, key=lambda n: (begin[n], n))
        start_s = begin[vehicle]
        if start_s >= known.horizon_s or start_s >= broken.get(vehicle, known.horizon_s):
            left[vehicle] = []
            continue
        leg = left[vehicle].pop(0)
        end_s = start_s + leg.unload_end_s - leg.load_start_s
        free[vehicle] = end_s
        if leg.manifest:
            while comes and comes[0][0] <= start_s:
                _, district, people = comes.pop(0)
                home[district] += people
            aboard = min(home[leg.origin], seats)
            home[leg.origin] -= aboard
            out.setdefault(leg.destination, []).append((end_s, aboard))
    return out


def _next(
    may: dict[tuple[str, str, bool], np.ndarray[Any, Any]], grid: Any, leg: PlanLeg, free_s: int
) -> int:
    """The first moment at which a leg may begin, not before it is planned; the horizon if none."""
    open_ = may.get((leg.origin, leg.destination, bool(leg.manifest)))
    first = grid.up(max(free_s, leg.load_start_s))
    steps = [] if open_ is None else np.flatnonzero(open_[first:]).tolist()
    return int(first + steps[0]) * int(grid.step_s) if steps else int(grid.horizon_s)


# ---------------------------------------------------------------------- the table


def outcomes(draw: int, seed: int, first: Running, limits: Limits) -> list[Outcome]:
    """One run under each policy."""
    events = disturbed(seed, draw)
    havens = frozenset(p.id for p in first.scenario.places if p.role == "safe_haven")
    stayed = never(first, events)
    people = first.plan.people + sum(d.people for d in events)
    loads = sorted(load_ for loads in stayed.values() for load_ in loads)
    found = [_outcome(draw, "never", people, loads)]
    plan, _, told = at_each_event(first, events, limits)
    again = _outcome(draw, "each event", people, list(plan.arrivals(havens)))
    found.append(replace(again, plans=1 + len(events), changes=told))
    best = make_plan(scenario(events), limits, remedies=False).verdict
    assert best.violations == ()
    found.append(_outcome(draw, "perfect", people, list(best.plan.arrivals(havens))))
    return found


def _outcome(draw: int, policy: str, people: int, loads: list[tuple[int, int]]) -> Outcome:
    out = sum(persons for _, persons in loads)
    hours = sum(moment * persons for moment, persons in loads) / HOUR_S
    left = (people - out) * SIZE.hours
    return Outcome(draw, policy, people, out, hours / max(1, out), hours + left)


def started(limits: Limits) -> Running:
    """The first plan, which knows of nothing."""
    plain = scenario()
    network = make_network(plain)
    verdict = make_plan(plain, limits, remedies=False, network=network).verdict
    assert verdict.violations == ()
    return Running(verdict.plan, plain, network)


def table(rows: list[Outcome]) -> str:
    """Means by policy, and how far each is from perfect information."""
    lines = [f"{'policy':12}{'out':>9}{'left':>8}{'mean arrival':>14}{'person-hours':>14}"
             f"{'above perfect':>15}{'plans':>7}{'changes':>9}"]  # fmt: skip
    best = statistics.mean(r.person_hours for r in rows if r.policy == "perfect")
    for policy in POLICIES:
        own = [row for row in rows if row.policy == policy]
        hours = statistics.mean(row.person_hours for row in own)
        lines.append(
            f"{policy:12}{statistics.mean(r.out for r in own):9.1f}"
            f"{statistics.mean(r.people - r.out for r in own):8.1f}"
            f"{statistics.mean(r.mean_arrival_h for r in own):12.2f} h{hours:14.1f}"
            f"{100 * (hours / best - 1):13.1f} %{statistics.mean(r.plans for r in own):7.2f}"
            f"{statistics.mean(r.changes for r in own):9.1f}"
        )
    return "\n".join(lines)


def main() -> None:
    """Run the draws and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--draws", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--nodes", type=int, default=30, help="rounds of each search")
    parser.add_argument("--json", action="store_true")
    said = parser.parse_args()
    limits = Limits(time_s=600.0, node_limit=said.nodes)
    first = started(limits)
    rows = [row for draw in range(said.draws) for row in outcomes(draw, said.seed, first, limits)]
    if said.json:
        print(json.dumps([asdict(row) for row in rows], indent=1))
    else:
        print(f"{SIZE.name}, {first.plan.people} people, {BUSES} buses; {said.draws} draws")
        print(table(rows))


if __name__ == "__main__":
    main()
