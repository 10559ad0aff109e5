"""What has happened of a plan by a moment: its legs as they went, as planned or as reported.

A leg has begun when its loading has. What was not mentioned went as planned, later where the
vehicle was not free before. Each vehicle then stands where its last leg ends, from that moment on.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from planner.plan import ManifestLine, Plan, PlanLeg, SelfMovement, Sortie
from planner.replan.report import LegKey, Report, VehicleKey
from planner.scenario import Means, Scenario, Unit, segments

Kind = tuple[str, Means, Unit]
"""Group, means and unit: people who are counted alike."""


@dataclass(frozen=True)
class Stand:
    """Where a vehicle is once it is free, from when on, and from when on no more (None: stays)."""

    place: str
    free_s: int
    last: PlanLeg | None = None


@dataclass
class Past:
    """The part of a plan that has begun, and where that leaves vehicles and people."""

    legs: dict[LegKey, PlanLeg] = field(default_factory=dict)
    """Legs that have begun, with their true times and manifests."""
    sorties: tuple[Sortie, ...] = ()
    """The same as sorties: the plan's ids, their begun legs alone."""
    self_movements: tuple[SelfMovement, ...] = ()
    stands: dict[VehicleKey, Stand] = field(default_factory=dict)
    """Vehicles that have moved, or of which something is reported."""
    gone: Counter[Kind] = field(default_factory=Counter)
    """Units that have left home."""
    hubs: dict[tuple[str, Kind], list[tuple[int, int]]] = field(default_factory=dict)
    """(hub, kind) to (moment, units) of those who are there or on the way, and stay so far."""


def happened(report: Report) -> Past:
    """The past by a report; what it contradicts in the plan becomes the report's Issues."""
    past = Past()
    for key, legs in _by_vehicle(report.plan).items():
        _follow(report, past, key, legs)
    past.sorties = tuple(
        sortie.model_copy(update={"legs": begun})
        for sortie in report.plan.sorties
        if (begun := tuple(
            past.legs[sortie.id, n] for n in range(1, len(sortie.legs) + 1)
            if (sortie.id, n) in past.legs
        ))
    )  # fmt: skip
    past.self_movements = tuple(
        own for own in report.plan.self_movements if own.depart_s < report.now_s
    )
    _people(report, past)
    return past


def _by_vehicle(plan: Plan) -> dict[VehicleKey, list[tuple[LegKey, PlanLeg]]]:
    found: dict[VehicleKey, list[tuple[LegKey, PlanLeg]]] = {}
    for sortie in plan.sorties:
        own = found.setdefault((sortie.fleet, sortie.vehicle), [])
        own += [((sortie.id, n), leg) for n, leg in enumerate(sortie.legs, start=1)]
    for own in found.values():
        own.sort(key=lambda item: (item[1].load_start_s, item[1].unload_end_s))
    return found


def _follow(
    report: Report, past: Past, vehicle: VehicleKey, legs: list[tuple[LegKey, PlanLeg]]
) -> None:
    """One vehicle's legs in order, until one has not begun."""
    state = report.vehicles.get(vehicle)
    stand: Stand | None = None
    rest: list[LegKey] = []
    for key, leg in legs:
        moved = None if rest else _begun(report, vehicle, key, leg, stand)
        if moved is None:
            rest.append(key)
            continue
        past.legs[key] = moved
        stand = Stand(moved.destination, moved.unload_end_s, moved)
    for key in rest:
        if key in report.wheres:
            _never_left(report, key, rest[0])
    base = report.scenario.fleet(vehicle[0]).base
    place = stand.place if stand else base
    if state is None:
        if stand is not None:
            past.stands[vehicle] = stand
        return
    _placed(report, vehicle, stand, place)
    free_s = max(stand.free_s if stand else 0, state.from_s)
    if state.out is not None:
        free_s = max(stand.free_s if stand else 0, state.out[1])
    past.stands[vehicle] = Stand(place, free_s, stand.last if stand else None)


def _begun(
    report: Report, vehicle: VehicleKey, key: LegKey, leg: PlanLeg, stand: Stand | None
) -> PlanLeg | None:
    """The leg as it went; None where it has not begun."""
    if key[0] in report.held and key[1] >= report.held[key[0]]:
        return None
    told = key in report.departed or key in report.arrived
    free_s = stand.free_s if stand else 0
    moved = _timed(report, key, leg, free_s)
    state = report.vehicles.get(vehicle)
    if state is not None and state.out is not None and moved.load_start_s >= state.out[0]:
        if key in report.departed:
            problem = f"leg {key[1]} of '{key[0]}' leaves after its vehicle broke down"
            report.fault(report.wheres[key], problem, "correct one of the two")
        return None
    if not told and moved.load_start_s >= report.now_s:
        return None
    under_way = moved.unload_end_s > report.at_s and key not in report.arrived
    if under_way and state is not None and state.at == leg.origin != leg.destination:
        return None  # turned back
    return moved


