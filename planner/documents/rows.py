"""The tables of a plan: one row a manifest line of a movement, a group, a stay, a convoy.

Cells are text, whole numbers, decimals or moments; nothing is formatted here for one kind of file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from planner.cells import clean
from planner.charts import havens, people_at
from planner.documents.columns import (
    CODE_COLUMNS,
    CONVOY_COLUMNS,
    LEFT_COLUMNS,
    MOVEMENT_COLUMNS,
    PEOPLE_COLUMNS,
    PLACE_COLUMNS,
    Column,
    columns_for,
)
from planner.documents.paper import Paper
from planner.plan import ManifestLine, PlanLeg, SelfMovement, Sortie

if TYPE_CHECKING:
    from planner.network import Route

Cell = str | int | float | datetime | None
Row = dict[str, Cell]


@dataclass(frozen=True)
class Table:
    """A titled table; every row has every column."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def stamps(paper: Paper) -> Row:
    """What every table says in each of its rows (``columns.STAMPS``)."""
    return {
        "plan": paper.plan_id,
        "plan_status": f"{paper.status} / {paper.addressee}",
        "valid_until": paper.expiry,
    }


def _times(paper: Paper, name: str, t_s: int) -> Row:
    return {f"{name}_local": paper.local(t_s), f"{name}_utc": paper.utc(t_s)}


def movements(paper: Paper) -> Table:
    """Every leg: a row for each line of its manifest, or one row where it carries nobody."""
    plan = paper.verdict.plan
    safe = havens(paper.verdict.scenario)
    rows: list[Row] = []
    for sortie in plan.sorties:
        for index, leg in enumerate(sortie.legs):
            rows += _leg_rows(paper, sortie, index, leg, leg.destination in safe)
    for movement in plan.self_movements:
        rows += _own_rows(paper, movement, movement.destination in safe)
    kept = columns_for(paper.audience)
    names = [column.name for column in kept]
    told = tuple({name: row[name] for name in names} for row in rows)
    return Table("movement_table", "Movement table", kept, told)


def _leg_rows(paper: Paper, sortie: Sortie, index: int, leg: PlanLeg, final: bool) -> Iterator[Row]:
    scenario = paper.verdict.scenario
    fleet = scenario.fleet(sortie.fleet)
    known = fleet.vehicles[sortie.vehicle - 1] if sortie.vehicle <= len(fleet.vehicles) else None
    route = paper.verdict.network.routes[leg.route]
    shared: Row = {
        "kind": _kind(leg, fleet.is_escort),
        "sortie": sortie.id,
        "convoy": paper.convoy_of[sortie.id, index],
        "fleet_id": fleet.id,
        "fleet": clean(fleet.label),
        "vehicle": sortie.vehicle,
        "plate": clean((known and (known.plate or known.name)) or ""),
        "driver": clean((known and known.driver) or ""),
        "call_sign": clean((known and known.call_sign) or ""),
        "leg": index + 1,
        "mode": scenario.vehicle(fleet).mode,
        **_way(paper, route, leg.origin, leg.destination),
        **_times(paper, "load_start", leg.load_start_s),
        **_times(paper, "depart", leg.depart_s),
        **_times(paper, "arrive", leg.arrive_s),
        **_times(paper, "unload_end", leg.unload_end_s),
        "final": "yes" if final and leg.manifest else "no",
        "escorts": " ".join(leg.escorted_by),
        "authorisations": " ".join(paper.authorisations[sortie.id, index]),
        **stamps(paper),
    }
    team = "; ".join(f"{ride.team}: {ride.persons}" for ride in leg.teams)
    aid = "; ".join(f"{load.aid}: {load.kg} kg" for load in leg.aid)
    lines: tuple[Row, ...] = tuple(_people(paper, line) for line in leg.manifest)
    if not paper.internal:
        lines = _summed(lines)
    for number, line in enumerate(lines or (_people(paper, None),)):
        inbound = {"team": "" if number else team, "aid": "" if number else aid}
        yield {**shared, **line, **inbound}


