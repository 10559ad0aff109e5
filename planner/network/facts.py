"""What each kind of stretch means: its threats, its ground, the links on it that matter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from planner.network.clock import Clock
from planner.network.nouns import Ground
from planner.network.stretches import Kind
from planner.network.zones import holds_place
from planner.scenario import CONTESTED, Scenario

Spans = tuple[tuple[int, int, str | None], ...]


@dataclass(frozen=True)
class Fact:
    """Threat ids, ground id (None: nobody's) and ids of links that matter, for one kind."""

    threats: tuple[str, ...]
    ground: str | None
    links: tuple[str, ...]


def control_spans(
    clock: Clock, entries: Sequence[int], standing: str | None
) -> tuple[tuple[int, int, str | None], ...]:
    """Who holds a ground over ``[0, horizon]``: ``standing`` unless an entry is active.

    ``entries`` index ``scenario.control``; the last one in the file that is active prevails.
    Contested ground is nobody's.
    """
    control = clock.scenario.control
    active = [(control[i].party, clock.holding(control[i])) for i in sorted(entries)]
    horizon = clock.scenario.horizon_s
    moments = {0, horizon, *(m for _, when in active for span in when.spans for m in span)}
    order = sorted(moments)
    spans: list[tuple[int, int, str | None]] = []
    for start, end in pairwise(order):
        party = standing
        for holder, when in active:
            if when.contains(start):
                party = holder
        party = None if party == CONTESTED else party
        if spans and spans[-1][2] == party:
            spans[-1] = (spans[-1][0], end, party)
        else:
            spans.append((start, end, party))
    return tuple(spans)


def place_grounds(clock: Clock, positions: Mapping[str, tuple[float, float]]) -> dict[str, Ground]:
    """Every place as a ground of its own, under the control areas that hold it."""
    found = {}
    for place in clock.scenario.places:
        entries = [
            index
            for index, entry in enumerate(clock.scenario.control)
            if holds_place(entry.zone, place.id, positions)
        ]
        names = (place.id, *(clock.scenario.control[i].id for i in entries))
        spans = control_spans(clock, entries, place.control)
        found[place.id] = Ground(place.id, names, spans)
    return found


def facts(
    clock: Clock, kinds: Iterable[Kind], matters: frozenset[str], grounds: dict[str, Ground]
) -> tuple[Fact, ...]:
    """One Fact a kind; adds the grounds that it finds to ``grounds``.

    Zones are numbered threats first, control entries after them. ``matters`` are the marks of links
    that are limited, windowed, closed at times, or bridges.
    """
    scenario = clock.scenario
    threats = len(scenario.threats)
    out = []
    for kind in kinds:
        entries = [zone - threats for zone in kind.zones if zone >= threats]
        ground = _stretch_ground(clock, entries, kind.marks)
        if ground is not None:
            ground = _kept(ground, grounds)
        out.append(
            Fact(
                tuple(scenario.threats[zone].id for zone in kind.zones if zone < threats),
                None if ground is None else ground.id,
                tuple(mark for mark in kind.marks if mark in matters),
            )
        )
    return tuple(out)


def _stretch_ground(clock: Clock, entries: list[int], marks: tuple[str, ...]) -> Ground | None:
    """The ground of a stretch; None where no control area or link with a holder is."""
    named = _named_links(clock.scenario)
    links = [link for link in clock.scenario.links if link.id in marks and link.id in named]
    standing = next((link.control for link in links if link.control), None)
    spans = control_spans(clock, entries, standing)
    if not entries and all(party is None for _, _, party in spans):
        return None
    areas = [clock.scenario.control[i].id for i in entries]
    ids = [link.id for link in links]
    if len(ids) == 1 and not areas:
        ident = ids[0]
    else:
        ident = "way:" + "+".join(areas) + ("@" + "+".join(ids) if ids else "")
    return Ground(ident, (*areas, *ids), spans)


def _named_links(scenario: Scenario) -> frozenset[str]:
    """Links by which control or permission can tell one stretch from another."""
    held = {link.id for link in scenario.links if link.control}
    listed = {link for entry in scenario.control for link in entry.zone.links}
    asked = {name for permission in scenario.authorisations for name in permission.over}
    return frozenset(held | listed | (asked & {link.id for link in scenario.links}))


def _kept(ground: Ground, grounds: dict[str, Ground]) -> Ground:
    known = grounds.get(ground.id)
    if known is None or known == ground:
        grounds[ground.id] = ground
        return ground
    # A link that is called like a place: keep both apart.
    return _kept(Ground(f"way:{ground.id}", ground.names, ground.spans), grounds)
