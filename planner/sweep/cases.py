"""What is swept: the cases of an order, each under a key of its own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import planner
from planner import load, pipeline, searches
from planner.draws import draw, world
from planner.errors import Issue, ScenarioError
from planner.pipeline import Limits
from planner.scenario import Scenario
from planner.scenario.quantities import Moment

STATED = -1
"""The number of the draw in which everything is as the scenario states it."""
MOST = 200_000


@dataclass(frozen=True)
class Order:
    """What is asked for: all combinations of what-ifs, draws and dates.

    ``draws`` counts from draw 0 of ``seed``; with 0 the scenario is planned as it states itself.
    No ``dates`` means its own start alone. ``limits`` are those of each case.
    """

    text: bytes
    file: str
    what_ifs: tuple[str | None, ...] = (None,)
    draws: int = 0
    seed: int = 0
    dates: tuple[Moment, ...] = ()
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        object.__setattr__(self, "limits", replace(self.limits, seed=self.seed))


@dataclass(frozen=True)
class Case:
    """One plan to be made: a what-if (None: the base), a draw, nobody on the move before a date."""

    key: str
    what_if: str | None
    draw: int
    start_s: int
    start: str
    """The same moment as ISO 8601 in the scenario's zone."""


@dataclass(frozen=True)
class Identity:
    """All that every key of a sweep hangs on, besides the case itself."""

    scenario: str
    """SHA-256 of the file."""
    seed: int
    limits: dict[str, Any]
    version: str
    config: dict[str, str]
    maps: dict[str, str]

    def key(self, what_if: str | None, number: int, start_s: int) -> str:
        """Of one case, 40 hexadecimal digits."""
        told = json.dumps([asdict(self), what_if, number, start_s], sort_keys=True)
        return hashlib.sha256(told.encode("utf-8")).hexdigest()[:40]


def identity(order: Order) -> Identity:
    """Raises ScenarioError with every fault of the file, and of it against its map."""
    base = read(order.text, order.file, None)
    told = {key: value for key, value in asdict(order.limits).items() if key != "memory_mb"}
    return Identity(
        hashlib.sha256(order.text).hexdigest(), order.seed, told, planner.__version__,
        searches.config_digests(), dict(pipeline.make_network(base).map_hashes),
    )  # fmt: skip


def cases(order: Order, known: Identity | None = None) -> list[Case]:
    """Every case, the base first, by date and number. Raises ScenarioError."""
    known = known or identity(order)
    worlds = {name: read(order.text, order.file, name) for name in dict.fromkeys(order.what_ifs)}
    issues = [*_faults(order, list(worlds.values()))]
    found: list[Case] = []
    for name, scenario in worlds.items():
        numbers = range(order.draws) if scenario.uncertainty and order.draws else (STATED,)
        for start_s in _starts(scenario, order.dates, issues):
            start = scenario.local(start_s).isoformat()
            found += [
                Case(known.key(name, number, start_s), name, number, start_s, start)
                for number in numbers
            ]
    if len(found) > MOST:
        said = f"{len(found):,} cases are more than {MOST:,}"
        issues.append(Issue(order.file, 0, "", said, "ask for fewer draws or dates at a time"))
    if issues:
        raise ScenarioError(dict.fromkeys(issues))
    return found


def _faults(order: Order, worlds: Sequence[Scenario]) -> list[Issue]:
    if order.draws and not any(scenario.uncertainty for scenario in worlds):
        problem = "is not there: every draw would be the same"
        remedy = "write it into the scenario, or leave out --draws"
        return [Issue(order.file, 0, "uncertainty", problem, remedy)]
    return []


def _starts(scenario: Scenario, dates: Sequence[Moment], issues: list[Issue]) -> list[int]:
    """Seconds after the scenario's start, in order; what lies outside its time is a fault."""
    found = set()
    for date in dates or (0,):
        start_s = scenario.at_s(date)
        if 0 <= start_s < scenario.horizon_s:
            found.add(start_s)
            continue
        first, last = scenario.local(0), scenario.local(scenario.horizon_s)
        problem = f"{scenario.local(start_s):%Y-%m-%dT%H:%M} is outside the scenario's time"
        remedy = f"write a date from {first:%Y-%m-%dT%H:%M} to before {last:%Y-%m-%dT%H:%M}"
        issues.append(Issue(scenario.origin.file, 0, "dates", problem, remedy))
    return sorted(found)


def moment_of(text: str, scenario: Scenario) -> Moment:
    """A date as people write it; without an hour it is that of the scenario's start.

    Raises ValueError.
    """
    from planner.scenario.quantities import parse_moment

    moment = parse_moment(text)
    if isinstance(moment, datetime) and len(text.strip()) == len("2012-12-13"):
        local = scenario.local(0)
        moment += timedelta(hours=local.hour, minutes=local.minute, seconds=local.second)
    return moment


@lru_cache(maxsize=64)
def read(text: bytes, file: str, what_if: str | None) -> Scenario:
    """The scenario with a what-if; each is read once in a process. Raises ScenarioError."""
    return load.read_text(text, file, what_if)


def scenario_of(text: bytes, file: str, seed: int, case: Case) -> Scenario:
    """The scenario as it is in the case: its what-if, its draw, nobody on the move before."""
    stated = read(text, file, case.what_if)
    drawn = stated if case.draw == STATED else world(draw(stated, seed, case.draw))
    return drawn.not_before(case.start_s).with_origin(stated.origin)
