"""How much memory a problem will take, reckoned before any of its arrays is made.

What grows is options x steps: every way of every mover has arrays over the time grid for its starts
and its harm, and for each commodity that it can take. ``posed`` counts them from the network's
routes; windows and permissions, which make some of them empty, are not looked at.
"""

from __future__ import annotations

from collections import Counter

from planner.errors import Issue, ScenarioError
from planner.movements import Mover, movers
from planner.network import TransportNetwork
from planner.problem import HUB_ROLES, commodities_of
from planner.scenario import Scenario
from planner.units import TimeGrid, format_duration

FIXED_MB = 250.0
"""The program itself."""
A_WAY, A_LOAD, A_WALK, A_PLACE = 41.0, 33.0, 33.0, 32.0
"""Bytes by step: of a way (starts, harm, arrival, worth, filling), of a commodity on a loaded one
(may, harm, missed, gain), of a commodity's own way, of a place of a mover (worth and choice)."""
KEPT = 2
"""Of the routes of a pair, about: most are no better than another one at any moment."""
SEARCH = 1.3
"""Times as much is held while it is searched."""
STEPS_MIN = (1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 240, 360)
"""Steps that are offered instead, in minutes."""


def megabytes(scenario: Scenario, network: TransportNetwork, step_s: int | None = None) -> float:
    """About how much memory planning takes with departures every ``step_s`` (the scenario's)."""
    steps = TimeGrid(step_s or scenario.step_s, scenario.horizon_s).steps
    return FIXED_MB + SEARCH * steps * _bytes_a_step(scenario, network) / 1e6


def check(scenario: Scenario, network: TransportNetwork, cap_mb: float) -> None:
    """Raises ScenarioError where planning takes more than ``cap_mb``, with a step that fits."""
    each = SEARCH * _bytes_a_step(scenario, network) / 1e6

    def needs(step_s: int) -> float:
        return FIXED_MB + each * TimeGrid(step_s, scenario.horizon_s).steps

    if needs(scenario.step_s) <= cap_mb:
        return
    coarser = [60 * minutes for minutes in STEPS_MIN if 60 * minutes > scenario.step_s]
    fitting = [step_s for step_s in coarser if needs(step_s) <= cap_mb]
    now = f"about {_size(needs(scenario.step_s))} at a step of {format_duration(scenario.step_s)}"
    problem = f"this scenario needs {now}; it may take {_size(cap_mb)}"
    remedy = "shorten the horizon, join places, or allow more with --memory"
    if fitting:
        step = format_duration(fitting[0])
        remedy = f"a step of {step} needs {_size(needs(fitting[0]))}; or {remedy}"
    raise ScenarioError([Issue(scenario.origin.file, 0, "step", problem, remedy)])


def _size(mb: float) -> str:
    if mb < 1000:
        return f"{mb:,.0f} MB"
    return f"{mb / 1000:,.0f} GB" if mb >= 10_000 else f"{mb / 1000:,.1f} GB"


def _bytes_a_step(scenario: Scenario, network: TransportNetwork) -> float:
    hubs = frozenset(place.id for place in scenario.places if place.role in HUB_ROLES)
    known, _ = commodities_of(scenario, tuple(sorted(hubs)))
    carried = Counter(commodity.place for commodity in known)
    at = Counter(commodity.place for commodity in known if not commodity.is_hub)
    havens = frozenset(place.id for place in scenario.places if place.role == "safe_haven")
    routes: dict[str, list[tuple[str, str]]] = {}
    for (origin, destination, profile), found in network.between.items():
        kept = min(KEPT, len(found))
        routes.setdefault(profile, []).extend([(origin, destination)] * kept)
    plan, loose = (movers(scenario, network, relaxed=relaxed) for relaxed in (False, True))
    total = 0.0
    for mover in plan if plan == loose else (*plan, *loose):
        total += _mover(mover, routes.get(mover.profile, []), carried, hubs | havens)
    total += A_WALK * sum(
        at[origin] for means in ("car", "foot") for origin, _ in routes.get(means, [])
    )
    return total + 8.0 * len(known)


def _mover(
    mover: Mover, routes: list[tuple[str, str]], carried: Counter[str], goals: frozenset[str]
) -> float:
    """Bytes a step of one mover's ways: loaded ones, and empty ones back and home."""
    loaded = [pair for pair in routes if carried[pair[0]] and pair[1] in goals]
    own = {mover.base, mover.start}
    empty = [
        pair for pair in routes
        if (carried[pair[1]] and pair[0] in goals | own) or pair[1] == mover.base
    ]  # fmt: skip
    spots = {*own, *(end for pair in loaded for end in pair)}
    return (
        A_WAY * (len(loaded) + len(empty)) + A_PLACE * len(spots)
        + A_LOAD * sum(carried[origin] for origin, _ in loaded)
    )  # fmt: skip
