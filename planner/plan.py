"""The Plan: who leaves when, on what, by which way, with proof of how good it is.

All times are seconds after the scenario's start. A Plan holds no clock time, wall seconds or
memory: the same scenario, seed and limits give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

PLAN_SCHEMA_VERSION = 1
Status = Literal["OPTIMAL", "FEASIBLE", "NO_PLAN_IN_TIME", "PROVEN_IMPOSSIBLE"]
"""What is proven. PROVEN_IMPOSSIBLE: nobody at all can be moved; not: somebody stays."""
StoppedBy = Literal["gap", "time", "nodes", "interrupt"]


class Noun(BaseModel):
    """Frozen, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class ManifestLine(Noun):
    """``units`` like units of one group's segment on one leg."""

    group: str
    """Group id."""
    means: Literal["ride", "car", "foot"]
    """The segment of the group (people with a car may ride too)."""
    unit_persons: int
    """Heads in one household, or in one patient with companions."""
    unit_stretchers: int = 0
    """How many of them lie."""
    units: int
    """How many such units."""

    @property
    def persons(self) -> int:
        """Heads on this line."""
        return self.units * self.unit_persons

    @property
    def stretchers(self) -> int:
        """Stretcher places taken."""
        return self.units * self.unit_stretchers


class TeamRide(Noun):
    """A part of a team that goes in on this leg."""

    team: str
    """Team id."""
    persons: int
    """How many of its members."""


class AidLoad(Noun):
    """A part of a consignment of aid that goes in on this leg."""

    aid: str
    """Consignment id."""
    kg: int
    """How much of it."""


class PlanLeg(Noun):
    """One movement of one vehicle between two places, loading and unloading included."""

    route: str
    """Id of the network's leg (``Route.id``): which way it takes."""
    origin: str
    """Place where it loads or starts."""
    destination: str
    """Place where it unloads or ends."""
    load_start_s: int
    """Loading begins (equals depart_s on an empty leg without a team or aid)."""
    depart_s: int
    """Leaves the origin."""
    arrive_s: int
    """Reaches the destination."""
    unload_end_s: int
    """Everyone is off board."""
    manifest: tuple[ManifestLine, ...] = ()
    """Who is on board; empty on a leg out to collect people."""
    teams: tuple[TeamRide, ...] = ()
    """Team members who ride in."""
    aid: tuple[AidLoad, ...] = ()
    """Aid on board, on the way to people."""
    escorted_by: tuple[str, ...] = ()
    """Sortie ids of the escorts that go along at the same times."""
    commitment: str | None = None
    """Id of the commitment that this leg fulfils."""

    @property
    def persons(self) -> int:
        """Evacuees on board."""
        return sum(line.persons for line in self.manifest)


class Sortie(Noun):
    """One vehicle's trip out and back: empty legs to collect people, then the loaded leg.

    The return to base after the last load belongs to the last sortie.
    """

    id: str
    """``<fleet>-<vehicle>-<number>``, the number counting from 1 in order of time."""
    fleet: str
    """Fleet id."""
    vehicle: int
    """Which vehicle of the fleet, from 1."""
    legs: tuple[PlanLeg, ...]
    """In order of time."""

    @property
    def start_s(self) -> int:
        """First moment of the sortie."""
        return self.legs[0].load_start_s

    @property
    def end_s(self) -> int:
        """Last moment of the sortie."""
        return self.legs[-1].unload_end_s


class SelfMovement(Noun):
    """Households that leave by their own means together: cars or on foot."""

    id: str
    """``<group>-<means>-<number>``."""
    means: Literal["car", "foot"]
    """How."""
    route: str
    """Id of the network's leg."""
    origin: str
    """Home."""
    destination: str
    """The haven."""
    depart_s: int
    """All leave at this moment."""
    arrive_s: int
    """All arrive at this moment."""
    vehicles: int
    """Cars used; 0 on foot."""
    manifest: tuple[ManifestLine, ...]
    """Who."""

    @property
    def persons(self) -> int:
        """Heads."""
        return sum(line.persons for line in self.manifest)


class Remedy(Noun):
    """What would help most cheaply, found by planning again with it."""

    kind: str
    """One of the kinds priced in config/solver.yaml, or ``not_searched`` / ``none_found``."""
    what: str
    """In the planner's words."""
    price: int | None = None
    """In the units of config/solver.yaml."""
    gain_persons: int | None = None
    """How many more get out at most: counted with vehicles in fractions, the relaxed reckoning."""


