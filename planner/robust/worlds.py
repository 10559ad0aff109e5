"""The worlds that a robust plan is made for and looked at in: draws, what-ifs, the base case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Literal

from planner import pipeline
from planner.draws import Draw, draw, nothing_happens, world
from planner.errors import ScenarioError
from planner.network import TransportNetwork
from planner.replan import lost_promises
from planner.scenario import Scenario, segments

Kind = Literal["base", "draw", "what_if", "numbers"]


@dataclass(frozen=True)
class World:
    """A scenario as it may turn out to be; ``events`` are the names of what happens in it."""

    id: str
    kind: Kind
    label: str
    scenario: Scenario
    network: TransportNetwork
    events: tuple[str, ...] = ()

    @property
    def people(self) -> int:
        """Everybody who wants to leave."""
        return sum(
            part.persons
            for group in self.scenario.groups
            for part in segments(self.scenario, group)
            if part.means != "unwilling"
        )


def base(scenario: Scenario) -> World:
    """The scenario as it states itself."""
    return World("base", "base", "the base case", scenario, pipeline.make_network(scenario))


def drawn(scenario: Scenario, seed: int, numbers: Sequence[int]) -> list[World]:
    """Draws by number."""
    unsure = scenario.uncertainty
    names = {event.id: event.label for event in unsure.events} if unsure else {}
    found = []
    for number in numbers:
        one = draw(scenario, seed, number)
        events = tuple(dict.fromkeys(names[h.event] for h in one.happenings))
        found.append(_made(f"draw {number}", "draw", f"draw {number}", world(one), events))
    return found


def by_numbers(scenario: Scenario, seed: int, numbers: Sequence[int]) -> list[World]:
    """Nothing happens, with the mean of the draws' numbers of people, and the low and high ones.

    Nothing where the draws do not differ in people.
    """
    draws = [draw(scenario, seed, number) for number in numbers]
    groups = [group.id for group in scenario.groups]
    told = [
        (d.people, {g: round(d.willing[g] * (1 - d.no_shows.get(g, 0) / 10000)) for g in groups})
        for d in draws
    ]
    stated = nothing_happens(scenario)
    if all(people == stated.people and willing == stated.willing for people, willing in told):
        return []
    found = []
    for name, choose in (("mean", fmean), ("low", min), ("high", max)):
        people = {g: round(choose([p[g] for p, _ in told])) for g in groups}
        willing = {g: round(choose([w[g] for _, w in told])) for g in groups}
        one = Draw(scenario, seed, -1, people, willing)
        label = f"{name} numbers of people"
        found.append(_made(f"{name} numbers", "numbers", label, world(one)))
    return found


def supposed(what_ifs: Mapping[str, Scenario]) -> list[World]:
    """What-ifs by name."""
    return [
        _made(f"what-if {name}", "what_if", name, scenario) for name, scenario in what_ifs.items()
    ]


def _made(
    ident: str, kind: Kind, label: str, scenario: Scenario, events: tuple[str, ...] = ()
) -> World:
    """The world without promises that cannot be kept in it."""
    network = pipeline.make_network(scenario)
    while scenario.commitments:
        try:
            pipeline.make_problem(scenario, network)
            break
        except ScenarioError as error:
            lost = lost_promises(error, scenario)
            if not lost:
                raise
            kept = tuple(one for one in scenario.commitments if one not in lost)
            changed = scenario.model_copy(update={"commitments": kept})
            scenario = changed.with_origin(scenario.origin)
            network = replace(network, scenario=scenario, _allowed={})
    return World(ident, kind, label, scenario, network, events)