def _summed(lines: tuple[Row, ...]) -> tuple[Row, ...]:
    """One row a group: who reads outside is told heads, not households."""
    found: dict[Cell, Row] = {}
    for line in lines:
        kept = found.setdefault(line["group_id"], {**line, "persons": 0, "stretchers": 0})
        for name in ("persons", "stretchers"):
            kept[name] = int(str(kept[name])) + int(str(line[name]))
    return tuple(found.values())


def own_vehicles(movement: SelfMovement) -> str:
    """'12 private cars', or 'on foot'."""
    return f"{movement.vehicles} private cars" if movement.means == "car" else "on foot"


def _own_rows(paper: Paper, movement: SelfMovement, final: bool) -> Iterator[Row]:
    route = paper.verdict.network.routes[movement.route]
    shared: Row = {
        **{column.name: "" for column in MOVEMENT_COLUMNS},
        "kind": "own means",
        "sortie": movement.id,
        "fleet": own_vehicles(movement),
        "vehicle": None,
        "leg": 1,
        "mode": movement.means,
        **_way(paper, route, movement.origin, movement.destination),
        **_times(paper, "load_start", movement.depart_s),
        **_times(paper, "depart", movement.depart_s),
        **_times(paper, "arrive", movement.arrive_s),
        **_times(paper, "unload_end", movement.arrive_s),
        "final": "yes" if final else "no",
        **stamps(paper),
    }
    for line in movement.manifest:
        yield {**shared, **_people(paper, line)}


def _kind(leg: PlanLeg, is_escort: bool) -> str:
    if leg.manifest:
        return "people"
    if leg.teams:
        return "team in"
    if leg.aid:
        return "aid in"
    return "escort" if is_escort else "empty"


def _way(paper: Paper, route: Route, origin: str, destination: str) -> Row:
    return {
        "from_id": origin,
        "from": paper.label(origin),
        "to_id": destination,
        "to": paper.label(destination),
        "km": round(route.length_m / 1000, 1),
        "links": " ".join(dict.fromkeys(use.link for use in route.links)),
    }


def _people(paper: Paper, line: ManifestLine | None) -> Row:
    if line is None:
        row: Row = dict.fromkeys(("group_id", "group", "means"), "")
        return row | {"unit_persons": None, "units": None, "persons": 0, "stretchers": 0}
    return {
        "group_id": line.group,
        "group": _group(paper, line.group),
        "means": line.means,
        "unit_persons": line.unit_persons,
        "units": line.units,
        "persons": line.persons,
        "stretchers": line.stretchers,
    }


def _group(paper: Paper, name: str) -> str:
    """What people call the group; outside it is a word of the program."""
    label = clean(paper.verdict.scenario.group(name).label)
    return label if paper.internal else paper.say(label)


def people(paper: Paper) -> Table:
    """One row a group: what becomes of everybody in it."""
    verdict = paper.verdict
    safe = havens(verdict.scenario)
    arrivals: dict[str, list[int]] = {}
    for _, leg in verdict.plan.final_legs:
        if leg.destination in safe:
            for line in leg.manifest:
                arrivals.setdefault(line.group, []).append(leg.unload_end_s)
    for movement in verdict.plan.self_movements:
        for line in movement.manifest:
            arrivals.setdefault(line.group, []).append(movement.arrive_s)
    rows = []
    for group in verdict.scenario.groups:
        row = verdict.figures.groups[group.id]
        times = arrivals.get(group.id, [])
        entries = [e for e in verdict.plan.left_behind if e.group == group.id and not e.unwilling]
        rows.append(
            {
                "group_id": group.id,
                "group": clean(group.label),
                "at_id": group.at,
                "at": paper.label(group.at),
                "people": row.people,
                "out_by_sortie": row.by_sortie,
                "own_means": row.self_moved,
                "unwilling": row.unwilling,
                "left_behind": row.left_behind - row.unwilling,
                "reason": clean("; ".join(dict.fromkeys(e.reason for e in entries))),
                "remedy": clean("; ".join(e.remedy.what for e in entries if e.remedy)),
                "first_safe_local": paper.local(min(times)) if times else None,
                "last_safe_local": paper.local(max(times)) if times else None,
                **stamps(paper),
            }
        )
    return Table("people", "People", PEOPLE_COLUMNS, tuple(rows))


