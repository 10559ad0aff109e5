"""What holds at a moment of a scenario, before anything is planned: dangers, roads, holders."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Literal

from planner.network.zones import holds_place
from planner.scenario import Link, Scenario, segments
from planner.timeline import Intervals

if TYPE_CHECKING:
    from planner.network import TransportNetwork

LinkState = Literal["open", "restricted", "closed"]


def dangers_at(network: TransportNetwork, t_s: int) -> tuple[str, ...]:
    """Ids of the threats that do harm at the moment, in the scenario's order."""
    clock = network.clock
    return tuple(t.id for t in network.scenario.threats if clock.active(t).contains(t_s))


def link_spans(network: TransportNetwork, link: Link) -> dict[LinkState, Intervals]:
    """State of the link to the time in which it holds; states of no time are left out."""
    usable = network.link_open[link.id]
    open_word: LinkState = "restricted" if link.status == "restricted" else "open"
    spans: dict[LinkState, Intervals] = {
        open_word: usable,
        "closed": network.clock.always - usable,
    }
    return {state: when for state, when in spans.items() if when.spans}


def link_state(network: TransportNetwork, link: Link, t_s: int) -> LinkState:
    """How the link stands at the moment."""
    if not network.link_open[link.id].contains(t_s):
        return "closed"
    return "restricted" if link.status == "restricted" else "open"


def holder_spans(network: TransportNetwork, place_id: str) -> list[tuple[int, int, str | None]]:
    """(from, until, party) of a place over the horizon; the party may be ``contested`` or None."""
    scenario, clock = network.scenario, network.clock
    standing = scenario.place(place_id).control
    active = [
        (entry.party, clock.holding(entry))
        for entry in scenario.control
        if holds_place(entry.zone, place_id, network.positions)
    ]
    moments = {
        0,
        scenario.horizon_s,
        *(m for _, when in active for span in when.spans for m in span),
    }
    found: list[tuple[int, int, str | None]] = []
    order = sorted(moments)
    for start, end in itertools.pairwise(order):
        party = standing
        for holder, when in active:
            party = holder if when.contains(start) else party
        if found and found[-1][2] == party:
            found[-1] = (found[-1][0], end, party)
        else:
            found.append((start, end, party))
    return found


def holder_at(network: TransportNetwork, place_id: str, t_s: int) -> str | None:
    """The party that holds the place at the moment, ``contested``, or None: nobody."""
    for start, end, party in holder_spans(network, place_id):
        if start <= t_s < end or (t_s >= end == network.scenario.horizon_s):
            return party
    return None


def windows_at(network: TransportNetwork, t_s: int) -> dict[str, bool]:
    """Window id to whether it lets movements through at the moment."""
    clock = network.clock
    return {w.id: clock.passable(w).contains(t_s) for w in network.scenario.windows}


def opening(network: TransportNetwork, place_id: str) -> Intervals:
    """When the place may be passed, by the windows that name it."""
    return network.link_open.get(place_id, network.clock.always)


def people_at(scenario: Scenario) -> dict[str, int]:
    """Place id to the people who wait there, companions included; empty places are left out."""
    found: dict[str, int] = {}
    for group in scenario.groups:
        number = sum(segment.persons for segment in segments(scenario, group))
        found[group.at] = found.get(group.at, 0) + number
    return {place: number for place, number in found.items() if number}


def in_danger_at(network: TransportNetwork, t_s: int) -> int:
    """People who wait inside a zone that does harm at the moment."""
    active = set(dangers_at(network, t_s))
    here = people_at(network.scenario)
    return sum(n for place, n in here.items() if active & set(network.threats_at[place]))


def changes(network: TransportNetwork) -> list[int]:
    """Every moment of the horizon at which a danger, a link, a holder or a window changes."""
    scenario, clock = network.scenario, network.clock
    found = [clock.active(threat) for threat in scenario.threats]
    found += [network.link_open[link.id] for link in scenario.links]
    found += [clock.holding(entry) for entry in scenario.control]
    found += [clock.passable(window) for window in scenario.windows]
    found += [clock.daylight]
    moments = {moment for when in found for span in when.spans for moment in span}
    return sorted({0} | {m for m in moments if 0 <= m < scenario.horizon_s})