def _timed(report: Report, key: LegKey, leg: PlanLeg, free_s: int) -> PlanLeg:
    """The leg at its true times: as reported, else as planned, later where the vehicle was busy."""
    left, there = report.departed.get(key), report.arrived.get(key)
    loading = leg.depart_s - leg.load_start_s
    ride, unloading = leg.arrive_s - leg.depart_s, leg.unload_end_s - leg.arrive_s
    if left is not None:
        depart = left
        start = max(free_s, left - loading)
        if left < free_s:
            problem = (
                f"leg {key[1]} of '{key[0]}' leaves at {report.when(left)}, but its vehicle is "
                f"busy until {report.when(free_s)}"
            )
            report.fault(report.wheres[key], problem, "report when the leg before arrived")
            start = depart = free_s
    else:
        start = max(free_s, leg.load_start_s)
        depart = max(leg.depart_s, start + loading)
        if there is not None:
            depart = min(depart, max(start, there))
    arrive = depart + ride if there is None else max(there, depart)
    return leg.model_copy(
        update={"load_start_s": min(start, depart), "depart_s": depart, "arrive_s": arrive,
                "unload_end_s": arrive + unloading}
    )  # fmt: skip


def _never_left(report: Report, key: LegKey, first: LegKey) -> None:
    """A leg that is reported though one before it has not begun."""
    name = f"leg {key[1]} of '{key[0]}'"
    done = "arrived" if key in report.arrived else "left"
    if key == first or key[0] in report.held:
        return  # what is held and under way at once is told already
    planned = report.leg(first).load_start_s
    problem = (
        f"{name} is reported to have {done}, but leg {first[1]} of '{first[0]}' before it never "
        f"left (planned for {report.when(planned)})"
    )
    report.fault(report.wheres[key], problem, "report under `departed:` when that one left")


def _placed(report: Report, vehicle: VehicleKey, stand: Stand | None, place: str) -> None:
    """What is reported of a vehicle fits where its legs have taken it."""
    state = report.vehicles[vehicle]
    name = f"vehicle {vehicle[1]} of '{vehicle[0]}'"
    busy = stand is not None and stand.free_s > report.at_s
    if state.at is not None and state.at != place:
        problem = f"{name} is reported at '{state.at}', but by the plan and the report it is"
        goal = f"on its way to '{place}'" if busy else f"at '{place}'"
        remedy = "report under `departed:`, `arrived:` or `held:` what it did"
        report.fault(f"{state.where}.at", f"{problem} {goal}", remedy)
    elif state.at is not None and busy and stand is not None and stand.last is not None:
        at = report.when(stand.last.arrive_s)
        if stand.last.arrive_s > report.at_s:
            problem = f"{name} is reported at '{state.at}', where it comes only at {at}"
            report.fault(f"{state.where}.at", problem, "report under `arrived:` when it came")
    elif state.at is None and state.out is not None and busy:
        problem = f"{name} broke down on its way to '{place}'"
        remedy = "write `at:` where it is: where it set out from, or where it has arrived"
        report.fault(state.where, problem, remedy)


# ---------------------------------------------------------------------- people


def supply_of(scenario: Scenario) -> Counter[Kind]:
    """Units at home in the beginning, by kind, those who stay by choice among them."""
    return Counter(
        {
            (group.id, segment.means, unit): count
            for group in scenario.groups
            for segment in segments(scenario, group)
            for unit, count in segment.units
        }
    )


def kind_of(line: ManifestLine) -> Kind:
    """What the people of a line are counted with."""
    return line.group, line.means, Unit(line.unit_persons, line.unit_stretchers)


def _people(report: Report, past: Past) -> None:
    """Who has left home and who is at hubs, once who was really on board is known."""
    homes = {group.id: group.at for group in report.scenario.groups}
    supply = supply_of(report.scenario)
    for own in past.self_movements:
        for line in own.manifest:
            past.gone[kind_of(line)] += line.units
    for key, leg in past.legs.items():
        if key in report.aboard:
            continue
        for line in leg.manifest:
            if homes[line.group] == leg.origin:
                past.gone[kind_of(line)] += line.units
    for key in sorted(set(report.aboard) & set(past.legs)):
        leg = past.legs[key]
        manifest = _manifest(report, past, key, leg, supply, homes)
        past.legs[key] = leg.model_copy(update={"manifest": manifest})
    past.sorties = tuple(
        sortie.model_copy(update={"legs": tuple(
            past.legs[sortie.id, n]
            for n in range(1, len(report.sorties[sortie.id].legs) + 1)
            if (sortie.id, n) in past.legs
        )})
        for sortie in past.sorties
    )  # fmt: skip
    _hubs(report, past, homes)


