"""The catalogues in ``config/``: kinds of vehicles, limits and weights of the solver."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationError

from planner import assets
from planner.errors import ScenarioError
from planner.load.shape import issues_of, without_nulls
from planner.load.yamltext import Node, decode, parse
from planner.scenario import LevelName, Mode
from planner.scenario.parts import Part
from planner.scenario.quantities import CountNumber, Duration, Hazard, Real, Share, Speed

_Version = Annotated[Literal[1], BeforeValidator(lambda value: 1 if value == "1" else value)]


class SearchLimits(Part):
    """When the search ends."""

    time_s: Duration = Field(alias="time")
    """Wall time of one plan."""
    remedy_time_s: Duration = Field(alias="remedy_time")
    """Wall time of all remedies together."""
    remedy_solves: CountNumber
    """Candidates that are planned again."""
    seed: CountNumber = 0
    """Seed of everything drawn by lot."""
    memory_bp: Share = Field(alias="memory")
    """Share of the machine's memory that one plan may take, parts per ten thousand."""
    gap_bp: dict[LevelName, Share] = Field(alias="gap")
    """Gap at which a level is good enough, parts per ten thousand."""

    @property
    def gap(self) -> float:
        """The least gap of the levels that do not count whole people (those are proven in full)."""
        whole = ("left_behind", "missed_deadlines")
        fine = [share for level, share in self.gap_bp.items() if level not in whole]
        return min(fine, default=0) / 10_000


class EffortPoints(Part):
    """Points of the effort level besides vehicle-km x cost_per_km."""

    per_loaded_leg: Real
    """For each leg with people on board."""
    per_empty_leg: Real
    """For each leg without."""


class OrderSettings(Part):
    """What movement orders say beside the plan."""

    lost_contact_after_s: Duration = Field(alias="lost_contact_after")
    """Seconds after a planned check-in at which nothing was heard."""


class Credible(Part):
    """Bounds of what is believed."""

    longest_horizon_s: Duration = Field(alias="longest_horizon")
    """Seconds."""
    shortest_step_s: Duration = Field(alias="shortest_step")
    """Seconds."""
    most_people: CountNumber
    """In all groups together."""
    stale_after_s: Duration = Field(alias="stale_after")
    """Age at which a claim about roads, control or dangers is worth a warning."""
    highest_speed_mph: dict[Mode, Speed] = Field(alias="highest_speed")
    """Metres per hour by mode."""
    most_seats: dict[Mode, CountNumber]
    """Passengers of one vehicle by mode."""
    longest_handling_s: Duration = Field(alias="longest_handling")
    """Fixed time to load or unload."""
    highest_hazard_nano: Hazard = Field(alias="highest_hazard")
    """Millionths of an expected casualty per person-hour."""


class SolverConfig(Part):
    """``config/solver.yaml``."""

    schema_version: _Version
    """Version of the file."""
    limits: SearchLimits
    """When the search ends."""
    effort: EffortPoints
    """Weights of the effort level."""
    remedy_prices: dict[str, CountNumber]
    """Price of one unit of a remedy, by kind."""
    orders: OrderSettings
    """Estimates that movement orders rest on."""
    check: Credible
    """What is past belief."""


@lru_cache(maxsize=1)
def solver_config() -> SolverConfig:
    """The shipped limits, weights and prices. Raises ScenarioError where the file is damaged."""
    root = _file(assets.config_dir() / "solver.yaml")
    try:
        return SolverConfig.model_validate(without_nulls(root.plain))
    except ValidationError as error:
        raise ScenarioError(issues_of(error, root, "solver.yaml", SolverConfig)) from None


@lru_cache(maxsize=1)
def catalogue() -> Node:
    """Kinds of vehicles: id → figures as text. Raises ScenarioError where the file is damaged."""
    return _file(assets.config_dir() / "vehicles.yaml").get("vehicles")


def _file(path: Path) -> Node:
    text, issues = decode(path.read_bytes(), path.name)
    root, more = (None, []) if text is None else parse(text, path.name)
    if root is None or issues or more:
        raise ScenarioError([*issues, *more])
    return root


def with_catalogue(root: Node) -> Node:
    """The tree whose kinds of vehicles are the catalogue's and its own, its own keys first."""
    own = root.get("vehicles")
    if own.value is not None and not isinstance(own.value, dict):
        return root
    merged = dict(_unlined(catalogue()).pairs)
    for name, kind in own.pairs.items():
        base = merged.get(name)
        fits = base is not None and isinstance(kind.value, dict)
        merged[name] = Node({**base.pairs, **kind.pairs}, kind.line) if base and fits else kind
    return Node({**root.pairs, "vehicles": Node(merged, own.line)}, root.line)


def without_unused(root: Node, own: Node) -> Node:
    """The tree without the catalogue's kinds that no fleet uses; ``own`` is the file's section."""
    used = {fleet.get("vehicle").text for fleet in root.get("fleets").items}
    kinds = root.get("vehicles")
    kept = {k: node for k, node in kinds.pairs.items() if k in used or k in own.pairs}
    return Node({**root.pairs, "vehicles": Node(kept, kinds.line)}, root.line)


def _unlined(node: Node) -> Node:
    """The same without lines, which are another file's."""
    if isinstance(node.value, dict):
        return Node({key: _unlined(value) for key, value in node.value.items()})
    if isinstance(node.value, list):
        return Node([_unlined(item) for item in node.value])
    return Node(node.value)
