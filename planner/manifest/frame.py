"""The plan → the frame of a movement's manifest: vehicles, groups, seats and stretchers."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from planner.cells import clean
from planner.charts import Convoy, convoys
from planner.errors import Issue, ScenarioError
from planner.manifest.nouns import Frame, Planned, Vehicle
from planner.redact import hand_over

if TYPE_CHECKING:
    from planner.plan import PlanLeg, Sortie
    from planner.scenario import Scenario
    from planner.verify import Verdict


def frames(verdict: Verdict, plan: str) -> tuple[Frame, ...]:
    """One frame for each movement that carries evacuees, by departure; ``plan`` is its number.

    Protected places are their handover points. Raises ScenarioError where the plan fails its check.
    """
    if verdict.status == "FAILED":
        problem = f"the plan fails its check ({len(verdict.violations)} breaches)"
        raise ScenarioError([Issue(plan, 0, "", problem, "nobody boards by it: plan again")])
    told = hand_over(verdict)
    return tuple(_frame(told, convoy, plan) for convoy in convoys(told) if convoy.loaded)


def frame_of(found: tuple[Frame, ...], movement: str) -> Frame:
    """The frame of a movement. Raises ScenarioError where none of that id carries evacuees."""
    for frame in found:
        if frame.movement == movement:
            return frame
    known = [frame.movement for frame in found]
    told = f"{known[0]} to {known[-1]}" if len(known) > 1 else ", ".join(known) or "none at all"
    remedy = f"name one that carries evacuees ({told}); the movement table lists them"
    raise ScenarioError([Issue("", 0, clean(movement)[:40], "no such movement", remedy)])


def group_codes(scenario: Scenario) -> dict[str, str]:
    """Group id → the code by which lists know it: G01 … in the order of the scenario."""
    return {group.id: f"G{number:02d}" for number, group in enumerate(scenario.groups, start=1)}


def _frame(verdict: Verdict, convoy: Convoy, plan: str) -> Frame:
    scenario = verdict.scenario
    loaded = [(s, s.legs[index]) for s, index in convoy.members if s.legs[index].manifest]
    codes = group_codes(scenario)
    planned = [line for sortie, leg in loaded for line in _planned(sortie, leg, codes)]
    return Frame(
        plan=plan,
        movement=convoy.id,
        title=clean(scenario.title),
        timezone=scenario.timezone,
        origin=clean(scenario.place(convoy.origin).label),
        destination=clean(scenario.place(convoy.destination).label),
        depart=scenario.local(convoy.depart_s).astimezone(UTC),
        arrive=scenario.local(convoy.arrive_s).astimezone(UTC),
        vehicles=tuple(_vehicle(scenario, sortie) for sortie, _ in loaded),
        planned=tuple(planned),
        groups=tuple(sorted({line.group for line in planned})),
    )


def _vehicle(scenario: Scenario, sortie: Sortie) -> Vehicle:
    fleet = scenario.fleet(sortie.fleet)
    known = fleet.vehicles[sortie.vehicle - 1] if sortie.vehicle <= len(fleet.vehicles) else None
    plate = (known and (known.plate or known.name)) or ""
    label = f"{clean(fleet.label)} {sortie.vehicle}"
    return Vehicle(id=sortie.id, label=label, plate=clean(plate))


def _planned(sortie: Sortie, leg: PlanLeg, codes: dict[str, str]) -> list[Planned]:
    counts: dict[str, list[int]] = {}
    for line in leg.manifest:
        found = counts.setdefault(codes[line.group], [0, 0])
        found[0] += line.persons - line.stretchers
        found[1] += line.stretchers
    return [
        Planned(vehicle=sortie.id, group=group, seats=seats, stretchers=stretchers)
        for group, (seats, stretchers) in sorted(counts.items())
    ]