class LeftBehind(Noun):
    """People of one group who do not get out, and why."""

    group: str
    """Group id."""
    persons: int
    """Heads, in whole units."""
    unwilling: bool
    """They stay by choice; no objective level counts them."""
    reason: str
    """The binding reason in the planner's words."""
    reason_code: str
    """unwilling, no_route, not_authorised, unacceptable, closed, risk_cap, no_fit, no_seat,
    too_late, haven_full."""
    remedy: Remedy | None = None
    """The cheapest single remedy that was found."""


class Late(Noun):
    """When the last of a group is out, and why not earlier."""

    group: str
    """Group id."""
    persons: int
    """Heads that get out."""
    missed: int
    """Of these, how many arrive after the group's deadline."""
    last_s: int
    """When the last of them is safe."""
    reason: str
    """What they wait for, in the planner's words."""


class TeamDelivery(Noun):
    """Whether a team gets to its place, and when."""

    team: str
    """Team id."""
    persons: int
    """Members delivered."""
    arrive_s: int | None
    """When the last of them is there; None where not all are."""


class AidDelivery(Noun):
    """How much of a consignment gets to its place, and when."""

    aid: str
    """Consignment id."""
    kg: int
    """Kilograms delivered."""
    arrive_s: int | None
    """When the last of it is off board; None where nothing comes."""


class LevelResult(Noun):
    """One objective level: recomputed value, proven bound, gap."""

    name: str
    """left_behind, missed_deadlines, harm, changes, arrival or effort."""
    value: float
    """Recomputed from the manifests."""
    bound: float
    """No plan that is as good on the levels before can be better than this."""
    gap: float
    """|value - bound| / max(1, |value|)."""
    unit: str
    """persons, expected casualties, points, person-hours, effort points."""
    status: Status
    """What was proven for this level."""
    holds_for: str
    """What the bound holds for: the grid at its step, or continuous time."""
    method: str
    """How the bound was got, in a few words."""
    any_moment_bound: float | None = None
    """No plan is better than this, whenever its departures are; None where that was not asked."""

    @property
    def grid_gap(self) -> float | None:
        """What the grid of departures may cost at most: from this bound to the one in continuous
        time, as a share of the value like ``gap``, which is left to the solver."""
        if self.any_moment_bound is None:
            return None
        return (self.bound - self.any_moment_bound) / max(1.0, abs(self.value))


class Certificate(Noun):
    """The prices that a level's bound was reckoned with, so that others can reckon it again.

    Amounts are in the level's unit. Each entry is text with bars between its parts, as thousands
    of numbers on lines of their own would bury the rest of the plan.
    """

    level: str
    """The level whose bound these prices prove."""
    held: tuple[str, ...] = ()
    """``level|value|price``: the levels before, what they may not exceed, and what a unit costs."""
    taken: tuple[str, ...] = ()
    """``people|price``: what a unit of the people of that number earns when it is taken."""
    hubs: tuple[str, ...] = ()
    """``people|second|price``: what a unit is worth that is in a hub by that moment."""
    limits: tuple[str, ...] = ()
    """``kind|at|second|end of window|width|price`` of a shared limit."""


class KeptRoute(Noun):
    """A way that a movement took which has left: the network of today may know it no more.

    The fields are those of the network's ``Route``.
    """

    id: str
    origin: str
    destination: str
    mode: str
    profile: str
    length_m: int
    travel_s: int
    links: tuple[tuple[str, int, int], ...] = ()
    exposures: tuple[tuple[str, int, int], ...] = ()
    passages: tuple[tuple[str, int, int], ...] = ()
    points: tuple[tuple[float, float, int], ...] = ()
    segments: tuple[tuple[str, int, int], ...] = ()
    estimate: bool = False
    sources: tuple[str, ...] = ()
    oldest_as_of: str | None = None


class Change(Noun):
    """One thing that is otherwise than in the running plan, why, and who must be told."""

    kind: Literal["dropped", "moved", "added", "aboard", "vehicle", "promise"]
    """A loaded movement that is dropped, at another moment, new, with others on board, made by
    another vehicle of the fleet; or a promise that cannot be kept."""
    fleet: str
    """Fleet id."""
    vehicle: int
    """Which vehicle of the fleet, from 1: the new one, or the old one of what is dropped."""
    origin: str
    """Where it loads."""
    destination: str
    """Where it goes."""
    before_s: int | None
    """When it was to begin to load."""
    after_s: int | None
    """When it begins to load now."""
    before_persons: int = 0
    """How many were to be on board."""
    after_persons: int = 0
    """How many are on board now."""
    groups: tuple[str, ...] = ()
    """Whose people are concerned."""
    reason: str
    """Why, in the planner's words."""
    tell: tuple[str, ...] = ()
    """Who must be told: ``fleet:ID``, ``party:ID``, ``place:ID``."""


