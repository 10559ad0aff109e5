"""The nouns of the problem: commodities, limits, what movers can do, and all of it together."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from planner.earlier import Earlier
from planner.movements import Bools, Effort, Floats, Ground, Mover, Option, SelfOption
from planner.network import TransportNetwork
from planner.promises import Opening
from planner.rotations import Rota
from planner.scenario import Scenario, Unit
from planner.units import TimeGrid

EMBARKATION = {"embarkation_port": "sea", "embarkation_airport": "air"}
HUB_ROLES = (
    "embarkation_port",
    "embarkation_airport",
    "border_crossing",
    "evacuation_control_point",
)


@dataclass(frozen=True)
class Commodity:
    """Like people at one place: a part of a group at home, or a class of people in a hub.

    ``demand`` counts units; a unit is one person, or one stretcher patient with companions. At a
    hub the demand is 0 and ``transit`` names the class that the home commodities turn into.
    """

    index: int
    place: str
    transit: int
    group: str
    means: str
    unit: Unit
    demand: int
    weight: int
    ready_s: int
    deadline_s: int | None
    needs_team: str | None
    is_hub: bool

    @property
    def persons(self) -> int:
        """Heads in one unit."""
        return self.unit.persons


@dataclass(frozen=True)
class Limit:
    """A shared limit. Separation makes rows of it at the moments where a solution breaks it.

    ``kind`` is one of link, link_persons, bays, berths, stands, slots, persons_rate, vehicles_rate,
    intake, waiting, duty, fuel, headway. ``at`` names the link or place, or the fleet (for headway
    with the route); ``cap`` is in vehicles, car equivalents, persons or vehicle-hours. ``window``
    are the seconds in which an intake, duty or fuel counts, and from 0 on the headway.
    """

    kind: str
    at: str
    cap: float
    window: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Conveyance:
    """The movers and what they can do; one for plans, one relaxed for bounds."""

    movers: tuple[Mover, ...]
    options: tuple[Option, ...]
    places: tuple[tuple[str, ...], ...]
    """Per mover the places that it can be at."""
    may_end: tuple[Bools, ...]
    """Per mover, [place, step]: whether it may stop for good."""
    openings: tuple[Opening, ...]
    """Per mover what has been promised of it."""
    rotas: tuple[Rota | None, ...]
    """Per mover what duty and fuel ask of it; None where nothing."""


@dataclass(frozen=True)
class EvacuationProblem:
    """Everything a solver may know, in integers and arrays over the time grid."""

    scenario: Scenario
    network: TransportNetwork
    grid: TimeGrid
    ground: Ground
    commodities: tuple[Commodity, ...]
    transit_of: tuple[tuple[str, tuple[str, ...]], ...]
    """Per transit class: the group that stands for it, and all the groups in it."""
    plan: Conveyance
    relaxed: Conveyance
    walks: tuple[SelfOption, ...]
    limits: tuple[Limit, ...]
    wait_harm: tuple[Floats, ...]
    """Per commodity: expected casualties of one unit from the start until each grid moment."""
    effort: Effort = field(default_factory=Effort)
    """What a leg counts in the level of that name, beside its kilometres."""
    earlier: Earlier | None = None
    """The running plan that this one follows; None where nothing has begun."""

    def intakes(self, place: str, moment_s: int) -> list[int]:
        """Numbers of the limits that count people who are taken in at a place at a moment."""
        return [
            index
            for index, limit in enumerate(self.limits)
            if limit.kind == "intake"
            and limit.at == place
            and limit.window[0] <= moment_s < limit.window[1]
        ]

    def counts(self, walk: SelfOption) -> bool:
        """Whether a limit counts who goes this way by his own means."""
        return any(walk.passes(limit.kind, limit.at) for limit in self.limits)

    def at_hub(self, transit: int, place: str) -> int | None:
        """Index of the hub commodity of a class at a place."""
        return self._hub_at.get((transit, place))

    @cached_property
    def hubs(self) -> frozenset[str]:
        """Places where people change to a ship or an aircraft."""
        return frozenset(p.id for p in self.scenario.places if p.role in HUB_ROLES)

    @cached_property
    def hours_first(self) -> bool:
        """Whether the level of arrival comes before people left behind, or alone."""
        levels = [*self.scenario.priorities.levels, "left_behind"]
        return "arrival" in levels[: levels.index("left_behind")]

    @cached_property
    def havens(self) -> frozenset[str]:
        """Places where people are safe."""
        return frozenset(p.id for p in self.scenario.places if p.role == "safe_haven")

    @cached_property
    def _hub_at(self) -> dict[tuple[int, str], int]:
        return {(c.transit, c.place): c.index for c in self.commodities if c.is_hub}