def left_behind(paper: Paper) -> Table:
    """One row an entry of the plan's list of people left behind, the unwilling included."""
    scenario = paper.verdict.scenario
    rows = []
    for entry in paper.verdict.plan.left_behind:
        group, remedy = scenario.group(entry.group), entry.remedy
        rows.append(
            {
                "group_id": group.id,
                "group": clean(group.label),
                "at_id": group.at,
                "at": paper.label(group.at),
                "persons": entry.persons,
                "by_choice": "yes" if entry.unwilling else "no",
                "reason_code": entry.reason_code,
                "reason": clean(entry.reason),
                "remedy_kind": remedy.kind if remedy else "",
                "remedy": clean(remedy.what) if remedy else "",
                "remedy_price": remedy.price if remedy else None,
                "remedy_gain": remedy.gain_persons if remedy else None,
                **stamps(paper),
            }
        )
    return Table("left_behind", "People left behind", LEFT_COLUMNS, tuple(rows))


def convoy_table(paper: Paper) -> Table:
    """One row a convoy."""
    fleets = {fleet.id: clean(fleet.label) for fleet in paper.verdict.scenario.fleets}
    rows = []
    for convoy in paper.convoys:
        route = paper.verdict.network.routes[convoy.route]
        counted = [f"{number} x {fleets[name]}" for name, number in convoy.vehicles().items()]
        rows.append(
            {
                "convoy": convoy.id,
                "mode": convoy.mode,
                "from": paper.label(convoy.origin),
                "to": paper.label(convoy.destination),
                **_times(paper, "depart", convoy.depart_s),
                **_times(paper, "arrive", convoy.arrive_s),
                "vehicles": ", ".join(counted),
                "persons": convoy.persons,
                "stretchers": convoy.stretchers,
                "km": round(route.length_m / 1000, 1),
                **stamps(paper),
            }
        )
    return Table("convoys", "Convoys", CONVOY_COLUMNS, tuple(rows))


def places(paper: Paper) -> Table:
    """One row a place that the reader may know of, with its position."""
    from planner.documents.positions import grid_reference

    verdict = paper.verdict
    safe, waiting = havens(verdict.scenario), people_at(verdict.scenario)
    rows: list[Row] = []
    for place in verdict.scenario.places:
        lat, lon = verdict.network.positions[place.id]
        row: Row = {
            "id": place.id, "name": clean(place.label), "role": place.role,
            "haven": "yes" if place.id in safe else "no",
            "lat": round(lat, 5), "lon": round(lon, 5), "mgrs": grid_reference(lat, lon),
            "people": waiting.get(place.id, 0), **stamps(paper),
        }  # fmt: skip
        rows.append(row)
    kept = tuple(one for one in PLACE_COLUMNS if paper.internal or one.name != "people")
    names = [column.name for column in kept]
    told = tuple({name: row[name] for name in names} for row in rows)
    return Table("places", "Places", kept, told)


def code_table(paper: Paper) -> Table:
    """The office's key: what convoys, vehicles and permissions are called outside."""
    rows = tuple(
        {"kind": item.kind, "code": item.code, "id": item.id, "name": clean(item.label),
         **stamps(paper)}
        for item in paper.codes
    )  # fmt: skip
    return Table("codes", "Codes", CODE_COLUMNS, rows)