class UnderWay(Noun):
    """The running plan that this one follows, and what was reported of it."""

    former: str
    """The running plan's number."""
    now_s: int
    """From when on this plan plans; what had begun before is kept."""
    situation: dict[str, Any]
    """The situation report, scalars as text."""
    sorties: tuple[Sortie, ...]
    """The running plan's sorties, as it had planned them."""
    self_movements: tuple[SelfMovement, ...] = ()
    """The running plan's movements by own means."""
    routes: tuple[KeptRoute, ...] = ()
    """Ways that were taken and are not among today's."""
    changes: tuple[Change, ...] = ()
    """Everything that is otherwise from now on, one by one."""


class Provenance(Noun):
    """What the plan was made from, so that it can be checked years later."""

    scenario_title: str
    scenario_file: str
    scenario_sha256: str
    what_if: str | None
    patches: tuple[dict[str, Any], ...]
    tree: dict[str, Any]
    map: str | None
    map_sha256: dict[str, str]
    seed: int
    engine: str
    """The engine whose plan it is; each level names the method of its bound."""
    engine_reason: str = ""
    """Why that engine was asked, or why no other was."""
    planner_version: str


class Plan(Noun):
    """A whole plan. Its figures are properties, so that nothing can disagree with the manifests."""

    schema_version: Literal[1] = 1
    provenance: Provenance
    status: Status
    stopped_by: StoppedBy
    conditional_on: tuple[str, ...]
    """Authorisations that the plan assumes; it may not run before they are granted."""
    horizon_s: int
    step_s: int
    people: int
    """Everybody in the scenario, recounted by the verifier."""
    levels: tuple[LevelResult, ...]
    certificates: tuple[Certificate, ...] = ()
    """Of the bounds that itinerary columns gave; ``planner.bounds`` reckons them again."""
    sorties: tuple[Sortie, ...]
    self_movements: tuple[SelfMovement, ...]
    left_behind: tuple[LeftBehind, ...]
    late: tuple[Late, ...] = ()
    teams: tuple[TeamDelivery, ...] = ()
    aid: tuple[AidDelivery, ...] = ()
    """One entry a consignment."""
    harm_of_staying: float
    """Expected casualties among the willing if nobody moved."""
    under_way: UnderWay | None = None
    """What this plan goes on from; None where nothing had begun."""

    @property
    def final_legs(self) -> tuple[tuple[Sortie, PlanLeg], ...]:
        """Loaded legs with their sorties, in the order of the file."""
        return tuple((s, leg) for s in self.sorties for leg in s.legs if leg.manifest)

    def arrivals(self, havens: frozenset[str]) -> tuple[tuple[int, int], ...]:
        """(moment of safety, persons) of every load that reaches one of ``havens``, by time."""
        found = [
            (leg.unload_end_s, leg.persons)
            for _, leg in self.final_legs
            if leg.destination in havens
        ]
        found += [(m.arrive_s, m.persons) for m in self.self_movements]
        return tuple(sorted(found))

    def by_sortie(self, havens: frozenset[str]) -> int:
        """Persons brought to a haven by vehicles; who changes at a port counts once."""
        return sum(leg.persons for _, leg in self.final_legs if leg.destination in havens)

    @property
    def self_moved(self) -> int:
        """Persons who get out by their own means."""
        return sum(movement.persons for movement in self.self_movements)

    def evacuated(self, havens: frozenset[str]) -> int:
        """Persons who reach a haven."""
        return self.by_sortie(havens) + self.self_moved

    @property
    def left_behind_persons(self) -> int:
        """Heads left behind, the unwilling included."""
        return sum(entry.persons for entry in self.left_behind)

    @property
    def unwilling(self) -> int:
        """Heads who stay by choice."""
        return sum(entry.persons for entry in self.left_behind if entry.unwilling)

    def clearance_time_s(self, havens: frozenset[str]) -> int:
        """Moment at which the last evacuee is safe; 0 where nobody moves."""
        return max((moment for moment, _ in self.arrivals(havens)), default=0)

    @property
    def is_complete(self) -> bool:
        """Whether everyone who wants to leave gets out (a different question from ``status``)."""
        return all(entry.unwilling for entry in self.left_behind)


def dumps(plan: Plan) -> str:
    """The plan in the order of its schema, indented by one, a newline at the end."""
    tree = plan.model_dump(mode="json")
    if tree["under_way"] is None:
        del tree["under_way"]
    return json.dumps(tree, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def plan_id(plan: Plan) -> str:
    """A name for exactly this plan: 'SP-' and the first twelve digits of plan.json's SHA-256."""
    return "SP-" + hashlib.sha256(dumps(plan).encode("utf-8")).hexdigest()[:12]