def _manifest(
    report: Report, past: Past, key: LegKey, leg: PlanLeg, supply: Counter[Kind],
    homes: dict[str, str],
) -> tuple[ManifestLine, ...]:  # fmt: skip
    """Who was really on board, in whole households."""
    told = report.aboard[key]
    found: list[ManifestLine] = []
    groups = dict.fromkeys([*(line.group for line in leg.manifest), *told])
    for group in groups:
        planned = Counter[Kind]()
        for line in leg.manifest:
            planned[kind_of(line)] += line.units if line.group == group else 0
        chosen: dict[Kind, int] = planned
        if group in told:
            more: dict[Kind, int] = {}
            if homes[group] == leg.origin:
                there = {k: n for k, n in supply.items() if k[0] == group and k[1] != "unwilling"}
                more = {k: n - past.gone[k] - planned.get(k, 0) for k, n in there.items()}
            counted = _units(planned, more, told[group])
            if counted is None:
                _not_there(report, key, group, planned, more)
            chosen = planned if counted is None else counted
        if homes[group] == leg.origin:
            past.gone.update(chosen)
        found += [
            ManifestLine(group=group, means=_riding(kind[1]), unit_persons=kind[2].persons,
                         unit_stretchers=kind[2].stretchers, units=units)
            for kind, units in sorted(chosen.items()) if units
        ]  # fmt: skip
    manifest = tuple(found)
    _room(report, key, manifest)
    return manifest


def _riding(means: Means) -> Literal["ride", "car", "foot"]:
    assert means != "unwilling"
    return means


def _not_there(
    report: Report, key: LegKey, group: str, planned: dict[Kind, int], more: dict[Kind, int]
) -> None:
    wanted = report.aboard[key][group]
    where = f"{report.wheres[key]}.aboard.{group}"
    most = sum(k[2].persons * n for k, n in [*planned.items(), *more.items()])
    if wanted > most:
        problem = f"{wanted} persons of '{group}' have left, but only {most} were still there"
        report.fault(where, problem, f"write {most} at most")
        return
    near = [
        n for step in range(1, wanted + most + 1) for n in (wanted - step, wanted + step)
        if 0 <= n <= most and _units(planned, more, n) is not None
    ][:2]  # fmt: skip
    problem = f"{wanted} persons of '{group}' are no whole households"
    listed = " or ".join(str(n) for n in sorted(near)) or "0"
    report.fault(where, problem, f"the nearest are {listed}")


def _room(report: Report, key: LegKey, manifest: tuple[ManifestLine, ...]) -> None:
    sortie = report.sorties[key[0]]
    kind = report.scenario.vehicle(report.scenario.fleet(sortie.fleet))
    seated = sum(line.persons - line.stretchers for line in manifest)
    lying = sum(line.stretchers for line in manifest)
    if seated > kind.seats or lying > kind.stretchers:
        problem = f"{seated} sit and {lying} lie on board of '{key[0]}', it has {kind.seats} seats"
        where = f"{report.wheres[key]}.aboard"
        report.fault(where, f"{problem} and {kind.stretchers} stretcher places", "count again")


def _units(planned: dict[Kind, int], more: dict[Kind, int], persons: int) -> dict[Kind, int] | None:
    """Units that make up so many heads: of those planned if possible, else of others too."""
    for sources in ([planned], [planned, more]):
        reached: dict[int, dict[Kind, int]] = {0: {}}
        for source in sources:
            for kind, units in sorted(source.items(), key=lambda item: (-item[0][2].persons, item)):
                reached = _with(reached, kind, units, persons)
        if persons in reached:
            return reached[persons]
    return None


def _with(
    reached: dict[int, dict[Kind, int]], kind: Kind, units: int, most: int
) -> dict[int, dict[Kind, int]]:
    """Sums that can be reached with up to so many units of one more kind."""
    found = dict(reached)
    for total, chosen in reached.items():
        for number in range(1, units + 1):
            heads = total + number * kind[2].persons
            if heads > most:
                break
            found.setdefault(heads, {**chosen, kind: chosen.get(kind, 0) + number})
    return found


def _hubs(report: Report, past: Past, homes: dict[str, str]) -> None:
    """Who is in a hub or on the way to one: comings less goings, first come, first gone."""
    havens = {place.id for place in report.scenario.places if place.role == "safe_haven"}
    events: dict[tuple[str, Kind], list[tuple[int, int, int]]] = {}
    for leg in past.legs.values():
        for line in leg.manifest:
            kind = kind_of(line)
            if leg.destination not in havens:
                own = events.setdefault((leg.destination, kind), [])
                own.append((leg.unload_end_s, 0, line.units))
            if leg.origin != homes[line.group]:
                own = events.setdefault((leg.origin, kind), [])
                own.append((leg.depart_s, 1, -line.units))
    for (place, kind), happening in sorted(events.items()):
        stock: list[list[int]] = []
        for moment, _, units in sorted(happening):
            if units > 0:
                stock.append([moment, units])
                continue
            short = _take(stock, -units)
            if short:
                heads = short * kind[2].persons
                problem = (
                    f"{heads} persons of '{kind[0]}' leave '{place}' at {report.when(moment)} who "
                    "never came there"
                )
                remedy = "report who was aboard of what left from there, or when they came"
                report.fault("departed", problem, remedy)
        left = [(moment, units) for moment, units in stock if units]
        if left:
            past.hubs[place, kind] = left


def _take(stock: list[list[int]], units: int) -> int:
    """Takes units off the first who came; how many are missing."""
    for entry in stock:
        taken = min(entry[1], units)
        entry[1] -= taken
        units -= taken
    return units
